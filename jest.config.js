// Four projects: what is fast and pure, what runs in Lambda, what pays for CloudFormation validation once, and what
// starts real servers.
const typescript = { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json', diagnostics: false }] };
const project = (displayName, roots, extra = {}) => ({
  displayName,
  roots: roots.map((folder) => `<rootDir>/test/${folder}`),
  testMatch: ['**/*.test.ts'],
  transform: typescript,
  ...extra,
});

module.exports = {
  testTimeout: 60_000,
  // Most files wait for servers: one worker less than processors, as by default, would leave one idle on two of them.
  maxWorkers: '100%',
  projects: [
    project('unit', ['unit'], {
      globalSetup: '<rootDir>/test/lambda/build-lambda.ts',
      setupFiles: ['<rootDir>/test/support/no-validation.ts'],
      setupFilesAfterEnv: ['aws-cdk-lib/testhelpers/jest-autoclean'],
    }),
    project('lambda', ['lambda', 'client'], { globalSetup: '<rootDir>/test/lambda/build-lambda.ts' }),
    project('templates', ['templates'], { setupFilesAfterEnv: ['aws-cdk-lib/testhelpers/jest-autoclean'] }),
    project('cli', ['cli'], { globalSetup: '<rootDir>/test/support/build-cli.ts' }),
  ],
};

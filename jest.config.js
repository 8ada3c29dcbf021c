// Three projects: what is fast and pure, what pays for CloudFormation validation once, and what starts real servers.
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
  projects: [
    project('unit', ['unit'], {
      setupFiles: ['<rootDir>/test/support/no-validation.ts'],
      setupFilesAfterEnv: ['aws-cdk-lib/testhelpers/jest-autoclean'],
    }),
    project('templates', ['templates'], { setupFilesAfterEnv: ['aws-cdk-lib/testhelpers/jest-autoclean'] }),
    project('cli', ['cli'], { globalSetup: '<rootDir>/test/support/build-cli.ts' }),
  ],
};

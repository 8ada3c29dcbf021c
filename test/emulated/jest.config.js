// The emulated deployments are a project of their own: `npm run test:emulated` lays what they need, `npm test` runs
// without them.
const { join } = require('node:path');

const root = join(__dirname, '..', '..');

module.exports = {
  displayName: 'emulated',
  rootDir: root,
  roots: [__dirname],
  testMatch: ['**/*.test.ts'],
  transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: join(root, 'tsconfig.json'), diagnostics: false }] },
  setupFiles: ['<rootDir>/test/support/no-validation.ts'],
  setupFilesAfterEnv: ['aws-cdk-lib/testhelpers/jest-autoclean'],
  // No deployment takes so long: one that does hangs.
  testTimeout: 180_000,
  // Every worker waits for its own emulator most of the time.
  maxWorkers: 2,
};

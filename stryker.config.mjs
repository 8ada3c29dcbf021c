// Mutation testing: changes the pure rules, mappings and settings in small ways, one at a time, and asks whether a test
// notices. It takes hours, so it is no part of `npm test`: run it for a file that you changed, with
// `npm run test:mutation -- --mutate lib/rules/serverless.ts`.
/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: ['lib/rules/**/*.ts', 'lib/table-mappings/**/*.ts', 'lib/task-settings/**/*.ts'],
  ignorePatterns: ['/bench', '/cdk.out', '/cli', '/docs', '/examples', '/pack'],
  tempDirName: 'cdk.out/mutation',
  testRunner: 'jest',
  jest: {
    // Only the tests of what is mutated: the others start servers or synthesize whole apps.
    config: {
      projects: [],
      testMatch: ['<rootDir>/test/unit/{rules,table-mappings,task-settings}/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', 'rules-page', 'ready-made-stacks', 'documented-examples'],
      transform: { '^.+\\.ts$': ['ts-jest', { tsconfig: 'tsconfig.json', diagnostics: false }] },
      testTimeout: 60_000,
    },
  },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  reporters: ['clear-text', 'progress'],
  thresholds: { high: 95, low: 90, break: 85 },
};

// Mutation testing: changes the pure rules, mappings and settings in small ways, one at a time, and asks whether a test
// notices. It is no part of `npm test`; `npm run test:mutation -- --mutate lib/rules/serverless.ts` asks about one file.
import { readdirSync } from 'node:fs';

const FOLDERS = ['rules', 'table-mappings', 'task-settings'];

/** Those that load CDK or read what is not in the repository: they would make every mutant wait. */
const OTHERS = ['ready-made-stacks.test.ts', 'documented-examples.test.ts'];

const testFiles = FOLDERS.flatMap((folder) => readdirSync(`test/unit/${folder}`)
  .filter((file) => file.endsWith('.test.ts') && !OTHERS.includes(file))
  .map((file) => `test/unit/${folder}/${file}`));

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: FOLDERS.map((folder) => `lib/${folder}/**/*.ts`),
  // All but what these tests load.
  ignorePatterns: [
    '/*', '!/lib', '!/test', '/test/{cli,emulated,lambda,templates}', '!/scripts', '!/docs', '!/package.json',
  ],
  tempDirName: 'cdk.out/mutation',
  plugins: ['./test/mutation/runner.mjs'],
  testRunner: 'same-process',
  sameProcessRunner: { testFiles },
  coverageAnalysis: 'perTest',
  concurrency: 2,
  // Endless loops are found by the number of rounds; time only tells how busy the machine is.
  timeoutMS: 60_000,
  reporters: ['clear-text', 'progress', 'json'],
  jsonReporter: { fileName: 'cdk.out/mutation.json' },
  clearTextReporter: { allowColor: false, logTests: false },
  thresholds: { high: 95, low: 90, break: 85 },
};

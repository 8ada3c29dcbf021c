// A test runner for Stryker that stays in one process: modules are transformed once, a mutant inside of a function is
// switched on without loading anything again, one in what a module does when it loads takes a fresh set of modules. The
// tests of pure code need nothing else of Jest; with Jest's own runner, which starts anew for every mutant, the same run
// takes hours. What the tests assert with is Jest's: the packages `expect` and `jest-each`.
import { INSTRUMENTER_CONSTANTS } from '@stryker-mutator/api/core';
import { commonTokens, declareClassPlugin, PluginKind, tokens } from '@stryker-mutator/api/plugin';
import { determineHitLimitReached, DryRunStatus, TestStatus, toMutantRunResult } from '@stryker-mutator/api/test-runner';
import fc from 'fast-check';
import { collectTests } from './collect-tests.mjs';
import { Modules } from './modules.mjs';

/** What the instrumented code shares with the runner. */
const shared = (globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {});

class SameProcessRunner {
  static inject = tokens(commonTokens.options);
  modules = new Modules();
  /** The tests of each file, as its module registered them when it was last loaded. */
  tests = new Map();
  /** The file whose mutants can be switched on in the modules that are loaded. */
  mutated;
  /** Milliseconds of each test when it last ran. */
  durations = new Map();
  /** The tests that noticed a mutant, by the mutated file. */
  killers = new Map();

  constructor(options) {
    this.testFiles = options.sameProcessRunner.testFiles;
    // The same values for every mutant, and no search for the smallest one that fails.
    fc.configureGlobal({ seed: 1, endOnFailure: true });
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async dryRun() {
    await this.load();
    const result = await this.run([...this.tests.values()].flat(), false);
    return { ...result, mutantCoverage: shared.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit, disableBail, reloadEnvironment, sandboxFileName }) {
    Object.assign(shared, { activeMutant: activeMutant.id, hitCount: hitLimit === undefined ? undefined : 0, hitLimit });
    try {
      if (reloadEnvironment || this.mutated !== sandboxFileName) await this.load(sandboxFileName);
      const tests = this.inOrder(this.testsFor(sandboxFileName, testFilter), sandboxFileName);
      const outcome = await this.run(tests, !disableBail);
      const result = toMutantRunResult(
        determineHitLimitReached(shared.hitCount, shared.hitLimit) ?? outcome, disableBail);
      result.killedBy?.forEach((id) => this.killersOf(sandboxFileName).add(id));
      return result;
    } catch (error) {
      return toMutantRunResult({ status: DryRunStatus.Error, errorMessage: String(error?.stack ?? error) });
    } finally {
      Object.assign(shared, { activeMutant: undefined, hitCount: undefined, hitLimit: undefined });
    }
  }

  async load(mutated) {
    this.mutated = undefined;
    this.modules.forget(mutated);
    for (const file of this.testFiles) {
      if (this.modules.has(file)) continue;
      this.tests.set(file, await collectTests(file, (path) => this.modules.load(path)));
    }
    this.mutated = mutated;
  }

  /** Those that reach the mutant; when it changes what a module does while it loads, those that load the module. */
  testsFor(mutated, testFilter) {
    const wanted = testFilter && new Set(testFilter);
    return [...this.tests.values()].flat()
      .filter(({ id, file }) => (wanted ? wanted.has(id) : this.modules.reaches(file, mutated)));
  }

  /** The first failure ends a run: what noticed other mutants of the file comes first, then what is quick. */
  inOrder(tests, file) {
    const rank = ({ id }) => (this.killersOf(file).has(id) ? -1 : this.durations.get(id) ?? 0);
    return tests.sort((a, b) => rank(a) - rank(b));
  }

  killersOf(file) {
    if (!this.killers.has(file)) this.killers.set(file, new Set());
    return this.killers.get(file);
  }

  async run(tests, bail) {
    const results = [];
    for (const test of tests) {
      shared.currentTestId = test.id;
      const started = performance.now();
      const failure = await test.run();
      const timeSpentMs = performance.now() - started;
      shared.currentTestId = undefined;
      results.push({
        id: test.id, name: test.name, fileName: test.file, timeSpentMs,
        ...(failure === undefined ? { status: TestStatus.Success } : { status: TestStatus.Failed, failureMessage: failure }),
      });
      if (failure === undefined) this.durations.set(test.id, timeSpentMs);
      else if (bail) break;
    }
    return { status: DryRunStatus.Complete, tests: results };
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'same-process', SameProcessRunner)];

/** The options of this runner, which Stryker would call unknown otherwise. */
export const strykerValidationSchema = {
  properties: {
    sameProcessRunner: {
      type: 'object',
      required: ['testFiles'],
      properties: { testFiles: { type: 'array', items: { type: 'string' } } },
    },
  },
};

import * as fc from 'fast-check';

/** Milliseconds for one test of a property; more runs are somebody's deliberate wish. */
export const propertyTimeout = process.env.PROPERTY_RUNS === undefined ? 120_000 : 24 * 3_600_000;

/**
 * Tries a property `usual` times, or as often as `PROPERTY_RUNS` says. A failure tells its seed and its path, not the
 * example, which may have megabytes: `PROPERTY_SEED` and `PROPERTY_PATH` repeat it, and a path ends in `:`-separated
 * steps towards a smaller one when `PROPERTY_SHRINK` is set.
 */
export async function holdsFor<T>(
  arbitrary: fc.Arbitrary<T>,
  usual: number,
  check: (example: T) => Promise<void>,
): Promise<void> {
  const { PROPERTY_RUNS: runs, PROPERTY_SEED: seed, PROPERTY_PATH: path, PROPERTY_SHRINK: shrink } = process.env;
  const details = await fc.check(fc.asyncProperty(arbitrary, check), {
    numRuns: runs === undefined ? usual : Number(runs),
    ...(seed === undefined ? {} : { seed: Number(seed) }),
    ...(path === undefined ? {} : { path }),
    endOnFailure: shrink === undefined,
  });
  if (!details.failed) return;
  const { seed: used, counterexamplePath, errorInstance: cause } = details;
  const again = `PROPERTY_SEED=${used} PROPERTY_PATH=${counterexamplePath}`;
  throw new Error(`after ${details.numRuns} runs; again with ${again}\n${String(cause)}`, { cause });
}

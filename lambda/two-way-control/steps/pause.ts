import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { PauseLimitExceeded } from '../../switch-steps';

/** What still has to happen before the fence is kept takes at least this long. */
const RESERVE_MILLISECONDS = 1_000;

/**
 * The run of a step that polls: done, or to be asked again.
 *
 * @param waitingFor what it waits for, and what it sees instead; nothing when it is done
 * @throws {PauseLimitExceeded} instead of waiting into the lapse of the fence
 */
export function polled(run: SwitchRun, now: Date, waitingFor: string | undefined): SwitchRun {
  if (waitingFor === undefined) return { ...run, done: true };
  if (run.fence === undefined) throw new Error(`run ${run.id} waits for ${waitingFor} without a fence: it has lost its state`);
  if (now.getTime() >= Date.parse(run.fence.lapsesAt) - RESERVE_MILLISECONDS) {
    throw new PauseLimitExceeded(`nobody can write since ${run.fence.since}, the limit of ${run.pauseLimitSeconds} s is up, and `
      + `still waited for is ${waitingFor}`);
  }
  return { ...run, done: false };
}

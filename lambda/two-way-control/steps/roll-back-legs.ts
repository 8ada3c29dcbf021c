import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { ControlContext } from '../ports';
import { legOf, returnLegOf } from './check-replication';
import { type RunningAuthority, ownAuthority } from './own-run';
import { failed } from './switch-legs';

/** For how long a leg is started again that fails. After that only a person can help. */
const PATIENCE_MILLISECONDS = 30 * 60_000;

/** Prepared: stops the way back, if the switch came far enough to start it. Hot: it stays. */
export async function stopReturnLeg(run: SwitchRun, { map, legs }: ControlContext): Promise<SwitchRun> {
  await ownAuthority(run, map, ['checking', 'switching']);
  const leg = returnLegOf(run);
  const { state } = await legs.status(leg);
  if (run.mode === 'hot') return { ...run, done: true, returnLegRan: state !== 'never-started' };
  // One that failed may be one that nobody runs at the moment: it must not be started again when somebody does.
  if (state === 'running' || state === 'failed') await legs.stop(leg);
  return {
    ...run, done: state === 'stopped' || state === 'never-started' || state === 'failed',
    returnLegRan: state !== 'never-started',
  };
}

/** Lets the leg away from the old side go on where it was stopped. */
export async function resumeLeg(run: SwitchRun, { map, legs, now }: ControlContext): Promise<SwitchRun> {
  const authority = await ownAuthority(run, map, ['checking', 'switching']);
  const leg = legOf(run);
  const status = await legs.status(leg);
  if (status.state === 'running') return { ...run, done: true };
  if (isTooLate(authority, now())) throw failed(leg, status);
  if (status.state === 'stopped' || status.state === 'failed' || status.state === 'never-started') {
    await legs.start(leg, undefined);
  }
  return { ...run, done: false };
}

/** The map knows when the switch began to change things: a run has no memory of its own tries. */
const isTooLate = ({ updatedAt }: RunningAuthority, now: Date): boolean =>
  now.getTime() - Date.parse(updatedAt) > PATIENCE_MILLISECONDS;

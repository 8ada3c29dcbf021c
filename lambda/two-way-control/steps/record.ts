import type { Authority, AuthorityState, HistoryItem } from '../../../lib/two-way/switch/site-map';
import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { ControlContext } from '../ports';
import { authorityOf, isOwn, isRecorded, successor, superseded } from './own-run';
import { reasonOf } from './reason';

/** The new side is open: the map says so, and the history what it took. */
export async function record(run: SwitchRun, context: ControlContext): Promise<SwitchRun> {
  const pauseSeconds = run.pauseSeconds ?? secondsSince(run.fence?.since, context.now());
  await end(run, context, ['switching'],
    { state: 'steady', activeSite: run.to, epoch: run.epoch },
    { outcome: 'completed', ...(pauseSeconds === undefined ? {} : { pauseSeconds }) });
  return pauseSeconds === undefined ? run : { ...run, pauseSeconds };
}

/** The old side is open again, in the term of the switch that did not get through. */
export async function recordRollback(run: SwitchRun, context: ControlContext): Promise<SwitchRun> {
  await end(run, context, ['checking', 'switching'],
    { state: 'steady', epoch: run.epoch },
    {
      outcome: 'rolled-back', reason: reasonOf(run),
      ...(run.pauseSeconds === undefined ? {} : { pauseSeconds: run.pauseSeconds }),
    });
  return run;
}

/** There is one site from now on. */
export async function recordCompletion(run: SwitchRun, context: ControlContext): Promise<SwitchRun> {
  await end(run, context, ['checking'], { state: 'completed' }, { outcome: 'ended' });
  return run;
}

/** Ends the run in the map and adds it to the history, in one step; unless that was done and its answer got lost. */
async function end(
  run: SwitchRun, { map, now }: ControlContext, states: readonly AuthorityState[],
  change: Pick<Authority, 'state'> & Partial<Authority>,
  what: Pick<HistoryItem, 'outcome' | 'pauseSeconds' | 'reason'>,
): Promise<void> {
  const authority = await authorityOf(map);
  if (!isOwn(authority, run)) {
    if (await isRecorded(run, map)) return;
    throw superseded(run, authority);
  }
  if (!states.includes(authority.state)) throw superseded(run, authority);
  const { id, from, to, epoch, startedAt } = run;
  const at = now();
  await map.replace(authority, successor(authority, at, change),
    { epoch, id, from, to, startedAt, endedAt: at.toISOString(), ...what });
}

/** Between two clocks: never less than nothing. */
function secondsSince(since: string | undefined, now: Date): number | undefined {
  return since === undefined ? undefined : Math.max(0, now.getTime() - Date.parse(since)) / 1000;
}

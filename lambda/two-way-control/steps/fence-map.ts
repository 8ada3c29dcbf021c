import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { ControlContext } from '../ports';
import { ownAuthority, type RunningAuthority, successor, superseded } from './own-run';

/** For the way from here to the fence of the database, and for clocks that differ. */
const MARGIN_SECONDS = 30;

/**
 * Tells applications that nobody may write, so that they stop by themselves before the database makes them.
 *
 * The map gives the old side back later than the database does, never earlier: an application that waits a little
 * longer loses time, one that is sent to a site which still refuses it loses its unit of work. Once more the limit,
 * because the database counts from its own fence, which has to wait for writers first.
 */
export async function fenceMap(run: SwitchRun, { map, now }: ControlContext): Promise<SwitchRun> {
  const authority = await ownAuthority(run, map, ['checking', 'switching']);
  if (authority.state === 'switching') {
    if (authority.epoch !== run.epoch) throw superseded(run, authority);
    return run;
  }
  const at = now();
  const lapse = at.getTime() + (2 * run.pauseLimitSeconds + MARGIN_SECONDS) * 1000;
  await map.replace(authority, successor(authority, at, {
    state: 'switching', epoch: run.epoch, run: authority.run, lapsesAt: new Date(lapse).toISOString(),
  }));
  return run;
}

/** Moves the lapse of the map behind that of the database, should that have been fenced so late that it is not. */
export async function keepMapBehind(
  run: SwitchRun, authority: RunningAuthority, { map, now }: ControlContext,
): Promise<void> {
  if (run.fence === undefined) return;
  const least = Date.parse(run.fence.lapsesAt) + MARGIN_SECONDS * 500;
  if (authority.lapsesAt !== undefined && Date.parse(authority.lapsesAt) >= least) return;
  const lapsesAt = new Date(Date.parse(run.fence.lapsesAt) + MARGIN_SECONDS * 1000).toISOString();
  await map.replace(authority, successor(authority, now(), { ...authority, lapsesAt }));
}

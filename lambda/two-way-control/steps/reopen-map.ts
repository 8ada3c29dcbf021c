import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { ControlContext } from '../ports';
import { ownAuthority, successor } from './own-run';

/**
 * Tells applications that the old side is open again. What is left of the rollback, legs that stop and start, takes
 * minutes on DMS and is none of their business; the run keeps its lock until that is done.
 */
export async function reopenMap(run: SwitchRun, { map, now }: ControlContext): Promise<SwitchRun> {
  const authority = await ownAuthority(run, map, ['checking', 'switching']);
  const at = now();
  const isShut = authority.state === 'switching'
    && (authority.lapsesAt === undefined || Date.parse(authority.lapsesAt) > at.getTime());
  if (isShut) await map.replace(authority, successor(authority, at, { ...authority, lapsesAt: at.toISOString() }));
  return run;
}

import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { ControlContext } from '../ports';
import { authorityOf, isOwn, successor, superseded } from './own-run';

/** Gives the map back before anything was fenced. A lock that is not ours any more, or never was, is left alone. */
export async function release(run: SwitchRun, { map, now, log }: ControlContext): Promise<SwitchRun> {
  if (!run.dryRun) {
    const authority = await authorityOf(map);
    if (isOwn(authority, run)) {
      // The map says that nobody may write: only what reopens the database may say otherwise.
      if (authority.state !== 'checking') throw superseded(run, authority);
      await map.replace(authority, successor(authority, now(), { state: 'steady' }));
    } else {
      log(`run ${run.id} has no lock to release: the map is '${authority.state}' with ${authority.run?.id ?? 'no run'}`);
    }
  }
  return { ...run, planned: run.dryRun && run.gatesHold === true && run.failure === undefined };
}

import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { ControlContext } from '../ports';
import { legOf, returnLegOf } from './check-replication';
import { ownAuthority } from './own-run';

/** Stops both legs for good. There is no deadline: the site that is written to stays writable all the time. */
export async function endReplication(run: SwitchRun, { map, legs }: ControlContext): Promise<SwitchRun> {
  await ownAuthority(run, map, ['checking']);
  const states = await Promise.all([legOf(run), returnLegOf(run)].map(async (leg) => {
    const { state } = await legs.status(leg);
    // Also one that failed, because nobody runs it at the moment: it must not be started again.
    if (state === 'running' || state === 'failed') await legs.stop(leg);
    return state;
  }));
  return { ...run, done: states.every((state) => state === 'stopped' || state === 'never-started' || state === 'failed') };
}

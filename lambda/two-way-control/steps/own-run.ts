import type { Authority, AuthorityState } from '../../../lib/two-way/switch/site-map';
import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { SiteMap } from '../ports';
import { RunSuperseded } from './errors';

/** An authority that names a run. */
export type RunningAuthority = Authority & { readonly run: NonNullable<Authority['run']> };

/** How many items of the history are looked through for one's own. More switches than these do not overtake a retry. */
const LOOK_BACK = 20;

/** The map's authority. @throws when the map was never begun */
export async function authorityOf(map: SiteMap): Promise<Authority> {
  const authority = await map.authority();
  if (authority === undefined) {
    throw new Error('the site map is empty: nobody has said which site is written to. Deploy the two-way replication, '
      + 'or begin the map, then try again');
  }
  return authority;
}

/**
 * The authority as it is now, if it is this run that it names.
 *
 * @param states those in which the step may act
 * @throws {RunSuperseded} when somebody else has taken over or ended the run
 */
export async function ownAuthority(
  run: SwitchRun, map: SiteMap, states: readonly AuthorityState[],
): Promise<RunningAuthority> {
  const authority = await authorityOf(map);
  if (!isOwn(authority, run) || !states.includes(authority.state)) throw superseded(run, authority);
  return authority;
}

export const isOwn = (authority: Authority, run: SwitchRun): authority is RunningAuthority =>
  authority.run?.id === run.id;

export function superseded(run: SwitchRun, authority: Authority): RunSuperseded {
  const now = authority.run === undefined ? 'no run' : `run ${authority.run.id} to ${authority.run.to}`;
  return new RunSuperseded(`run ${run.id} does not go on: the site map is '${authority.state}' with ${now}, epoch `
    + `${authority.epoch}. Look at the status before anything else`);
}

/** Whether this run has written its item of the history, and so has ended. */
export async function isRecorded(run: SwitchRun, map: SiteMap): Promise<boolean> {
  return (await map.history(LOOK_BACK)).some(({ id }) => id === run.id);
}

/** The successor of an authority: nothing of its run stays unless it is said. */
export function successor(
  previous: Authority, now: Date,
  { state, activeSite = previous.activeSite, epoch = previous.epoch, run, lapsesAt }:
  Partial<Authority> & Pick<Authority, 'state'>,
): Authority {
  return {
    version: previous.version + 1,
    activeSite,
    epoch,
    state,
    ...(run === undefined ? {} : { run }),
    ...(lapsesAt === undefined ? {} : { lapsesAt }),
    updatedAt: now.toISOString(),
  };
}

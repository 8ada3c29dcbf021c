import type { Authority } from '../../../lib/two-way/switch/site-map';
import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { type ControlContext, MapChanged } from '../ports';
import { SwitchRefused } from './errors';
import { authorityOf, type RunningAuthority, successor } from './own-run';
import { checkRequest, type SwitchRequest } from './request';

/** How often the map is read again when somebody was faster. Who is beaten this often has not just been unlucky. */
const ATTEMPTS = 3;

/** What a request comes down to: the run, and the map with its lock; no map when it is locked for it already. */
export interface Plan {
  readonly run: SwitchRun;
  readonly next?: Authority;
}

/**
 * Decides what a switch is about and locks the map for it. A dry run locks nothing.
 *
 * @throws {SwitchRefused} when it may not begin
 */
export async function plan(request: SwitchRequest, context: ControlContext): Promise<SwitchRun> {
  const { configuration, map, now } = context;
  checkRequest(request, configuration);
  for (let attempt = 1; ; attempt += 1) {
    const authority = await authorityOf(map);
    const { run, next } = planOf(request, authority, configuration, now());
    if (next === undefined) return run;
    try {
      await map.replace(authority, next);
      context.log(`${run.action} ${run.id}: ${run.from} → ${run.to}, epoch ${run.epoch}, map version ${next.version}`);
      return run;
    } catch (error) {
      if (!(error instanceof MapChanged) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The decision alone. */
export function planOf(
  request: SwitchRequest, authority: Authority, configuration: TwoWayConfiguration, now: Date,
): Plan {
  if (authority.state === 'completed') {
    throw new SwitchRefused(`the replication was completed at ${authority.updatedAt}: ${authority.activeSite} is written `
      + 'to for good, and there is no way back');
  }
  switch (request.action) {
    case 'switch': return planOfSwitch(request, authority, configuration, now);
    case 'complete': return planOfCompletion(request, authority, configuration, now);
    case 'recover': return planOfRecovery(request, authority, configuration, now);
  }
}

function planOfSwitch(
  request: SwitchRequest, authority: Authority, configuration: TwoWayConfiguration, now: Date,
): Plan {
  const from = authority.activeSite;
  const to = request.to ?? otherSite(from, configuration);
  if (to === from) throw new SwitchRefused(`to is ${to}, which is written to already; allowed: ${otherSite(from, configuration)}`);
  const plan = begin({ ...request, to }, { from, to, epoch: authority.epoch + 1 }, configuration, now);
  return locked(plan, authority, now);
}

/** There is one site from then on: `to` is the one that is written to, `from` the one that is left behind. */
function planOfCompletion(
  request: SwitchRequest, authority: Authority, configuration: TwoWayConfiguration, now: Date,
): Plan {
  const to = authority.activeSite;
  const plan = begin(request, { from: otherSite(to, configuration), to, epoch: authority.epoch }, configuration, now);
  // What stops replication for good cannot be rolled back: who begins it again goes on where the other has stopped.
  const isInterrupted = authority.state === 'checking' && authority.run?.to === to;
  if (isInterrupted && !plan.dryRun && authority.run.id !== plan.id) {
    return { run: plan, next: lock(plan, authority, now) };
  }
  return locked(plan, authority, now);
}

function planOfRecovery(
  request: SwitchRequest, authority: Authority, configuration: TwoWayConfiguration, now: Date,
): Plan {
  if (!isRunning(authority)) {
    throw new SwitchRefused(`there is nothing to recover: ${authority.activeSite} is written to in epoch `
      + `${authority.epoch}, and no switch is going on`);
  }
  const { run: interrupted, state, activeSite: from, epoch } = authority;
  if (request.of !== undefined && ![request.of, request.id].includes(interrupted.id)) {
    throw new SwitchRefused(`the site map names run ${interrupted.id} and not ${request.of}, which has ended or was taken over`);
  }
  if (interrupted.to === from) {
    throw new SwitchRefused(`complete ${interrupted.id} was interrupted, which has no way back: begin complete again, it `
      + 'goes on where that one stopped');
  }
  const wasFenced = state === 'switching';
  const run = {
    ...begin(request, { from, to: interrupted.to, epoch: wasFenced ? epoch : epoch + 1 }, configuration, now),
    startedAt: interrupted.startedAt,
  };
  if (interrupted.id === run.id && wasFenced) return { run };
  // A run that still looked at its gates may be about to fence: in the term that it would have had, nobody can be shut
  // out by it any more. Until then the old side is writable, as after a fence that lapsed.
  return {
    run,
    next: successor(authority, now, {
      state: 'switching', epoch: run.epoch, run: { ...interrupted, id: run.id },
      lapsesAt: wasFenced ? authority.lapsesAt : now.toISOString(),
    }),
  };
}

/** The run at its beginning. */
function begin(
  request: SwitchRequest, { from, to, epoch }: Pick<SwitchRun, 'from' | 'to' | 'epoch'>,
  configuration: TwoWayConfiguration, now: Date,
): SwitchRun {
  for (const [key, asked, is] of [['from', request.from, from], ['to', request.to, to]] as const) {
    if (asked !== undefined && asked !== is) {
      throw new SwitchRefused(`${key} is ${asked}, and by the site map it can only be ${is}: look at the status, it may `
        + 'have been switched meanwhile');
    }
  }
  return {
    id: request.id,
    action: request.action,
    from,
    to,
    mode: configuration.mode,
    dryRun: request.dryRun ?? false,
    pauseLimitSeconds: request.pauseLimitSeconds ?? configuration.pauseLimitSeconds,
    epoch,
    startedAt: now.toISOString(),
    gates: [],
    needsApproval: configuration.needsApproval,
  };
}

/** Takes the lock of a steady map, or finds that it was taken by this very run, whose answer got lost. */
function locked(run: SwitchRun, authority: Authority, now: Date): Plan {
  if (authority.state === 'checking' && authority.run?.id === run.id && authority.run.to === run.to && !run.dryRun) {
    return { run: { ...run, startedAt: authority.run.startedAt } };
  }
  if (authority.state !== 'steady') throw busy(authority);
  return run.dryRun ? { run } : { run, next: lock(run, authority, now) };
}

const lock = ({ id, to, startedAt }: SwitchRun, authority: Authority, now: Date): Authority =>
  successor(authority, now, { state: 'checking', run: { id, to, startedAt } });

function busy({ run, state }: Authority): SwitchRefused {
  const what = run === undefined ? 'something' : `run ${run.id} to ${run.to}, begun at ${run.startedAt},`;
  return new SwitchRefused(`${what} is going on ('${state}'): wait until it has ended; when nothing moves any more, end it `
    + 'with the action recover');
}

const isRunning = (authority: Authority): authority is RunningAuthority => authority.run !== undefined;

function otherSite(site: string, { sites }: TwoWayConfiguration): string {
  const other = sites.find(({ name }) => name !== site);
  if (other === undefined || !sites.some(({ name }) => name === site)) {
    throw new SwitchRefused(`the site map says that ${site} is written to, which is none of `
      + `${sites.map(({ name }) => name).join(', ')}: it belongs to another replication, or a site was renamed`);
  }
  return other.name;
}

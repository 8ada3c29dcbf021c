import { FenceLapsed, type FenceState, SitePassedOn, StaleEpoch } from './site-database';

/** What a switch may make of a fence as it finds it: the same for every engine. Nothing here asks a database. */

/** Whether the fence has to be made, or is there already. @throws when this switch must not fence the site any more */
export function mayFence(site: string, state: FenceState, epoch: number): 'fence' | 'there' {
  refuseOlder(site, state, epoch);
  if (state.epoch === epoch) {
    if (!state.writable) return 'there';
    throw state.lapsesAt === undefined
      ? new StaleEpoch(`site ${site} was fenced and opened again in epoch ${epoch}: this switch is over`)
      : new FenceLapsed(`the fence of site ${site} has lapsed at ${state.lapsesAt}: begin the switch again`);
  }
  if (state.kept) {
    throw new Error(`site ${site} is kept fenced since epoch ${state.epoch}, it is not the one that is written to: compare `
      + 'the site map with the fences of both sites');
  }
  if (!state.writable) {
    throw new Error(`site ${site} is fenced by the switch of epoch ${state.epoch} until ${state.lapsesAt}: let that one end, or `
      + 'recover it, then switch again');
  }
  return 'fence';
}

/** Whether the fence has to be kept, or is already. @throws {FenceLapsed} when somebody may have written */
export function mayKeep(site: string, state: FenceState, epoch: number): 'keep' | 'there' {
  refuseOlder(site, state, epoch);
  if (state.epoch === epoch && state.kept) return 'there';
  if (state.epoch === epoch && !state.writable) return 'keep';
  throw notFenced(site, state, epoch);
}

/** @throws when the fence of this epoch is not kept */
export function mayPassOn(site: string, state: FenceState, epoch: number): 'pass-on' | 'there' {
  refuseOlder(site, state, epoch);
  if (state.epoch !== epoch || !state.kept) throw notFenced(site, state, epoch);
  return state.passedOn ? 'there' : 'pass-on';
}

/** What an interrupted switch does with its old side. */
export function whichWay(site: string, state: FenceState, epoch: number): 'pass-on' | 'forward' | 'open' | 'back' {
  refuseOlder(site, state, epoch);
  if (state.epoch < epoch) {
    // Even when it is open: from now on a fence of this epoch that comes late finds it used.
    if (!state.kept) return 'open';
    throw notActive(site, state);
  }
  if (state.kept) return state.passedOn ? 'forward' : 'pass-on';
  return isOpen(state) ? 'back' : 'open';
}

/** For the new side. */
export function mayOpen(site: string, state: FenceState, epoch: number): 'open' | 'there' {
  refuseOlder(site, state, epoch);
  return state.epoch === epoch && isOpen(state) ? 'there' : 'open';
}

/** For the old side. @throws {SitePassedOn} when the new one may be open */
export function mayReopen(site: string, state: FenceState, epoch: number): 'open' | 'there' {
  refuseOlder(site, state, epoch);
  if (state.epoch < epoch && state.kept) throw notActive(site, state);
  if (state.passedOn) {
    throw new SitePassedOn(`site ${site} stays fenced: the other site was opened in epoch ${epoch}, or was about to be; `
      + 'open that one (recover), then switch back if it has to be this one');
  }
  return state.epoch === epoch && isOpen(state) ? 'there' : 'open';
}

/** For what is done to the new side before it is opened. @throws {StaleEpoch} when somebody may write there */
export function refuseOpened(site: string, state: FenceState, epoch: number): void {
  refuseOlder(site, state, epoch);
  if (!state.writable) return;
  throw new StaleEpoch(`site ${site} can be written to (epoch ${state.epoch}): it is too late for this step of epoch ${epoch}`);
}

/** @throws {StaleEpoch} when the database has seen a newer switch */
export function refuseOlder(site: string, state: FenceState, epoch: number): void {
  if (state.epoch <= epoch) return;
  throw new StaleEpoch(`site ${site} is in epoch ${state.epoch}: what comes late from the switch of epoch ${epoch} is refused`);
}

/** Open, and not by a fence that lapsed. */
const isOpen = ({ writable, lapsesAt }: FenceState): boolean => writable && lapsesAt === undefined;

const notActive = (site: string, { epoch }: FenceState): Error =>
  new Error(`site ${site} is kept fenced since epoch ${epoch}: it cannot be the old side of a later switch. Compare the site map `
    + 'with the fences of both sites before anything is opened');

function notFenced(site: string, { epoch: seen, lapsesAt }: FenceState, epoch: number): FenceLapsed {
  if (seen !== epoch) return new FenceLapsed(`site ${site} was never fenced in epoch ${epoch}`);
  return new FenceLapsed(lapsesAt === undefined
    ? `site ${site} was opened again in epoch ${epoch}`
    : `the fence of site ${site} is not kept, and lapses at ${lapsesAt}: somebody may have written`);
}

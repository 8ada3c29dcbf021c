import type { Gate } from '../../lib/two-way/switch/switch-run';
import type { SequenceStrategy, SiteConfiguration } from '../../lib/two-way/two-way-api';
import { isInterleaved, type SequencePosition } from './sequence-numbers';
import type { FenceState } from './site-database';

/** How many names a reason lists. */
const MOST_NAMES = 5;

const PREPARE = 'run the preparation of the two-way replication again';

/** `a, b and 3 more`. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${names.length - MOST_NAMES} more` : shown;
}

/** A gate of a site: it holds when nothing is found against it. */
export const gate = (id: string, site: SiteConfiguration, against: string | undefined, holds: string): Gate =>
  ({ id, site: site.name, holds: against === undefined, reason: against ?? holds });

/** What the fence of a site has to be before a switch. */
export function fenceGate(site: SiteConfiguration, role: 'from' | 'to', state: FenceState): Gate {
  const { writable, kept, epoch, lapsesAt } = state;
  const open = lapsesAt === undefined ? 'open' : `open since its fence lapsed at ${lapsesAt}`;
  const seen = kept ? 'kept fenced' : writable ? open : `fenced until ${lapsesAt}`;
  const shown = `the site is ${seen}, in epoch ${epoch}`;
  if (role === 'from') {
    return gate('fence-state', site, writable ? undefined : `${shown}: it should be the one that is written to. Recover the switch that `
      + 'was interrupted, or wait until its fence lapses', shown);
  }
  return gate('fence-state', site, kept ? undefined : `${shown}, and so may be written to: nobody may write to the site that is switched `
    + 'to. Find out who opened it before anything else', shown);
}

/** Whether a fence is on every table. */
export function fenceInstalledGate(site: SiteConfiguration, tables: number, without: readonly string[]): Gate {
  const missing = tables === 0 ? `no table of schema ${site.schema} is selected: correct the tables of the replication`
    : without.length === 0 ? undefined : `${listed(without)} can be written to past the fence: ${PREPARE}`;
  return gate('fence-installed', site, missing, `all ${tables} tables have their fence`);
}

export function primaryKeyGate(site: SiteConfiguration, without: readonly string[]): Gate {
  return gate('primary-keys', site, without.length === 0 ? undefined : `${listed(without)} have no primary key, without which updates and `
    + 'deletes are not replicated: add one on both sites', 'every table has a primary key');
}

export function heartbeatGate(site: SiteConfiguration, found: readonly number[], expected: number): Gate {
  return gate('heartbeat', site, found.length >= expected ? undefined : `dms_heartbeat has ${found.length} of ${expected} rows: ${PREPARE} on the `
    + 'site that is written to, and let replication bring its rows to the other one', `dms_heartbeat has its ${expected} rows`);
}

/** Whether the sequences of a site give only numbers of its own, where the strategy asks for that. */
export function sequencesGate(
  site: SiteConfiguration, strategy: SequenceStrategy, position: number, sites: number,
  sequences: readonly (SequencePosition & { readonly name: string })[],
): Gate {
  if (strategy.kind === 'resynchronised') {
    return gate('sequences', site, undefined, `${sequences.length} sequences are raised at the switch, by ${strategy.gap}`);
  }
  const wrong = sequences.filter((sequence) => !isInterleaved(sequence, position, sites)).map(({ name }) => name);
  return gate('sequences', site, wrong.length === 0 ? undefined : `${listed(wrong)} also give numbers of the other site: ${PREPARE}`,
    `${sequences.length} sequences give only numbers of this site`);
}

export function applyExceptionsGate(site: SiteConfiguration, since: string, tables: readonly string[]): Gate {
  return gate('apply-exceptions', site, tables.length === 0 ? undefined : `changes of ${listed(tables)} could not be applied here (see `
    + 'awsdms_apply_exceptions): correct the rows, delete those exceptions, then switch again',
  `no change failed to be applied since ${since}`);
}

export function openTransactionsGate(
  site: SiteConfiguration, longerThan: number, found: readonly string[], note = '',
): Gate {
  return gate('open-transactions', site, found.length === 0 ? undefined : `${listed(found)} have written and are open for longer than `
    + `${longerThan} seconds: let them end, or end them${note}`, `no transaction that has written is open for longer than ${longerThan} seconds${note}`);
}

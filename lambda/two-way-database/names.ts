import { createHash } from 'node:crypto';
import type { SiteConfiguration, TwoWayConfiguration } from '../../lib/two-way/two-way-api';

/** One row: whether this site may be written to. It is never replicated. */
export const FENCE_TABLE = 'dms_fence';
/** A row for each site, which carries the markers. It is replicated, and has no fence. */
export const HEARTBEAT_TABLE = 'dms_heartbeat';
/** By how much each sequence was counted up before it was interleaved: a second preparation must not do it again. */
export const STEPS_TABLE = 'awsdms_two_way_sequences';

/** Tables of a schema that no pattern selects: those of a site's own, and those of DMS. */
export const OWN_TABLES: readonly string[] = [FENCE_TABLE, HEARTBEAT_TABLE];
export const DMS_TABLES = 'awsdms_';

/** Names the heartbeat row of a site: 1 for the first site, 2 for the second. */
export function heartbeatId(configuration: TwoWayConfiguration, site: string): number {
  const index = configuration.sites.findIndex(({ name }) => name === site);
  if (index < 0) {
    throw new Error(`'${site}' is not a site: choose ${configuration.sites.map(({ name }) => name).join(' or ')}`);
  }
  return index + 1;
}

/** The lock that writers share and that the switch wants for itself: one for each schema of a database. */
export function lockKey({ schema }: Pick<SiteConfiguration, 'schema'>): bigint {
  return createHash('sha256').update(`dms_fence ${schema}`).digest().readBigInt64BE();
}

/** A pattern of table names for LIKE: only `%` is a wildcard. */
export const likePattern = (pattern: string): string => pattern.replace(/[\\_]/g, (sign) => `\\${sign}`);

/** Whether a table, in lower case, is one of those that are replicated and fenced. */
export function isSelected(table: string, patterns: readonly string[]): boolean {
  if (OWN_TABLES.includes(table) || table.startsWith(DMS_TABLES)) return false;
  return patterns.some((pattern) => {
    const expression = pattern.split('%').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*');
    return new RegExp(`^${expression}$`, 's').test(table);
  });
}

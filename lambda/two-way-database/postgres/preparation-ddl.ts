import { escapeIdentifier, escapeLiteral } from 'pg';
import type { SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { FENCE_TABLE, HEARTBEAT_TABLE, heartbeatId } from '../names';
import type { Role } from '../prepare';
import { fenceFunctions, fenceTable, fenceTearDown, fenceTriggers } from './fence-ddl';
import { interleaving, interleavingTearDown, stepsTable } from './sequence-ddl';

/**
 * Everything that a site needs, as one script that can be run again: after it was interrupted, or for new tables. It
 * leaves the row of a fence that is there alone, which by then says what switches have made of it.
 */
export function preparationScript(site: SiteConfiguration, configuration: TwoWayConfiguration, role: Role): string {
  const schema = escapeIdentifier(site.schema);
  const { sites, sequences } = configuration;
  const open = role === 'active';
  return [
    'BEGIN;',
    `CREATE TABLE IF NOT EXISTS ${schema}.${HEARTBEAT_TABLE} (
  heartbeat_id integer PRIMARY KEY,
  description varchar(80),
  last_update_dt timestamp,
  last_update_site varchar(40)
);`,
    // Replication brings the rows to the other site: were they there already, the first load would fail on them.
    ...(open ? sites.map(({ name }, index) => `INSERT INTO ${schema}.${HEARTBEAT_TABLE}
  VALUES (${index + 1}, 'prepared', now() AT TIME ZONE 'UTC', ${escapeLiteral(name)}) ON CONFLICT DO NOTHING;`) : []),
    fenceTable(site),
    `INSERT INTO ${schema}.${FENCE_TABLE} (fence_id, writable, kept, passed_on, epoch, changed_at)
  VALUES (1, ${open}, ${!open}, false, 1, clock_timestamp()) ON CONFLICT DO NOTHING;`,
    fenceFunctions(site),
    fenceTriggers(site, configuration),
    ...(sequences.kind === 'interleaved'
      ? [stepsTable(site), interleaving(site, configuration, heartbeatId(configuration, site.name), sites.length)]
      : []),
    'COMMIT;',
  ].join('\n\n').concat('\n');
}

/** Takes everything away that the preparation has made. The site is writable then, whether the map says so or not. */
export function tearDownScript(site: SiteConfiguration): string {
  return [
    'BEGIN;',
    fenceTearDown(site),
    interleavingTearDown(site),
    `DROP TABLE IF EXISTS ${escapeIdentifier(site.schema)}.${HEARTBEAT_TABLE};`,
    'COMMIT;',
  ].join('\n\n').concat('\n');
}

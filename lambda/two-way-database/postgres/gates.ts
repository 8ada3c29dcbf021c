import { escapeIdentifier } from 'pg';
import type { Gate } from '../../../lib/two-way/switch/switch-run';
import type { GateLimits, SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import {
  applyExceptionsGate, fenceGate, fenceInstalledGate, gate, heartbeatGate, listed, openTransactionsGate, primaryKeyGate,
  sequencesGate,
} from '../gates';
import { FENCE_TABLE, HEARTBEAT_TABLE, heartbeatId, lockKey } from '../names';
import { PostgresFence } from './fence';
import { readSequences } from './sequences';
import type { PostgresSession } from './session';
import { readSlot } from './slot';
import { readTables, type ReplicatedTable } from './tables';

/** What is looked at. */
export interface Look {
  readonly session: PostgresSession;
  readonly site: SiteConfiguration;
  readonly configuration: TwoWayConfiguration;
  readonly role: 'from' | 'to';
  readonly limits: GateLimits;
}

/** What has to hold in a PostgreSQL database before a switch. Changes nothing. */
export async function postgresGates(look: Look): Promise<readonly Gate[]> {
  const { session, site, configuration, role } = look;
  const prepared = await preparedGate(look);
  // Without that there is nothing to look at.
  if (!prepared.holds) return [prepared];
  const tables = await readTables(session, site, configuration);
  const named = (condition: (table: ReplicatedTable) => boolean): string[] =>
    tables.filter(condition).map(({ name }) => name);
  const sequences = await readSequences(session, site, configuration);
  const position = heartbeatId(configuration, site.name);
  return [
    prepared,
    fenceGate(site, role, await new PostgresFence(session, site).state()),
    fenceInstalledGate(site, tables.length, named(({ has_fence: has }) => !has)),
    primaryKeyGate(site, named(({ has_key: has }) => !has)),
    identityGate(site, tables, named(({ identity }) => identity === 'n')),
    alwaysGate(site, tables),
    await heartbeatRows(look),
    sequencesGate(site, configuration.sequences, position, configuration.sites.length, sequences),
    await transactionsGate(look),
    await slotGate(look),
    ...(role === 'to' ? [await exceptionsGate(look)] : []),
  ];
}

async function preparedGate({ session, site }: Look): Promise<Gate> {
  const found = await session.row<{ missing: string[] }>(
    `SELECT ARRAY(SELECT name FROM unnest($2::text[]) AS name WHERE to_regclass(format('%I.%I', $1::text, name)) IS NULL) AS missing`,
    [site.schema, [FENCE_TABLE, HEARTBEAT_TABLE]],
  );
  const { missing } = found!;
  return gate('prepared', site, missing.length === 0 ? undefined : `${listed(missing)} of schema ${site.schema} do not exist: run the `
    + 'preparation of the two-way replication', 'the site is prepared');
}

function identityGate(site: SiteConfiguration, tables: readonly ReplicatedTable[], nothing: readonly string[]): Gate {
  return gate('replica-identity', site, nothing.length === 0 ? undefined : `${listed(nothing)} have REPLICA IDENTITY NOTHING, with which updates `
    + 'and deletes are not replicated: ALTER TABLE … REPLICA IDENTITY DEFAULT', `${tables.length} tables tell their rows apart in the log`);
}

function alwaysGate(site: SiteConfiguration, tables: readonly ReplicatedTable[]): Gate {
  const found = tables.flatMap(({ name, always }) => always.map((trigger) => `${trigger} on ${name}`));
  return gate('always-triggers', site, found.length === 0 ? undefined : `${listed(found)} fire for replication as well, and change its rows a `
    + 'second time: ALTER TABLE … ENABLE TRIGGER, which is for applications only', 'no trigger fires for replication');
}

async function heartbeatRows({ session, site, configuration }: Look): Promise<Gate> {
  const rows = await session.rows<{ heartbeat_id: number }>(
    `SELECT heartbeat_id FROM ${escapeIdentifier(site.schema)}.${HEARTBEAT_TABLE} WHERE heartbeat_id <= $1`, [configuration.sites.length],
  );
  return heartbeatGate(site, rows.map(({ heartbeat_id: id }) => id), configuration.sites.length);
}

/** Transactions that have written, also when they have changed no row: those hold the lock of the fence. */
const TRANSACTIONS = `
  SELECT format('process %s (%s, %s s)', pid, coalesce(nullif(application_name, ''), 'no application name'),
                floor(extract(epoch FROM clock_timestamp() - xact_start))) AS writer
    FROM pg_stat_activity a
   WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
     AND xact_start <= clock_timestamp() - $1::float8 * interval '1 second'
     AND (backend_xid IS NOT NULL OR EXISTS (
       SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.objsubid = 1
          AND l.classid = (($2::bigint >> 32) & 4294967295)::oid AND l.objid = ($2::bigint & 4294967295)::oid))
  UNION ALL
  SELECT format('prepared transaction %L (%s s)', gid, floor(extract(epoch FROM clock_timestamp() - prepared)))
    FROM pg_prepared_xacts
   WHERE database = current_database() AND prepared <= clock_timestamp() - $1::float8 * interval '1 second'`;

async function transactionsGate({ session, site, limits: { maxTransactionSeconds } }: Look): Promise<Gate> {
  const found = await session.rows<{ writer: string }>(TRANSACTIONS, [maxTransactionSeconds, lockKey(site).toString()]);
  const sight = await session.row<{ all: boolean }>(
    `SELECT rolsuper OR pg_has_role(current_user, 'pg_read_all_stats', 'USAGE') AS all FROM pg_roles WHERE rolname = current_user`,
  );
  const note = sight!.all ? '' : ' (only those of the same user can be seen: GRANT pg_monitor to the user of the switch)';
  return openTransactionsGate(site, maxTransactionSeconds, found.map(({ writer }) => writer), note);
}

async function slotGate({ session, site, role, limits: { maxSlotBytes } }: Look): Promise<Gate> {
  const { slotName } = site;
  const holds = (against: string | undefined, otherwise: string): Gate => gate('slot', site, against, otherwise);
  if (slotName === undefined) return holds(undefined, 'the leg away from here keeps a slot of its own');
  const slot = await readSlot(session, slotName);
  if (slot === undefined) return role === 'from' ? holds(`replication slot ${slotName}, which the leg away from here reads, does not exist: `
    + 'start that leg', '') : holds(await roomForSlot(session, slotName), `replication slot ${slotName} is made at the switch`);
  const { plugin, is_here: isHere, wal_status: status, retained } = slot;
  const wanted = site.slotPlugin ?? plugin;
  if (!isHere || plugin !== wanted) {
    return holds(`replication slot ${slotName} is ${isHere ? `one of ${plugin}, not of ${wanted}` : 'of another database of the server'}: drop it, or `
      + 'give the site a slot of another name', '');
  }
  if (status === 'lost' || retained === null) {
    return holds(`replication slot ${slotName} has lost its log: what it would have read is gone; drop it and load again`, '');
  }
  const shown = `replication slot ${slotName} holds back ${retained} bytes of log`;
  return holds(Number(retained) <= maxSlotBytes ? undefined : `${shown}, more than ${maxSlotBytes}: let the leg that reads it catch up, or give `
    + 'maxSlotBytes a larger value', shown);
}

async function roomForSlot(session: PostgresSession, slotName: string): Promise<string | undefined> {
  const server = await session.row<{ level: string; most: number; taken: number }>(
    `SELECT current_setting('wal_level') AS level, current_setting('max_replication_slots')::int AS most,
            (SELECT count(*)::int FROM pg_replication_slots) AS taken`,
  );
  const { level, most, taken } = server!;
  if (level !== 'logical') return `wal_level is ${level}: the leg away from here needs logical; change it and restart the server`;
  return taken < most ? undefined : `replication slot ${slotName} cannot be made: max_replication_slots is ${most} and ${taken} are taken; raise it, or `
    + 'drop slots that nobody needs';
}

/**
 * Tables with changes that could not be applied since the fence has last changed: what happened before that belongs to
 * an earlier switch. DMS writes its exceptions beside the tables, or in the schema `public`.
 */
async function exceptionsGate({ session, site, configuration }: Look): Promise<Gate> {
  const since = await session.row<{ since: Date }>(`SELECT changed_at AS since FROM ${escapeIdentifier(site.schema)}.${FENCE_TABLE}`);
  const found: string[] = [];
  const owners = configuration.sites.map(({ schema }) => schema.toLowerCase());
  for (const schema of new Set([site.schema, 'public'])) {
    found.push(...await exceptionsIn(session, schema, owners, since!.since));
  }
  return applyExceptionsGate(site, since!.since.toISOString(), [...new Set(found)]);
}

async function exceptionsIn(
  session: PostgresSession, schema: string, owners: readonly string[], since: Date,
): Promise<string[]> {
  const columns = await session.rows<{ name: string; key: string }>(
    `SELECT attname::text AS name, lower(attname) AS key FROM pg_attribute
      WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped`,
    [`${escapeIdentifier(schema)}.awsdms_apply_exceptions`],
  );
  // DMS writes the names of its columns in upper case, and other engines write them as they like.
  const named = new Map(columns.map(({ key, name }) => [key, escapeIdentifier(name)]));
  const [time, table, owner] = ['error_time', 'table_name', 'table_owner'].map((key) => named.get(key));
  if (time === undefined || table === undefined || owner === undefined) return [];
  const rows = await session.rows<{ name: string }>(
    `SELECT DISTINCT ${table}::text AS name FROM ${escapeIdentifier(schema)}.awsdms_apply_exceptions
      WHERE lower(${owner}) = ANY ($2::text[]) AND ${time} >= ($1::timestamptz AT TIME ZONE 'UTC') ORDER BY 1`,
    [since.toISOString(), owners],
  );
  return rows.map(({ name }) => name);
}

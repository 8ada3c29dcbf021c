import type { Client } from 'pg';
import { UsageError } from '../../errors';
import type { SourceTable } from './catalog';
import { titleOf } from './names';

/** Logical decoding as the engine uses it (publications per operation, exported snapshots) needs this release. */
const OLDEST_VERSION = 140_000;
/** One for the task, one for the snapshot that the final comparison reads. */
const SLOTS_NEEDED = 2;

interface ServerState {
  readonly version: number;
  readonly version_text: string;
  readonly wal_level: string;
  readonly free_slots: number;
  readonly max_slots: number;
  readonly free_senders: number;
  readonly max_senders: number;
  readonly may_replicate: boolean;
  readonly user_name: string;
}

const STATE = `
  SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS version_text,
         current_setting('wal_level') AS wal_level, current_user::text AS user_name,
         current_setting('max_replication_slots')::int AS max_slots,
         current_setting('max_replication_slots')::int - (SELECT count(*) FROM pg_replication_slots WHERE slot_name <> $1)::int AS free_slots,
         current_setting('max_wal_senders')::int AS max_senders,
         current_setting('max_wal_senders')::int - (SELECT count(*) FROM pg_stat_replication)::int AS free_senders,
         (SELECT rolsuper OR rolreplication FROM pg_roles WHERE rolname = current_user)
           OR EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_replication'
                        AND pg_has_role(current_user, oid, 'MEMBER')) AS may_replicate`;

/**
 * Checks that the server can feed a task, before anything is created in it.
 *
 * @param capture whether the task follows changes
 * @param ownSlot the slot of a run that goes on: it is taken, but by us
 * @throws {UsageError} naming the setting, what it is and what it has to be
 */
export async function checkServer(client: Client, capture: boolean, ownSlot: string | undefined): Promise<void> {
  const { rows } = await client.query<ServerState>(STATE, [ownSlot ?? '']);
  const state = rows[0]!;
  if (state.version < OLDEST_VERSION) {
    throw new UsageError(`the source is PostgreSQL ${state.version_text}: dms rehearse needs version 14 or newer`);
  }
  if (!capture) return;
  if (state.wal_level !== 'logical') {
    throw new UsageError(
      `wal_level of the source is "${state.wal_level}": change capture needs "logical"; ` +
      'set wal_level = logical (on RDS and Aurora rds.logical_replication = 1) and restart the server',
    );
  }
  if (!state.may_replicate) {
    throw new UsageError(
      `the source user "${state.user_name}" may not replicate: ` +
      `ALTER ROLE ${state.user_name} REPLICATION (on RDS and Aurora GRANT rds_replication TO ${state.user_name})`,
    );
  }
  for (const [setting, free, most] of [
    ['max_replication_slots', state.free_slots, state.max_slots],
    ['max_wal_senders', state.free_senders, state.max_senders],
  ] as const) {
    if (free < SLOTS_NEEDED) {
      throw new UsageError(
        `${setting} of the source is ${most} and ${most - free} are taken: a rehearsal needs ${SLOTS_NEEDED} free ones; ` +
        `raise ${setting} or drop what is not used any more`,
      );
    }
  }
}

/** From this release on PostgreSQL refuses UPDATE and DELETE where a published identity has generated columns. */
const REFUSES_GENERATED_IDENTITY = 180_000;

/**
 * Checks that publishing the tables leaves their applications alone.
 *
 * @throws {UsageError} naming the first table whose UPDATE and DELETE would begin to fail
 */
export async function checkIdentities(client: Client, tables: readonly SourceTable[]): Promise<void> {
  const suspect = tables.find(({ fullIdentity, columns }) =>
    fullIdentity && columns.some(({ generation }) => generation !== null));
  if (suspect === undefined) return;
  const { rows } = await client.query<{ version: number }>("SELECT current_setting('server_version_num')::int AS version");
  if (rows[0]!.version < REFUSES_GENERATED_IDENTITY) return;
  throw new UsageError(
    `${titleOf(suspect)} has REPLICA IDENTITY FULL and generated columns: PostgreSQL 18 and newer would refuse every UPDATE ` +
    'and DELETE of it while it is captured; ALTER TABLE … REPLICA IDENTITY DEFAULT, or leave it out of the selection',
  );
}

interface Obstacle {
  readonly name: string;
  readonly user_name: string;
  readonly schema_hidden: boolean;
  readonly table_hidden: boolean;
}

/** @throws {UsageError} naming the tables that the user may not read, or not read whole */
export async function checkPrivileges(client: Client, tables: readonly SourceTable[]): Promise<void> {
  const { rows } = await client.query<Obstacle>(
    `SELECT * FROM (
       SELECT format('%I.%I', n.nspname, c.relname) AS name, current_user::text AS user_name,
              NOT has_schema_privilege(n.oid, 'USAGE') AS schema_hidden,
              NOT has_table_privilege(c.oid, 'SELECT') AS table_hidden,
              row_security_active(c.oid) AS rows_hidden
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.oid = ANY ($1::oid[]) ORDER BY 1) AS tables
      WHERE schema_hidden OR table_hidden OR rows_hidden`,
    [tables.map((table) => table.oid)],
  );
  const first = rows[0];
  if (first === undefined) return;
  const mend = first.schema_hidden ? 'GRANT USAGE on the schema'
    : first.table_hidden ? 'GRANT SELECT on them'
      : 'row-level security hides rows of it; ALTER ROLE … BYPASSRLS';
  const reading = first.schema_hidden || first.table_hidden ? 'may not read' : 'may not read all of';
  throw new UsageError(`the source user "${first.user_name}" ${reading} ${rows.map(({ name }) => name).join(', ')}: ${mend}`);
}

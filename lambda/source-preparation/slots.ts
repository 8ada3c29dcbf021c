import type { Client } from 'pg';
import { surroundings } from '../surroundings';

/** A replication slot of the server. Numbers of bytes are safe: a log of 9 petabytes fits on no disk. */
export interface Slot {
  readonly name: string;
  readonly plugin: string | null;
  readonly type: string;
  readonly database: string | null;
  readonly databaseOid: number | null;
  readonly temporary: boolean;
  readonly activePid: number | null;
  /** `reserved`, `extended`, `unreserved` or `lost`; nothing while a slot keeps no log. */
  readonly walStatus: string | null;
  /** Bytes until a limit of the server takes the log away; nothing without a limit. */
  readonly safeWalSize: number | null;
  /** Bytes of log between the end and what the slot keeps. */
  readonly lag: number | null;
  /** Bytes of log between the end and what its reader has confirmed. */
  readonly unconfirmedLag: number | null;
  readonly confirmedFlushLsn: string | null;
  /** Since when nobody reads it, in ISO 8601. PostgreSQL tells since version 17. */
  readonly inactiveSince: string | null;
}

/** From this release on PostgreSQL tells since when a slot is not read. */
const TELLS_INACTIVITY = 170_000;

const slotsSql = (version: number): string => `
  WITH log AS (
    SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS end_of_log
  )
  SELECT slot_name::text AS name, plugin::text, slot_type AS type, database::text, datoid::int8 AS database_oid, temporary,
         active_pid, wal_status, safe_wal_size,
         pg_wal_lsn_diff(end_of_log, restart_lsn)::int8 AS lag,
         pg_wal_lsn_diff(end_of_log, confirmed_flush_lsn)::int8 AS unconfirmed_lag,
         confirmed_flush_lsn::text,
         ${version >= TELLS_INACTIVITY ? 'inactive_since' : 'NULL::timestamptz'} AS inactive_since
    FROM pg_replication_slots, log
   ORDER BY slot_name`;

interface SlotRow {
  readonly name: string;
  readonly plugin: string | null;
  readonly type: string;
  readonly database: string | null;
  readonly database_oid: string | null;
  readonly temporary: boolean;
  readonly active_pid: number | null;
  readonly wal_status: string | null;
  readonly safe_wal_size: string | null;
  readonly lag: string | null;
  readonly unconfirmed_lag: string | null;
  readonly confirmed_flush_lsn: string | null;
  readonly inactive_since: Date | null;
}

/** All slots of the server, also those of other databases: they share one disk. */
export async function readSlots(client: Client): Promise<Slot[]> {
  const { rows: [server] } = await client.query<{ version: number }>(
    "SELECT current_setting('server_version_num')::int AS version",
  );
  const { rows } = await client.query<SlotRow>(slotsSql(server!.version));
  const bytes = (text: string | null): number | null => (text === null ? null : Number(text));
  return rows.map((row) => ({
    name: row.name,
    plugin: row.plugin,
    type: row.type,
    database: row.database,
    databaseOid: bytes(row.database_oid),
    temporary: row.temporary,
    activePid: row.active_pid,
    walStatus: row.wal_status,
    safeWalSize: bytes(row.safe_wal_size),
    lag: bytes(row.lag),
    unconfirmedLag: bytes(row.unconfirmed_lag),
    confirmedFlushLsn: row.confirmed_flush_lsn,
    inactiveSince: row.inactive_since?.toISOString() ?? null,
  }));
}

const POLL_MILLISECONDS = 2_000;

export type Dropped =
  /** It is gone, now or before. */
  | { readonly state: 'dropped' | 'missing' }
  /** Somebody still reads it. */
  | { readonly state: 'read'; readonly pid: number };

/**
 * Drops a slot that nobody reads. One that is read is waited for, never taken away from its reader: PostgreSQL itself
 * refuses that, also when the reader comes back between the look and the drop.
 */
export async function dropWhenFree(client: Client, name: string, timeoutSeconds: number): Promise<Dropped> {
  const until = surroundings.now() + timeoutSeconds * 1_000;
  for (;;) {
    const { rows } = await client.query<{ active_pid: number | null }>(
      'SELECT active_pid FROM pg_replication_slots WHERE slot_name = $1', [name],
    );
    const slot = rows[0];
    if (slot === undefined) return { state: 'missing' };
    if (slot.active_pid === null && await drop(client, name)) return { state: 'dropped' };
    if (surroundings.now() >= until) return { state: 'read', pid: slot.active_pid ?? 0 };
    await surroundings.sleep(POLL_MILLISECONDS);
  }
}

const OBJECT_IN_USE = '55006';
const UNDEFINED_OBJECT = '42704';

async function drop(client: Client, name: string): Promise<boolean> {
  try {
    await client.query('SELECT pg_drop_replication_slot($1)', [name]);
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === UNDEFINED_OBJECT) return true;
    if (code === OBJECT_IN_USE) return false;
    throw error;
  }
}

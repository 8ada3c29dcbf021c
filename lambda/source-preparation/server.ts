import type { Client } from 'pg';
import { readSlots, type Slot } from './slots';

/** A server as the checks need to know it. */
export interface Server {
  readonly version: number;
  readonly versionText: string;
  /** It follows another server, and cannot be written to. */
  readonly isReplica: boolean;
  readonly walLevel: string;
  readonly maxSlots: number;
  readonly maxSenders: number;
  /** Process ids of the WAL senders that work at this moment. */
  readonly senders: readonly number[];
  /** Milliseconds; 0 is never. In effect for the user of DMS. */
  readonly walSenderTimeout: number;
  readonly idleInTransactionTimeout: number;
  /** Megabytes; -1 is without limit. */
  readonly maxSlotWalKeepSize: number;
  readonly slots: readonly Slot[];
  readonly database: { readonly name: string; readonly oid: number };
  readonly hasPglogical: boolean;
  readonly user: User;
  readonly ddlAudit: DdlAuditState;
  readonly heartbeat: HeartbeatState;
  /** Transactions that have been open for long, the longest first. */
  readonly longTransactions: readonly { readonly pid: number; readonly user: string; readonly minutes: number }[];
  readonly preparedTransactions: readonly { readonly gid: string; readonly minutes: number }[];
}

export interface User {
  readonly name: string;
  readonly exists: boolean;
  readonly isSuperuser: boolean;
  readonly mayReplicate: boolean;
  readonly mayLogIn: boolean;
  readonly isRdsSuperuser: boolean;
  /** Whether the server knows RDS's roles, so that a remedy can name them. */
  readonly onRds: boolean;
}

export interface DdlAuditState {
  /** The table and the event trigger are there, and the user may read the table. */
  readonly ready: boolean;
}

export interface HeartbeatState {
  readonly schemaExists: boolean;
  /** The user may create the table of the heartbeat, or it is there and the user may write to it. */
  readonly writable: boolean;
}

/** Longer than this DMS waits for no transaction when a task starts. */
export const LONG_TRANSACTION_MINUTES = 10;

const SERVER = `
  SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS version_text,
         pg_is_in_recovery() AS is_replica, current_setting('wal_level') AS wal_level,
         current_setting('max_replication_slots')::int AS max_slots, current_setting('max_wal_senders')::int AS max_senders,
         ARRAY(SELECT pid FROM pg_stat_replication) AS senders,
         (SELECT setting FROM pg_settings WHERE name = 'wal_sender_timeout') AS wal_sender_timeout,
         (SELECT setting FROM pg_settings WHERE name = 'idle_in_transaction_session_timeout') AS idle_timeout,
         (SELECT setting FROM pg_settings WHERE name = 'max_slot_wal_keep_size') AS max_slot_wal_keep_size,
         current_database()::text AS database,
         (SELECT oid::int8 FROM pg_database WHERE datname = current_database()) AS database_oid,
         EXISTS (SELECT FROM pg_extension WHERE extname = 'pglogical') AS has_pglogical`;

const USER = `
  SELECT r.rolsuper AS is_superuser, r.rolcanlogin AS may_log_in,
         r.rolsuper OR r.rolreplication OR EXISTS (
           SELECT FROM pg_roles g WHERE g.rolname = 'rds_replication' AND pg_has_role(r.oid, g.oid, 'MEMBER')
         ) AS may_replicate,
         EXISTS (
           SELECT FROM pg_roles g WHERE g.rolname = 'rds_superuser' AND pg_has_role(r.oid, g.oid, 'MEMBER')
         ) AS is_rds_superuser,
         -- What is set for the user in this database ranks above the user's own, and that above the database's.
         ARRAY(
           SELECT unnest(s.setconfig) FROM pg_db_role_setting s
            WHERE s.setrole IN (0, r.oid)
              AND s.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
            ORDER BY s.setrole <> 0, s.setdatabase <> 0
         ) AS settings
    FROM pg_roles r WHERE r.rolname = $1`;

const DDL_AUDIT = `
  SELECT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = 'awsdms_intercept_ddl' AND evtenabled <> 'D')
     AND COALESCE(has_table_privilege($1, to_regclass(format('%I.awsdms_ddl_audit', $2::text)), 'SELECT'), false) AS ready`;

const HEARTBEAT = `
  SELECT n.oid IS NOT NULL AS schema_exists,
         COALESCE(has_schema_privilege($1, n.oid, 'USAGE') AND (
           has_schema_privilege($1, n.oid, 'CREATE')
           OR has_table_privilege($1, to_regclass(format('%I.awsdms_heartbeat', $2::text)), 'INSERT')
         ), false) AS writable
    FROM (SELECT 1) AS one LEFT JOIN pg_namespace n ON n.nspname = $2`;

const LONG_TRANSACTIONS = `
  SELECT pid, usename::text AS user, floor(extract(epoch FROM now() - xact_start) / 60)::int AS minutes
    FROM pg_stat_activity
   WHERE xact_start <= now() - $1::int * interval '1 minute' AND pid <> pg_backend_pid() AND backend_type = 'client backend'
   ORDER BY xact_start`;

const PREPARED_TRANSACTIONS = `
  SELECT gid, floor(extract(epoch FROM now() - prepared) / 60)::int AS minutes
    FROM pg_prepared_xacts WHERE prepared <= now() - $1::int * interval '1 minute' ORDER BY prepared`;

interface ServerRow {
  readonly version: number;
  readonly version_text: string;
  readonly is_replica: boolean;
  readonly wal_level: string;
  readonly max_slots: number;
  readonly max_senders: number;
  readonly senders: number[];
  readonly wal_sender_timeout: string;
  readonly idle_timeout: string;
  readonly max_slot_wal_keep_size: string | null;
  readonly database: string;
  readonly database_oid: string;
  readonly has_pglogical: boolean;
}

interface UserRow {
  readonly is_superuser: boolean;
  readonly may_log_in: boolean;
  readonly may_replicate: boolean;
  readonly is_rds_superuser: boolean;
  readonly settings: string[];
}

/** What is looked at, besides the server itself. */
export interface Interest {
  /** The user with whom DMS logs in. */
  readonly user: string;
  readonly ddlArtifactsSchema: string;
  readonly heartbeatSchema: string;
}

/**
 * Looks at everything that does not depend on which tables are replicated. Changes nothing.
 *
 * @param longMinutes transactions that are open for this long or longer are looked at
 */
export async function readServer(
  client: Client, interest: Interest, longMinutes = LONG_TRANSACTION_MINUTES,
): Promise<Server> {
  const { user, ddlArtifactsSchema, heartbeatSchema } = interest;
  const server = (await client.query<ServerRow>(SERVER)).rows[0]!;
  const role = (await client.query<UserRow>(USER, [user])).rows[0];
  const setting = (name: string, fallback: string): number =>
    millisecondsOf(overrideOf(role?.settings ?? [], name) ?? fallback);
  const onRds = await isTrue(client, "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'rds_superuser') AS found");
  return {
    version: server.version,
    versionText: server.version_text,
    isReplica: server.is_replica,
    walLevel: server.wal_level,
    maxSlots: server.max_slots,
    maxSenders: server.max_senders,
    senders: server.senders,
    walSenderTimeout: setting('wal_sender_timeout', server.wal_sender_timeout),
    idleInTransactionTimeout: setting('idle_in_transaction_session_timeout', server.idle_timeout),
    maxSlotWalKeepSize: Number(server.max_slot_wal_keep_size ?? -1),
    slots: await readSlots(client),
    database: { name: server.database, oid: Number(server.database_oid) },
    hasPglogical: server.has_pglogical,
    user: {
      name: user,
      exists: role !== undefined,
      isSuperuser: role?.is_superuser ?? false,
      mayReplicate: role?.may_replicate ?? false,
      mayLogIn: role?.may_log_in ?? false,
      isRdsSuperuser: role?.is_rds_superuser ?? false,
      onRds,
    },
    ...(role === undefined
      ? { ddlAudit: { ready: false }, heartbeat: { schemaExists: false, writable: false } }
      : {
        ddlAudit: (await client.query<{ ready: boolean }>(DDL_AUDIT, [user, ddlArtifactsSchema])).rows[0]!,
        heartbeat: await readHeartbeat(client, user, heartbeatSchema),
      }),
    longTransactions: (await client.query<Server['longTransactions'][number]>(
      LONG_TRANSACTIONS, [longMinutes],
    )).rows,
    preparedTransactions: (await client.query<Server['preparedTransactions'][number]>(
      PREPARED_TRANSACTIONS, [longMinutes],
    )).rows,
  };
}

async function readHeartbeat(client: Client, user: string, schema: string): Promise<HeartbeatState> {
  const { rows } = await client.query<{ schema_exists: boolean; writable: boolean }>(HEARTBEAT, [user, schema]);
  return { schemaExists: rows[0]!.schema_exists, writable: rows[0]!.writable };
}

async function isTrue(client: Client, sql: string): Promise<boolean> {
  return (await client.query<{ found: boolean }>(sql)).rows[0]!.found;
}

/** The setting that ranks highest: the last one. */
function overrideOf(settings: readonly string[], name: string): string | undefined {
  return settings.findLast((setting) => setting.startsWith(`${name}=`))?.slice(name.length + 1);
}

const UNITS: Readonly<Record<string, number>> = {
  us: 0.001, ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000,
};

/** A time as PostgreSQL takes it for a setting in milliseconds. */
export function millisecondsOf(text: string): number {
  const [, number = 'NaN', unit = 'ms'] = /^\s*(-?[\d.]+)\s*([a-z]+)?\s*$/.exec(text) ?? [];
  return Number(number) * (UNITS[unit] ?? NaN);
}

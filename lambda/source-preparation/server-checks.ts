import { error, names, type Problem, warning } from './problems';
import type { Server } from './server';
import { dmsSlots } from './task-slots';

/** What the tasks want of a source. */
export interface Wish {
  /** Whether any task reads changes; a load needs none of this but the privileges. */
  readonly capturesChanges: boolean;
  readonly tasks: number;
  readonly plugin: string;
  readonly slotName?: string;
  readonly captureDdls: boolean;
  readonly ddlArtifactsSchema: string;
  readonly heartbeat: boolean;
  readonly heartbeatSchema: string;
  /** Whether the tasks of the source are there already, and hold slots and senders. */
  readonly hasTasks: boolean;
}

const SHORTEST_WAL_SENDER_TIMEOUT = 10_000;
/** Of this and more, a failover of the replication instance waits for the dead connection. */
const LONG_WAL_SENDER_TIMEOUT = 300_000;
/** From this release on the log of a read replica can be decoded. */
const FIRST_DECODING_REPLICA = 160_000;

/** What is wrong with the server. */
export function checkServer(server: Server, wish: Wish): Problem[] {
  const user = checkUser(server, wish);
  if (!wish.capturesChanges) return user;
  return [
    ...checkSettings(server, wish),
    ...checkRoom(server, wish),
    ...user,
    ...checkArtifacts(server, wish),
    ...checkTransactions(server),
  ];
}

function checkSettings(server: Server, wish: Wish): Problem[] {
  const { walSenderTimeout: timeout, idleInTransactionTimeout: idle, maxSlotWalKeepSize: keep } = server;
  return [
    ...(server.isReplica && (server.version < FIRST_DECODING_REPLICA || wish.slotName === undefined) ? [error(
      `the server is a read replica of PostgreSQL ${server.versionText}: changes are captured from a writer, or with a `
      + 'slotName of one\'s own from a replica of PostgreSQL 16 and later; give the secret the host of the writer')] : []),
    ...(server.walLevel === 'logical' ? [] : [error(
      `wal_level is ${server.walLevel}: DMS needs logical; set rds.logical_replication to 1 on RDS and Aurora, `
      + 'wal_level to logical elsewhere, and restart the server')]),
    ...(timeout > 0 && timeout < SHORTEST_WAL_SENDER_TIMEOUT ? [error(
      `wal_sender_timeout is ${timeout} ms: DMS needs 0 (never) or at least ${SHORTEST_WAL_SENDER_TIMEOUT} ms; raise it`)]
      : []),
    ...(timeout >= LONG_WAL_SENDER_TIMEOUT ? [warning(
      `wal_sender_timeout is ${timeout} ms: under ${LONG_WAL_SENDER_TIMEOUT} ms a failover of the replication instance `
      + 'is not held up; lower it')] : []),
    ...(keep === -1 ? [] : [warning(
      `max_slot_wal_keep_size is ${keep} MB: DMS wants -1 (no limit), because a slot that falls behind is invalidated and `
      + 'its task fails for good; reset it and watch the disk')]),
    ...(idle > 0 ? [warning(
      `idle_in_transaction_session_timeout is ${idle} ms: DMS wants 0 (never), its transactions may be idle for long; `
      + `ALTER ROLE ${server.user.name} SET idle_in_transaction_session_timeout = 0`)] : []),
    ...(wish.plugin === 'pglogical' && !server.hasPglogical ? [error(
      'the plug-in is pglogical and the database has no such extension: preload pglogical (shared_preload_libraries), '
      + 'then CREATE EXTENSION pglogical, or choose test_decoding')] : []),
  ];
}

/** Slots and senders that the tasks of a source have already count for them. */
function checkRoom(server: Server, wish: Wish): Problem[] {
  const own = server.slots.filter(({ name }) => name === wish.slotName);
  if (wish.hasTasks) own.push(...dmsSlots(server.slots, server.database.oid));
  const pids = own.flatMap(({ activePid }) => activePid ?? []);
  const room = (setting: string, most: number, taken: number, held: number, what: string): Problem[] => {
    const needed = Math.max(wish.tasks - held, 0);
    return most - taken >= needed ? [] : [error(
      `${setting} is ${most} and ${taken} are taken: ${wish.tasks === 1 ? 'the task needs' : `${wish.tasks} tasks need`} `
      + `${needed} free; raise ${setting} and restart the server, or drop ${what} that nobody needs`)];
  };
  return [
    ...(wish.slotName !== undefined && own.every(({ name }) => name !== wish.slotName) ? [error(
      `there is no slot ${wish.slotName}: DMS reads a slotName, it does not create it; create it with `
      + `pg_create_logical_replication_slot('${wish.slotName}', '${wish.plugin === 'pglogical' ? 'pglogical_output' : 'test_decoding'}')`)]
      : []),
    ...room('max_replication_slots', server.maxSlots, server.slots.length, own.length, 'slots'),
    ...room('max_wal_senders', server.maxSenders, server.senders.length,
      server.senders.filter((pid) => pids.includes(pid)).length, 'replicas'),
  ];
}

function checkUser({ user }: Server, wish: Wish): Problem[] {
  if (!user.exists) {
    return [error(`there is no user ${user.name}: create it, or let createUser do it`)];
  }
  return [
    ...(user.mayLogIn ? [] : [error(`user ${user.name} may not log in: ALTER ROLE ${user.name} LOGIN`)]),
    ...(user.mayReplicate || !wish.capturesChanges ? [] : [error(
      `user ${user.name} may not replicate: DMS needs ${user.onRds
        ? `membership in rds_replication; GRANT rds_replication TO ${user.name}`
        : `a superuser or the attribute REPLICATION; ALTER ROLE ${user.name} REPLICATION`}`)]),
  ];
}

function checkArtifacts({ user, ddlAudit, heartbeat }: Server, wish: Wish): Problem[] {
  if (!user.exists) return [];
  const mayCreateTriggers = user.isSuperuser || user.isRdsSuperuser;
  return [
    ...(!wish.captureDdls || mayCreateTriggers || ddlAudit.ready ? [] : [warning(
      `user ${user.name} cannot create the event trigger that captures DDL, and ${wish.ddlArtifactsSchema} does not have `
      + 'it with a table awsdms_ddl_audit that the user may read: let createDdlAudit make both, or set captureDdls to false')]),
    ...(!wish.heartbeat || heartbeat.writable ? [] : [warning(heartbeat.schemaExists
      ? `user ${user.name} may not create the heartbeat's table in schema ${wish.heartbeatSchema}: let `
        + 'createHeartbeatSchema grant it, or name another heartbeatSchema'
      : `the heartbeat's schema ${wish.heartbeatSchema} does not exist: let createHeartbeatSchema create it`)]),
  ];
}

function checkTransactions({ longTransactions, preparedTransactions }: Server): Problem[] {
  return [
    ...(preparedTransactions.length === 0 ? [] : [error(
      `${preparedTransactions.length} prepared transactions wait for 10 minutes or more (`
      + `${names(preparedTransactions.map(({ gid, minutes }) => `${gid}, ${minutes} minutes`))}): no slot can be created `
      + 'until they end; COMMIT PREPARED or ROLLBACK PREPARED them')]),
    ...(longTransactions.length === 0 ? [] : [warning(
      `${longTransactions.length} transactions are open for 10 minutes or more (`
      + `${names(longTransactions.map(({ pid, user, minutes }) => `process ${pid} of ${user}, ${minutes} minutes`))}): a `
      + 'new task waits for them, and the log is kept until they end; end them before the task starts')]),
  ];
}

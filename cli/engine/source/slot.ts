import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { escapeIdentifier } from 'pg';
import { UsageError, codeOf, messageOf } from '../../errors';
import type { SourceTable } from './catalog';
import { prepareLoopbackTable } from './loopback-table';
import type { TableName } from './names';
import { quotedName } from './names';

/** The objects that a run makes in the source, all of one random name, and takes away at its end. */
export interface SourceObjects {
  readonly slot: string;
  readonly publications: readonly string[];
  /** Whether they were there before the run: then they stay. */
  readonly isGiven?: boolean;
}

/** What decides in which publication a table is. */
export type TableToPublish = TableName & Pick<SourceTable, 'key' | 'fullIdentity'>;

/**
 * Creates the publications that a slot's stream is read through. Tables without a key get one that carries no UPDATE
 * and DELETE: in an ordinary publication PostgreSQL would refuse those statements to everybody.
 *
 * @param loopbackSchema of the table that tells transactions of the task in the other direction; made when missing
 * @throws {UsageError} when the user does not own the tables
 */
export async function createPublications(
  client: Client,
  name: string,
  tables: readonly TableToPublish[],
  loopbackSchema?: string,
): Promise<string[]> {
  const marks = loopbackSchema === undefined ? [] : [await prepareLoopbackTable(client, loopbackSchema)];
  const keyed = tables.filter((table) => table.key.length > 0 || table.fullIdentity);
  const keyless = tables.filter((table) => !keyed.includes(table));
  const publications: [string, readonly TableName[], string][] = [
    [name, [...keyed, ...marks], 'insert, update, delete, truncate'],
    [`${name}_inserts`, keyless, 'insert, truncate'],
  ];
  const created: string[] = [];
  for (const [publication, members, operations] of publications) {
    // The stream cannot begin without any publication, not even that of a task without tables.
    if (members.length === 0 && (publication !== name || tables.length > 0)) continue;
    const list = members.length === 0 ? '' : `FOR TABLE ${members.map((table) => `ONLY ${quotedName(table)}`).join(', ')}`;
    try {
      await client.query(`CREATE PUBLICATION ${escapeIdentifier(publication)} ${list} WITH (publish = '${operations}')`);
    } catch (error) {
      if (codeOf(error) !== '42501') throw error;
      throw new UsageError(
        `the source user may not publish the tables: ${messageOf(error)}; rehearse as their owner or as a superuser (rds_superuser)`,
      );
    }
    created.push(publication);
  }
  return created;
}

/** How long a server may take to notice that the process that read a slot is gone. */
const RELEASE_LIMIT_MS = 15_000;

/**
 * Waits until nobody reads a slot any more: the server notices a moment later than we do, above all after a crash.
 *
 * @returns whether there is such a slot
 * @throws {UsageError} when somebody goes on reading it
 */
export async function releasedSlot(client: Client, slot: string): Promise<boolean> {
  for (const deadline = Date.now() + RELEASE_LIMIT_MS; ; await sleep(50)) {
    const { rows } = await client.query<{ active_pid: number | null }>(
      'SELECT active_pid FROM pg_replication_slots WHERE slot_name = $1',
      [slot],
    );
    if (rows[0] === undefined) return false;
    const pid = rows[0].active_pid;
    if (pid === null) return true;
    if (Date.now() > deadline) {
      throw new UsageError(
        `replication slot ${slot} is still read by process ${pid} of the source: end the other dms, or SELECT pg_terminate_backend(${pid})`,
      );
    }
  }
}

/**
 * A server gives up slots that make it keep more of its log than it may.
 *
 * @throws {UsageError} when the log that the slot still needs is gone
 */
export async function refuseInvalidatedSlot(client: Client, slot: string): Promise<void> {
  const { rows } = await client.query<{ wal_status: string | null; keeps: string }>(
    `SELECT wal_status, current_setting('max_slot_wal_keep_size') AS keeps FROM pg_replication_slots WHERE slot_name = $1`,
    [slot],
  );
  if (rows[0]?.wal_status !== 'lost') return;
  throw new UsageError(
    `the source has invalidated replication slot ${slot}, so what changed since is lost (max_slot_wal_keep_size is ` +
    `${rows[0].keeps}; DMS wants -1): raise it, and give the rehearsal up with --clean`,
  );
}

/** Takes slot and publications away; those that are gone already are fine. */
export async function dropSourceObjects(client: Client, { slot, publications, isGiven }: SourceObjects): Promise<void> {
  if (isGiven === true) return;
  for (const publication of publications) {
    await client.query(`DROP PUBLICATION IF EXISTS ${escapeIdentifier(publication)}`);
  }
  if (await releasedSlot(client, slot)) await client.query('SELECT pg_drop_replication_slot($1)', [slot]);
}

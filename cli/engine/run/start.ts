import type { Client } from 'pg';
import { UsageError } from '../../errors';
import { formatLsn, parseLsn } from '../source/lsn';
import { releasedSlot } from '../source/slot';
import type { ReplicationTask } from '../task/replication-task';
import type { RunStart } from './run';

interface SlotRow {
  readonly plugin: string | null;
  readonly database: string | null;
  readonly here: string;
  readonly confirmed: string | null;
}

/**
 * Where a task for changes begins that was told where: by the caller, or by `SlotName` of its source endpoint with
 * `CdcStartPosition`.
 *
 * @returns `undefined` for a task that begins now, with a slot of its own
 * @throws {UsageError} when the slot is not there or cannot give what is asked for
 */
export async function startOf(
  client: Client, task: ReplicationTask, start: RunStart | undefined,
): Promise<Required<RunStart> | undefined> {
  const wanted = start ?? (task.start && { slot: task.start.slot, lsn: formatLsn(task.start.lsn) });
  if (wanted === undefined) return undefined;
  if (task.migrationType !== 'cdc') {
    throw new UsageError(`task ${task.id} is ${task.migrationType}: only a cdc task begins at a position, a load at its snapshot`);
  }
  const { slot, lsn } = wanted;
  await releasedSlot(client, slot);
  const { rows: [row] } = await client.query<SlotRow>(
    `SELECT plugin::text, database::text, current_database()::text AS here, confirmed_flush_lsn::text AS confirmed
       FROM pg_replication_slots WHERE slot_name = $1`, [slot]);
  if (row === undefined) {
    throw new UsageError(`the source has no replication slot ${slot}: SELECT pg_create_logical_replication_slot('${slot}', 'pgoutput')`);
  }
  if (row.plugin !== 'pgoutput' || row.database !== row.here) {
    throw new UsageError(
      `replication slot ${slot} has the plug-in ${row.plugin ?? 'none'} in database ${row.database ?? 'none'}: the local engine ` +
      `reads pgoutput in ${row.here}; make one for it`,
    );
  }
  if (row.confirmed !== null && parseLsn(lsn) < parseLsn(row.confirmed)) {
    throw new UsageError(`replication slot ${slot} was confirmed at ${row.confirmed}: a task cannot begin before, at ${lsn}`);
  }
  return { slot, lsn, publications: wanted.publications ?? await publicationsOf(client, slot) };
}

async function publicationsOf(client: Client, slot: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    'SELECT pubname::text AS name FROM pg_publication WHERE pubname = ANY ($1) ORDER BY 1', [[slot, `${slot}_inserts`]]);
  if (rows.length > 0) return rows.map(({ name }) => name);
  throw new UsageError(`the source has no publication ${slot}: it has to be there before the slot of that name is made`);
}

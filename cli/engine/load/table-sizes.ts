import type { Client } from 'pg';
import { codeOf } from '../../errors';
import type { TablePlan } from '../plan/table-plan';
import { openSession } from '../source/session';
import type { TableSize } from './parts';

/** Asking for a size waits for whoever has locked the table. */
const PATIENCE = '100ms';
const LOCK_NOT_AVAILABLE = '55P03';
const UNKNOWN: TableSize = { bytes: 0, pages: 0 };

/** The sizes of tables; one that is locked counts as empty, and its load waits for the lock on its own. */
export async function tableSizes(
  sourceUrl: string | undefined,
  plans: readonly TablePlan[],
): Promise<Map<TablePlan, TableSize>> {
  const client = await openSession(sourceUrl);
  try {
    await client.query(`SET lock_timeout = '${PATIENCE}'`);
    const sizes = new Map<TablePlan, TableSize>();
    for (const plan of plans) sizes.set(plan, await sizeOf(client, plan.source.oid));
    return sizes;
  } finally {
    await client.end();
  }
}

async function sizeOf(client: Client, oid: number): Promise<TableSize> {
  try {
    // Null for a table that was dropped this moment: its load will tell.
    const { rows } = await client.query<{ bytes: string | null; pages: string | null }>(
      `SELECT pg_table_size($1::oid) AS bytes, pg_relation_size($1::oid) / current_setting('block_size')::int8 AS pages`,
      [oid],
    );
    return { bytes: Number(rows[0]!.bytes), pages: Number(rows[0]!.pages) };
  } catch (error) {
    if (codeOf(error) === LOCK_NOT_AVAILABLE) return UNKNOWN;
    throw error;
  }
}

import type { QueryResultRow } from 'pg';
import type { SiteConfiguration } from '../../../lib/two-way/two-way-api';
import { type PostgresSession, sqlState } from './session';

/** What DMS reads. */
const USUAL_PLUGIN = 'test_decoding';

const OBJECT_IN_USE = '55006';
const UNDEFINED_OBJECT = '42704';
const DUPLICATE_OBJECT = '42710';

/** How long the reader of a slot that has to go may take to leave it, and how often it is asked. */
const PATIENCE_MILLISECONDS = 10_000;
const POLL_MILLISECONDS = 200;

export interface SlotState {
  readonly plugin: string | null;
  /** Whether it belongs to the database of this site: a server has one list for all. */
  readonly is_here: boolean;
  readonly active_pid: number | null;
  readonly wal_status: string | null;
  readonly confirmed_flush_lsn: string | null;
  /** Bytes of log that are kept for it. */
  readonly retained: string | null;
}

/** The slot of that name; `undefined` when there is none. */
export const readSlot = (
  session: PostgresSession, name: string,
): Promise<SlotState | undefined> => session.row<SlotState & QueryResultRow>(
  `SELECT plugin::text, database = current_database() AS is_here, active_pid, wal_status, confirmed_flush_lsn::text,
          pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::text AS retained
     FROM pg_replication_slots WHERE slot_name = $1`, [name],
);

/**
 * Where changes begin that are made from now on. A slot that is there holds more than those: what it has besides came
 * from the other site, and the leg that reads it leaves that out.
 */
export async function capturePosition(
  session: PostgresSession, { slotName, slotPlugin = USUAL_PLUGIN }: SiteConfiguration,
): Promise<{ position: string; createdSlot: boolean }> {
  if (slotName === undefined) {
    const now = await session.row<{ position: string }>('SELECT pg_current_wal_lsn()::text AS position');
    return { position: now!.position, createdSlot: false };
  }
  const known = await readSlot(session, slotName);
  if (known !== undefined) return { position: positionOf(slotName, known), createdSlot: false };
  try {
    const created = await session.row<{ position: string }>(
      'SELECT lsn::text AS position FROM pg_create_logical_replication_slot($1, $2)', [slotName, slotPlugin],
    );
    return { position: created!.position, createdSlot: true };
  } catch (error) {
    if (sqlState(error) !== DUPLICATE_OBJECT) throw error;
    // Somebody was faster: this very step, whose answer got lost.
    return { position: positionOf(slotName, (await readSlot(session, slotName))!), createdSlot: false };
  }
}

function positionOf(name: string, { is_here: isHere, confirmed_flush_lsn: position }: SlotState): string {
  if (!isHere) throw new Error(`replication slot ${name} belongs to another database of the server: give the site a slot of its own`);
  if (position === null) throw new Error(`replication slot ${name} is no logical slot: drop it, or give the site another one`);
  return position;
}

/** @throws when somebody still reads it: a slot is never taken from its reader */
export async function dropSlot(session: PostgresSession, name: string): Promise<void> {
  const until = Date.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    try {
      await session.rows('SELECT pg_drop_replication_slot($1)', [name]);
      return;
    } catch (error) {
      if (sqlState(error) === UNDEFINED_OBJECT) return;
      if (sqlState(error) !== OBJECT_IN_USE) throw error;
      const pid = (await readSlot(session, name))?.active_pid;
      if (Date.now() >= until) {
        throw new Error(`replication slot ${name} is still read by process ${pid ?? 'unknown'} of the database: end its reader (stop the `
          + 'leg, or SELECT pg_terminate_backend), then try again', { cause: error });
      }
      await new Promise((resolve) => { setTimeout(resolve, POLL_MILLISECONDS); });
    }
  }
}

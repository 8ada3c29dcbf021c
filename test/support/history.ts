import type { Client } from 'pg';
import { escapeLiteral } from 'pg';

/** Every change of a row gets a number, which the row keeps in this column until the next one. */
export const CHANGE = 'change';
/** The schema of what triggers write about each change of a row, in the same transaction. */
export const HISTORY = 'history';

/** SQL that the triggers of `historyTriggers` need. */
export const HISTORY_DEFINITIONS = `
  CREATE SCHEMA ${HISTORY};
  CREATE SEQUENCE ${HISTORY}.numbers;
  CREATE TABLE ${HISTORY}.changes (place bigserial, transaction xid8 DEFAULT pg_current_xact_id(), relation oid,
    kind text, before bigint, after bigint, moved boolean);
  CREATE FUNCTION ${HISTORY}.number() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN NEW.${CHANGE} := nextval('${HISTORY}.numbers'); RETURN NEW; END $$;
  CREATE FUNCTION ${HISTORY}.record() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO ${HISTORY}.changes (relation, kind, before, after, moved)
      VALUES (TG_RELID, lower(TG_OP), CASE WHEN TG_OP IN ('UPDATE', 'DELETE') THEN OLD.${CHANGE} END,
        CASE WHEN TG_OP IN ('INSERT', 'UPDATE') THEN NEW.${CHANGE} END,
        TG_OP = 'UPDATE' AND EXISTS (SELECT FROM unnest(TG_ARGV) AS key
          WHERE to_jsonb(OLD) ->> key IS DISTINCT FROM to_jsonb(NEW) ->> key));
      RETURN NULL;
    END $$;`;

/**
 * SQL of the triggers that number and write down each change of a table.
 *
 * @param table quoted; it has a column `change`
 */
export function historyTriggers(table: string, key: readonly string[]): string {
  return `
    CREATE TRIGGER number BEFORE INSERT OR UPDATE ON ${table} FOR EACH ROW EXECUTE FUNCTION ${HISTORY}.number();
    CREATE TRIGGER record AFTER INSERT OR UPDATE OR DELETE ON ${table} FOR EACH ROW
      EXECUTE FUNCTION ${HISTORY}.record(${key.map(escapeLiteral).join(', ')});
    CREATE TRIGGER truncated AFTER TRUNCATE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION ${HISTORY}.record();`;
}

/** A change of a row, as the triggers have seen it. */
export interface Change {
  readonly relation: number;
  readonly kind: 'insert' | 'update' | 'delete' | 'truncate';
  /** The number of the row's change before, and of this one. */
  readonly before: string | null;
  readonly after: string | null;
  /** Whether the key has changed. */
  readonly moved: boolean;
}

/**
 * All changes that were committed, in the order of the commits.
 *
 * @param committed the transactions in that order; not needed when one session made them all
 */
export async function readHistory(client: Client, committed?: readonly string[]): Promise<Change[]> {
  const { rows } = await client.query<Change & { transaction: string }>(
    `SELECT transaction::text, relation::int, kind, before, after, moved FROM ${HISTORY}.changes ORDER BY place`);
  if (committed === undefined) return rows;
  const order = new Map(committed.map((transaction, i) => [transaction, i]));
  return rows.sort((one, other) => order.get(one.transaction)! - order.get(other.transaction)!);
}

/** What a table's history says of its lake. */
export interface ExpectedLake {
  /** The changes that have to be in files of changes, in their order. */
  readonly captured: readonly Change[];
  /** The same, as the lake has them. */
  readonly events: readonly string[];
  /** The numbers of the rows that the load has to have. */
  readonly loaded: readonly string[];
}

/**
 * Splits a table's history into what a load has seen and what was captured after it. Where the snapshot was taken only
 * the lake knows: its number of events tells how much came later. A TRUNCATE takes everything before it away.
 *
 * @param isFollowed whether UPDATE and DELETE of the table are replicated
 */
export function expectedLake(history: readonly Change[], events: number, isFollowed: boolean): ExpectedLake {
  const truncation = history.findLastIndex(({ kind }) => kind === 'truncate');
  const expected = history.slice(truncation + 1).filter(({ kind }) => isFollowed || kind === 'insert');
  let first = expected.length;
  for (let length = 0; length < events && first > 0; first--) length += eventsOf(expected[first - 1]!).length;
  const alive = new Set<string | null>();
  for (const { kind, before, after } of history.slice(0, truncation + 1 + first)) {
    if (kind === 'truncate') alive.clear();
    alive.delete(before);
    if (after !== null) alive.add(after);
  }
  const captured = expected.slice(first);
  return { captured, events: captured.flatMap(eventsOf), loaded: [...alive].map(String).sort() };
}

/** A change of a key is the end of a row and the beginning of another. */
function eventsOf({ kind, after, moved }: Change): string[] {
  if (kind === 'delete') return [eventText('D', null)];
  if (moved) return [eventText('D', null), eventText('I', after)];
  return [eventText(kind === 'insert' ? 'I' : 'U', after)];
}

/** An event of the lake in the form of `ExpectedLake.events`: a delete does not know its number. */
export function eventText(op: string, change: string | null | undefined): string {
  return op === 'D' ? 'D' : `${op} ${change}`;
}

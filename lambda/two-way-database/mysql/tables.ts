import type { SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { isSelected } from '../names';
import { further, raisedNumber } from '../sequence-numbers';
import { EVENTS, quoted, triggerName } from './preparation-ddl';
import type { MySqlSession } from './session';

/** A replicated table as the switch needs to know it. */
export interface MySqlTable {
  readonly name: string;
  readonly engine: string;
  readonly hasKey: boolean;
  /** Events without a trigger of the fence. */
  readonly unfenced: readonly (typeof EVENTS)[number][];
  /** The column that counts up by itself, and the number that it gets next. */
  readonly counter?: { readonly column: string; readonly coming: bigint };
}

interface TableRow {
  readonly name: string;
  readonly engine: string | null;
  readonly coming: string | null;
  readonly counter: string | null;
  readonly has_key: string;
}

export async function readTables(
  session: MySqlSession, { schema }: SiteConfiguration, { tables }: TwoWayConfiguration,
): Promise<MySqlTable[]> {
  const rows = await session.rows<TableRow>(
    `SELECT t.TABLE_NAME AS name, t.ENGINE AS engine, t.AUTO_INCREMENT AS coming,
            (SELECT c.COLUMN_NAME FROM information_schema.columns c WHERE c.TABLE_SCHEMA = t.TABLE_SCHEMA
                AND c.TABLE_NAME = t.TABLE_NAME AND c.EXTRA LIKE '%auto_increment%' LIMIT 1) AS counter,
            (SELECT COUNT(*) FROM information_schema.table_constraints k WHERE k.TABLE_SCHEMA = t.TABLE_SCHEMA
                AND k.TABLE_NAME = t.TABLE_NAME AND k.CONSTRAINT_TYPE = 'PRIMARY KEY') AS has_key
       FROM information_schema.tables t WHERE t.TABLE_SCHEMA = ? AND t.TABLE_TYPE = 'BASE TABLE' ORDER BY t.TABLE_NAME`, [schema],
  );
  const triggers = await session.rows<{ name: string; statement: string }>(
    `SELECT TRIGGER_NAME AS name, ACTION_STATEMENT AS statement FROM information_schema.triggers
      WHERE TRIGGER_SCHEMA = ? AND ACTION_TIMING = 'BEFORE'`, [schema],
  );
  const fences = new Set(triggers.filter(({ statement }) => statement.includes('dms_fence_check')).map(({ name }) => name));
  const selected = rows.filter(({ name }) => isSelected(name.toLowerCase(), tables));
  return selected.map(({ name, engine, coming, counter, has_key: keys }) => ({
    name,
    engine: engine ?? 'unknown',
    hasKey: Number(keys) > 0,
    unfenced: EVENTS.filter((event) => !fences.has(triggerName(name, event))),
    ...(counter === null ? {} : { counter: { column: counter, coming: BigInt(coming ?? '1') } }),
  }));
}

const keyOf = (table: string, column: string): string => `${table}.${column}`.toLowerCase();

/** The last numbers of the columns that count up by themselves: given, or written by somebody. */
export async function lastNumbers(
  session: MySqlSession, { schema }: SiteConfiguration, tables: readonly MySqlTable[],
): Promise<Map<string, bigint>> {
  const last = new Map<string, bigint>();
  for (const { name, counter } of tables) {
    if (counter === undefined) continue;
    const { column, coming } = counter;
    const row = await session.row<{ last: string | null }>(
      `SELECT CAST(MAX(${quoted(column)}) AS CHAR) AS last FROM ${quoted(schema)}.${quoted(name)}`,
    );
    last.set(keyOf(name, column), further(1n, coming - 1n, BigInt(row?.last?.replace(/\..*$/, '') ?? '0')));
  }
  return last;
}

/** Raises them above the last numbers of the other site. InnoDB itself lets none of them go below its rows. */
export async function raiseNumbers(
  session: MySqlSession, { schema }: SiteConfiguration, tables: readonly MySqlTable[],
  taken: ReadonlyMap<string, bigint>, gap: bigint,
): Promise<void> {
  for (const { name, counter } of tables) {
    const other = counter === undefined ? undefined : taken.get(keyOf(name, counter.column));
    if (counter === undefined || other === undefined) continue;
    const raised = raisedNumber({ coming: counter.coming, increment: 1n, step: 1n }, other, gap);
    if (raised === undefined) continue;
    await session.rows(`ALTER TABLE ${quoted(schema)}.${quoted(name)} AUTO_INCREMENT = ${raised}`);
  }
}

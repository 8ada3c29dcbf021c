import { type Json } from '@duckdb/node-api';
import { latestStateSql, viewText } from '../../../lib/catalog/latest-view';
import { query } from '../../support/lake';

const STATE = {
  table: 'orders_history', columns: ['id', 'state'], primaryKey: ['id'], timestampColumn: 'dms_timestamp', opColumn: true,
};
type Row = [op: string | null, time: string, sequence: string | null, id: number, state: string | null];

/** What the view says, of rows in any order: DuckDB reads the same SQL as Athena. */
async function latest(
  rows: readonly Row[], state: Partial<Parameters<typeof latestStateSql>[0]> = {},
): Promise<Json[][]> {
  const text = (value: string | null): string => (value === null ? 'NULL' : `'${value}'`);
  const values = rows.map(([op, time, sequence, id, name]) =>
    `(${text(op)}, ${text(time)}, ${text(sequence)}, ${id}, ${text(name)})`).join(', ');
  const sql = latestStateSql({ ...STATE, ...state });
  return query(`WITH orders_history("op", "dms_timestamp", "dms_sequence", "id", "state") AS (VALUES ${values})
    ${sql} ORDER BY id`);
}
const LOAD = '2026-11-01 00:00:00.000000';
const at = (second: number): string => `2026-11-01 10:00:0${second}.000000`;

test('is the SQL that it is', () => {
  expect(latestStateSql({ ...STATE, sequenceColumn: 'dms_sequence' })).toBe(
    'SELECT "id", "state" FROM (SELECT *, row_number() OVER (PARTITION BY "id" ORDER BY "dms_timestamp" DESC NULLS LAST, '
    + '"dms_sequence" DESC NULLS LAST, CASE coalesce("op", \'I\') WHEN \'D\' THEN 2 WHEN \'U\' THEN 1 ELSE 0 END DESC) '
    + 'AS "dms_rank" FROM "orders_history") AS ranked WHERE "dms_rank" = 1 AND coalesce("op", \'I\') <> \'D\'',
  );
});

test('shows the last state of every row, loaded, inserted, updated or inserted again, and no deleted row', async () => {
  expect(await latest([
    ['U', at(2), '2', 1, 'paid'],
    ['I', LOAD, '', 1, 'new'],
    ['U', at(1), '1', 1, 'sent'],
    ['I', LOAD, '', 2, 'loaded'],
    ['D', at(3), '3', 3, 'gone'],
    ['I', LOAD, '', 3, 'new'],
    ['I', at(4), '4', 4, 'inserted'],
    ['D', at(1), '1', 5, 'gone'],
    ['I', at(2), '2', 5, 'back'],
  ])).toEqual([[1, 'paid'], [2, 'loaded'], [4, 'inserted'], [5, 'back']]);
});

test('takes rows of a load without Op for inserts', async () => {
  expect(await latest([[null, LOAD, null, 1, 'loaded'], [null, LOAD, null, 2, 'new'], ['D', at(1), null, 2, 'new']]))
    .toEqual([[1, 'loaded']]);
});

test('tells the changes of one transaction apart by the sequence', async () => {
  const rows: Row[] = [['D', at(1), '1', 1, 'old'], ['I', at(1), '2', 1, 'first'], ['U', at(1), '3', 1, 'last']];
  expect(await latest(rows, { sequenceColumn: 'dms_sequence' })).toEqual([[1, 'last']]);
  expect(await latest([...rows].reverse(), { sequenceColumn: 'dms_sequence' })).toEqual([[1, 'last']]);
  // Without it a delete counts as the last change of a transaction.
  expect(await latest(rows)).toEqual([]);
});

test('orders by time alone where there is no Op', async () => {
  expect(await latest([[null, LOAD, null, 1, 'a'], [null, at(1), null, 1, 'b']], { opColumn: false })).toEqual([[1, 'b']]);
  expect(latestStateSql({ ...STATE, opColumn: false })).not.toContain('"op"');
});

test('takes every column of the key', async () => {
  expect(await latest([['I', LOAD, null, 1, 'a'], ['I', LOAD, null, 1, 'b'], ['D', at(1), null, 1, 'b']], {
    primaryKey: ['id', 'state'],
  })).toEqual([[1, 'a']]);
});

test('quotes names', () => {
  expect(latestStateSql({ ...STATE, columns: ['or"der'], primaryKey: ['or"der'] })).toContain('PARTITION BY "or""der"');
});

test('is the text that Athena reads as a view', () => {
  const text = viewText('SELECT 1', 'shop', [{ name: 'id', glue: 'int', athena: 'integer' }]);
  const [, encoded] = /^\/\* Presto View: ([A-Za-z0-9+/=]+) \*\/$/.exec(text)!;
  expect(JSON.parse(Buffer.from(encoded!, 'base64').toString('utf8'))).toEqual({
    originalSql: 'SELECT 1', catalog: 'awsdatacatalog', schema: 'shop', columns: [{ name: 'id', type: 'integer' }],
  });
});

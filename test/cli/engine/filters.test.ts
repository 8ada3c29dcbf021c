import * as fc from 'fast-check';
import { asText, columnType, type PlainValue } from '../../../cli/engine/columns/postgres-types';
import { filterSql, passesFilters, unusableValue } from '../../../cli/engine/plan/filter';
import { openSession } from '../../../cli/engine/source/session';
import { selection } from '../../support/dms-template';
import { runEngine } from '../../support/engine-run';
import { SourceServer } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';
import type { FilterConditionDefinition } from '../../../lib/table-mappings/document';

const folders = new TemporaryFolders();
const server = new SourceServer();

/** Type, values of a column, and what filters may ask of it, which is the same and more. */
const TYPES: readonly (readonly [type: string, values: readonly string[], asked: readonly string[]])[] = [
  ['integer', ['-5', '0', '7', '2147483647'], ['7', '7.0', '6.5', '-5', '99999999999']],
  ['bigint', ['9007199254740993', '-9223372036854775808'], ['9007199254740992', '9007199254740993.0', '-9223372036854775808']],
  ['numeric(20,4)', ['1.5', '-0.0001', '1234567890123456.7891', 'NaN'], ['1.5', '1.50000', '1234567890123456.78909', '0']],
  ['double precision', ['0.1', '-1e-300', '1e300', 'NaN', 'Infinity', '-Infinity'], ['0.1', '0.10000000000000000001', '0']],
  ['real', ['0.1', '16777216'], ['0.1', '0.100000001490116', '16777217']],
  ['money', ['-1.50', '1234.56'], ['-1.5', '1234.56', '0']],
  ['date', ['2026-01-31', '0044-03-15 BC', 'infinity', '-infinity', '12026-01-01'], ['2026-01-31', '2026-01-31 00:00:00.001', '2026-02-01', '0001-01-01']],
  ['timestamp', ['2026-01-31 12:00:00', '2026-01-31 12:00:00.000001', 'infinity'], ['2026-01-31', '2026-01-31 12:00:00', '2026-01-31 12:00:00.000']],
  ['timestamptz', ['2026-01-31 12:00:00+05', '-infinity'], ['2026-01-31 07:00:00', '2026-01-31 07:00:00.001']],
  ['boolean', ['true', 'false'], ['true', 'false', 't']],
  ['varchar(20)', ['', 'a', 'B', 'ä', 'a b', "o'x", '😀', '\u{ffff}'], ['', 'a', 'B', 'ä', "o'x", 'b', '\u{e000}']],
  ['char(4)', ['ab', ''], ['ab', 'ab  ', '']],
  ['inet', ['10.0.0.1', '10.0.0.1/8'], ['10.0.0.1', '10.0.0.1/32']],
  ['uuid', ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'], ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'b']],
  ['time', ['10:00', '24:00'], ['10:00:00', '10']],
];

const conditions = (asked: readonly string[]): fc.Arbitrary<FilterConditionDefinition> => {
  const value = fc.constantFrom(...asked);
  return fc.oneof(
    fc.record({ 'filter-operator': fc.constantFrom('null', 'notnull') }),
    fc.record({ 'filter-operator': fc.constantFrom('lte', 'ste', 'gte', 'eq', 'noteq'), value }),
    fc.record({ 'filter-operator': fc.constantFrom('between', 'notbetween'), 'start-value': value, 'end-value': value }),
  );
};

test('every operator on every type chooses the same rows in SQL and in the change stream', async () => {
  const db = await server.database();
  const session = await openSession(db.url);
  try {
    for (const [type, values, asked] of TYPES) {
      await session.query(`DROP TABLE IF EXISTS t; CREATE TABLE t (id serial, v ${type})`);
      await session.query(`INSERT INTO t (v) SELECT unnest($1::text[])::${type}`, [[...values, null]]);
      const { rows } = await session.query<{ oid: number; modifier: number; text: string | null; id: number }>(
        `SELECT atttypid::int AS oid, atttypmod AS modifier, id, ${asText('v')} AS text FROM t, pg_attribute WHERE attrelid = 't'::regclass AND attname = 'v'`);
      const plain: PlainValue = columnType(
        { oid: rows[0]!.oid, modifier: rows[0]!.modifier, name: '', kind: 'b', category: '' },
        { timestampsInMilliseconds: false, lobMaxBytes: 32_768 },
      ).plain;
      await fc.assert(fc.asyncProperty(fc.array(conditions(asked), { minLength: 1, maxLength: 2 }), async (list) => {
        const filter = { 'filter-type': 'source', 'column-name': 'v', 'filter-conditions': list } as const;
        expect(unusableValue(plain, filter)).toBeUndefined();
        const groups = [[filter]];
        const chosen = await session.query<{ id: number }>(`SELECT id FROM t WHERE ${filterSql(groups, () => plain)!}`);
        const passing = rows.filter(({ text }) => passesFilters(groups, () => plain, () => text));
        expect([type, passing.map(({ id }) => id)]).toEqual([type, chosen.rows.map(({ id }) => id)]);
      }), { numRuns: 60, endOnFailure: true });
    }
  } finally {
    await session.end();
  }
});

const where = (...filters: [column: string, ...conditions: object[]][]): object => ({
  filters: filters.map(([column, ...list]) => ({ 'filter-type': 'source', 'column-name': column, 'filter-conditions': list })),
});

test('filters of one rule all hold, conditions of one filter any; load and capture obey both', async () => {
  const db = await server.database();
  await db.query('CREATE TABLE t (id integer PRIMARY KEY, kind varchar(5))');
  await db.query("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'), (10, 'a'), (11, NULL)");
  const rules = [selection('public', 't', where(
    ['kind', { 'filter-operator': 'eq', value: 'a' }, { 'filter-operator': 'eq', value: 'b' }],
    ['id', { 'filter-operator': 'between', 'start-value': '1', 'end-value': '5' }, { 'filter-operator': 'gte', value: '100' }],
  ))];
  const { report, lake } = await runEngine(db.url, { rules }, {
    folder: folders.create(),
    changes: () => db.query(`INSERT INTO t VALUES (4, 'a'), (5, 'z'), (6, 'a'), (100, 'b'), (101, NULL);
      UPDATE t SET kind = 'b' WHERE id IN (1, 10)`),
  });
  expect(await lake.rows(lake.loadFiles('public/t'))).toEqual([['I', 1, 'a'], ['I', 2, 'b']]);
  expect(await lake.rows(lake.changeFiles('public/t'))).toEqual([['I', 4, 'a'], ['I', 100, 'b'], ['U', 1, 'b']]);
  expect(report.tables[0]).toMatchObject({ fullLoadRows: 2, inserts: 2, updates: 1, validationState: 'Validated' });
});

test.each([
  [['gone', { 'filter-operator': 'null' }], 'public.t: filter on column "gone", which it does not have; it has id, note'],
  [['note', { 'filter-operator': 'eq', value: 'x' }], 'public.t: filter on column "note", which is a LOB (NCLOB) to DMS: DMS filters on other columns only'],
  [['id', { 'filter-operator': 'eq', value: 'seven' }], 'public.t: filter on column "id": "seven" is not a number such as 12.5'],
] as [[string, object], string][])('%j is refused', async (filter, message) => {
  const db = await server.database();
  await db.query('CREATE TABLE t (id integer PRIMARY KEY, note text)');
  await expect(runEngine(db.url, { rules: [selection('public', 't', where(filter))] }, { folder: folders.create() }))
    .rejects.toThrow(message);
});

import { runEngine } from '../../support/engine-run';
import { EVERYTHING, transformation } from '../../support/dms-template';
import { planOf, sourceTable } from '../../support/source-table';
import { SourceServer } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const server = new SourceServer();

const changeType = (id: number, locator: object, type: string, rest: object = {}): object =>
  transformation(id, 'change-data-type', 'column', locator, { 'data-type': { type, ...rest } });

/** A type of PostgreSQL, the rule's `data-type`, the type that DuckDB reads, values as SQL and what they become. */
type ChangeCase = readonly [
  sql: string, dataType: object, parquet: string, values: readonly (readonly [sql: string, read: unknown])[],
];

const CASES: readonly ChangeCase[] = [
  ['boolean', { type: 'boolean' }, 'BOOLEAN', [['true', true], ['false', false]]],
  ['boolean', { type: 'string', length: '2' }, 'VARCHAR', [['true', 'tr']]],
  ['integer', { type: 'boolean' }, 'BOOLEAN', [['1', true], ['0', false], ['2', null]]],
  ['numeric(2,1)', { type: 'boolean' }, 'BOOLEAN', [['1.0', true], ['0', false], ['0.5', null]]],
  ['varchar(5)', { type: 'boolean' }, 'BOOLEAN', [["'TRUE'", true], ["'f'", false], ["'yes'", null]]],
  ['smallint', { type: 'uint1' }, 'UTINYINT', [['255', 255], ['256', null], ['-1', null]]],
  ['integer', { type: 'uint2' }, 'USMALLINT', [['65535', 65535], ['65536', null], ['-1', null]]],
  ['bigint', { type: 'uint4' }, 'UINTEGER', [['4294967295', 4294967295], ['4294967296', null], ['-1', null]]],
  ['smallint', { type: 'uint8' }, 'UBIGINT', [['32767', '32767'], ['-1', null]]],
  ['bigint', { type: 'uint8' }, 'UBIGINT', [['9223372036854775807', '9223372036854775807'], ['-1', null]]],
  ['numeric(20,0)', { type: 'uint8' }, 'UBIGINT', [['18446744073709551615', '18446744073709551615'], ['18446744073709551616', null]]],
  ['integer', { type: 'int1' }, 'TINYINT', [['-128', -128], ['127', 127], ['128', null]]],
  ['numeric(10,2)', { type: 'int2' }, 'SMALLINT', [['32767.49', 32767], ['32767.5', null], ['-2.5', -3], ['0.4', 0], ['-0.4', 0]]],
  ['double precision', { type: 'int4' }, 'INTEGER', [['1e9', 1000000000], ['1e10', null], ["'NaN'", null], ["'Infinity'", null], ['2.5', 3]]],
  ['varchar', { type: 'int8' }, 'BIGINT', [["' 12 '", '12'], ["'-1.5e3'", '-1500'], ["'12x'", null], ["''", null], ["'.'", null], ["'1e999'", null]]],
  ['varchar', { type: 'numeric', precision: '5', scale: 2 }, 'DECIMAL(5,2)', [["'999.994'", '999.99'], ["'999.995'", null], ["'many'", null]]],
  ['numeric', { type: 'numeric', precision: 4, scale: 1 }, 'DECIMAL(4,1)', [['999.94', '999.9'], ['999.95', null], ["'NaN'", null]]],
  ['money', { type: 'numeric' }, 'DECIMAL(28,6)', [["'1234.5'", '1234.500000'], ["'-0.01'", '-0.010000']]],
  ['bigint', { type: 'real8' }, 'DOUBLE', [['9007199254740993', 9007199254740992]]],
  ['numeric', { type: 'real4' }, 'FLOAT', [['0.1', 0.10000000149011612], ['1e39', null], ["'NaN'", 'NaN']]],
  ['varchar', { type: 'real8' }, 'DOUBLE', [["'-2.5e-3'", -0.0025], ["'x'", null], ["'1e400'", null]]],
  ['integer', { type: 'string' }, 'VARCHAR', [['-12', '-12']]],
  ['double precision', { type: 'wstring', length: 100 }, 'VARCHAR', [['1e20', '1e+20'], ['0.1', '0.1']]],
  ['money', { type: 'string', length: 100 }, 'VARCHAR', [["'1234.5'", '1234.50']]],
  ['varchar(20)', { type: 'string', length: 3 }, 'VARCHAR', [["'häß😀x'", 'häß'], ["'😀😀😀'", '😀😀😀']]],
  ['text', { type: 'wstring', length: '4' }, 'VARCHAR', [["'abcde'", 'abcd']]],
  ['varchar', { type: 'clob' }, 'VARCHAR', [["repeat('x', 40000)", 'x'.repeat(32768)]]],
  ['varchar', { type: 'nclob' }, 'VARCHAR', [["repeat('x', 40000)", 'x'.repeat(16384)]]],
  ['varchar', { type: 'bytes', length: 3 }, 'BLOB', [["'aä0'", 'a\\xC3\\xA4'], ["''", '']]],
  ['varchar', { type: 'blob' }, 'BLOB', [["'ä'", '\\xC3\\xA4']]],
  ['timestamp', { type: 'date' }, 'DATE', [["'2026-01-31 23:59:59.9'", '2026-01-31'], ["'infinity'", null], ["'0044-03-15 10:20 BC'", '0044-03-15 (BC)']]],
  ['timestamptz', { type: 'time' }, 'TIME', [["'2026-01-31 23:59:59.9999+01'", '22:59:59.999'], ["'-infinity'", null]]],
  ['timestamptz', { type: 'string' }, 'VARCHAR', [["'2026-01-31 23:30:00.5-01'", '2026-02-01 00:30:00.5']]],
  ['date', { type: 'datetime' }, 'TIMESTAMP', [["'2026-01-31'", '2026-01-31 00:00:00'], ["'5874897-12-31'", null], ["'infinity'", null]]],
  ['date', { type: 'string', length: 7 }, 'VARCHAR', [["'2026-01-31'", '2026-01']]],
  ['time', { type: 'time' }, 'TIME', [["'12:34:56.7899'", '12:34:56.789']]],
  ['timetz', { type: 'time' }, 'TIME', [["'23:30-02'", '01:30:00']]],
  ['varchar', { type: 'date' }, 'DATE', [["'2026-02-28'", '2026-02-28'], ["'2026:02:28'", '2026-02-28'], ["'2026-02-30'", null], ["'28.02.2026'", null]]],
  ['varchar', { type: 'datetime' }, 'TIMESTAMP', [["'2026:02:28 23:59:59'", '2026-02-28 23:59:59'], ["'2026-02-28 24:00:00'", null], ["'2026-02-28'", null]]],
  ['varchar', { type: 'time' }, 'TIME', [["'23:59:59'", '23:59:59'], ["'7:00'", null]]],
];

test('columns of another type: by COPY and by changes, and compared with the source', async () => {
  const db = await server.database();
  for (const [i, [sql]] of CASES.entries()) await db.query(`CREATE TABLE t${i} (id integer PRIMARY KEY, v ${sql})`);
  const insert = async (offset: number): Promise<void> => {
    for (const [i, [type, , , values]] of CASES.entries()) {
      const rows = [...values.map(([sql]) => `CAST(${sql} AS ${type})`), 'NULL'];
      await db.query(`INSERT INTO t${i} VALUES ${rows.map((sql, n) => `(${offset + n}, ${sql})`).join(', ')}`);
    }
  };
  await insert(0);
  const rules = CASES.map(([, dataType], i) => transformation(
    i + 2, 'change-data-type', 'column', { 'schema-name': 'public', 'table-name': `t${i}`, 'column-name': 'v' }, { 'data-type': dataType }));
  const { report, lake } = await runEngine(
    db.url, { rules: [EVERYTHING, ...rules] }, { folder: folders.create(), changes: () => insert(100) });

  const seen: unknown[] = [];
  const wanted: unknown[] = [];
  for (const [i, [type, dataType, parquet, values]] of CASES.entries()) {
    const read = (files: string[]): Promise<unknown> => lake.rows(files, 'SELECT v, typeof(v) FROM rows ORDER BY id');
    seen.push([type, dataType, await read(lake.loadFiles(`public/t${i}`)), await read(lake.changeFiles(`public/t${i}`))]);
    const rows = [...values.map(([, value]) => value), null].map((value) => [value, parquet]);
    wanted.push([type, dataType, rows, rows]);
  }
  expect(seen).toEqual(wanted);
  expect(report.differences).toEqual([]);
  expect(report.tables.map(({ table, validationState }) => [table, validationState]))
    .toEqual(CASES.map((_, i) => [`t${i}`, 'Validated']).sort());
  // t5 is smallint to uint1: 256 and -1 do not fit, in the load and again in the changes.
  expect(report.warnings.filter((text) => /public\.t5\b/.test(text))).toEqual([
    "public.t5.v: 4 values have no counterpart in the file's types and were written as null",
  ]);
});

test('a data type in the locator takes the columns of that type, and a changed key still tells rows apart', async () => {
  const db = await server.database();
  await db.query('CREATE TABLE t (id integer PRIMARY KEY, small smallint, n integer, name varchar(9))');
  await db.query("INSERT INTO t VALUES (1, 2, 3, 'x'), (2, NULL, 4, 'y')");
  const rules = [EVERYTHING, changeType(2, { 'column-name': '%', 'data-type': 'int4' }, 'string', { length: 20 })];
  const { report, lake } = await runEngine(db.url, { rules }, {
    folder: folders.create(),
    changes: () => db.query('UPDATE t SET n = 9 WHERE id = 1; DELETE FROM t WHERE id = 2'),
  });
  const rows = await lake.rows([...lake.loadFiles('public/t'), ...lake.changeFiles('public/t')]);
  expect(rows).toEqual([
    ['I', '1', 2, '3', 'x'], ['I', '2', null, '4', 'y'], ['U', '1', 2, '9', 'x'], ['D', '2', null, null, null],
  ]);
  expect(report.tables[0]).toMatchObject({ validationState: 'Validated', validationFailed: 0 });
});

describe('what no value could become is refused', () => {
  const table = sourceTable({
    id: 'integer', day: 'date', clock: 'time', at: 'timestamp', photo: 'bytea', note: 'text', name: 'varchar(9)', 'a-b': 'integer',
  });
  test.each<[string, object, string]>([
    ['id', { type: 'date' }, 'change-data-type of public.t.id: no INT4 is a DATE'],
    ['day', { type: 'int4' }, 'no DATE is a INT4'],
    ['day', { type: 'time' }, 'no DATE is a TIME'],
    ['clock', { type: 'datetime' }, 'no TIME is a DATETIME'],
    ['at', { type: 'boolean' }, 'no DATETIME is a BOOLEAN'],
    ['photo', { type: 'string' }, 'the column is a LOB (BLOB), which DMS can only drop'],
    ['note', { type: 'int4' }, 'the column is a LOB (NCLOB), which DMS can only drop or make a string'],
    ['id', { type: 'map' }, 'rule 2: data-type "map" is for Cassandra targets; S3 has int1, int2'],
    ['id', { type: 'numeric', precision: 39 }, 'data-type numeric(39,0): the precision is 38 at most'],
    ['id', { type: 'numeric', precision: 3, scale: 4 }, 'data-type numeric(3,4): the precision is 38 at most, the scale the precision'],
    ['name', { type: 'string', length: 'long' }, 'data-type.length is "long": give a whole number from 1 on'],
    ['a-b', { type: 'int8' }, 'rule 2: change-data-type of public.t.a-b: DMS transforms no columns with #, \\, / or - in their names'],
  ])('%s to %j', async (column, dataType, message) => {
    const rule = transformation(2, 'change-data-type', 'column', { 'column-name': column }, { 'data-type': dataType });
    await expect(planOf(table, rule)).rejects.toThrow(message);
  });

  test('a column with such a name can be dropped, or be among those of a rule that does nothing to it', async () => {
    const dropped = await planOf(table, transformation(2, 'remove-column', 'column', { 'column-name': 'a-b' }));
    expect(dropped.copied.map(({ name }) => name)).not.toContain('a-b');
    const lower = await planOf(table, transformation(2, 'convert-lowercase', 'column', { 'column-name': '%' }));
    expect(lower.copied.map(({ name }) => name)).toContain('a-b');
    await expect(planOf(table, transformation(2, 'convert-uppercase', 'column', { 'column-name': '%' })))
      .rejects.toThrow('rule 2: convert-uppercase of public.t.a-b: DMS transforms no columns');
  });
});

test('a new name and a new type compete: the lower rule id counts', async () => {
  const table = sourceTable({ id: 'integer' });
  const rename = (id: number): object => transformation(id, 'rename', 'column', { 'column-name': 'id' }, { value: 'nr' });
  const shape = async (...rules: object[]): Promise<string[]> =>
    (await planOf(table, ...rules)).copied.map(({ name, type }) => `${name} ${type.dms}`);
  expect(await shape(rename(2), changeType(3, { 'column-name': 'id' }, 'int8'))).toEqual(['nr INT4']);
  expect(await shape(rename(3), changeType(2, { 'column-name': 'id' }, 'int8'))).toEqual(['id INT8']);
});

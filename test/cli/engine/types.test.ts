import { SUPPORTED_VERSIONS } from '../../../cli/server/embedded-postgres';
import { runEngine } from '../../support/engine-run';
import { SourceServer, type SourceDatabase } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();

/** A type, values as SQL literals, and what DuckDB reads from the lake. */
type TypeCase = readonly [type: string, parquet: string, values: readonly (readonly [sql: string, read: unknown])[]];

const LONG = 'ä'.repeat(16_384);

const CASES: readonly TypeCase[] = [
  ['smallint', 'SMALLINT', [['-32768', -32768], ['32767', 32767], ['0', 0]]],
  ['integer', 'INTEGER', [['-2147483648', -2147483648], ['2147483647', 2147483647]]],
  ['bigint', 'BIGINT', [['-9223372036854775808', '-9223372036854775808'], ['9223372036854775807', '9223372036854775807']]],
  ['numeric(12,2)', 'DECIMAL(12,2)', [['-9999999999.99', '-9999999999.99'], ['0.005', '0.01'], ["'NaN'", null]]],
  ['numeric(38,0)', 'DECIMAL(38,0)', [
    ['99999999999999999999999999999999999999', '99999999999999999999999999999999999999'],
    ['-99999999999999999999999999999999999999', '-99999999999999999999999999999999999999'],
  ]],
  ['numeric(4,4)', 'DECIMAL(4,4)', [['-0.9999', '-0.9999'], ['0.00005', '0.0001']]],
  ['numeric', 'DECIMAL(28,6)', [
    ['1234567890123456789012.123456', '1234567890123456789012.123456'], ['-0.0000005', '-0.000001'], ['0.0000004', '0.000000'],
    ['1e22', null], ["'NaN'", null], ["'Infinity'", null], ["'-Infinity'", null], ['123456789.5', '123456789.500000'],
  ]],
  ['numeric(40,2)', 'VARCHAR', [['-12345678901234567890123456789012345678.99', '-12345678901234567890123456789012345678.99'], ["'NaN'", 'NaN']]],
  ['real', 'FLOAT', [['3.4028235e38', 3.4028234663852886e38], ['1e-45', 1.401298464324817e-45], ["'NaN'", 'NaN'], ["'-Infinity'", '-Infinity'], ['0.1', 0.10000000149011612]]],
  ['double precision', 'DOUBLE', [['1.7976931348623157e308', 1.7976931348623157e308], ['5e-324', 5e-324], ["'Infinity'", 'Infinity'], ['0.1', 0.1]]],
  ['money', 'DECIMAL(38,4)', [["'-92233720368547758.08'", '-92233720368547758.0800'], ["'1234.5'", '1234.5000'], ["'-0.01'", '-0.0100']]],
  ['boolean', 'VARCHAR', [['true', 'true'], ['false', 'false']]],
  ['char(5)', 'VARCHAR', [["'ab'", 'ab'], ["''", ''], ["'ä€😀'", 'ä€😀']]],
  ['varchar(20)', 'VARCHAR', [["''", ''], ["'it''s \"quoted\"'", 'it\'s "quoted"'], ["E'a\\r\\nb\\tc\\\\'", 'a\r\nb\tc\\']]],
  ['text', 'VARCHAR', [["'𝔘𝔫𝔦 עברית 中文'", '𝔘𝔫𝔦 עברית 中文'], ["'\\N'", '\\N'], ["repeat('ä', 20000)", LONG], ["E'\\x01'", '\x01']]],
  ['json', 'VARCHAR', [["'{\"b\" :1, \"a\":[]}'", '{"b" :1, "a":[]}']]],
  ['jsonb', 'VARCHAR', [["'{\"b\" :1, \"a\":[\"ü\"]}'", '{"a": ["ü"], "b": 1}'], ["'null'", 'null']]],
  ['bytea', 'BLOB', [["'\\x00ff0127'", '\\x00\\xFF\\x01\\x27'], ["''", '']]],
  ['uuid', 'VARCHAR', [["'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11']]],
  ['date', 'DATE', [
    ["'0044-03-15 BC'", '0044-03-15 (BC)'], ["'0001-01-01'", '0001-01-01'], ["'1900-02-28'", '1900-02-28'], ["'2000-02-29'", '2000-02-29'],
    ["'5874897-12-31'", '5874897-12-31'], ["'4713-01-01 BC'", '4713-01-01 (BC)'], ["'infinity'", null], ["'-infinity'", null],
  ]],
  ['time', 'TIME', [["'00:00'", '00:00:00'], ["'23:59:59.999999'", '23:59:59.999'], ["'24:00'", '23:59:59.999'], ["'12:34:56.789'", '12:34:56.789']]],
  ['timetz', 'TIME', [["'23:30-02'", '01:30:00'], ["'00:15:00.5+05:45'", '18:30:00.5'], ["'24:00+00'", '00:00:00']]],
  ['timestamp', 'TIMESTAMP', [
    ["'1969-12-31 23:59:59.999999'", '1969-12-31 23:59:59.999999'], ["'0044-03-15 10:20:30.4 BC'", '0044-03-15 (BC) 10:20:30.4'],
    ["'294246-01-10 04:00:54.775806'", '294246-01-10 04:00:54.775806'], ["'294276-12-31 23:59:59'", null],
    ["'infinity'", null], ["'-infinity'", null],
  ]],
  ['timestamptz', 'TIMESTAMP', [
    ["'2026-03-29 02:30:00+05:45'", '2026-03-28 20:45:00'], ["'1800-01-01 00:00:00.000001+00:19:32'", '1799-12-31 23:40:28.000001'],
    ["'infinity'", null],
  ]],
  ['interval', 'VARCHAR', [["'1 year 2 mons -3 days 04:05:06.789'", '1 year 2 mons -3 days +04:05:06.789'], ["'0'", '00:00:00']]],
  ['inet', 'VARCHAR', [["'10.0.0.1'", '10.0.0.1'], ["'10.0.0.1/8'", '10.0.0.1/8'], ["'::1'", '::1']]],
  ['cidr', 'VARCHAR', [["'10.0.0.0/8'", '10.0.0.0/8'], ["'10.0.0.1'", '10.0.0.1/32']]],
  ['macaddr', 'VARCHAR', [["'08002b:010203'", '08:00:2b:01:02:03']]],
  ['bit(4)', 'VARCHAR', [["B'1010'", '1010']]],
  ['varbit', 'VARCHAR', [["B''", ''], ["B'101'", '101']]],
  ['"char"', 'VARCHAR', [["'x'", 'x']]],
  ['mood', 'VARCHAR', [["'so so'", 'so so']]],
  ['price', 'DECIMAL(10,2)', [['12.345', '12.35']]],
  ['fine_price', 'DECIMAL(10,2)', [['12.345', '12.35']]],
  ['integer[]', 'VARCHAR', [["'{1,NULL,3}'", '{1,NULL,3}'], ["'{}'", '{}']]],
  ['text[]', 'VARCHAR', [["ARRAY['a,b', 'c\"d', '']", '{"a,b","c\\"d",""}']]],
  ['pair', 'VARCHAR', [["ROW(1, 'x y')", '(1,"x y")'], ['ROW(1, NULL)', '(1,)'], ['ROW(NULL, NULL)', '(,)']]],
  ['int4range', 'VARCHAR', [["'[1,5]'", '[1,6)'], ["'empty'", 'empty']]],
  ['tsrange', 'VARCHAR', [["'[2026-01-01, infinity)'", '["2026-01-01 00:00:00",infinity)']]],
  ['int4multirange', 'VARCHAR', [["'{[1,2],[5,6]}'", '{[1,3),[5,7)}']]],
  ['xml', 'VARCHAR', [["'<a>ü</a>'", '<a>ü</a>']]],
  ['tsvector', 'VARCHAR', [["'a fat cat'", "'a' 'cat' 'fat'"]]],
  ['point', 'VARCHAR', [["'(1.5,-2)'", '(1.5,-2)']]],
  ['box', 'VARCHAR', [["'((0,0),(1,1))'", '(1,1),(0,0)']]],
  ['pg_lsn', 'VARCHAR', [["'16/B374D848'", '16/B374D848']]],
];

const PREPARE = `
  CREATE TYPE mood AS ENUM ('so so', 'fine');
  CREATE DOMAIN price AS numeric(10,2) CHECK (VALUE > 0);
  CREATE DOMAIN fine_price AS price NOT NULL;
  CREATE TYPE pair AS (number integer, word text);`;

describe.each(SUPPORTED_VERSIONS)('PostgreSQL %i', (version) => {
  const server = new SourceServer({}, version);

  test('every type reaches the lake, by COPY and by changes', async () => {
    await checkEveryType(await server.database());
  });
});

async function checkEveryType(db: SourceDatabase): Promise<void> {
  await db.query(PREPARE);
  for (const [i, [type]] of CASES.entries()) {
    await db.query(`CREATE TABLE t${i} (id integer PRIMARY KEY, v ${type})`);
  }
  const insert = async (offset: number): Promise<void> => {
    for (const [i, [type, , values]] of CASES.entries()) {
      const rows = [...values.map(([sql]) => `CAST(${sql} AS ${type})`), ...(type === 'fine_price' ? [] : ['NULL'])];
      await db.query(`INSERT INTO t${i} VALUES ${rows.map((sql, n) => `(${offset + n}, ${sql})`).join(', ')}`);
    }
  };
  await insert(0);
  const { report, lake } = await runEngine(db.url, {}, { folder: folders.create(), changes: () => insert(100) });

  const seen: unknown[] = [];
  const wanted: unknown[] = [];
  for (const [i, [type, parquet, values]] of CASES.entries()) {
    const read = async (files: string[]): Promise<unknown> =>
      (await lake.rows(files, 'SELECT v, typeof(v) FROM rows ORDER BY id')).map(([v, of]) => [v, of]);
    seen.push([type, await read(lake.loadFiles(`public/t${i}`)), await read(lake.changeFiles(`public/t${i}`))]);
    const rows = [...values.map(([, value]) => value), ...(type === 'fine_price' ? [] : [null])].map((value) => [value, parquet]);
    wanted.push([type, rows, rows]);
  }
  expect(seen).toEqual(wanted);
  expect(report.differences).toEqual([]);
  expect(report.tables.map(({ table, validationState }) => [table, validationState]))
    .toEqual(CASES.map((_, i) => [`t${i}`, 'Validated']).sort());
}

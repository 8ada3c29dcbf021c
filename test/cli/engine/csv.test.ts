import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { cellWriter } from '../../../cli/engine/csv/cell';
import { CsvEncoder, type CsvOptions } from '../../../cli/engine/csv/encoder';
import { GzipSink } from '../../../cli/engine/csv/gzip-sink';
import { TextBuffer } from '../../../cli/engine/csv/text-buffer';
import { DecimalColumn } from '../../../cli/engine/columns/decimal';
import { StringColumn } from '../../../cli/engine/columns/strings';
import { DateColumn, TimestampColumn } from '../../../cli/engine/columns/temporal';
import type { Column } from '../../../cli/engine/columns/column';
import { taskOf, type TemplateOptions } from '../../support/dms-template';
import { runEngine, type EngineRun } from '../../support/engine-run';
import { query } from '../../support/lake';
import { SourceServer, type SourceDatabase } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();

const PLAIN: CsvOptions = {
  delimiter: ',', rowDelimiter: '\n', nullValue: 'NULL', notSuppliedValue: undefined, quotes: true, header: false, gzip: false,
};

function filled(column: Column, texts: readonly (string | null)[]): Column {
  for (const text of texts) {
    if (text === null) column.appendNull();
    else column.appendText(Buffer.from(text), 0, Buffer.byteLength(text));
  }
  return column;
}

describe('lines', () => {
  /** Lines of text columns; each row is a list of their values. */
  function encode(rows: readonly (readonly (string | null)[])[], options: Partial<CsvOptions> = {}, supplied = ['Op', 'id']): string {
    const columns = rows[0]!.map((_, i) => filled(new StringColumn(), rows.map((row) => row[i]!)));
    const schema = columns.map(({ type }, i) => ({ name: ['Op', 'id', 'word'][i]!, type }));
    const encoder = new CsvEncoder(schema, { ...PLAIN, ...options }, new Set(supplied));
    const { bytes, ends } = encoder.encode(columns.map((column) => column.take()));
    expect([ends.length, ends.at(-1)]).toEqual([rows.length, bytes.length]);
    return encoder.header().toString() + bytes.toString();
  }

  test.each<[string, string, string]>([
    ['nothing special', 'a b', 'a b'],
    ['a delimiter', 'a,b', '"a,b"'],
    ['a quote', 'a"b', '"a""b"'],
    ['quotes only', '""', '""""""'],
    ['a line feed', 'a\nb', '"a\nb"'],
    ['a carriage return', 'a\r', '"a\r"'],
    ['other scripts', 'Größe,"日"', '"Größe,""日"""'],
    ['text that looks like null', 'NULL', 'NULL'],
    ['nothing', '', ''],
  ])('Rfc4180, %s', (_, value, text) => {
    expect(encode([['I', value, 'z']])).toBe(`I,${text},z\n`);
    expect(encode([['I', value, 'z']], { quotes: false })).toBe(`I,${value},z\n`);
  });

  test('delimiters of several characters, null value, header', () => {
    const options = { delimiter: '||', rowDelimiter: ';\r\n', nullValue: '\\N', header: true };
    expect(encode([['I', '1', null], ['U', 'a|b', 'x;y']], options)).toBe('Op||id||word;\r\nI||1||\\N;\r\nU||"a|b"||"x;y";\r\n');
  });

  test('what a delete does not tell has a value of its own, what is null has the other', () => {
    const rows = [['I', '1', null], ['D', '1', null], ['D', null, 'known']];
    expect(encode(rows, { notSuppliedValue: 'n/a' })).toBe('I,1,NULL\nD,1,n/a\nD,NULL,known\n');
    expect(encode(rows)).toBe('I,1,NULL\nD,1,NULL\nD,NULL,known\n');
    expect(encode(rows, { notSuppliedValue: 'n/a' }, ['Op', 'id', 'word'])).toBe('I,1,NULL\nD,1,NULL\nD,NULL,known\n');
  });

  test('dates, times and decimals from one end to the other', () => {
    const texts = (column: Column, values: readonly string[]): string[] => {
      const vector = filled(column, values).take();
      const write = cellWriter(column.type, vector);
      return values.map((_, row) => {
        const out = new TextBuffer();
        write(row, out);
        return out.take().toString();
      });
    };
    const dates = ['1970-01-01', '2000-02-29', '1900-03-01', '1999-12-31', '0001-01-01', '12026-11-23'];
    expect(texts(new DateColumn(), [...dates, '0001-12-31 BC', '4713-01-01 BC'])).toEqual([...dates, '0001-12-31 (BC)', '4713-01-01 (BC)']);
    expect(texts(new TimestampColumn(false), ['1969-12-31 23:59:59.999999', '2026-11-23 00:00:00', '0044-03-15 12:00:00.5 BC']))
      .toEqual(['1969-12-31 23:59:59.999999', '2026-11-23 00:00:00.000000', '0044-03-15 (BC) 12:00:00.500000']);
    expect(texts(new DecimalColumn(38, 3), ['0', '-0.001', '12.5', `-${'9'.repeat(35)}.999`]))
      .toEqual(['0.000', '-0.001', '12.500', `-${'9'.repeat(35)}.999`]);
    expect(texts(new DecimalColumn(5, 0), ['-7'])).toEqual(['-7']);
  });
});

test('a sink that fails behind gzip fails the write, and nothing hangs', async () => {
  const failing = { write: () => Promise.reject(new Error('full')), close: () => Promise.resolve(), abandon: () => Promise.resolve() };
  const sink = new GzipSink(failing);
  const noise = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919 * (i >> 3)) & 255));
  await expect((async () => {
    for (let i = 0; i < 50; i++) await sink.write([noise]);
    await sink.close();
  })()).rejects.toThrow('full');
  await sink.abandon();
});

describe('a lake of CSV files', () => {
  const server = new SourceServer();
  let db: SourceDatabase;

  beforeEach(async () => {
    db = await server.database();
  });

  const csv = (s3: TemplateOptions['s3'] = {}, rest: TemplateOptions = {}): TemplateOptions => ({ ...rest, s3: { DataFormat: 'csv', ...s3 } });

  function text({ lake }: EngineRun, files: readonly string[]): string {
    return files.map((file) => readFileSync(lake.path(file))).map((bytes) => (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes)).join('');
  }

  test('every type has its text, and it is that of the source', async () => {
    await db.query(`CREATE TABLE t (id integer PRIMARY KEY, i2 smallint, i8 bigint, n numeric(12,3), u numeric, r4 real, r8 double precision,
      b boolean, c char(4), v varchar(20), x text, j jsonb, d date, tm time, tz timestamptz, ts timestamp, bin bytea, uid uuid, a int[], m money)`);
    const values = `1, -5, 9007199254740993, 12.5, 1.23456789, 0.1, 1e300, true, 'ab', 'a,b', E'line\\n"q"', '{"a": 1}', '2026-11-23',
      '12:34:56.789', '2026-11-23 12:00:00.123456+02', '1969-12-31 23:59:59.5', '\\x00ff', '123e4567-e89b-12d3-a456-426614174000', '{1,2}', 12.5`;
    await db.query(`INSERT INTO t VALUES (${values}), (2${', NULL'.repeat(19)})`);
    const run = await runEngine(db.url, csv(), {
      folder: folders.create(), changes: () => db.query(`UPDATE t SET id = 3 WHERE id = 1`),
    });
    expect(run.report.tables).toMatchObject([{ validationState: 'Validated', validationFailed: 0 }]);
    expect(run.report.warnings).toEqual([]);
    const line = `,-5,9007199254740993,12.500,1.234568,0.1,1e+300,true,ab,"a,b","line\n""q""","{""a"": 1}",2026-11-23,` +
      '12:34:56.789,2026-11-23 10:00:00.123456,1969-12-31 23:59:59.500000,00ff,123e4567-e89b-12d3-a456-426614174000,"{1,2}",12.5000\n';
    expect(run.lake.loadFiles('public/t')).toEqual(['public/t/LOAD00000001.csv']);
    expect(text(run, run.lake.loadFiles('public/t'))).toBe(`I,1${line}I,2${',NULL'.repeat(19)}\n`);
    const [changes] = run.lake.changeFiles('public/t');
    expect(changes).toMatch(/^public\/t\/\d{8}-\d{9}\.csv$/);
    expect(text(run, [changes!])).toBe(`D,1${',NULL'.repeat(19)}\nI,3${line}`);
    expect(await query(`SELECT sum(column1), max(column04::varchar) FROM (SELECT column01 AS column1, * FROM read_csv(
      '${run.lake.path('public/t/LOAD00000001.csv')}', header = false, nullstr = 'NULL', quote = '"', escape = '"'))`)).toEqual([['3', '12.5']]);
  });

  test('the files of a load are cut before a row that would make them too long, compressed or not', async () => {
    await db.query(`CREATE TABLE t AS SELECT g AS id, repeat('x', 95) AS word FROM generate_series(1001, 1100) g; ALTER TABLE t ADD PRIMARY KEY (id)`);
    const settings = { MaxFileSize: 1, AddColumnName: true, CompressionType: 'gzip', IncludeOpForFullLoad: false, CdcMinFileSize: 1 };
    const run = await runEngine(db.url, csv(settings), { folder: folders.create(), changes: () => db.query('UPDATE t SET id = id + 1000') });
    expect(run.report.tables).toMatchObject([{ validationState: 'Validated', updates: 100 }]);
    // 8 bytes of header, 101 bytes a row.
    const files = run.lake.loadFiles('public/t');
    expect(files).toEqual(Array.from({ length: 10 }, (_, i) => `public/t/LOAD0000000${(i + 1).toString(16).toUpperCase()}.csv.gz`));
    const texts = files.map((file) => text(run, [file]));
    expect(texts.map((file) => file.length)).toEqual(Array.from({ length: 10 }, () => 8 + 10 * 101));
    expect(texts[9]!.slice(0, 14)).toBe('id,word\n1091,x');
    expect(text(run, run.lake.changeFiles('public/t')).slice(0, 26)).toBe('Op,id,word\nD,1001,NULL\nI,2');
    expect(run.report.files.map(({ rows }) => rows)).toEqual([...Array.from({ length: 10 }, () => 10), 200]);
    expect(run.report.files[0]!.bytes).toBe(readFileSync(run.lake.path(files[0]!)).length);
  });

  test('a row longer than the limit has a file of its own', async () => {
    await db.query(`CREATE TABLE t (id integer PRIMARY KEY, word varchar); INSERT INTO t VALUES (1, 'a'), (2, repeat('b', 3000)), (3, 'c')`);
    const run = await runEngine(db.url, csv({ MaxFileSize: 1 }), { folder: folders.create(), until: 'full-load' });
    expect(run.report.files.map(({ path, rows }) => [path, rows])).toEqual([
      ['public/t/LOAD00000001.csv', 1], ['public/t/LOAD00000002.csv', 1], ['public/t/LOAD00000003.csv', 1]]);
    expect(run.report.tables).toMatchObject([{ validationState: 'Validated' }]);
  });

  test('a delete of a row that the log does not have whole has CsvNoSupValue', async () => {
    await db.query(`CREATE TABLE t (id integer PRIMARY KEY, word text); INSERT INTO t VALUES (1, NULL);
      CREATE TABLE whole (id integer PRIMARY KEY, word text); ALTER TABLE whole REPLICA IDENTITY FULL; INSERT INTO whole VALUES (1, NULL)`);
    const run = await runEngine(db.url, csv({ UseCsvNoSupValue: true, CsvNoSupValue: '?', CsvNullValue: '-' }), {
      folder: folders.create(), changes: () => db.query('DELETE FROM t; DELETE FROM whole'),
    });
    expect(text(run, run.lake.loadFiles('public/t'))).toBe('I,1,-\n');
    expect(text(run, run.lake.changeFiles('public/t'))).toBe('D,1,?\n');
    expect(text(run, run.lake.changeFiles('public/whole'))).toBe('D,1,-\n');
    expect(run.report.tables).toMatchObject([{ validationState: 'Validated' }, { validationState: 'Validated' }]);
  });

  test('the comparison finds text that the files cannot tell from null', async () => {
    await db.query(`CREATE TABLE t (id integer PRIMARY KEY, word varchar); INSERT INTO t VALUES (1, 'NULL'), (2, ''), (3, NULL)`);
    const asDefault = await runEngine(db.url, csv(), { folder: folders.create(), until: 'full-load' });
    expect([asDefault.report.tables[0], asDefault.report.differences[0]?.examples]).toMatchObject([
      { validationState: 'Mismatched records', validationFailed: 1 }, [{ key: { id: '1' }, problem: 'differs in word' }]]);
    const asNothing = await runEngine(db.url, csv({ CsvNullValue: '' }), { folder: folders.create(), until: 'full-load' });
    expect(text(asNothing, asNothing.lake.loadFiles('public/t'))).toBe('I,1,NULL\nI,2,\nI,3,\n');
    expect(asNothing.report.differences[0]?.examples).toEqual([{ key: { id: '2' }, problem: 'differs in word' }]);
  });

  test.each<[string, TemplateOptions['s3'], string | undefined, string]>([
    ['without quotes', { Rfc4180: false }, undefined, 'without Rfc4180 its values cannot be told from delimiters'],
    ['with lines of its own', { CsvRowDelimiter: ';' }, undefined, 'it has CsvRowDelimiter ";"'],
    ['of a changed table', {}, 'ALTER TABLE t ADD COLUMN later integer; INSERT INTO t VALUES (2, $$b$$, 2)',
      'its definition has changed, and CSV files do not say which columns they have'],
  ])('a lake %s is not compared, and says why', async (_, s3, change, reason) => {
    await db.query(`CREATE TABLE t (id integer PRIMARY KEY, word varchar); INSERT INTO t VALUES (1, 'a,b')`);
    const run = await runEngine(db.url, csv(s3), {
      folder: folders.create(), changes: async () => (change === undefined ? undefined : db.query(change)),
    });
    expect([run.report.tables[0]!.validationState, run.report.warnings]).toEqual(['Not comparable', [`public.t is not compared: ${reason}`]]);
  });

  test('tabs, as the template writes them, and lines as Windows has them', async () => {
    await db.query(`CREATE TABLE t (id integer PRIMARY KEY, word varchar, at date); INSERT INTO t VALUES (1, E'a\\tb', '2026-11-23')`);
    const run = await runEngine(db.url, csv({ CsvDelimiter: '\\t', CsvRowDelimiter: '\\r\\n', DatePartitionEnabled: true }), {
      folder: folders.create(), changes: () => db.query(`INSERT INTO t VALUES (2, E'a\\r\\nb', NULL)`),
    });
    expect(text(run, run.lake.loadFiles('public/t'))).toBe('I\t1\t"a\tb"\t2026-11-23\r\n');
    expect(run.lake.changeFiles('public/t')).toEqual([expect.stringMatching(/^public\/t\/\d{4}\/\d\d\/\d\d\/\d{8}-\d{9}\.csv$/)]);
    expect(text(run, run.lake.changeFiles('public/t'))).toBe('I\t2\t"a\r\nb"\tNULL\r\n');
  });

  test('a row that is longer than the comparison can read is said to be so', async () => {
    await db.query(`CREATE TABLE t (id integer PRIMARY KEY, word text); INSERT INTO t VALUES (1, repeat('x', 10000000))`);
    const settings = { TargetMetadata: { LobMaxSize: 102_400 } };
    const run = await runEngine(db.url, csv({}, { settings }), { folder: folders.create(), until: 'full-load' });
    expect([run.report.tables[0]!.validationState, run.report.warnings]).toEqual(
      ['Not comparable', ['public.t is not compared: DuckDB cannot read its files (Invalid Input Error: CSV Error on Line: 1)']]);
  });

  test('a delimiter that dates have makes quotes necessary', async () => {
    await db.query(`CREATE TABLE t (id integer PRIMARY KEY, at date, n integer); INSERT INTO t VALUES (1, '2026-11-23', -1)`);
    const run = await runEngine(db.url, csv({ CsvDelimiter: '-' }), { folder: folders.create(), until: 'full-load' });
    expect(text(run, run.lake.files())).toBe('I-1-"2026-11-23"-"-1"\n');
    expect(run.report.tables).toMatchObject([{ validationState: 'Validated' }]);
  });

  describe('in the order of transactions', () => {
    const TASK = csv({ DataFormat: 'parquet', PreserveTransactions: true, CdcPath: 'changes/all', BucketFolder: 'raw' });

    test('one file has the changes of all tables, line by line', async () => {
      await db.query(`CREATE TABLE a (id integer PRIMARY KEY, word text); CREATE TABLE "b,c" (id integer PRIMARY KEY, n numeric(4,1), at date);
        INSERT INTO a VALUES (1, 'one')`);
      const run = await runEngine(db.url, TASK, {
        folder: folders.create(),
        changes: async () => {
          await db.query(`BEGIN; INSERT INTO a VALUES (2, 'x,y'); INSERT INTO "b,c" VALUES (1, 1.5, '2026-11-23'); UPDATE a SET word = 'z' WHERE id = 2; COMMIT`);
          await db.query(`BEGIN; INSERT INTO "b,c" VALUES (2, NULL, NULL); DELETE FROM a WHERE id = 1; COMMIT`);
          await db.query(`ALTER TABLE a ADD COLUMN later boolean; INSERT INTO a VALUES (3, NULL, true)`);
        },
      });
      const files = run.lake.files();
      expect(files).toEqual([expect.stringMatching(/^raw\/changes\/all\/CDC_TXN-\d{17}\.csv$/), 'raw/public/a/LOAD00000001.parquet']);
      expect(text(run, [files[0]!])).toBe([
        'I,a,public,2,"x,y"', 'I,"b,c",public,1,1.5,2026-11-23', 'U,a,public,2,z',
        'I,"b,c",public,2,NULL,NULL', 'D,a,public,1,NULL', 'I,a,public,3,NULL,true', '',
      ].join('\n'));
      expect(run.report.files.map(({ path, rows }) => [path, rows])).toEqual([['raw/public/a/LOAD00000001.parquet', 1], [files[0], 6]]);
      expect(run.report.tables).toMatchObject([{ table: 'a', inserts: 2, updates: 1, deletes: 1 }, { table: 'b,c', inserts: 2 }]);
      expect(run.report.warnings).toEqual(['a', 'b,c'].map((name) =>
        `public.${name} is not compared: its changes are in the transaction files, among those of others`));
    });

    test('many rows of several tables stay in their order, through every batch and file', async () => {
      await db.query('CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (id integer PRIMARY KEY)');
      const run = await runEngine(db.url, csv({ PreserveTransactions: true, CdcPath: 'c', CdcMinFileSize: 60, CompressionType: 'gzip' }), {
        folder: folders.create(),
        changes: async () => {
          for (let from = 1; from < 30_000; from += 10_000) {
            await db.query(`DO $$ BEGIN FOR i IN ${from}..${from + 9999} LOOP
              IF i % 3 = 0 THEN INSERT INTO a VALUES (i); ELSE INSERT INTO b VALUES (i); END IF; END LOOP; END $$`);
          }
        },
      });
      const files = run.lake.files();
      expect(files.length).toBeGreaterThan(1);
      expect(text(run, files)).toBe(Array.from({ length: 30_000 }, (_, i) => `I,${(i + 1) % 3 === 0 ? 'a' : 'b'},public,${i + 1}\n`).join(''));
    });
  });
});

test.each<[TemplateOptions['s3'], string]>([
  [{ UseCsvNoSupValue: true }, 'UseCsvNoSupValue is on without CsvNoSupValue: give the text that stands for such values'],
  [{ CsvDelimiter: '\n' }, 'CsvDelimiter and CsvRowDelimiter are the same: change one'],
  [{ MaxFileSize: 0 }, 'MaxFileSize is 0: give a number above 0'],
  [{ PreserveTransactions: true }, 'PreserveTransactions needs a CdcPath: give the folder for the transaction files'],
  [{ PreserveTransactions: true, CdcPath: '../x' }, 'PreserveTransactions needs a CdcPath: give the folder for the transaction files'],
  [{ PreserveTransactions: 'y', CdcPath: 'x', AddColumnName: 'y' }, 'PreserveTransactions excludes AddColumnName: switch one off'],
  [{ PreserveTransactions: true, CdcPath: 'x', DatePartitionEnabled: true }, 'PreserveTransactions excludes DatePartitionEnabled: switch one off'],
  [{ AddTrailingPaddingCharacter: true }, 'AddTrailingPaddingCharacter is not supported by the local engine'],
  [{ GlueCatalogGeneration: true }, 'GlueCatalogGeneration is not supported by the local engine'],
  [{ CsvNullValue: { Ref: 'Null' } }, 'CsvNullValue is {"Ref":"Null"}: it must be text that is known before deployment'],
  [{ DataFormat: 'orc' }, 'DataFormat is "orc": it must be one of csv, parquet'],
])('%j is refused', (s3, message) => {
  expect(() => taskOf({ s3: { DataFormat: 'csv', ...s3 } })).toThrow(`task Task: S3Settings.${message}`);
});

test('without DataFormat the files are CSV, as with DMS', () => {
  expect(taskOf({ s3: { DataFormat: undefined } }).lake.format.kind).toBe('csv');
});

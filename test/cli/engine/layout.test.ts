import {
  changeFileName, datePartitionFolder, isFolderName, loadFileName, tableFolder, transactionFileName,
} from '../../../cli/engine/target/layout';
import { selection, transformation } from '../../support/dms-template';
import { runEngine, type EngineRun } from '../../support/engine-run';
import { query } from '../../support/lake';
import { SourceServer, type SourceDatabase } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const server = new SourceServer();

describe('names', () => {
  test('load files are counted in hexadecimal', () => {
    expect([1, 9, 10, 16, 0xffffffff].map((number) => loadFileName(number, '.parquet'))).toEqual([
      'LOAD00000001.parquet', 'LOAD00000009.parquet', 'LOAD0000000A.parquet', 'LOAD00000010.parquet', 'LOADFFFFFFFF.parquet',
    ]);
  });

  test('segments of a parallel load have a folder, or their number before the name', () => {
    expect(loadFileName(10, '.csv.gz', { index: 2, name: 'north' })).toBe('north/LOAD0000000A.csv.gz');
    expect(loadFileName(1, '.csv', { index: 12, name: undefined })).toBe('SEGMENT12_LOAD00000001.csv');
  });

  test.each([['t', true], ['.t', true], ['Größe 1', true], ['', false], ['.', false], ['..', false], ['a/b', false], ['a\0', false]])(
    '%j can be a folder: %s', (name, can) => expect(isFolderName(name)).toBe(can));

  test('files of changes are named for the moment, in the time zone of the partitions', () => {
    const moment = new Date('2021-11-23T01:38:30.013Z');
    expect(changeFileName(moment, '.parquet')).toBe('20211123-013830013.parquet');
    expect(changeFileName(moment, '.csv', 'America/New_York')).toBe('20211122-203830013.csv');
    expect(changeFileName(new Date('2021-11-23T00:00:00.000Z'), '.parquet')).toBe('20211123-000000000.parquet');
  });

  test('files of transactions are named for the moment', () => {
    expect(transactionFileName(new Date('2020-11-17T15:30:46.033Z'), '.csv')).toBe('CDC_TXN-20201117153046033.csv');
  });

  test('folders are those of DMS', () => {
    expect(tableFolder('', 's', 't')).toBe('s/t');
    expect(tableFolder('a/b/', 's', 't')).toBe('a/b/s/t');
  });

  const moment = new Date('2026-03-04T23:05:06Z');
  test.each([
    ['YYYYMMDD', 'SLASH', 'UTC', '2026/03/04'],
    ['YYYYMMDD', 'DASH', 'UTC', '2026-03-04'],
    ['YYYYMMDD', 'UNDERSCORE', 'UTC', '2026_03_04'],
    ['YYYYMMDD', 'NONE', 'UTC', '20260304'],
    ['YYYYMMDDHH', 'SLASH', 'UTC', '2026/03/04/23'],
    ['YYYYMM', 'DASH', 'UTC', '2026-03'],
    ['MMYYYYDD', 'SLASH', 'UTC', '03/2026/04'],
    ['DDMMYYYY', 'NONE', 'UTC', '04032026'],
    ['YYYYMMDDHH', 'SLASH', 'Asia/Kathmandu', '2026/03/05/04'],
    ['YYYYMMDDHH', 'DASH', 'America/New_York', '2026-03-04-18'],
  ] as const)('date partition %s %s in %s is %s', (sequence, delimiter, timeZone, folder) => {
    expect(datePartitionFolder(moment, { sequence, delimiter, timeZone })).toBe(folder);
  });
});

describe('files', () => {
  let db: SourceDatabase;

  beforeAll(async () => {
    db = await server.database();
    await db.query('CREATE TABLE t (id integer PRIMARY KEY, at timestamptz, word text)');
  });
  beforeEach(async () => {
    await db.query("TRUNCATE t; INSERT INTO t VALUES (1, '2026-01-02 03:04:05.678901Z', 'one'), (2, NULL, NULL)");
  });

  const change = (): Promise<unknown> =>
    db.query("INSERT INTO t VALUES (3, NULL, 'x'); UPDATE t SET word = 'two' WHERE id = 2; DELETE FROM t WHERE id = 1");
  const run = (s3: Readonly<Record<string, unknown>>, changes: () => Promise<unknown> = change): Promise<EngineRun> =>
    runEngine(db.url, { s3 }, { folder: folders.create(), changes });
  /** The `Op` of each row; `none` where the files have no such column. */
  async function operations({ lake }: EngineRun, files: string[]): Promise<unknown> {
    const [first] = files.length === 0 ? [] : await lake.rows(files, 'SELECT * FROM (DESCRIBE SELECT * FROM rows)');
    if (first?.[0] !== 'Op') return `none, ${(await lake.rows(files, 'SELECT id FROM rows')).length} rows`;
    return (await lake.rows(files, `SELECT string_agg("Op", '') FROM rows`))[0]?.[0];
  }

  test.each([
    [false, false, false, 'none, 2 rows', 'IUD'],
    [true, false, false, 'II', 'IUD'],
    [true, true, false, 'II', 'I'],
    [false, true, false, 'none, 2 rows', 'none, 1 rows'],
    [true, false, true, 'II', 'IU'],
    [false, false, true, 'none, 2 rows', 'none, 2 rows'],
  ])('IncludeOpForFullLoad %s, CdcInsertsOnly %s, CdcInsertsAndUpdates %s: load %s, changes %s', async (
    IncludeOpForFullLoad, CdcInsertsOnly, CdcInsertsAndUpdates, loaded, changed,
  ) => {
    const result = await run({ IncludeOpForFullLoad, CdcInsertsOnly, CdcInsertsAndUpdates });
    expect(await operations(result, result.lake.loadFiles('public/t'))).toBe(loaded);
    expect(await operations(result, result.lake.changeFiles('public/t'))).toBe(changed);
  });

  test('a key that moves is no insert to CdcInsertsOnly', async () => {
    const result = await run({ CdcInsertsOnly: true }, () => db.query('UPDATE t SET id = 20 WHERE id = 2; INSERT INTO t VALUES (5)'));
    expect(await result.lake.rows(result.lake.changeFiles('public/t'), 'SELECT id FROM rows')).toEqual([[5]]);
  });

  test('load and changes have one schema with an Op column in the load', async () => {
    const { lake } = await run({});
    const schemas = await Promise.all([...lake.loadFiles('public/t'), ...lake.changeFiles('public/t')].map((file) =>
      query(`SELECT name, type, converted_type, logical_type, repetition_type FROM parquet_schema('${lake.path(file)}') OFFSET 1`)));
    expect(schemas).toHaveLength(2);
    expect(schemas[0]).toEqual(schemas[1]);
    expect(schemas[0]!.map(([name]) => name)).toEqual(['Op', 'id', 'at', 'word']);
  });

  test('changes of an empty table, a date partition and a folder of the bucket', async () => {
    await db.query('TRUNCATE t');
    const { lake, report } = await run({
      BucketFolder: 'raw/orders', DatePartitionEnabled: true, DatePartitionSequence: 'YYYYMMDDHH', DatePartitionDelimiter: 'UNDERSCORE',
      DatePartitionTimezone: 'Asia/Kathmandu',
    }, () => db.query("INSERT INTO t VALUES (9, NULL, 'nine')"));
    const [{ rows: [now] }] = [await db.query("SELECT to_char(now() AT TIME ZONE 'Asia/Kathmandu', 'YYYYMMDD') AS day")];
    expect(lake.files()).toEqual([expect.stringMatching(
      /^raw\/orders\/public\/t\/\d{4}_\d\d_\d\d_\d\d\/\d{8}-\d{9}\.parquet$/)]);
    expect(lake.files()[0]).toContain(`/${String(now!.day)}-`);
    expect(report.files).toEqual([{ path: lake.files()[0], rows: 1, bytes: expect.any(Number) as number }]);
  });

  test('TimestampColumnName: commit time for changes, transfer or task start for the load', async () => {
    const { lake, report } = await run({ TimestampColumnName: 'moved_at', UseTaskStartTimeForFullLoadTimestamp: true });
    const load = await lake.rows(lake.loadFiles('public/t'), 'SELECT moved_at, typeof(moved_at) FROM rows');
    const changes = await lake.rows(lake.changeFiles('public/t'), 'SELECT DISTINCT moved_at FROM rows');
    const form = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}$/;
    expect(load).toEqual([[expect.stringMatching(form), 'VARCHAR'], [load[0]![0], 'VARCHAR']]);
    expect(changes).toEqual([[expect.stringMatching(form)]]);
    expect([changes[0]![0], load[0]![0]].sort()).toEqual([load[0]![0], changes[0]![0]]);
    expect(report.tables[0]!.validationState).toBe('Validated');
  });

  test('timestamps are microseconds, or milliseconds when asked for', async () => {
    const unit = async (id: number, s3: object): Promise<unknown> => {
      const { lake, report } = await run({ ...s3 }, () => db.query(`INSERT INTO t VALUES (${id}, '1969-12-31 23:59:59.9999Z')`));
      expect(report.tables[0]!.validationState).toBe('Validated');
      const files = [...lake.loadFiles('public/t'), ...lake.changeFiles('public/t')];
      const [schema] = await query(`SELECT regexp_extract(logical_type::varchar, '(MICROS|MILLIS)=M', 1)
        FROM parquet_schema('${lake.path(files[0]!)}') WHERE name = 'at'`);
      return [schema![0], await lake.rows(files, 'SELECT "at"::varchar FROM rows WHERE "at" IS NOT NULL')];
    };
    expect(await unit(3, {})).toEqual(['MICROS', [['2026-01-02 03:04:05.678901'], ['1969-12-31 23:59:59.9999']]]);
    await db.query('DELETE FROM t WHERE id = 3');
    expect(await unit(4, { ParquetTimestampInMillisecond: true }))
      .toEqual(['MILLIS', [['2026-01-02 03:04:05.678'], ['1969-12-31 23:59:59.999']]]);
  });

  test('compression, row groups, encoding and statistics are those of the endpoint', async () => {
    await db.query("INSERT INTO t SELECT g, NULL, 'w' || g % 7 FROM generate_series(10, 259) g");
    const describe = async (s3: object): Promise<unknown> => {
      const { lake } = await run({ ...s3 }, () => Promise.resolve());
      const path = lake.path(lake.loadFiles('public/t')[0]!);
      const [metadata] = await query(`SELECT any_value(compression), list(DISTINCT row_group_num_rows ORDER BY row_group_num_rows DESC),
          bool_or(encodings LIKE '%DICTIONARY%'), bool_or(stats_max_value IS NOT NULL), any_value(total_compressed_size < total_uncompressed_size)
        FROM parquet_metadata('${path}') WHERE path_in_schema = 'word'`);
      const pages = await query(`SELECT format_version, created_by FROM parquet_file_metadata('${path}')`);
      return [metadata, pages[0]];
    };
    expect(await describe({ RowGroupLength: 100 })).toEqual([['UNCOMPRESSED', ['100', '52'], true, true, false], ['1', 'cdk-dms-pipelines']]);
    expect(await describe({
      CompressionType: 'GZIP', ParquetVersion: 'PARQUET_2_0', EncodingType: 'plain', EnableStatistics: false,
    })).toEqual([['GZIP', ['252'], false, false, true], ['2', 'cdk-dms-pipelines']]);
  });

  test('CdcMinFileSize and CdcMaxBatchInterval: a file when either is reached, whole transactions only', async () => {
    const { lake } = await run({ CdcMinFileSize: 1 }, async () => {
      for (const id of [100, 200, 300]) {
        await db.query(`INSERT INTO t SELECT ${id} + g, NULL, repeat('x', 100) FROM generate_series(1, 20) g`);
        await changesCaptured(db);
      }
    });
    const files = lake.changeFiles('public/t');
    expect(await Promise.all(files.map((file) => lake.rows([file], 'SELECT count(*)::int, min(id), max(id) FROM rows'))))
      .toEqual([[[20, 101, 120]], [[20, 201, 220]], [[20, 301, 320]]]);
  });
});

/** Waits until the engine has confirmed what was committed before. */
async function changesCaptured(db: SourceDatabase): Promise<void> {
  const [now] = await db.column('SELECT pg_current_wal_lsn()');
  for (const deadline = Date.now() + 10_000; Date.now() < deadline;) {
    const [caught] = await db.column(`SELECT bool_and(confirmed_flush_lsn >= '${String(now)}') FROM pg_replication_slots`);
    if (caught === true) return;
  }
  throw new Error('the engine does not catch up');
}

describe('names that cannot be places', () => {
  test('spaces, dots, quotes, upper case and other scripts are kept as they are', async () => {
    const db = await server.database();
    await db.query(`CREATE SCHEMA "My ""Schema"""; CREATE TABLE "My ""Schema"""."Größe.v2 'x'" ("Id %" integer PRIMARY KEY, "a.b ""c""" text)`);
    const insert = (id: number): Promise<unknown> => db.query(`INSERT INTO "My ""Schema"""."Größe.v2 'x'" VALUES (${id}, 'v')`);
    await insert(1);
    const { lake, report } = await runEngine(db.url, {}, { folder: folders.create(), changes: () => insert(2) });
    const folder = 'My "Schema"/Größe.v2 \'x\'';
    expect(await lake.rows([...lake.loadFiles(folder), ...lake.changeFiles(folder)])).toEqual([['I', 1, 'v'], ['I', 2, 'v']]);
    expect(report.tables[0]).toMatchObject({ validationState: 'Validated', inserts: 1 });
  });

  test.each([
    ['CREATE TABLE "a/b" (id integer PRIMARY KEY)', [], 'public.a/b: "a/b" cannot be a folder of the lake; rename it with a transformation rule'],
    ['CREATE TABLE ".." (id integer PRIMARY KEY)', [], 'public...: ".." cannot be a folder of the lake; rename it with a transformation rule'],
    ['CREATE TABLE t ("Op" integer PRIMARY KEY)', [], 'public.t: its column "Op" has the name of one that DMS adds; rename it with a transformation rule'],
    ['CREATE TABLE t (a integer PRIMARY KEY, "A" integer)', [transformation(2, 'convert-lowercase', 'column', { 'column-name': '%' })],
      'public.t: two columns would be called "a" in the target; change the transformation rules'],
    ['CREATE TABLE t (id integer PRIMARY KEY)', [transformation(2, 'remove-suffix', 'column', { 'column-name': '%' }, { value: 'id' })],
      'public.t: column "id" would have no name in the target; change the transformation rules'],
    ['CREATE TABLE t (a integer PRIMARY KEY)', [transformation(2, 'add-column', 'column', {}, { value: '', expression: '1', 'data-type': { type: 'int4' } })],
      'public.t: an added column would have no name in the target; change the transformation rules'],
    ['CREATE TABLE t1 (id integer PRIMARY KEY); CREATE TABLE t2 (id integer PRIMARY KEY)', [transformation(2, 'rename', 'table', {}, { value: 't' })],
      'public.t1 and public.t2 would both become public/t: DMS does not merge tables; change the transformation rules'],
  ])('%s is refused', async (sql, rules, message) => {
    const db = await server.database();
    await db.query(sql);
    const folder = folders.create();
    await expect(runEngine(db.url, { rules: [selection('%', '%'), ...rules] }, { folder })).rejects.toThrow(message);
    expect(await db.leftovers()).toEqual([]);
  });

  test('a renamed table is at its new place', async () => {
    const db = await server.database();
    await db.query('CREATE TABLE "a/b" (id integer PRIMARY KEY); INSERT INTO "a/b" VALUES (1)');
    const rules = [selection('%', '%'), transformation(2, 'rename', 'table', { 'table-name': 'a/b' }, { value: 'ab' })];
    const { lake } = await runEngine(db.url, { rules }, { folder: folders.create() });
    expect(lake.files()).toEqual(['public/ab/LOAD00000001.parquet']);
  });
});

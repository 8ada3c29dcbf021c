import { availableParallelism } from 'node:os';
import { selection, transformation } from '../../support/dms-template';
import { runEngine } from '../../support/engine-run';
import { Lake } from '../../support/lake';
import { SourceServer, type SourceDatabase } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

/** Every table with two pages is large then: it is cut into ranges, and threads load them. */
const SMALL_PARTS = 8192;
/** One range for each processor; with only one of them a table is not cut. */
const RANGES = Math.min(8, availableParallelism());

const folders = new TemporaryFolders();
const server = new SourceServer();
let db: SourceDatabase;

beforeEach(async () => {
  db = await server.database();
});
afterEach(async () => {
  expect(await db.leftovers()).toEqual([]);
});

const T = `CREATE TABLE t (id integer PRIMARY KEY, region varchar(5), amount numeric(10, 2));
  INSERT INTO t SELECT i, (ARRAY['NORTH', 'SOUTH', 'WEST'])[1 + i % 3], i / 4.0 FROM generate_series(1, 5000) AS i`;

describe('threads', () => {
  test('load ranges of a table at once: each row is in one file, and what changes meanwhile follows', async () => {
    await db.query(T);
    const { report, lake } = await runEngine(db.url, {}, {
      folder: folders.create(), partBytes: SMALL_PARTS,
      changes: () => db.query("UPDATE t SET region = 'EAST' WHERE id IN (1, 5000)"),
    });
    const files = lake.loadFiles('public/t');
    expect(files).toEqual(Array.from({ length: RANGES }, (_, i) => `public/t/LOAD0000000${i + 1}.parquet`));
    expect(await lake.rows(files, 'SELECT count(*)::int, count(DISTINCT id)::int, sum(amount)::varchar FROM rows'))
      .toEqual([[5000, 5000, '3125625.00']]);
    const rows = report.files.slice(0, RANGES).map((file) => file.rows);
    expect(Math.min(...rows)).toBeGreaterThan(0);
    expect(rows.reduce((sum, count) => sum + count)).toBe(5000);
    expect(report.tables).toEqual([expect.objectContaining({ fullLoadRows: 5000, updates: 2, validationState: 'Validated' })]);
  });

  test('tell their progress to the main thread', async () => {
    await db.query(T);
    const told: [string, number][] = [];
    await runEngine(db.url, { migrationType: 'full-load' }, {
      folder: folders.create(), partBytes: SMALL_PARTS,
      progress: {
        message: () => undefined, tableFailed: () => undefined, stop: () => undefined, capture: () => undefined,
        tableStarted: (table) => told.push([`${table} started`, 0]),
        tableProgress: (table, rows) => told.push([table, rows]),
        tableFinished: (table, rows) => told.push([`${table} finished`, rows]),
      },
    });
    expect(told[0]).toEqual(['public.t started', 0]);
    expect(told.slice(-2)).toEqual([['public.t', 5000], ['public.t finished', 5000]]);
  });

  test('a failure in one ends the others, and nothing stays behind', async () => {
    await db.query(T);
    const rule = transformation(2, 'add-column', 'column', {}, {
      value: 'sum', expression: "abs(CASE $id WHEN 4999 THEN -9223372036854775807 - 1 ELSE 1 END)", 'data-type': { type: 'int8' },
    });
    const folder = folders.create();
    await expect(runEngine(db.url, { rules: [selection('%', '%'), rule] }, { folder, partBytes: SMALL_PARTS }))
      .rejects.toMatchObject({ name: 'UsageError', message: 'rule 2: its expression fails for a row of public.t: integer overflow' });
    expect(new Lake(`${folder}/lake`).files()).toEqual([]);
  });

  test('an interruption ends them all', async () => {
    await db.query(T);
    const controller = new AbortController();
    const { report, lake } = await runEngine(db.url, {}, {
      folder: folders.create(), partBytes: SMALL_PARTS, signal: controller.signal,
      progress: {
        message: () => undefined, tableFailed: () => undefined, stop: () => undefined, capture: () => undefined,
        tableStarted: () => controller.abort(), tableProgress: () => undefined, tableFinished: () => undefined,
      },
    });
    expect(report.state).toBe('stopped');
    expect(lake.files()).toEqual([]);
  });
});

describe('parallel-load', () => {
  const ranges = (rest: object): object => ({
    'rule-type': 'table-settings', 'rule-id': '2', 'rule-name': '2',
    'object-locator': { 'schema-name': 'public', 'table-name': 't' }, 'parallel-load': { type: 'ranges', ...rest },
  });

  test('segments have files of their own; a boundary is the last value of its segment', async () => {
    await db.query(T);
    const rule = ranges({ columns: ['region', 'id'], boundaries: [['NORTH', '3000'], ['SOUTH', '1000']] });
    const { lake, report } = await runEngine(db.url, { rules: [selection('%', '%'), rule] }, { folder: folders.create() });
    expect(lake.files()).toEqual([1, 2, 3].map((segment) => `public/t/SEGMENT${segment}_LOAD00000001.parquet`));
    const counts = 'SELECT count(*)::int, min(id), max(id) FROM rows GROUP BY filename ORDER BY filename';
    expect(await lake.rows(lake.files(), counts)).toEqual([[1000, 3, 3000], [1000, 1, 4998], [3000, 2, 5000]]);
    expect(report.tables[0]).toMatchObject({ fullLoadRows: 5000, validationState: 'Validated' });
  });

  test('named segments are folders, and rows with null in a column of the boundaries are left out', async () => {
    await db.query(`${T}; UPDATE t SET region = NULL WHERE id <= 6`);
    const rule = ranges({ columns: ['region'], boundaries: [['NORTH']], 'segment-names': ['north', 'others'] });
    const { lake, report } = await runEngine(db.url, { rules: [selection('%', '%'), rule] }, { folder: folders.create() });
    expect(lake.files()).toEqual(['public/t/north/LOAD00000001.parquet', 'public/t/others/LOAD00000001.parquet']);
    expect(report.tables[0]).toMatchObject({ fullLoadRows: 4994, validationFailed: 6 });
  });
});

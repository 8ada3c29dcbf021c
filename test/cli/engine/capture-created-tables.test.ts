import { CheckpointFile } from '../../../cli/engine/run/checkpoint';
import { EVERYTHING, selection, type TemplateOptions } from '../../support/dms-template';
import { runEngine, type EngineRun } from '../../support/engine-run';
import { SourceServer, type SourceDatabase } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const server = new SourceServer();
let db: SourceDatabase;

beforeEach(async () => {
  db = await server.database();
  await db.query("CREATE TABLE t (id integer PRIMARY KEY, word varchar(20)); INSERT INTO t VALUES (1, 'one')");
});
afterEach(async () => {
  expect(await db.leftovers()).toEqual([]);
});

const run = (task: TemplateOptions, ...changes: string[]): Promise<EngineRun> => runEngine(db.url, task, {
  folder: folders.create(),
  changes: async () => {
    for (const change of changes) await db.query(change);
  },
});

const CREATE = 'CREATE TABLE u (id integer PRIMARY KEY, word varchar(20))';

test('a selected table that is created during the run is there with all of its rows', async () => {
  const { lake, report } = await run({}, CREATE, "INSERT INTO u VALUES (1, 'a'), (2, 'b'), (3, 'c')",
    "INSERT INTO t VALUES (2, 'two')", "UPDATE u SET word = 'B' WHERE id = 2; DELETE FROM u WHERE id = 3");
  expect(await lake.rows([...lake.loadFiles('public/u'), ...lake.changeFiles('public/u')], 'SELECT Op, id, word FROM rows ORDER BY id'))
    .toEqual([['I', 1, 'a'], ['I', 2, 'B']]);
  expect(report.tables).toEqual([
    expect.objectContaining({ table: 't', fullLoadRows: 1, inserts: 1, ddls: 0, validationState: 'Validated' }),
    expect.objectContaining({ table: 'u', state: 'Table completed', fullLoadRows: 2, ddls: 1, validationState: 'Validated' }),
  ]);
  expect(report.warnings).toEqual([]);
});

test('others that were created, or that are created without CaptureDdls, are not', async () => {
  const other = await run({ rules: [selection('public', '[tv]')] }, CREATE, 'INSERT INTO u VALUES (1)');
  expect(other.report.tables.map(({ table }) => table)).toEqual(['t']);
  const unseen = await run({ source: { CaptureDdls: false } }, 'CREATE TABLE v (id integer PRIMARY KEY)');
  expect(unseen.report.tables.map(({ table }) => table)).toEqual(['t', 'u']);
});

test('a table that is dropped and created again has the rows of the new one', async () => {
  const { lake, report } = await run({}, "INSERT INTO t VALUES (2, 'two')", 'DROP TABLE t',
    'CREATE TABLE t (id integer PRIMARY KEY, n integer)', 'INSERT INTO t VALUES (7, 8)');
  expect(await lake.rows(lake.files())).toEqual([['I', 7, 8]]);
  expect(report.tables).toEqual([expect.objectContaining({ table: 't', fullLoadRows: 1, validationState: 'Validated' })]);
  expect(report.warnings).toEqual(['public.t was dropped: its files were removed']);
});

test('it is left out, and the run says so, where the files of the one before have to stay', async () => {
  const settings = { ChangeProcessingDdlHandlingPolicy: { HandleSourceTableDropped: false } };
  const { lake, report } = await run({ settings }, 'DROP TABLE t', CREATE.replace(' u ', ' t '), "INSERT INTO t VALUES (7, 'x')");
  expect(await lake.rows(lake.files())).toEqual([['I', 1, 'one']]);
  expect(report.warnings).toEqual([
    'public.t was dropped: its files stay',
    'public.t, created since the run began, is left out: HandleSourceTableDropped is off, so the files of the table of that name before it stay',
  ]);
});

test('one that the task cannot have is left out, and the run says why', async () => {
  const { report } = await run({ rules: [EVERYTHING] }, 'CREATE TABLE u (id integer PRIMARY KEY, "Op" text)', "INSERT INTO t VALUES (2, 'two')");
  expect(report.tables).toEqual([expect.objectContaining({ table: 't', inserts: 1, validationState: 'Validated' })]);
  expect(report.warnings).toEqual([
    'public.u, created since the run began, is left out: public.u: its column "Op" has the name of one that DMS adds; rename it with a transformation rule',
  ]);
});

test('one that is created while the run is stopped is there when it has gone on', async () => {
  const folder = folders.create();
  const stop = new AbortController();
  const stopped = await runEngine(db.url, {}, {
    folder, until: 'interrupted', signal: stop.signal,
    changes: async () => {
      await db.query("INSERT INTO t VALUES (2, 'two')");
      stop.abort(new Error('stop'));
    },
  });
  expect(stopped.report.state).toBe('stopped');
  await db.query(`${CREATE}; INSERT INTO u VALUES (1, 'a')`);
  const { lake, report } = await runEngine(db.url, {}, { folder, previous: await new CheckpointFile(`${folder}/work`).read() });
  expect(await lake.rows(lake.loadFiles('public/u'))).toEqual([['I', 1, 'a']]);
  expect(report.tables.map(({ table, validationState }) => [table, validationState])).toEqual([['t', 'Validated'], ['u', 'Validated']]);
});

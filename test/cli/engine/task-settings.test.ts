import { CheckpointFile } from '../../../cli/engine/run/checkpoint';
import { selection, taskOf, type TemplateOptions } from '../../support/dms-template';
import { runEngine, SILENT, type EngineRun, type EngineRunOptions } from '../../support/engine-run';
import { SourceServer, type SourceDatabase } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const server = new SourceServer({ max_replication_slots: '20' });
let db: SourceDatabase;
let folder: string;

beforeEach(async () => {
  db = await server.database();
  folder = folders.create();
  await db.query("CREATE TABLE t (id integer PRIMARY KEY, word text); INSERT INTO t VALUES (1, 'one'), (2, 'two')");
});
afterEach(async () => {
  await db.close();
});

const run = (task: TemplateOptions, options: Partial<EngineRunOptions> = {}): Promise<EngineRun> =>
  runEngine(db.url, task, { folder, ...options });

const resume = async (task: TemplateOptions): Promise<EngineRun> =>
  run(task, { previous: await new CheckpointFile(`${folder}/work`).read() });

describe('a task that stops for somebody to look', () => {
  test('before cached changes are applied, and goes on with them', async () => {
    const task = { settings: { FullLoadSettings: { StopTaskCachedChangesNotApplied: true } } };
    const { report, lake } = await run(task);
    expect(report).toMatchObject({ state: 'stopped', stopReason: 'STOPPED_AFTER_FULL_LOAD', differences: [] });
    expect(report.tables[0]).toMatchObject({ state: 'Table completed', fullLoadRows: 2, validationState: 'Not enabled' });
    await db.query("INSERT INTO t VALUES (3, 'three')");
    const next = await resume(task);
    expect(next.report).toMatchObject({ state: 'finished', stopReason: 'NORMAL' });
    expect(next.report.tables[0]).toMatchObject({ inserts: 1, validationState: 'Validated' });
    expect(await lake.rows(lake.changeFiles('public/t'))).toEqual([['I', 3, 'three']]);
    expect(await db.leftovers()).toEqual([]);
  });

  test.each(['caught-up', 'interrupted'] as const)('after cached changes are applied, and goes on with later ones (%s)', async (until) => {
    const task = { settings: { FullLoadSettings: { StopTaskCachedChangesApplied: true } } };
    await db.query("INSERT INTO t SELECT g, repeat(md5(g::text), 20) FROM generate_series(100, 20000) g");
    const progress = { ...SILENT, tableStarted: (): void => void db.query("INSERT INTO t VALUES (3, 'cached')") };
    const { report, lake } = await run(task, { until, progress });
    expect(report).toMatchObject({ state: 'stopped', stopReason: 'STOPPED_AFTER_CACHED_EVENTS' });
    expect(report.tables[0]).toMatchObject({ fullLoadRows: 19_903, inserts: 1, validationState: 'Validated' });
    await db.query("INSERT INTO t VALUES (4, 'later')");
    expect((await resume(task)).report).toMatchObject({ state: 'finished', tables: [{ inserts: 2, validationState: 'Validated' }] });
    expect(await lake.rows(lake.changeFiles('public/t'))).toEqual([['I', 3, 'cached'], ['I', 4, 'later']]);
  });

  test('a task of one kind only has nothing to stop before', async () => {
    const settings = {
      FullLoadSettings: { StopTaskCachedChangesNotApplied: true, StopTaskCachedChangesApplied: true },
    };
    expect((await run({ settings, migrationType: 'full-load' })).report)
      .toMatchObject({ state: 'finished', stopReason: 'FULL_LOAD_ONLY_FINISHED' });
    expect((await run({ settings, migrationType: 'cdc' })).report).toMatchObject({ state: 'finished', stopReason: 'NORMAL' });
  });
});

const behavior = (settings: object): TemplateOptions => ({ settings: { ErrorBehavior: settings } });

describe('a table with an error in its load', () => {
  const expression = {
    'rule-type': 'transformation', 'rule-id': '2', 'rule-name': '2', 'rule-action': 'add-column', 'rule-target': 'column',
    'object-locator': { 'schema-name': 'public', 'table-name': 'bad' }, value: 'zeros', expression: 'hex(zeroblob($n))',
    'data-type': { type: 'string', length: 20 },
  };
  const rules = [selection('public', '%'), expression];
  const TOO_MANY = '3000000000';

  beforeEach(async () => {
    await db.query(`CREATE TABLE bad (id integer PRIMARY KEY, n bigint); INSERT INTO bad VALUES (1, 1), (2, ${TOO_MANY})`);
  });

  test('is suspended, and the others go on', async () => {
    const { report, lake } = await run({ rules }, {
      changes: () => db.query("INSERT INTO bad VALUES (3, 3); INSERT INTO t VALUES (3, 'three')"),
    });
    expect(report.tables).toMatchObject([
      { table: 'bad', state: 'Table error', fullLoadRows: 0, inserts: 0, validationState: 'Table error' },
      { table: 't', state: 'Table completed', fullLoadRows: 2, inserts: 1, validationState: 'Validated' },
    ]);
    expect(report.warnings).toEqual(['public.bad is suspended: rule 2: its expression fails for a row of public.bad: string or blob too big']);
    expect(lake.files().filter((path) => path.startsWith('public/bad'))).toEqual([]);
    expect(await db.leftovers()).toEqual([]);
  });

  test('in threads too', async () => {
    const { report } = await run({ rules }, { partBytes: 1 });
    expect(report.tables).toMatchObject([{ table: 'bad', state: 'Table error' }, { table: 't', validationState: 'Validated' }]);
  });

  test('an error of PostgreSQL is one of its table', async () => {
    const url = new URL(db.url);
    await db.query(`DROP TABLE bad; CREATE TABLE locked (id integer PRIMARY KEY);
      ALTER DATABASE ${url.pathname.slice(1)} SET lock_timeout = '100ms'`);
    await db.query('BEGIN; LOCK TABLE locked IN ACCESS EXCLUSIVE MODE');
    const { report } = await run({}, { until: 'full-load' });
    expect(report.tables).toMatchObject([{ table: 'locked', state: 'Table error' }, { table: 't', state: 'Table completed' }]);
    expect(report.warnings).toEqual(['public.locked is suspended: canceling statement due to lock timeout']);
  });

  test.each([{ TableErrorPolicy: 'STOP_TASK' }, { TableErrorEscalationCount: 1 }])('%j stops the task', async (settings) => {
    await expect(run({ rules, ...behavior(settings) })).rejects.toThrow('its expression fails for a row of public.bad');
    expect(await db.leftovers()).toEqual([]);
  });

  test('that is the last one stops the task', async () => {
    await expect(run({ rules: [selection('public', 'bad'), expression] })).rejects.toThrow('its expression fails');
  });

  test('or in its changes is suspended with what it has', async () => {
    await db.query(`DELETE FROM bad WHERE id = 2`);
    const { report, lake } = await run({ rules }, {
      changes: async () => {
        await db.query('INSERT INTO bad VALUES (3, 3)');
        await db.query(`INSERT INTO bad VALUES (4, ${TOO_MANY})`);
        await db.query("INSERT INTO bad VALUES (5, 5); INSERT INTO t VALUES (3, 'three'); TRUNCATE bad");
      },
    });
    expect(report.tables).toMatchObject([
      { table: 'bad', state: 'Table error', fullLoadRows: 1, validationState: 'Table error', ddls: 0 },
      { table: 't', inserts: 1, validationState: 'Validated' },
    ]);
    expect(lake.loadFiles('public/bad')).toHaveLength(1);
  });
});

describe('data errors', () => {
  const LONG = "INSERT INTO t VALUES (3, repeat('x', 20000))";
  const u = 'CREATE TABLE u (id integer PRIMARY KEY, n double precision, day date); INSERT INTO u VALUES (1, 1, NULL)';

  test.each<[string, object, string, string]>([
    ['DataTruncationErrorPolicy SUSPEND_TABLE', { DataTruncationErrorPolicy: 'SUSPEND_TABLE' }, LONG,
      '1 values were too long, and DataTruncationErrorPolicy is SUSPEND_TABLE'],
    ['DataErrorPolicy SUSPEND_TABLE', { DataErrorPolicy: 'SUSPEND_TABLE' },
      "ALTER TABLE t ADD day date; INSERT INTO t VALUES (3, '', 'infinity')",
      '1 values have no counterpart in Parquet, and DataErrorPolicy is SUSPEND_TABLE'],
    ['DataErrorEscalationCount', { DataErrorEscalationCount: 1 }, LONG,
      'it has 1 data errors, DataErrorEscalationCount is 1 and DataErrorEscalationPolicy SUSPEND_TABLE'],
  ])('%s: the table is suspended, by its load or by its changes', async (_, settings, sql, reason) => {
    await db.query(u);
    const changed = await run(behavior(settings), { changes: () => db.query(sql) });
    expect(changed.report.tables).toMatchObject([{ table: 't', state: 'Table error', fullLoadRows: 2 }, { table: 'u', validationState: 'Validated' }]);
    expect(changed.report.warnings).toContain(`public.t is suspended: ${reason}`);
    expect(changed.lake.changeFiles('public/t')).toEqual([]);
    const loaded = await runEngine(db.url, behavior(settings), { folder: folders.create() });
    expect(loaded.report.tables).toMatchObject([{ table: 't', state: 'Table error', fullLoadRows: 0 }, { table: 'u', validationState: 'Validated' }]);
    expect(loaded.lake.files()).toEqual(['public/u/LOAD00000001.parquet']);
  });

  test.each([
    { DataTruncationErrorPolicy: 'STOP_TASK' }, { DataErrorEscalationCount: 1, DataErrorEscalationPolicy: 'STOP_TASK' },
  ])('%j stops the task', async (settings) => {
    await db.query(LONG);
    await expect(run(behavior(settings))).rejects.toThrow(/^public\.t: .* STOP_TASK: mend the values/);
    expect(await db.leftovers()).toEqual([]);
  });

  test('fewer than DataErrorEscalationCount are told only', async () => {
    await db.query(LONG);
    const { report } = await run(behavior({ DataErrorEscalationCount: 2 }));
    expect(report.tables[0]).toMatchObject({ state: 'Table completed', fullLoadRows: 3 });
    expect(report.warnings).toHaveLength(1);
  });

  test('IGNORE_RECORD is refused by its key', () => {
    expect(() => taskOf(behavior({ DataErrorPolicy: 'IGNORE_RECORD' }))).toThrow('ErrorBehavior.DataErrorPolicy = "IGNORE_RECORD" is not supported');
  });
});

test('ApplyErrorFailOnTruncationDdl stops the task at a TRUNCATE', async () => {
  await expect(run(behavior({ ApplyErrorFailOnTruncationDdl: true }), { changes: () => db.query('TRUNCATE t') }))
    .rejects.toThrow('public.t was truncated, and ApplyErrorFailOnTruncationDdl is true: begin anew after --clean, or set it to false');
});

test('FailOnNoTablesCaptured decides whether rules that choose nothing are an error', async () => {
  const rules = [selection('shop', '%')];
  await expect(run({ rules })).rejects.toThrow('its selection rules choose no table');
  const { report, lake } = await run({ rules, ...behavior({ FailOnNoTablesCaptured: false }) });
  expect([report.state, report.tables, lake.files()]).toEqual(['finished', [], []]);
});

test('TargetSchema is the schema of tables that no rule gives another one', async () => {
  await db.query("CREATE SCHEMA other; CREATE TABLE other.u (id integer PRIMARY KEY); INSERT INTO other.u VALUES (1)");
  const rename = {
    'rule-type': 'transformation', 'rule-id': '2', 'rule-name': '2', 'rule-action': 'rename', 'rule-target': 'schema',
    'object-locator': { 'schema-name': 'other' }, value: 'renamed',
  };
  const { lake } = await run({ rules: [selection('%', '%'), rename], settings: { TargetMetadata: { TargetSchema: 'target' } } });
  expect(lake.files()).toEqual(['renamed/u/LOAD00000001.parquet', 'target/t/LOAD00000001.parquet']);
});

test('without SupportLobs the columns that are LOBs are left out', async () => {
  await db.query('ALTER TABLE t ADD n integer DEFAULT 7, ADD scan bytea');
  const settings = { TargetMetadata: { SupportLobs: false, LimitedSizeLobMode: false } };
  const { report, lake } = await run({ settings }, { changes: () => db.query("INSERT INTO t VALUES (3, 'three', 8)") });
  expect(await lake.rows(lake.files())).toEqual([['I', 3, 8], ['I', 1, 7], ['I', 2, 7]]);
  expect(report.tables[0]).toMatchObject({ validationState: 'Validated' });
});

test.each([
  [false, 'Mismatched records'], [true, 'Validated'],
])('SkipLobColumns %j: a LOB that differs is %s', async (skips, state) => {
  const { report } = await run({ settings: { ValidationSettings: { SkipLobColumns: skips } } }, {
    changes: () => db.query("ALTER TABLE t RENAME word TO term; INSERT INTO t VALUES (3, 'three')"),
  });
  expect(report.tables[0]).toMatchObject({ validationState: state });
});

test('control tables are not written, and the run says so', async () => {
  const ControlTablesSettings = { StatusTableEnabled: true, HistoryTableEnabled: false };
  const { report, lake } = await run({ settings: { ControlTablesSettings } });
  expect(report.warnings).toEqual([
    'ControlTablesSettings.StatusTableEnabled leaves nothing in the lake: DMS documents its tables for databases only; the report has what they hold']);
  expect(lake.files()).toEqual(['public/t/LOAD00000001.parquet']);
});

test('the statistics have the times of the load', async () => {
  const before = new Date().toISOString();
  const { report } = await run({}, { until: 'full-load' });
  const { fullLoadStartTime, fullLoadEndTime } = report.tables[0]!;
  const moments = [before, fullLoadStartTime, fullLoadEndTime, new Date().toISOString()];
  expect([...moments].sort()).toEqual(moments);
});

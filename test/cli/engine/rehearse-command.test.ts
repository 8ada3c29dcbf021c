import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskReport } from '../../../cli/engine/run/report';
import { runDms, startDms, type DmsResult, type RunningDms } from '../../support/dms';
import { selection, template, transformation, type TemplateOptions } from '../../support/dms-template';
import { Lake } from '../../support/lake';
import { SourceServer, type SourceDatabase } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const running: RunningDms[] = [];
const server = new SourceServer({ max_replication_slots: '4', max_wal_senders: '6' });
let db: SourceDatabase;
let folder: string;

beforeEach(async () => {
  db = await server.database();
  folder = folders.create();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ child, result }) => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    return result;
  }));
  for (const slot of await db.column('SELECT slot_name::text FROM pg_replication_slots WHERE NOT active')) {
    await db.query('SELECT pg_drop_replication_slot($1)', [slot]);
  }
  await db.close();
});

function templateFile(options: TemplateOptions = {}): string {
  const path = join(folder, 'template.json');
  writeFileSync(path, JSON.stringify(template(options)));
  return path;
}

const argumentsOf = (source: string | undefined, more: readonly string[], options?: TemplateOptions): string[] =>
  ['rehearse', templateFile(options), '--workdir', join(folder, 'work'), ...(source === undefined ? [] : ['--source', source]), ...more];

async function rehearse(
  source: string | undefined,
  more: readonly string[] = [],
  options?: TemplateOptions,
): Promise<DmsResult> {
  return runDms(argumentsOf(source, more, options));
}

function start(more: readonly string[], options?: TemplateOptions): RunningDms {
  const dms = startDms(argumentsOf(db.url, more, options));
  running.push(dms);
  return dms;
}

const lake = (): Lake => new Lake(join(folder, 'work', 'Task', 'lake'));

/** What people see on stderr besides the progress, with words for what is another one in each run. */
function complaints({ stderr }: DmsResult): string[] {
  return stderr.split('\n').filter((line) => line.startsWith('dms: ')).map((line) => line
    .replaceAll(folder, '<folder>')
    .replaceAll(/dms_rehearsal_\w+/g, '<slot>')
    .replaceAll(/127\.0\.0\.1:\d+\/test_\d+/g, '<source>'));
}

function changed(url: string, change: (url: URL) => void): string {
  const copy = new URL(url);
  change(copy);
  return copy.href;
}

describe('bad input: exit 2, one line, nothing left in source or lake', () => {
  beforeEach(async () => {
    await db.query(`CREATE TABLE t (id integer PRIMARY KEY); INSERT INTO t VALUES (1);
      DO $$ BEGIN CREATE ROLE reader LOGIN PASSWORD 'r'; EXCEPTION WHEN duplicate_object THEN NULL; END $$`);
  });

  async function refused(result: DmsResult, line: RegExp | string): Promise<void> {
    expect(complaints(result)).toEqual([typeof line === 'string' ? line : expect.stringMatching(line)]);
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await db.leftovers()).toEqual([]);
    expect(lake().files()).toEqual([]);
    expect(existsSync(join(folder, 'work', 'Task', 'checkpoint.json'))).toBe(false);
  }

  const asReader = (): string => changed(db.url, (url) => {
    url.username = 'reader';
    url.password = 'r';
  });

  test('unreachable database', async () => {
    const url = changed(db.url, (copy) => (copy.port = '1'));
    await refused(await rehearse(url), 'dms: nothing answers at <source>: start the server, or correct host and port');
  });

  test('wrong password', async () => {
    const url = changed(db.url, (copy) => (copy.password = 'no'));
    await refused(await rehearse(url), 'dms: wrong password for user "postgres" at <source>: set it in the URL, in PGPASSWORD or in ~/.pgpass');
  });

  test('missing table', async () => {
    await refused(await rehearse(db.url, [], { rules: [selection('public', 'nothing')] }),
      'dms: task Task: rule 1 selects public.nothing, which the source does not have; it has public.t');
  });

  test('a pattern that chooses nothing', async () => {
    await refused(await rehearse(db.url, [], { rules: [selection('shop', '%')] }),
      'dms: task Task: its selection rules choose no table; the source has public.t');
  });

  test('unwritable target: a part of the path is a file', async () => {
    writeFileSync(join(folder, 'file'), '');
    const target = join(folder, 'file', 'lake');
    await refused(await rehearse(db.url, ['--target', target]),
      'dms: cannot write to the target folder <folder>/file/lake: a part of the path is a file; give another one with --target');
  });

  test('unwritable work folder', async () => {
    writeFileSync(join(folder, 'work'), '');
    const { exitCode, ...result } = await rehearse(db.url);
    expect(exitCode).toBe(2);
    expect(complaints({ exitCode, ...result })).toEqual([
      `dms: cannot write to the work folder <folder>/work/Task: ENOTDIR: not a directory, mkdir '<folder>/work/Task'; give another one with --workdir`,
    ]);
  });

  test('malformed templates', async () => {
    const path = join(folder, 'broken.json');
    for (const [text, line] of [
      ['{', /broken\.json is not JSON: /],
      ['{"a": 1}', /broken\.json: this is no CloudFormation template: there is no object "Resources" in it$/],
      ['{"Resources": {}}', /broken\.json has no AWS::DMS::ReplicationTask: there is nothing to rehearse$/],
      [JSON.stringify(template()).replaceAll('"Task"', '"../Task"'), /"\.\.\/Task" is no logical id/],
      [JSON.stringify(template()).replace('{\\"rules', '{\\"rule'), /task Task: TableMappings: .*a table mapping has a list of rules/],
    ] as const) {
      writeFileSync(path, text);
      await refused(await runDms(['rehearse', path, '--source', db.url, '--workdir', join(folder, 'work')]), line);
    }
    await refused(await runDms(['rehearse', join(folder, 'none.json')]), /cannot read \S+none\.json: there is no such file or folder$/);
  });

  test('unknown option, stack and task', async () => {
    await refused(await rehearse(db.url, ['--fast']), /^dms: unknown option '--fast'.*: see `dms rehearse --help`$/);
    await refused(await rehearse(db.url, ['--until', 'noon']), /^dms: option '--until <moment>' argument 'noon' is invalid\. Allowed choices are full-load, caught-up, interrupted\.: see/);
    await refused(await rehearse(db.url, ['--stack', 'Prod']), 'dms: there is no stack "Prod" with DMS tasks in <folder>/template.json: it has template');
    await refused(await rehearse(db.url, ['--task', 'Other']), 'dms: there is no task "Other" in <folder>/template.json: it has Task');
    await refused(await rehearse('mysql://x'), 'dms: --source must be a PostgreSQL address: postgres://user@host:5432/database');
    await refused(await rehearse(db.url, ['--resume']), 'dms: there is nothing to resume in <folder>/work/Task: leave --resume out');
  });

  test('what is not supported, by its key, and a rule that its table does not allow', async () => {
    await refused(await rehearse(db.url, [], { s3: { GlueCatalogGeneration: true } }),
      'dms: task Task: S3Settings.GlueCatalogGeneration is not supported by the local engine');
    await refused(await rehearse(db.url, [], { settings: { TargetMetadata: { BatchApplyEnabled: true } } }),
      'dms: task Task: TargetMetadata.BatchApplyEnabled = true is not supported by the local engine yet');
    const mask = transformation(2, 'data-masking-hash-mask', 'column', { 'schema-name': 'public', 'table-name': 't', 'column-name': 'id' });
    await refused(await rehearse(db.url, [], { rules: [selection('%', '%'), mask] }),
      'dms: rule 2: data-masking-hash-mask of public.t.id: the column is INT4: DMS masks STRING and WSTRING like this; '
      + 'change its type by a rule with a lower rule-id');
  });

  test('not enough free slots', async () => {
    for (const name of ['one', 'two', 'three']) await db.query('SELECT pg_create_logical_replication_slot($1, $2)', [name, 'pgoutput']);
    const result = await rehearse(db.url);
    expect(complaints(result)).toEqual(['dms: max_replication_slots of the source is 4 and 3 are taken: a rehearsal needs 2 free ones; '
      + 'raise max_replication_slots or drop what is not used any more']);
    expect(result.exitCode).toBe(2);
  });

  test('a role that may not replicate, read or publish', async () => {
    await db.query('ALTER ROLE reader NOREPLICATION; REVOKE ALL ON t FROM reader');
    await refused(await rehearse(asReader()),
      'dms: the source user "reader" may not replicate: ALTER ROLE reader REPLICATION (on RDS and Aurora GRANT rds_replication TO reader)');
    await db.query('ALTER ROLE reader REPLICATION');
    await refused(await rehearse(asReader()), 'dms: the source user "reader" may not read public.t: GRANT SELECT on them');
    await db.query('GRANT SELECT ON t TO reader; REVOKE USAGE ON SCHEMA public FROM PUBLIC');
    await refused(await rehearse(asReader()), 'dms: the source user "reader" may not read public.t: GRANT USAGE on the schema');
    await db.query('GRANT USAGE ON SCHEMA public TO reader; ALTER TABLE t ENABLE ROW LEVEL SECURITY');
    await refused(await rehearse(asReader()), 'dms: the source user "reader" may not read all of public.t: row-level security hides rows of it; ALTER ROLE … BYPASSRLS');
    await db.query('ALTER TABLE t DISABLE ROW LEVEL SECURITY');
    await refused(await rehearse(asReader()), /^dms: the source user may not publish the tables: permission denied/);
  });

  describe('of a server without logical decoding', () => {
    const other = new SourceServer({ wal_level: 'replica' });

    test('wal_level is not logical', async () => {
      const { url } = await other.database();
      await refused(await rehearse(url), 'dms: wal_level of the source is "replica": change capture needs "logical"; '
        + 'set wal_level = logical (on RDS and Aurora rds.logical_replication = 1) and restart the server');
    });
  });

  test('a load that fails takes everything with it', async () => {
    await db.query("CREATE TABLE u (id integer PRIMARY KEY, word text); INSERT INTO u VALUES (1, repeat('x', 40000))");
    await refused(await rehearse(db.url, [], { source: { FailTasksOnLobTruncation: true } }),
      'dms: public.u.word has values longer than LobMaxSize (32 KB) and FailTasksOnLobTruncation is on: raise LobMaxSize');
  });

  test('no primary key is a warning only', async () => {
    await db.query('CREATE TABLE heap (id integer); INSERT INTO heap VALUES (1)');
    const { exitCode, stdout } = await rehearse(db.url);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('warning: public.heap has no primary key: DMS replicates no UPDATE and DELETE of it');
  });

  test('a lake that differs is exit 1, with the keys that differ', async () => {
    await db.query('CREATE TABLE late (id integer PRIMARY KEY, n integer); INSERT INTO late VALUES (1, 1)');
    mkdirSync(join(folder, 'work'), { recursive: true });
    const filter = { filters: [{ 'filter-type': 'source', 'column-name': 'n', 'filter-conditions': [{ 'filter-operator': 'eq', value: '1' }] }] };
    const dms = start(['--until', 'interrupted'], { rules: [selection('public', 'late', filter)] });
    await dms.says('public.late: 1 rows');
    await db.query('UPDATE late SET n = 2');
    dms.child.kill('SIGINT');
    expect((await dms.result).exitCode).toBe(1);
    const { exitCode, stdout } = await rehearse(db.url, ['--resume'], { rules: [selection('public', 'late', filter)] });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('public.late: id = 1, only in the lake');
  });
});

describe('crash safety', () => {
  const ROWS = 20_000;
  const TASK: TemplateOptions = { s3: { CdcMinFileSize: 8, TimestampColumnName: 'at' } };
  let writing = false;
  let writer: Promise<void>;

  beforeEach(async () => {
    await db.query(`CREATE TABLE a (id bigint PRIMARY KEY, n bigint, word text); CREATE TABLE b (id bigint PRIMARY KEY, n bigint);
      INSERT INTO a SELECT g, 0, repeat('x', 50) FROM generate_series(1, ${ROWS}) g; INSERT INTO b SELECT g, 0 FROM generate_series(1, ${ROWS}) g`);
    writing = true;
    writer = write();
  });
  afterEach(async () => {
    writing = false;
    await writer;
  });

  /** Each change has a number of its own, so that one that is captured twice shows. */
  async function write(): Promise<void> {
    for (let n = 1; writing; n++) {
      await db.query(`BEGIN; INSERT INTO a VALUES (${ROWS + n}, ${n}, 'new'); UPDATE a SET n = ${n} WHERE id = ${n};
        UPDATE b SET n = ${n} WHERE id IN (${n}, ${n + 1}); DELETE FROM b WHERE id = ${ROWS - n}; COMMIT`);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  async function stopWriting(): Promise<void> {
    writing = false;
    await writer;
  }

  /** Source and lake agree, every change is there once, and nothing is left over. */
  async function isWhole(result: DmsResult): Promise<void> {
    expect(complaints(result)).toEqual([]);
    expect(result.exitCode).toBe(0);
    const { tasks: [report] } = JSON.parse(result.stdout) as { tasks: TaskReport[] };
    const { tables, files } = report!;
    expect(tables).toEqual([
      expect.objectContaining({ table: 'a', validationState: 'Validated' }), expect.objectContaining({ table: 'b', validationState: 'Validated' }),
    ]);
    expect(lake().files()).toEqual(files.map(({ path }) => path).sort());
    for (const table of ['public/a', 'public/b']) {
      const changes = lake().changeFiles(table);
      if (changes.length === 0) continue;
      expect(await lake().rows(changes, 'SELECT "Op", id, n, "at", count(*) FROM rows GROUP BY ALL HAVING count(*) > 1')).toEqual([]);
      const order = (await lake().rows(changes, 'SELECT n::int FROM rows WHERE n IS NOT NULL')).flat() as number[];
      expect(order).toEqual([...order].sort((one, other) => one - other));
    }
    expect(await db.leftovers()).toEqual([]);
  }

  /** Milliseconds until a kill: the first ones fall into start and load, the others into the capture. */
  const MOMENTS = [[100, 1000], [100, 1000], [100, 1000], [600, 1800], [600, 1800], [600, 1800]] as const;

  test('kill -9 at any moment, again and again, then --resume: the lake is that of an undisturbed run', async () => {
    for (const [from, to] of MOMENTS) {
      const resume = existsSync(join(folder, 'work', 'Task', 'checkpoint.json')) ? ['--resume'] : [];
      const dms = start(['--until', 'interrupted', ...resume], TASK);
      await new Promise((resolve) => setTimeout(resolve, from + Math.random() * (to - from)));
      dms.child.kill('SIGKILL');
      const { stderr } = await dms.result;
      expect(stderr).not.toContain('dms: ');
      expect(new Set(lake().files().filter((path) => !/\.parquet(\.inprogress)?$/.test(path)))).toEqual(new Set());
    }
    await stopWriting();
    const resume = existsSync(join(folder, 'work', 'Task', 'checkpoint.json')) ? ['--resume'] : [];
    await isWhole(await rehearse(db.url, ['--json', ...resume], TASK));
  }, 60_000);

  test('SIGINT in the capture: exit 1, how to go on, and --resume goes on', async () => {
    const dms = start(['--until', 'interrupted'], TASK);
    await dms.says('changes');
    dms.child.kill('SIGINT');
    const { exitCode, stderr } = await dms.result;
    expect(exitCode).toBe(1);
    expect(stderr).toContain('stopped: what was written is safe; go on with --resume, or give it up with --clean');
    expect(lake().files().filter((path) => path.endsWith('.inprogress'))).toEqual([]);
    const again = await rehearse(db.url, [], TASK);
    expect(again.exitCode).toBe(2);
    expect(complaints(again)).toEqual([
      'dms: <folder>/work/Task holds a rehearsal that is not finished: go on with --resume, or abandon it with --clean']);
    const other = await rehearse(db.url, ['--resume'], { s3: { ...TASK.s3, RowGroupLength: 500 } });
    expect(complaints(other)).toEqual(['dms: the task has changed since the rehearsal in <folder>/work/Task began: abandon that one with --clean']);
    const elsewhere = await rehearse(db.url, ['--resume', '--target', join(folder, 'other')], TASK);
    expect(complaints(elsewhere)).toEqual(['dms: the rehearsal writes to <folder>/work/Task/lake: ' +
      'go on with that --target, not <folder>/other, or abandon it with --clean']);
    await stopWriting();
    await isWhole(await rehearse(db.url, ['--json', '--resume'], TASK));
  });

  test('SIGINT in the load: exit 1, the source is clean at once, and --resume loads anew', async () => {
    await stopWriting();
    await db.query(`INSERT INTO a SELECT g, 0, repeat('x', 50) FROM generate_series(1000001, 1300000) g`);
    const dms = start([], TASK);
    await dms.says('public.a: loading');
    dms.child.kill('SIGINT');
    const { exitCode, stderr } = await dms.result;
    expect([exitCode, stderr.includes('go on with --resume')]).toEqual([1, true]);
    expect(await db.leftovers()).toEqual([]);
    expect(lake().files()).toEqual([]);
    await isWhole(await rehearse(db.url, ['--json', '--resume'], TASK));
  });

  test('SIGINT while a lock holds the load up ends it at once', async () => {
    await stopWriting();
    await db.query('BEGIN; LOCK TABLE b IN ACCESS EXCLUSIVE MODE');
    const dms = start(['--until', 'full-load'], TASK);
    await dms.says('public.a: 20,');
    dms.child.kill('SIGINT');
    expect((await dms.result).exitCode).toBe(1);
    await db.query('COMMIT');
    expect(lake().files()).toEqual([]);
  });

  test('--clean drops slot and publications and removes the files', async () => {
    const dms = start(['--until', 'interrupted'], TASK);
    await dms.says('changes');
    dms.child.kill('SIGKILL');
    await dms.result;
    expect(await db.leftovers()).toHaveLength(2);
    const without = await rehearse(undefined, ['--clean'], TASK);
    expect(complaints(without)).toEqual(['dms: the rehearsal in <folder>/work/Task has slot <slot> in its source: give that database with --source']);
    const { exitCode, stdout } = await rehearse(db.url, ['--clean'], TASK);
    expect([exitCode, stdout]).toEqual([0, 'abandoned the rehearsal of Task\n']);
    expect(await db.leftovers()).toEqual([]);
    expect(readdirSync(join(folder, 'work'))).toEqual([]);
  });

  test('what a crash left between checkpoint and lake is put right', async () => {
    const dms = start(['--until', 'interrupted'], TASK);
    await dms.says('changes');
    dms.child.kill('SIGINT');
    await dms.result;
    await stopWriting();
    // Recorded but not published yet, begun but not recorded, taken out of the record but not removed yet.
    const [recorded] = lake().changeFiles('public/a');
    renameSync(lake().path(recorded!), lake().path(`${recorded}.inprogress`));
    writeFileSync(lake().path('public/b/20990101-000000000.parquet.inprogress'), 'PAR1');
    writeFileSync(lake().path('public/b/20200101-000000000.parquet'), 'PAR1');
    const path = join(folder, 'work', 'Task', 'checkpoint.json');
    const checkpoint = JSON.parse(readFileSync(path, 'utf8')) as object;
    writeFileSync(path, JSON.stringify({ ...checkpoint, removed: ['public/b/20200101-000000000.parquet'] }));
    await isWhole(await rehearse(db.url, ['--json', '--resume'], TASK));
  });

  test('a slot that has to wait for an open transaction says so', async () => {
    await stopWriting();
    await db.query('BEGIN; INSERT INTO a VALUES (0, 0)');
    const dms = start(['--json'], TASK);
    await dms.says('the source waits with the slot for transactions that are open');
    await db.query('COMMIT');
    await isWhole(await dms.result);
  });

  test('a slot that is gone is told, not replaced', async () => {
    const dms = start(['--until', 'interrupted'], TASK);
    await dms.says('changes');
    dms.child.kill('SIGINT');
    await dms.result;
    await stopWriting();
    const { slot } = JSON.parse(readFileSync(join(folder, 'work', 'Task', 'checkpoint.json'), 'utf8')) as { slot: string };
    await db.query('SELECT pg_drop_replication_slot($1)', [slot]);
    const result = await rehearse(db.url, ['--resume'], TASK);
    expect([result.exitCode, complaints(result)]).toEqual([2, [
      'dms: the source has no replication slot <slot> any more, so what changed since is lost: give the rehearsal up with --clean']]);
  });
});

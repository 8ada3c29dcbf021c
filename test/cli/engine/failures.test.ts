import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointFile } from '../../../cli/engine/run/checkpoint';
import type { TaskReport } from '../../../cli/engine/run/report';
import { isLostConnection } from '../../../cli/engine/source/lost-connection';
import { openSession, readSnapshot } from '../../../cli/engine/source/session';
import type { CaptureState } from '../../../cli/output/progress-sink';
import { DMS, follow, type DmsResult, type RunningDms } from '../../support/dms';
import { selection, template, type TemplateOptions } from '../../support/dms-template';
import { runEngine, SILENT, type EngineRun } from '../../support/engine-run';
import { Lake } from '../../support/lake';
import { SourceServer, type SourceDatabase } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();
const running: RunningDms[] = [];
const server = new SourceServer({ max_replication_slots: '8', max_wal_senders: '10' });
let db: SourceDatabase;
let folder: string;

beforeEach(async () => {
  db = await server.database();
  folder = folders.create();
  await db.query(`CREATE TABLE t (id integer PRIMARY KEY, word text); INSERT INTO t VALUES (1, 'one'), (2, 'two')`);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ child, result }) => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    return result;
  }));
  await db.close();
});

const workdir = (): string => join(folder, 'work', 'Task');
const published = (): string[] => lake().files().filter((path) => path.endsWith('.parquet'));
const lake = (): Lake => new Lake(join(workdir(), 'lake'));

/** Files are due at once, and a lost source is tried again soon. */
const TASK: TemplateOptions = {
  s3: { CdcMinFileSize: 1, CdcMaxBatchInterval: 1 },
  settings: { ErrorBehavior: { RecoverableErrorInterval: 1 } },
};

interface Start {
  readonly source?: string;
  readonly task?: TemplateOptions;
  /** Kilobytes that a file of the process may have. */
  readonly largestFile?: number;
}

function start(more: readonly string[], { source = db.url, task = TASK, largestFile }: Start = {}): RunningDms {
  const file = join(folder, 'template.json');
  writeFileSync(file, JSON.stringify(template(task)));
  const command = [process.execPath, DMS, 'rehearse', file, '--workdir', join(folder, 'work'), '--source', source, ...more];
  // The shell's unit is 512 bytes.
  const limited = largestFile === undefined ? command : ['sh', '-c', `ulimit -f ${largestFile * 2}; exec "$@"`, 'sh', ...command];
  const dms = follow(spawn(limited[0]!, limited.slice(1)));
  running.push(dms);
  return dms;
}

const rehearse = (more: readonly string[] = [], options: Start = {}): Promise<DmsResult> => start(more, options).result;

/** What is said to people who made no mistake, without what is another one in each run. */
function complaints({ stderr }: DmsResult): string[] {
  expect(stderr).not.toMatch(/\n\s+at /);
  return stderr.split('\n').filter((line) => line.startsWith('dms: ')).map((line) => line
    .replaceAll(folder, '<folder>').replaceAll(/dms_rehearsal_[0-9a-f]+/g, '<slot>'));
}

const reportOf = ({ stdout }: DmsResult): TaskReport => (JSON.parse(stdout) as { tasks: TaskReport[] }).tasks[0]!;

/** Everything is in the lake once, and nothing is left in the source. */
async function isWhole(result: DmsResult): Promise<void> {
  expect([complaints(result), result.exitCode]).toEqual([[], 0]);
  expect(reportOf(result).tables[0]).toMatchObject({ table: 't', validationState: 'Validated' });
  expect(await db.leftovers()).toEqual([]);
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

const slotName = (): string =>
  (JSON.parse(readFileSync(join(workdir(), 'checkpoint.json'), 'utf8')) as { slot: string }).slot;

/** Captures until there is a file of changes, and is interrupted. */
async function interrupted(task: TemplateOptions = TASK): Promise<void> {
  const dms = start(['--until', 'interrupted'], { task });
  await dms.says('changes:');
  await db.query(`INSERT INTO t VALUES (3, 'three')`);
  await until(() => lake().changeFiles('public/t').length > 0);
  dms.child.kill('SIGINT');
  expect((await dms.result).exitCode).toBe(1);
}

test('a second engine in the same work folder is refused, whatever its source, and --clean with it', async () => {
  const other = await server.database();
  const first = start(['--until', 'interrupted']);
  await first.says('changes:');
  const refusal = `dms: another dms (process ${first.child.pid}) works in <folder>/work/Task: wait for its end, stop it with Ctrl-C, or give another --workdir`;
  for (const more of [[], ['--resume'], ['--clean']]) {
    const second = await rehearse(more, { source: other.url });
    expect([second.exitCode, complaints(second)]).toEqual([2, [refusal]]);
  }
  await db.query(`INSERT INTO t VALUES (3, 'three')`);
  first.child.kill('SIGINT');
  expect((await first.result).exitCode).toBe(1);
  await isWhole(await rehearse(['--resume', '--json']));
});

describe('no room for files', () => {
  const MEGABYTE = `SELECT g, md5(g::text) || md5((g + 1)::text) FROM generate_series(1000, 21000) g`;

  test('in the load: said, nothing left behind, and the next run loads', async () => {
    await db.query(`INSERT INTO t ${MEGABYTE}`);
    const result = await rehearse([], { largestFile: 100 });
    expect([result.exitCode, complaints(result)]).toEqual([2, [
      'dms: there is no room left in <folder>/work/Task/lake or <folder>/work/Task (EFBIG: file too large, write): free some, then begin again']]);
    expect([lake().files(), await db.leftovers()]).toEqual([[], []]);
    await isWhole(await rehearse(['--json']));
  });

  test('in the capture: said, and --resume goes on when there is room', async () => {
    const dms = start(['--until', 'interrupted'], { largestFile: 100 });
    await dms.says('changes:');
    await db.query(`INSERT INTO t ${MEGABYTE}`);
    const result = await dms.result;
    expect([result.exitCode, complaints(result)]).toEqual([2, [
      'dms: there is no room left in <folder>/work/Task/lake or <folder>/work/Task (EFBIG: file too large, write): free some, then go on with --resume']]);
    expect(lake().files()).toEqual(['public/t/LOAD00000001.parquet']);
    await isWhole(await rehearse(['--resume', '--json']));
  });
});

describe('a target that changes under the run', () => {
  test('a folder that cannot be written any more is said, and --resume goes on when it can', async () => {
    const dms = start(['--until', 'interrupted']);
    await dms.says('changes:');
    rmSync(join(lake().root, 'public', 't'), { recursive: true });
    writeFileSync(join(lake().root, 'public', 't'), '');
    await db.query(`INSERT INTO t VALUES (3, 'three')`);
    const result = await dms.result;
    const problem = /^dms: cannot write to \S+ or \S+ any more \(E(EXIST|NOTDIR): .*\): mend that, then go on with/;
    expect([result.exitCode, complaints(result)]).toEqual([2, [expect.stringMatching(problem)]]);
    rmSync(join(lake().root, 'public', 't'));
    const again = await rehearse(['--resume']);
    expect([again.exitCode, complaints(again)]).toEqual([2, [
      'dms: <folder>/work/Task/lake lacks 1 file that the rehearsal wrote, such as public/t/LOAD00000001.parquet: ' +
      'put back what was removed, or give the rehearsal up with --clean']]);
  });

  test('a folder that vanished is not taken for a lake without changes', async () => {
    const dms = start(['--until', 'interrupted']);
    await dms.says('changes:');
    rmSync(lake().root, { recursive: true });
    await db.query(`INSERT INTO t VALUES (3, 'three')`);
    await until(() => lake().changeFiles('public/t').length > 0);
    dms.child.kill('SIGINT');
    await dms.result;
    expect(complaints(await rehearse(['--resume']))).toEqual([expect.stringContaining('lake lacks 1 file that the rehearsal wrote')]);
  });
});

describe('a source that goes away', () => {
  test('is what a snapshot means that went with its connection', async () => {
    const client = await openSession(db.url);
    const error: unknown = await readSnapshot(client, '00000006-0000002C-1').catch((thrown: unknown) => thrown);
    await client.end();
    expect((error as Error).message).toBe('Connection ended: the source no longer has snapshot 00000006-0000002C-1');
    expect(isLostConnection(error)).toBe(true);
  });

  test('connections that are cut: the run goes on by itself', async () => {
    const dms = start(['--until', 'interrupted', '--json']);
    await dms.says('changes:');
    for (let id = 3; id <= 5; id++) {
      await db.query(`INSERT INTO t VALUES (${id}, 'before')`);
      await db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dms rehearse'`);
      await db.query(`INSERT INTO t VALUES (${id * 10}, 'after')`);
      await until(async () => (await lake().rows(published(), `SELECT id FROM rows WHERE id = ${id * 10}`)).length === 1);
    }
    dms.child.kill('SIGINT');
    expect((await dms.result).exitCode).toBe(1);
    const result = await rehearse(['--resume', '--json']);
    await isWhole(result);
    expect(reportOf(result).tables[0]).toMatchObject({ inserts: 6 });
    expect(await lake().rows(lake().files(), 'SELECT count(*)::int, count(DISTINCT id)::int FROM rows')).toEqual([[8, 8]]);
  });

  test('a server that crashes and recovers in the load and in the capture: the run goes on by itself', async () => {
    await db.query('INSERT INTO t SELECT g, repeat(md5(g::text), 10) FROM generate_series(100, 200000) g');
    const dms = start(['--until', 'interrupted', '--json']);
    for (const moment of ['public.t: loading', 'changes:']) {
      await dms.says(moment);
      const crashed = await server.sessionOf(db);
      // A server process that is killed takes all others with it.
      process.kill(Number((await crashed.column('SELECT pg_backend_pid()'))[0]), 'SIGKILL');
      await crashed.close();
      await dms.says('trying again in 1 s');
    }
    await db.close();
    db = await server.reopened(db);
    await db.query(`INSERT INTO t VALUES (3, 'three')`);
    await until(() => lake().changeFiles('public/t').length > 0);
    dms.child.kill('SIGINT');
    expect((await dms.result).exitCode).toBe(1);
    await isWhole(await rehearse(['--resume', '--json']));
  }, 60_000);

  test('RecoverableErrorCount 0: exit 2, what to do, and --resume goes on', async () => {
    const task = { ...TASK, settings: { ErrorBehavior: { RecoverableErrorCount: 0 } } };
    const dms = start(['--until', 'interrupted'], { task });
    await dms.says('changes:');
    await db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dms rehearse'`);
    const result = await dms.result;
    expect([result.exitCode, complaints(result)]).toEqual([2, [expect.stringMatching(
      /^dms: the connection to the source was lost \(.+\): what was written is safe; go on with --resume when/)]]);
    await db.query(`INSERT INTO t VALUES (3, 'three')`);
    await isWhole(await rehearse(['--resume', '--json'], { task }));
  });

  test('SIGINT while the slot waits for an open transaction ends at once and leaves nothing', async () => {
    const writer = await server.sessionOf(db);
    await writer.query(`BEGIN; INSERT INTO t VALUES (3, 'three')`);
    const dms = start([]);
    await dms.says('the source waits with the slot');
    dms.child.kill('SIGINT');
    expect((await dms.result).exitCode).toBe(1);
    await writer.query('COMMIT');
    expect(await db.leftovers()).toEqual([]);
  });
});

describe('a slot that is lost', () => {
  test('invalidated, because it would have kept too much of the log', async () => {
    await interrupted();
    await db.query(`ALTER SYSTEM SET max_slot_wal_keep_size = '16MB'`);
    await db.query('SELECT pg_reload_conf()');
    try {
      for (let id = 100; id < 104; id++) {
        await db.query(`INSERT INTO t VALUES (${id}, '')`);
        await db.query('SELECT pg_switch_wal()');
      }
      await db.query('CHECKPOINT');
      const result = await rehearse(['--resume']);
      expect([result.exitCode, complaints(result)]).toEqual([2, [
        'dms: the source has invalidated replication slot <slot>, so what changed since is lost (max_slot_wal_keep_size is 16MB; ' +
        'DMS wants -1): raise it, and give the rehearsal up with --clean']]);
    } finally {
      await db.query('ALTER SYSTEM RESET max_slot_wal_keep_size');
      await db.query('SELECT pg_reload_conf()');
    }
    expect((await rehearse(['--clean'])).exitCode).toBe(0);
    expect(await db.leftovers()).toEqual([]);
  });

  test('dropped by somebody under the run', async () => {
    const dms = start(['--until', 'interrupted']);
    await dms.says('changes:');
    const slot = slotName();
    await db.query('SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1', [slot]);
    await until(async () => (await db.column(`SELECT active::int FROM pg_replication_slots WHERE slot_name = '${slot}'`))[0] === 0);
    await db.query('SELECT pg_drop_replication_slot($1)', [slot]);
    const result = await dms.result;
    expect([result.exitCode, complaints(result)]).toEqual([2, [
      'dms: the source has no replication slot <slot> any more, so what changed since is lost: give the rehearsal up with --clean']]);
  });
});

test.each<[string, (checkpoint: Record<string, unknown>) => string, string]>([
  ['cut off', (checkpoint) => JSON.stringify(checkpoint).slice(0, 200), 'is damaged: it is not JSON'],
  ['empty', () => '', 'is damaged: it is not JSON'],
  ['another document', () => '[]', 'is damaged: it is no JSON object'],
  ['of another version', (checkpoint) => JSON.stringify({ ...checkpoint, version: 1 }), 'is not a checkpoint of this version of dms'],
  ['without its position', (checkpoint) => JSON.stringify({ ...checkpoint, lsn: null }), 'is damaged: its "lsn" makes no sense'],
  ['with strange tables', (checkpoint) => JSON.stringify({ ...checkpoint, tables: [null] }), 'is damaged: its "tables" makes no sense'],
])('a checkpoint that is %s is refused without touching anything', async (_, damage, problem) => {
  await interrupted();
  const path = join(workdir(), 'checkpoint.json');
  const whole = readFileSync(path, 'utf8');
  const files = lake().files();
  writeFileSync(path, damage(JSON.parse(whole) as Record<string, unknown>));
  for (const more of ['--resume', '--clean']) {
    const result = await rehearse([more]);
    expect([result.exitCode, complaints(result)]).toEqual([2, [
      `dms: <folder>/work/Task/checkpoint.json ${problem}: put it back, or remove its folder to begin anew, and drop the slot and ` +
      'the publications <slot>… of its run in the source'.replace('<slot>', 'dms_rehearsal_')]]);
  }
  expect(lake().files()).toEqual(files);
  writeFileSync(path, whole);
  await isWhole(await rehearse(['--resume', '--json']));
});

describe('a run that goes on', () => {
  /** Loads, captures `before`, stops, lets `meanwhile` happen, goes on to the end. */
  async function resumed(task: TemplateOptions, before: string, meanwhile: string): Promise<EngineRun> {
    const stop = new AbortController();
    const progress = {
      ...SILENT,
      capture: ({ inserts }: CaptureState): void => {
        if (inserts > 0) stop.abort();
      },
    };
    const first = await runEngine(db.url, task, {
      folder, until: 'interrupted', signal: stop.signal, progress, changes: () => db.query(before),
    });
    expect(first.report.state).toBe('stopped');
    await db.query(meanwhile);
    const previous = await new CheckpointFile(`${folder}/work`).read();
    return runEngine(db.url, task, { folder, previous });
  }

  test('still tells what the run before it has lost', async () => {
    const { report } = await resumed({}, `INSERT INTO t VALUES (3, repeat('x', 20000))`, 'SELECT 1');
    expect(report.warnings).toEqual([
      "public.t.word: 1 values were cut, as DMS cuts LOBs to LobMaxSize (32 KB) and text to its column's length"]);
  });

  test('removes the files of a table that was dropped meanwhile', async () => {
    const { report, lake: files } = await resumed({ rules: [selection('public', 't')] }, `INSERT INTO t VALUES (3, 'three')`, 'DROP TABLE t');
    expect(report.warnings).toEqual(['public.t was dropped: its files were removed']);
    expect([report.tables[0]!.ddls, files.files()]).toEqual([1, []]);
  });

  test('follows a table that was altered and renamed meanwhile', async () => {
    const { report, lake: files } = await resumed({ rules: [selection('public', 't')] }, `INSERT INTO t VALUES (3, 'three')`,
      `INSERT INTO t VALUES (4, 'four'); ALTER TABLE t ADD more integer; ALTER TABLE t RENAME TO s; INSERT INTO s VALUES (5, 'five', 5)`);
    const [, before, after] = files.changeFiles('public/t');
    expect([await files.rows([before!]), await files.rows([after!])]).toEqual([[['I', 4, 'four']], [['I', 5, 'five', 5]]]);
    expect(report.tables).toEqual([expect.objectContaining({ table: 't', inserts: 3, ddls: 1, validationState: 'Validated' })]);
  });

  test('leaves a new column out, as an undisturbed run would, without HandleSourceTableAltered', async () => {
    const settings = { ChangeProcessingDdlHandlingPolicy: { HandleSourceTableAltered: false } };
    const { lake: files } = await resumed({ settings }, `INSERT INTO t VALUES (3, 'three')`,
      `ALTER TABLE t ADD more integer; INSERT INTO t VALUES (4, 'four', 4)`);
    expect(await files.rows(files.changeFiles('public/t'))).toEqual([['I', 3, 'three'], ['I', 4, 'four']]);
  });
});

test('a work folder in which a run was killed before its first checkpoint makes room for a new one', async () => {
  mkdirSync(join(workdir(), 'lake', 'public', 't'), { recursive: true });
  writeFileSync(join(workdir(), 'lake', 'public', 't', 'LOAD00000001.parquet.inprogress'), 'PAR1');
  await isWhole(await rehearse(['--json']));
  expect(existsSync(join(workdir(), 'lock'))).toBe(false);
  expect(lake().files()).toEqual(['public/t/LOAD00000001.parquet']);
});

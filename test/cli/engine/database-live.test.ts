import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskReport } from '../../../cli/engine/run/report';
import { preparePublication } from '../../../cli/engine/source/publication';
import { connect } from '../../../cli/server/connect';
import { copyDatabase, Leg, taskBetween, type Place } from '../../support/database-run';
import { startDms, type RunningDms } from '../../support/dms';
import { selection, template } from '../../support/dms-template';
import { SourceServer, type SourceDatabase } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

const server = new SourceServer({ max_replication_slots: '30', max_wal_senders: '30' });
const folders = new TemporaryFolders();

const RULES = [selection('public', 'account')];
const ACCOUNTS = `CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL, note text);
  INSERT INTO account SELECT i, 100, null FROM generate_series(1, 20) i`;
const LOOPBACK = { EnableLoopbackPrevention: true, SourceSchema: 'public', TargetSchema: 'public' };

interface Pair {
  readonly a: SourceDatabase;
  readonly b: SourceDatabase;
  readonly forward: Place;
  readonly back: Place;
}

async function pair(): Promise<Pair> {
  const [a, b] = [await server.database(), await server.database()];
  const place = (source: SourceDatabase, target: SourceDatabase): Place =>
    ({ source: source.url, target: target.url, workdir: folders.create() });
  await a.query(ACCOUNTS);
  return { a, b, forward: place(a, b), back: place(b, a) };
}

const accounts = async (database: SourceDatabase): Promise<unknown[]> =>
  (await database.query('SELECT * FROM account ORDER BY id')).rows;

/** Starts both directions, as somebody does who wants both sides live. */
async function bothWays({ b, forward, back }: Pair, settings: object): Promise<[Leg, Leg]> {
  const there = Leg.start(taskBetween({ id: 'there', rules: RULES, settings }), forward);
  await there.caughtUp();
  const client = await connect(b.url);
  // Slots are the server's.
  const slot = `back_${client.database}`;
  await preparePublication(client, slot, [{ schema: 'public', name: 'account' }], 'public');
  const { rows } = await client.query<{ lsn: string }>(
    `SELECT lsn::text FROM pg_create_logical_replication_slot('${slot}', 'pgoutput')`);
  await client.end();
  const back_ = Leg.start(
    taskBetween({ id: 'back', migrationType: 'cdc', rules: RULES, settings }), back,
    { start: { slot, lsn: rows[0]!.lsn } });
  await back_.caughtUp();
  return [there, back_];
}

describe('loopback prevention', () => {
  test('keeps two live tasks from sending back what they have applied', async () => {
    const both = await pair();
    const { a, b } = both;
    const [there, back] = await bothWays(both, { LoopbackPreventionSettings: LOOPBACK });
    for (let i = 1; i <= 10; i++) {
      await a.query(`UPDATE account SET balance = balance + 1 WHERE id = ${i}`);
      await b.query(`UPDATE account SET note = 'b' WHERE id = ${10 + i}`);
    }
    await a.query(`INSERT INTO account VALUES (100, 1, 'a')`);
    await b.query(`INSERT INTO account VALUES (200, 2, 'b')`);
    for (const [leg, database] of [[there, b], [back, a]] as const) {
      await leg.until(async () => (await database.column('SELECT count(*)::int FROM account'))[0] === 22);
      await leg.caughtUp();
    }
    // Time enough for an echo to come back.
    await sleep(200);
    const reports = [await there.stop(), await back.stop()];
    const applied = { inserts: 1, updates: 10, appliedInserts: 1, appliedUpdates: 10 };
    expect(reports.map(({ tables }) => tables)).toMatchObject([[applied], [applied]]);
    expect(await accounts(b)).toEqual(await accounts(a));
    expect((await accounts(a)).slice(9, 11)).toEqual([{ id: 10, balance: 101, note: null }, { id: 11, balance: 100, note: 'b' }]);
  });

  test('is what does it: without it one update goes round and round', async () => {
    const both = await pair();
    const [there, back] = await bothWays(both, {});
    await both.a.query('UPDATE account SET balance = 1 WHERE id = 1');
    await sleep(1_000);
    const [one, other] = [await there.stop(), await back.stop()];
    expect(one.tables[0]!.updates + other.tables[0]!.updates).toBeGreaterThan(4);
  });

  test('marks the load too', async () => {
    const { b, forward } = await pair();
    await copyDatabase(taskBetween({ rules: RULES, settings: { LoopbackPreventionSettings: LOOPBACK } }), forward);
    expect(await b.column('SELECT task_name FROM awsdms_loopback_prevention')).toEqual(['Task']);
  });
});

test('whoever reads the target sees no state that the source never had', async () => {
  const { a, b, forward } = await pair();
  const leg = Leg.start(taskBetween({ rules: RULES }), forward);
  await leg.caughtUp();
  const sums = new Set<unknown>();
  let writing = true;
  const reading = (async (): Promise<void> => {
    while (writing) sums.add((await b.column('SELECT sum(balance)::int FROM account'))[0]);
  })();
  for (let i = 0; i < 150; i++) {
    await a.query(`BEGIN; UPDATE account SET balance = balance - 7 WHERE id = ${1 + (i % 20)};
      UPDATE account SET balance = balance + 7 WHERE id = ${1 + ((i * 7 + 3) % 20)}; COMMIT`);
  }
  await a.query(`UPDATE account SET note = 'last' WHERE id = 1`);
  await leg.until(async () => (await b.column('SELECT note FROM account WHERE id = 1'))[0] === 'last');
  writing = false;
  await reading;
  await leg.stop();
  expect([...sums]).toEqual([2000]);
  expect(await accounts(b)).toEqual(await accounts(a));
});

test('a run that is stopped goes on where the target is, and a part of a transaction comes again', async () => {
  const { a, b, forward } = await pair();
  const task = taskBetween({ rules: RULES });
  const first = Leg.start(task, forward);
  await first.caughtUp();
  await a.query('UPDATE account SET balance = balance + 1');
  await first.until(async () => (await b.column('SELECT min(balance) FROM account'))[0] === 101);
  const report = await first.stop();
  expect(report).toMatchObject({ state: 'stopped', stopReason: 'NORMAL' });
  await a.query('UPDATE account SET balance = balance + 1; INSERT INTO account SELECT i, 0, null FROM generate_series(21, 30000) i');
  const second = await Leg.resume(task, forward);
  await second.until(async () => (await b.column('SELECT count(*)::int FROM account'))[0] === 30_000);
  await second.caughtUp();
  const ended = await second.stop();
  expect(ended.tables).toMatchObject([{ inserts: 29_980, updates: 40, appliedInserts: 29_980, appliedUpdates: 40 }]);
  expect(await accounts(b)).toEqual(await accounts(a));
});

test('a command that is killed at any moment goes on and applies each change once', async () => {
  const { a, b, forward } = await pair();
  const file = join(folders.create(), 'template.json');
  // The target of the command replaces that of the template, which is a bucket.
  writeFileSync(file, JSON.stringify(template({ rules: RULES })));
  const start = (...more: string[]): RunningDms => startDms([
    'rehearse', file, '--source', forward.source, '--target', forward.target, '--workdir', forward.workdir,
    '--until', 'interrupted', '--json', ...more]);
  let dms = start();
  /** What a query gives, 0 as long as its table is not there. */
  const number = async (table: string, sql: string): Promise<number> =>
    ((await b.column(`SELECT to_regclass('${table}') IS NOT NULL`))[0] === true ? (await b.column(sql))[0] as number : 0);
  const arrived = (): Promise<number> => number('account', 'SELECT count(*)::int FROM account');
  const changes = (): Promise<number> => number('awsdms_txn_state', 'SELECT COALESCE(max(changes), 0)::int FROM awsdms_txn_state');
  let writing = true;
  let written = 0;
  const application = (async (): Promise<void> => {
    for (; writing; written++) {
      await a.query(`BEGIN; UPDATE account SET balance = balance + 1 WHERE id <= 20;
        INSERT INTO account VALUES (${1000 + written}, 0, 'x'); COMMIT`);
    }
  })();
  // In the load or soon after it, then in the changes.
  for (const progress of [arrived, changes, changes]) {
    for (const before = await progress(); (await progress()) <= before;) await sleep(20);
    dms.child.kill('SIGKILL');
    await dms.result;
    dms = start('--resume');
  }
  await dms.says('going on from');
  writing = false;
  await application;
  while ((await arrived()) < 20 + written) await sleep(20);
  dms.child.kill('SIGINT');
  const { tasks: [report] } = JSON.parse((await dms.result).stdout) as { tasks: TaskReport[] };
  expect(await accounts(b)).toEqual(await accounts(a));
  const [{ fullLoadRows, inserts }] = report!.tables as [TaskReport['tables'][number]];
  expect(fullLoadRows + inserts).toBe(20 + written);
});

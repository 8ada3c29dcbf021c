import { preparePublication } from '../../../cli/engine/source/publication';
import type { DatabaseTask } from '../../../cli/engine/task/replication-task';
import { connect } from '../../../cli/server/connect';
import { ApplyConflicts } from '../../../lib/two-way/two-way-mode';
import { legSettings } from '../../../lib/two-way/two-way-settings';
import { Leg, taskBetween, type Place } from '../../support/database-run';
import { selection } from '../../support/dms-template';
import { SourceServer, type SourceDatabase } from '../../support/source-server';
import { TemporaryFolders } from '../../support/temporary-folder';

/** Rows that change on both sides at once, with the settings that the two legs of a pair really have. */
const server = new SourceServer({ max_replication_slots: '10', max_wal_senders: '10' });
const folders = new TemporaryFolders();

const SIDE = { schema: 'public' };
const RULES = [selection('public', 'account')];

interface Side {
  readonly database: SourceDatabase;
  /** Where its changes go. */
  readonly place: Place;
  readonly task: DatabaseTask;
}

/** Both legs have run, and are stopped: what follows happens on each side before it hears of the other. */
async function apart(conflicts: ApplyConflicts): Promise<readonly [Side, Side]> {
  const [a, b] = [await server.database(), await server.database()];
  await a.query(`CREATE TABLE account (id int PRIMARY KEY, balance int NOT NULL);
    INSERT INTO account SELECT i, 100 FROM generate_series(1, 5) i`);
  const settings = legSettings(SIDE, SIDE, { conflicts, lobMaxSize: 1024 }).toJson() as object;
  const side = (database: SourceDatabase, to: SourceDatabase, options: object): Side => ({
    database, place: { source: database.url, target: to.url, workdir: folders.create() },
    task: taskBetween({ rules: RULES, settings, ...options }),
  });
  const sides = [side(a, b, { id: 'there' }), side(b, a, { id: 'back', migrationType: 'cdc' })] as const;
  const there = Leg.start(sides[0].task, sides[0].place);
  await there.caughtUp();
  const back = Leg.start(sides[1].task, sides[1].place, { start: await startAt(b) });
  await back.caughtUp();
  await Promise.all([there.stop(), back.stop()]);
  return sides;
}

async function startAt({ url }: SourceDatabase): Promise<{ slot: string; lsn: string }> {
  const client = await connect(url);
  try {
    const slot = `back_${client.database}`;
    await preparePublication(client, slot, [{ schema: 'public', name: 'account' }], 'public');
    const { rows } = await client.query<{ lsn: string }>(
      'SELECT lsn::text FROM pg_create_logical_replication_slot($1, $2)', [slot, 'pgoutput']);
    return { slot, lsn: rows[0]!.lsn };
  } finally {
    await client.end();
  }
}

/** Row 1 gets another balance on each side, row 2 is deleted on A only, row 3 on both, row 9 is new on both. */
async function collide([a, b]: readonly [Side, Side]): Promise<void> {
  await a.database.query(`UPDATE account SET balance = 1 WHERE id = 1; DELETE FROM account WHERE id IN (2, 3);
    INSERT INTO account VALUES (9, 1)`);
  await b.database.query(`UPDATE account SET balance = 2 WHERE id IN (1, 2); DELETE FROM account WHERE id = 3;
    INSERT INTO account VALUES (9, 2)`);
  // The last change of each side: when the other one has it, it has everything.
  await a.database.query('UPDATE account SET balance = 11 WHERE id = 4');
  await b.database.query('UPDATE account SET balance = 22 WHERE id = 5');
}

const balances = ({ database }: Side): Promise<unknown[]> =>
  database.column(`SELECT id || ': ' || balance FROM account ORDER BY id`);
const exceptions = ({ database }: Side): Promise<unknown[]> =>
  database.column(`SELECT "STATEMENT" FROM awsdms_apply_exceptions ORDER BY 1`);

test.each([
  [
    // An update finds its row and wins on the other side: the values are swapped, which no policy is asked about.
    ApplyConflicts.LOG,
    ['1: 2', '4: 11', '5: 22', '9: 1'],
    ['1: 1', '4: 11', '5: 22', '9: 2'],
    [
      `DELETE FROM "public"."account" WHERE "id" = '3'`,
      `INSERT INTO "public"."account" ("id", "balance") VALUES ('9', '2')`,
      `UPDATE "public"."account" SET "id" = '2', "balance" = '2' WHERE "id" = '2'`,
    ],
    [
      `DELETE FROM "public"."account" WHERE "id" = '3'`,
      `INSERT INTO "public"."account" ("id", "balance") VALUES ('9', '1')`,
    ],
  ],
  [
    ApplyConflicts.OVERWRITE,
    ['1: 2', '2: 2', '4: 11', '5: 22', '9: 2'],
    ['1: 1', '4: 11', '5: 22', '9: 1'],
    [],
    [],
  ],
])('%s: each side has what its policies make of the other one\'s changes', async (conflicts, ofA, ofB, failedOnA, failedOnB) => {
  const sides = await apart(conflicts);
  const [a, b] = sides;
  await collide(sides);
  const legs = [await Leg.resume(a.task, a.place), await Leg.resume(b.task, b.place)];
  await legs[0]!.until(async () => (await balances(b)).includes('4: 11'));
  await legs[1]!.until(async () => (await balances(a)).includes('5: 22'));
  await Promise.all(legs.map((leg) => leg.caughtUp()));
  const reports = await Promise.all(legs.map((leg) => leg.stop()));

  expect([await balances(a), await balances(b)]).toEqual([ofA, ofB]);
  expect([await exceptions(a), await exceptions(b)]).toEqual([failedOnA, failedOnB]);
  // Nothing was sent back.
  expect(reports.map(({ tables: [table] }) => table)).toMatchObject([
    { inserts: 1, updates: 2, deletes: 2 }, { inserts: 1, updates: 3, deletes: 1 },
  ]);
});

test('STOP: a leg stops in front of the change, and the target is as it was', async () => {
  const [a, b] = await apart(ApplyConflicts.STOP);
  await a.database.query('INSERT INTO account VALUES (9, 1)');
  await b.database.query('INSERT INTO account VALUES (9, 2)');
  const leg = await Leg.resume(a.task, a.place);
  await expect(leg.ended).rejects.toThrow(
    /^public\.account: a row cannot be applied .* ApplyErrorInsertPolicy is STOP_TASK/);
  expect(await balances(b)).toEqual(['1: 100', '2: 100', '3: 100', '4: 100', '5: 100', '9: 2']);
  expect(await exceptions(b)).toEqual([]);
});

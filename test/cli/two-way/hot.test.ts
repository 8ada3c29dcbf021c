import { Client } from 'pg';
import { proofOf } from '../../../cli/two-way/demo/proof';
import { LegFiles } from '../../../cli/two-way/leg/leg-files';
import { newRunId } from '../../../cli/two-way/local/guardian';
import { switchHere } from '../../../cli/two-way/local/switch';
import { legsOf } from '../../../cli/two-way/world';
import { PairUnderTest, SITES } from './pair-under-test';

const pair = new PairUnderTest({ mode: 'hot', pauseLimit: 20 });

/** Lets a test wait for what replication brings. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!await isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function query(site: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: pair.urls[site] });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

const wishes = async (): Promise<unknown[]> => {
  const { configuration } = await pair.world.pair();
  return Promise.all(legsOf(configuration).map((leg) => new LegFiles(pair.world.legFolder(leg)).wanted()));
};

test('both legs run, a switch stops none of them, and nothing is lost or doubled', async () => {
  const before = await wishes();
  expect(before).toMatchObject([{ state: 'running' }, { state: 'running' }]);
  const application = pair.application();
  try {
    for (const to of ['SITEB', 'SITEA']) {
      await application.hasWritten(40);
      const report = await switchHere(pair.world, { id: newRunId('hot'), action: 'switch' }, '--local');
      expect({ ...report, gates: report.gates.filter(({ holds }) => !holds) }).toMatchObject({ outcome: 'completed', to, gates: [] });
    }
    await application.hasWritten(40);
  } finally {
    await application.stop();
  }
  expect(await wishes()).toEqual(before);
  expect(await proofOf(application, pair.urls)).toMatchObject({
    acknowledged: application.acknowledged.length,
    lost: [], doubled: [], strange: [], collisions: 0, different: [], miscounted: 0,
  });
}, 120_000);

test('an update goes to the other side once, and does not come back', async () => {
  await query('SITEA', `UPDATE customer_orders.customers SET name = 'changed once' WHERE customer_id = 1`);
  await until(async () => (await query('SITEB', 'SELECT name FROM customer_orders.customers WHERE customer_id = 1'))[0]!.name === 'changed once');
  // What would come back changes a version of the row: its physical place tells.
  const places = (): Promise<unknown[]> => Promise.all(SITES.map((site) =>
    query(site, 'SELECT ctid::text, xmin::text FROM customer_orders.customers WHERE customer_id = 1')));
  const then = await places();
  // A change of another row, sent through both legs: whatever was on its way has arrived before it.
  for (const [index, site] of SITES.entries()) {
    const other = SITES[1 - index]!;
    const text = `round trip of ${site}`;
    await query(site, `BEGIN; SET LOCAL session_replication_role = replica;
      UPDATE customer_orders.dms_heartbeat SET description = '${text}' WHERE heartbeat_id = ${index + 1}; COMMIT`);
    await until(async () => (await query(other, `SELECT description FROM customer_orders.dms_heartbeat WHERE heartbeat_id = ${index + 1}`))[0]!
      .description === text);
  }
  expect(await places()).toEqual(then);
}, 60_000);

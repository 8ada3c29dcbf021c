import { Client } from 'pg';
import { newRunId } from '../../../cli/two-way/local/guardian';
import { switchHere } from '../../../cli/two-way/local/switch';
import { proofOf } from '../../../cli/two-way/demo/proof';
import { PairUnderTest } from './pair-under-test';
import { WriteMonitor } from './write-monitor';

const pair = new PairUnderTest({ pauseLimit: 30 });

test('an application that never stops writing loses and doubles nothing in three switches and three reverses', async () => {
  const application = pair.application();
  const monitor = new WriteMonitor(pair.urls, async () => (await pair.authority()).activeSite);
  const sites: string[] = [];
  try {
    for (let round = 1; round <= 6; round += 1) {
      await application.hasWritten(60);
      const report = await switchHere(pair.world, { id: newRunId('drill'), action: 'switch' }, '--local');
      expect(report).toMatchObject({ outcome: 'completed', epoch: 1 + round });
      expect(report.pauseSeconds).toBeLessThan(30);
      sites.push(report.to!);
    }
    await application.hasWritten(60);
  } finally {
    await application.stop();
    await monitor.stop();
  }

  expect(sites).toEqual(['SITEB', 'SITEA', 'SITEB', 'SITEA', 'SITEB', 'SITEA']);
  expect([application.unknown, application.failures]).toEqual([[], 0]);
  expect(monitor.both).toBe(0);
  const proof = await proofOf(application, pair.urls);
  expect(proof).toEqual({
    acknowledged: application.acknowledged.length, unknown: 0,
    rows: { SITEA: application.acknowledged.length, SITEB: application.acknowledged.length },
    lost: [], doubled: [], strange: [], collisions: 0, different: [], miscounted: 0,
  });
  // Both sites were really written to.
  expect(new Set(application.acknowledged.map(({ site }) => site))).toEqual(new Set(['SITEA', 'SITEB']));
}, 120_000);

test('a row that was tampered with on the other side is found while nobody writes, and the switch rolls back', async () => {
  const { activeSite } = await pair.authority();
  const passive = pair.urls[activeSite === 'SITEA' ? 'SITEB' : 'SITEA'];
  const tamper = async (name: string): Promise<void> => {
    const client = new Client({ connectionString: passive });
    await client.connect();
    await client.query(`SET session_replication_role = replica; UPDATE customer_orders.customers SET name = '${name}' WHERE customer_id = 7`);
    await client.end();
  };
  await tamper('somebody else');
  // A rollback that takes its time after the site is open again: whoever watches has to leave it to its driver.
  const dawdle = (step: string): void => {
    if (step === 'ReopenMap') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
  };
  const report = await switchHere(pair.world, { id: newRunId('tampered'), action: 'switch' }, '--local', { onStep: dawdle });
  expect(report).toMatchObject({ outcome: 'rolled-back', reason: expect.stringMatching(/ has 1 records that differ: repair it/) as string });
  expect(await pair.authority()).toMatchObject({ activeSite, state: 'steady' });
  await tamper('Customer 7');
  await pair.running();
}, 60_000);

describe('a client that asks no map', () => {
  const insert = `INSERT INTO customer_orders.heartbeat (description, last_update_site) VALUES ('on its own', 'nowhere')`;
  const sessions: Client[] = [];
  const session = async (site: string): Promise<Client> => {
    const client = new Client({ connectionString: pair.urls[site] });
    await client.connect();
    sessions.push(client);
    return client;
  };
  afterEach(() => Promise.all(sessions.splice(0).map((client) => client.end())));

  test('is refused on the connection that it had before the switch, by the database itself', async () => {
    const { activeSite, epoch } = await pair.authority();
    const old = await session(activeSite);
    await old.query(`SET dms.epoch = '${epoch}'`);
    await old.query(insert);
    expect(await switchHere(pair.world, { id: newRunId('split'), action: 'switch' }, '--local')).toMatchObject({ outcome: 'completed' });
    await expect(old.query(insert)).rejects.toMatchObject({ code: expect.stringMatching(/^(25006|DMS01)$/) as string });
    await old.query('RESET dms.epoch');
    await expect(old.query(insert)).rejects.toMatchObject({ code: '25006' });
  }, 60_000);

  test('is refused with the epoch of before the switch, also by the new side', async () => {
    const { activeSite, epoch } = await pair.authority();
    const late = await session(activeSite);
    await late.query(`SET dms.epoch = '${epoch - 1}'`);
    await expect(late.query(insert)).rejects.toMatchObject({ code: 'DMS01' });
    await late.query(`SET dms.epoch = '${epoch}'`);
    await late.query(insert);
  });

  test('that has written in an open transaction is waited for, and what it commits arrives', async () => {
    const { activeSite } = await pair.authority();
    const slow = await session(activeSite);
    await slow.query('BEGIN');
    await slow.query(insert.replace('on its own', 'committed during the fence'));
    const switching = switchHere(pair.world, { id: newRunId('slow'), action: 'switch' }, '--local');
    while ((await pair.authority()).state !== 'switching') await new Promise((resolve) => setTimeout(resolve, 5));
    await slow.query('COMMIT');
    const { to } = await switching;
    const there = await session(to!);
    const { rows } = await there.query(`SELECT count(*)::int AS rows FROM customer_orders.heartbeat WHERE description = 'committed during the fence'`);
    expect(rows).toEqual([{ rows: 1 }]);
  }, 60_000);
});

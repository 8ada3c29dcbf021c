import { databaseSteps } from '../../../lambda/two-way-database/steps';
import type { Gate, SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { LIMITS, type Pair, run, TwoSites } from './two-sites';

const IDS = ['reachable', 'prepared', 'fence-state', 'fence-installed', 'primary-keys', 'replica-identity', 'always-triggers',
  'heartbeat', 'sequences', 'open-transactions', 'slot'];

describe.each([18, 14] as const)('the gates of PostgreSQL %i', (version) => {
  const sites = new TwoSites(version);

  const check = (pair: Pair, gates: Partial<TwoWayConfiguration['gates']> = {}): Promise<SwitchRun> => {
    const configuration = { ...pair.configuration, gates: { ...LIMITS, ...gates } };
    return databaseSteps.CheckDatabases(run(), { ...pair.context, configuration });
  };
  /** The gates that do not hold, as `site id: reason`. */
  const broken = async (pair: Pair, gates: Partial<TwoWayConfiguration['gates']> = {}): Promise<string[]> => {
    const checked = await check(pair, gates);
    const found = checked.gates.filter(({ holds }) => !holds).map(({ id, site, reason }) => `${site} ${id}: ${reason}`);
    expect(checked.gatesHold).toBe(found.length === 0);
    return found;
  };

  test('all hold for two sites that are ready, and each is told', async () => {
    const { gates } = await check(await sites.pair());
    expect(gates.map(({ site, id }) => `${site ?? ''} ${id}`)).toEqual([
      ...IDS.map((id) => `SITEA ${id}`), ...IDS.map((id) => `SITEB ${id}`), 'SITEB apply-exceptions', ' clocks',
    ]);
    expect(gates.filter(({ holds }) => !holds)).toEqual([]);
  });

  test('what another step has found counts too', async () => {
    const pair = await sites.pair();
    const lag: Gate = { id: 'lag', holds: false, reason: 'it lags' };
    expect(await databaseSteps.CheckDatabases(run({ gates: [lag] }), pair.context)).toMatchObject({ gatesHold: false });
  });

  test.each<[string, (pair: Pair) => Promise<unknown>, string[]]>([
    ['a site that does not answer', (pair) => Promise.resolve(pair.away.add('SITEB')),
      ['SITEB reachable: site SITEB cannot be reached: connect ECONNREFUSED 127.0.0.1:1']],
    ['a site without preparation', ({ b }) => b.query('DROP TABLE dms_fence CASCADE'),
      [expect.stringMatching(/^SITEB prepared: dms_fence of schema b "\d+ do not exist: run the prep/) as string]],
    ['a new side that is open', ({ siteB }) => siteB.open(1),
      ['SITEB fence-state: the site is open, in epoch 1, and so may be written to: nobody may write to the site that is switched to. '
        + 'Find out who opened it before anything else']],
    ['a new side whose fence is not kept', ({ b }) => b.query('UPDATE dms_fence SET kept = false, lapses_at = \'2100-01-01Z\''),
      [expect.stringContaining('SITEB fence-state: the site is fenced until 2100-01-01T00:00:00.000Z, in epoch 1, ') as string]],
    ['a table without a fence', ({ a }) => a.query('CREATE TABLE late (id int PRIMARY KEY)'),
      ['SITEA fence-installed: late can be written to past the fence: run the preparation of the two-way replication again']],
    ['a fence that is disabled', ({ b }) => b.query('ALTER TABLE orders DISABLE TRIGGER dms_fence'),
      ['SITEB fence-installed: orders can be written to past the fence: run the preparation of the two-way replication again']],
    ['a fence that leaves something out', ({ a }) => a.query('DROP TRIGGER dms_fence ON orders; CREATE TRIGGER dms_fence BEFORE INSERT '
      + 'ON orders FOR EACH STATEMENT EXECUTE FUNCTION dms_fence_check()'),
    ['SITEA fence-installed: orders can be written to past the fence: run the preparation of the two-way replication again']],
    ['a table without a key', ({ a }) => a.query('ALTER TABLE orders DROP CONSTRAINT orders_pkey'),
      ['SITEA primary-keys: orders have no primary key, without which updates and deletes are not replicated: add one on both sites']],
    ['a table without identity', ({ a }) => a.query('ALTER TABLE orders REPLICA IDENTITY NOTHING'),
      ['SITEA replica-identity: orders have REPLICA IDENTITY NOTHING, with which updates and deletes are not replicated: ALTER TABLE … '
        + 'REPLICA IDENTITY DEFAULT']],
    ['a trigger that fires for replication', ({ b }) => b.query(`CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
      CREATE TRIGGER audit BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION nothing();
      CREATE TRIGGER usual BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION nothing();
      ALTER TABLE orders ENABLE ALWAYS TRIGGER audit`),
    ['SITEB always-triggers: audit on orders fire for replication as well, and change its rows a second time: ALTER TABLE … ENABLE '
      + 'TRIGGER, which is for applications only']],
    ['a heartbeat that has not arrived', ({ b }) => b.query('DELETE FROM dms_heartbeat WHERE heartbeat_id = 2'),
      ['SITEB heartbeat: dms_heartbeat has 1 of 2 rows: run the preparation of the two-way replication again on the site that is written '
        + 'to, and let replication bring its rows to the other one']],
    ['a sequence that gives the numbers of the other site', ({ b }) => b.query('ALTER SEQUENCE orders_id_seq RESTART WITH 11'),
      ['SITEB sequences: orders_id_seq also give numbers of the other site: run the preparation of the two-way replication again']],
    ['a change that could not be applied', ({ b }) => b.query(`CREATE TABLE awsdms_apply_exceptions ("TASK_NAME" varchar, "TABLE_OWNER" varchar,
      "TABLE_NAME" varchar, "ERROR_TIME" timestamp, "STATEMENT" text, "ERROR" text);
      INSERT INTO awsdms_apply_exceptions VALUES ('t', current_schema(), 'orders', now() AT TIME ZONE 'UTC', 's', 'e'),
        ('t', current_schema(), 'before', now() AT TIME ZONE 'UTC' - interval '1 hour', 's', 'e'),
        ('t', 'another', 'lines', now() AT TIME ZONE 'UTC', 's', 'e')`),
    ['SITEB apply-exceptions: changes of orders could not be applied here (see awsdms_apply_exceptions): correct the rows, delete '
      + 'those exceptions, then switch again']],
    ['a slot of another plug-in', async ({ b, configuration }) => {
      await b.query('SELECT pg_create_logical_replication_slot($1, \'test_decoding\')', [configuration.sites[1].slotName]);
    }, [expect.stringMatching(/^SITEB slot: .* away_from_b_\d+ is one of test_decoding, not of pgoutput/) as string]],
  ])('%s', async (_, break_, reasons) => {
    const pair = await sites.pair();
    await break_(pair);
    expect(await broken(pair)).toEqual(reasons);
    await pair.siteB.dropPosition();
  });

  test('an old side that is fenced', async () => {
    const pair = await sites.pair();
    await pair.siteA.fence(2, 30);
    expect(await broken(pair)).toEqual([
      expect.stringMatching(/^SITEA fence-state: the site is fenced until .*, in epoch 2: it should be the one/),
    ]);
  });

  test('a transaction that has written and does not end, and none that only reads', async () => {
    const pair = await sites.pair();
    const reader = await sites.sessionOf(pair.a);
    await reader.query('BEGIN; SELECT count(*) FROM orders');
    await pair.a.query('SET application_name = shop; BEGIN; DELETE FROM orders WHERE false');
    const [pid] = await pair.a.column('SELECT pg_backend_pid()') as [number];
    expect(await broken(pair, { maxTransactionSeconds: 60 })).toEqual([]);
    expect(await broken(pair, { maxTransactionSeconds: 0 })).toEqual([
      `SITEA open-transactions: process ${pid} (shop, 0 s) have written and are open for longer than 0 seconds: let them end, or end them`,
    ]);
    await pair.a.query('ROLLBACK');
  });

  test('a slot that holds back more than it may, and one that does not', async () => {
    const pair = await sites.pair();
    await pair.siteB.capturePosition(2);
    expect(await broken(pair)).toEqual([]);
    expect(await broken(pair, { maxSlotBytes: 0 })).toEqual([
      expect.stringMatching(/^SITEB slot: .* away_from_b_\d+ holds back \d+ bytes of log, more than 0: let the leg/),
    ]);
    await pair.siteB.dropPosition();
  });

  test('clocks that differ', async () => {
    const pair = await sites.pair();
    const context = { ...pair.context, open: async (name: string) => {
      const site = await pair.context.open(name);
      if (name === 'SITEB') {
        const read = site.fenceState.bind(site);
        site.fenceState = async () => {
          const state = await read();
          return { ...state, now: new Date(Date.parse(state.now) + 20_000).toISOString() };
        };
      }
      return site;
    } };
    const { gates } = await databaseSteps.CheckDatabases(run(), context);
    expect(gates.filter(({ holds }) => !holds)).toEqual([{
      id: 'clocks', holds: false, reason: expect.stringMatching(/^the clocks of the two databases differ by (19|20)\.\d seconds, more than 5: /) as string,
    }]);
  });
});

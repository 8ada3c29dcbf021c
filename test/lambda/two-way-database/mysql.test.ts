import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { setTimeout as sleep } from 'node:timers/promises';
import { type MySqlSite, openMySqlSite } from '../../../lambda/two-way-database/mysql/mysql-site';
import type { DatabaseContext } from '../../../lambda/two-way-database/site-database';
import { databaseSteps } from '../../../lambda/two-way-database/steps';
import type { TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { findMariaDb, MariaDb, NO_MARIADB } from '../../support/mariadb';
import { LIMITS, run } from './two-sites';

const available = findMariaDb() !== undefined;

if (!available) {
  test.skip(`MySQL as a site: ${NO_MARIADB}`, () => undefined);
}

const FENCED = '25006: site SITEA is fenced: roll back, read the site map again, and write to the site that it names';
const failure = (promise: Promise<unknown>): Promise<string> => promise.then(() => 'done', (error: Error & { sqlState?: string }) =>
  `${error.sqlState ?? error.name}: ${error.message}`);

(available ? describe : describe.skip)('MySQL as a site', () => {
  let server: MariaDb;
  let app: Connection;
  let siteA: MySqlSite;
  let siteB: MySqlSite;
  let context: DatabaseContext;
  const opened: (() => Promise<void>)[] = [];
  let count = 0;

  beforeAll(async () => {
    server = await MariaDb.start({ auto_increment_increment: '2', auto_increment_offset: '1' });
    const root = await createConnection({ socketPath: server.socket, user: 'root' });
    await root.query('CREATE USER app@localhost');
    await root.query('CREATE USER dms@localhost');
    await root.query('GRANT ALL ON *.* TO dms@localhost WITH GRANT OPTION');
    await root.end();
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((close) => close()));
  });

  const session = async (user: string, database: string): Promise<Connection> => {
    const connection = await createConnection({ socketPath: server.socket, user, database });
    opened.push(() => connection.end());
    return connection;
  };
  const values = async (connection: Connection, sql: string): Promise<unknown[]> =>
    (await connection.query<RowDataPacket[]>(sql))[0].map((row) => Object.values(row)[0] as unknown);
  const open = async (name: string): Promise<MySqlSite> => {
    const { configuration } = context;
    const configured = configuration.sites.find((each) => each.name === name)!;
    const site = await openMySqlSite(configured, configuration, { socketPath: server.socket, user: 'root' });
    opened.push(() => site.close());
    return site;
  };

  beforeEach(async () => {
    count += 1;
    const root = await createConnection({ socketPath: server.socket, user: 'root' });
    for (const schema of [`a\`${count}`, `b_${count}`]) {
      const name = `\`${schema.replaceAll('`', '``')}\``;
      await root.query(`CREATE DATABASE ${name}`);
      await root.query(`CREATE TABLE ${name}.orders (id BIGINT AUTO_INCREMENT PRIMARY KEY, note VARCHAR(40))`);
      await root.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${name.replaceAll('_', '\\_')}.* TO app@localhost`);
    }
    await root.end();
    const configuration: TwoWayConfiguration = {
      mode: 'prepared',
      sites: [
        { name: 'SITEA', engine: 'mysql', schema: `a\`${count}`, replicationUser: 'dms' },
        { name: 'SITEB', engine: 'mysql', schema: `b_${count}`, replicationUser: 'dms' },
      ],
      tables: ['%'], sequences: { kind: 'resynchronised', gap: 10 }, gates: LIMITS, pauseLimitSeconds: 30, needsApproval: false,
    };
    context = { configuration, open, now: () => new Date(), log: () => undefined };
    siteA = await open('SITEA');
    siteB = await open('SITEB');
    await siteA.prepare('active');
    await siteB.prepare('passive');
    app = await session('app', configuration.sites[0].schema);
  });

  test.each(['INSERT INTO orders (note) VALUES (\'x\')', 'UPDATE orders SET note = \'y\'', 'DELETE FROM orders'])(
    'a site that is fenced refuses %s, and lets replication and the marker through', async (sql) => {
      await app.query('INSERT INTO orders (note) VALUES (\'first\')');
      await siteA.fence(2, 30);
      expect(await failure(app.query(sql))).toBe(FENCED);
      const dms = await session('dms', context.configuration.sites[0].schema);
      await dms.query(sql);
      await siteA.writeMarker('mark', 2);
      expect(await siteA.readMarker('SITEA')).toBe('mark');
    });

  test('the fence waits for who has written, lets nobody in meanwhile, and refuses those who waited', async () => {
    const late = await session('app', context.configuration.sites[0].schema);
    await app.query('START TRANSACTION');
    await app.query('INSERT INTO orders (note) VALUES (\'early\')');
    const fenced = siteA.fence(2, 30);
    await sleep(150);
    const refused = failure(late.query('INSERT INTO orders (note) VALUES (\'late\')'));
    await sleep(150);
    await app.query('INSERT INTO orders (note) VALUES (\'early too\')');
    await app.query('COMMIT');
    expect(await fenced).toMatchObject({ writable: false, kept: false, epoch: 2 });
    expect(await refused).toBe(FENCED);
    expect(await values(app, 'SELECT note FROM orders ORDER BY id')).toEqual(['early', 'early too']);
  });

  test('the fence gives up when writers remain, and names them', async () => {
    await app.query('START TRANSACTION');
    await app.query('INSERT INTO orders (note) VALUES (\'early\')');
    const refused = await failure(siteA.fence(2, 1));
    expect(refused).toContain('WritersRemain: site SITEA was not fenced, for it was waited in vain for writers among connection ');
    expect(refused).toMatch(/ connection \d+ \(app, open for \d+ s\): /);
    expect(await siteA.fenceState()).toMatchObject({ writable: true, epoch: 1 });
    await app.query('ROLLBACK');
  });

  test.each(['REPEATABLE READ', 'SERIALIZABLE', 'READ COMMITTED'])('a transaction whose snapshot is older cannot write through: %s', async (level) => {
    await app.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${level}`);
    await app.query('START TRANSACTION WITH CONSISTENT SNAPSHOT');
    await app.query('SELECT COUNT(*) FROM dms_heartbeat');
    await siteA.fence(2, 30);
    expect(await failure(app.query('INSERT INTO orders (note) VALUES (\'x\')'))).toBe(FENCED);
    await app.query('ROLLBACK');
  });

  test('the fence lapses by itself, and cannot be kept then; kept in time, it stays', async () => {
    await siteA.fence(2, 0.3);
    expect(await failure(app.query('INSERT INTO orders (note) VALUES (\'x\')'))).toBe(FENCED);
    await sleep(320);
    expect(await failure(app.query('INSERT INTO orders (note) VALUES (\'x\')'))).toBe('done');
    expect(await failure(siteA.keepFence(2))).toMatch(/^FenceLapsed: the fence of site SITEA is not kept, /);
    await siteA.fence(3, 0.5);
    await siteA.keepFence(3);
    await sleep(520);
    expect(await failure(app.query('INSERT INTO orders (note) VALUES (\'x\')'))).toBe(FENCED);
  });

  test('a session with the epoch of a switch that is over is refused, and one with a newer epoch is not', async () => {
    await siteA.fence(2, 30);
    await siteA.reopen(2);
    await app.query('SET @dms_epoch = 1');
    expect(await failure(app.query('INSERT INTO orders (note) VALUES (\'x\')')))
      .toBe('DMS01: site SITEA has a newer epoch than @dms_epoch: read the site map again, and declare its epoch');
    for (const epoch of ['2', '3', 'NULL']) {
      await app.query(`SET @dms_epoch = ${epoch}`);
      expect(await failure(app.query('INSERT INTO orders (note) VALUES (\'x\')'))).toBe('done');
    }
  });

  test('a switch goes through, and what comes late changes nothing', async () => {
    await app.query('INSERT INTO orders (note) VALUES (\'x\'), (\'y\')');
    const last = (await siteA.sequences()).get('orders.id')!;
    let state = run();
    for (const name of ['FenceSite', 'WriteMarker', 'CapturePosition', 'HandOver', 'KeepFence', 'OpenSite'] as const) {
      state = await databaseSteps[name](state, context);
    }
    expect(state).toMatchObject({ position: expect.stringMatching(/^binlog\.\d+:\d+$/) as string, createdSlot: false });
    const other = await session('app', context.configuration.sites[1].schema);
    await other.query('INSERT INTO orders (note) VALUES (\'x\')');
    expect(Number((await values(other, 'SELECT MIN(id) FROM orders'))[0])).toBeGreaterThan(Number(last) + 10);
    expect(await failure(app.query('DELETE FROM orders'))).toBe(FENCED);
    for (const name of ['HandOver', 'CapturePosition'] as const) {
      expect(await failure(databaseSteps[name](state, context))).toMatch(/^StaleEpoch: site SITEB can be written to/);
    }
    expect(await failure(databaseSteps.ReopenSite(state, context))).toMatch(/^SitePassedOn: /);
    await siteB.fence(3, 30);
    for (const name of ['OpenSite', 'OpenSiteForSure'] as const) {
      expect(await failure(databaseSteps[name](state, context))).toMatch(/^StaleEpoch: site SITEB is in epoch 3/);
    }
  });

  test.each<[string, string | undefined, string[], Partial<TwoWayConfiguration>]>([
    ['all hold', undefined, [], {}],
    ['a table without a fence', 'CREATE TABLE late (id INT PRIMARY KEY)',
      ['fence-installed: late can be written to past the fence: run the preparation of the two-way replication again'], {}],
    ['a table without a key', 'ALTER TABLE orders MODIFY id BIGINT, DROP PRIMARY KEY',
      ['primary-keys: orders have no primary key, without which updates and deletes are not replicated: add one on both sites'], {}],
    ['a table without transactions', 'ALTER TABLE orders ENGINE = MyISAM',
      ['storage-engine: orders are not of InnoDB, so nobody can wait for their writers: ALTER TABLE … ENGINE = InnoDB'], {}],
    ['numbers of the other site', undefined,
      ['sequences: auto_increment_increment is 2 and auto_increment_offset 1: set them to 2 and 2, in the parameter group of the server, '
        + 'and let applications connect anew'], { sequences: { kind: 'interleaved' } }],
  ])('the gates: %s', async (_, ddl, reasons, changes) => {
    const heartbeat = await session('dms', context.configuration.sites[1].schema);
    await heartbeat.query('INSERT INTO dms_heartbeat (heartbeat_id) VALUES (1), (2)');
    if (ddl !== undefined) await heartbeat.query(ddl);
    context = { ...context, configuration: { ...context.configuration, ...changes } };
    const { gates } = await databaseSteps.CheckDatabases(run(), context);
    expect(gates.filter(({ holds }) => !holds).map(({ id, reason }) => `${id}: ${reason}`)).toEqual(reasons);
    expect(gates.filter(({ site }) => site === 'SITEA')).toHaveLength(10);
  });

  test('is prepared again for new tables, and the fence stays as it is', async () => {
    await siteA.fence(2, 30);
    const root = await session('root', context.configuration.sites[0].schema);
    await root.query('CREATE TABLE a_table_with_a_name_that_is_as_long_as_a_name_can_be_in_mysql_xx (id INT PRIMARY KEY)');
    await siteA.prepare('active');
    await siteA.prepare('active');
    expect(await failure(app.query('INSERT INTO a_table_with_a_name_that_is_as_long_as_a_name_can_be_in_mysql_xx VALUES (1)'))).toBe(FENCED);
    expect(await siteA.fenceState()).toMatchObject({ writable: false, epoch: 2 });
  });
});

import { failure, TwoSites, untilSomebodyWaits } from './two-sites';

const FENCED = '25006: site SITEA is fenced in epoch 2, it cannot be written to: read the site map again, and write to the '
  + 'site that it names';

describe.each([18, 14] as const)('the fence of PostgreSQL %i', (version) => {
  const sites = new TwoSites(version);

  describe('a site that is fenced', () => {
    test.each([
      'INSERT INTO orders (note) VALUES (\'x\')',
      'UPDATE orders SET note = \'x\'',
      'DELETE FROM orders WHERE false',
      'TRUNCATE orders',
      'INSERT INTO orders (id, note) VALUES (1, \'x\') ON CONFLICT (id) DO UPDATE SET note = \'y\'',
      'WITH gone AS (DELETE FROM orders RETURNING id) SELECT count(*) FROM gone',
    ])('refuses %s', async (sql) => {
      const { a, siteA } = await sites.pair();
      await a.query(sql);
      await siteA.fence(2, 30);
      expect(await failure(a.query(sql))).toBe(FENCED);
    });

    test('lets replication and the marker through, and everybody read', async () => {
      const { a, siteA } = await sites.pair();
      await siteA.fence(2, 30);
      await siteA.writeMarker('mark', 2);
      await a.query('SET session_replication_role = replica');
      await a.query('INSERT INTO orders (id, note) VALUES (7, \'replicated\')');
      expect(await a.column('SELECT note FROM orders')).toEqual(['replicated']);
      expect(await siteA.readMarker('SITEA')).toBe('mark');
    });

    test('refuses an application that has no right to the fence', async () => {
      const { a, siteA } = await sites.pair();
      const [schema] = await a.column('SELECT current_schema()');
      await a.query(`CREATE ROLE app; GRANT USAGE ON SCHEMA ${String(schema)} TO app`);
      await a.query('GRANT INSERT ON orders TO app; GRANT USAGE ON SEQUENCE orders_id_seq TO app');
      await a.query('SET ROLE app');
      for (const level of ['READ COMMITTED', 'SERIALIZABLE']) {
        await a.query(`BEGIN ISOLATION LEVEL ${level}; INSERT INTO orders (note) VALUES ('app'); COMMIT`);
      }
      await siteA.fence(2, 30);
      for (const level of ['READ COMMITTED', 'SERIALIZABLE']) {
        await a.query(`BEGIN ISOLATION LEVEL ${level}`);
        expect(await failure(a.query('INSERT INTO orders (note) VALUES (\'app\')'))).toBe(FENCED);
        await a.query('ROLLBACK');
      }
    });
  });

  test('waits for who has written, lets nobody in meanwhile, and refuses those who waited', async () => {
    const { a, siteA } = await sites.pair();
    const late = await sites.sessionOf(a);
    await a.query('BEGIN; INSERT INTO orders (note) VALUES (\'early\')');
    const fenced = siteA.fence(2, 30);
    await untilSomebodyWaits(a);
    const refused = failure(late.query('INSERT INTO orders (note) VALUES (\'late\')'));
    await a.query('INSERT INTO orders (note) VALUES (\'early too\'); COMMIT');
    expect(await fenced).toMatchObject({ writable: false, kept: false, epoch: 2 });
    expect(await refused).toBe(FENCED);
    expect(await a.column('SELECT note FROM orders ORDER BY id')).toEqual(['early', 'early too']);
  });

  test('counts its limit from when it began to wait', async () => {
    const { a, siteA } = await sites.pair();
    await a.query('BEGIN; INSERT INTO orders (note) VALUES (\'early\')');
    const [before] = await a.column('SELECT clock_timestamp()') as [Date];
    const fenced = siteA.fence(2, 30);
    await untilSomebodyWaits(a);
    const [waiting] = await a.column('SELECT clock_timestamp()') as [Date];
    await a.query('COMMIT');
    const lapses = Date.parse((await fenced).lapsesAt!) - 30_000;
    expect(lapses).toBeGreaterThanOrEqual(before.getTime() - 1);
    expect(lapses).toBeLessThanOrEqual(waiting.getTime());
  });

  test('gives up when writers remain, names them, and leaves the site as it was', async () => {
    const { a, siteA } = await sites.pair();
    const other = await sites.sessionOf(a);
    const [pid] = await a.column('SELECT pg_backend_pid()') as [number];
    await other.query('BEGIN; DELETE FROM orders; PREPARE TRANSACTION \'forgotten\'');
    await a.query('SET application_name = shop; BEGIN; DELETE FROM orders WHERE false');
    const refused = await failure(siteA.fence(2, 0.4));
    expect(refused).toMatch(new RegExp(
      `^WritersRemain: site SITEA was not fenced, for it was waited in vain for the prepared transaction 'forgotten', open `
      + `for \\d+ s, process ${pid} \\(shop, open for \\d+ s\\): end them`));
    expect(await siteA.fenceState()).toMatchObject({ writable: true, epoch: 1 });
    await a.query('INSERT INTO orders (note) VALUES (\'goes on\'); COMMIT');
    await other.query('ROLLBACK PREPARED \'forgotten\'');
  });

  test.each(['REPEATABLE READ', 'SERIALIZABLE'])('is seen by a transaction whose snapshot is older: %s', async (level) => {
    const { a, siteA } = await sites.pair();
    await a.query(`BEGIN ISOLATION LEVEL ${level}; SELECT count(*) FROM orders`);
    await siteA.fence(2, 30);
    // Its own snapshot still says that the site is open.
    expect(await a.column('SELECT writable FROM dms_fence')).toEqual([true]);
    expect(await failure(a.query('INSERT INTO orders (note) VALUES (\'x\')')))
      .toBe('40001: could not serialize access due to concurrent update');
    await a.query(`ROLLBACK; BEGIN ISOLATION LEVEL ${level}`);
    expect(await failure(a.query('INSERT INTO orders (note) VALUES (\'x\')'))).toBe(FENCED);
    await a.query('ROLLBACK');
  });

  test('lapses by itself, in the epoch that it was made for, and cannot be kept then', async () => {
    const { a, siteA } = await sites.pair();
    await siteA.fence(2, 0.3);
    expect(await failure(a.query('DELETE FROM orders'))).toBe(FENCED);
    await a.query('SELECT pg_sleep(0.3)');
    await a.query('SET dms.epoch = \'2\'; INSERT INTO orders (note) VALUES (\'after\')');
    expect(await siteA.fenceState()).toMatchObject({ writable: true, kept: false, epoch: 2 });
    expect(await failure(siteA.keepFence(2))).toContain('FenceLapsed: the fence of site SITEA is not kept, and lapses at ');
    expect(await failure(siteA.fence(2, 30))).toContain('FenceLapsed: the fence of site SITEA has lapsed at ');
  });

  test('lapses while somebody tries to keep it: who has written meanwhile is waited for, and it is not kept', async () => {
    const { a, siteA } = await sites.pair();
    await siteA.fence(2, 0.2);
    await a.query('SELECT pg_sleep(0.2)');
    await a.query('BEGIN; INSERT INTO orders (note) VALUES (\'after\')');
    const kept = failure(siteA.keepFence(2));
    await untilSomebodyWaits(a);
    await a.query('COMMIT');
    expect(await kept).toMatch(/^FenceLapsed: /);
    expect(await a.column('SELECT note FROM orders')).toEqual(['after']);
  });

  test('stays once it is kept', async () => {
    const { a, siteA } = await sites.pair();
    await siteA.fence(2, 0.3);
    await siteA.keepFence(2);
    await siteA.keepFence(2);
    await a.query('SELECT pg_sleep(0.3)');
    expect(await failure(a.query('DELETE FROM orders'))).toBe(FENCED);
    expect(await siteA.fenceState()).toMatchObject({ writable: false, kept: true });
  });

  test('stays as it is when it is there already', async () => {
    const { siteA } = await sites.pair();
    const { lapsesAt } = await siteA.fence(2, 30);
    expect((await siteA.fence(2, 60)).lapsesAt).toBe(lapsesAt);
  });

  test('refuses a session that declares the epoch of a switch that is over, and lets a newer one in', async () => {
    const { a, siteA } = await sites.pair();
    await siteA.fence(2, 30);
    await siteA.reopen(2);
    const write = 'INSERT INTO orders (note) VALUES (\'x\')';
    await a.query('SET dms.epoch = \'1\'');
    expect(await failure(a.query(write))).toBe('DMS01: this session has declared epoch 1, and site SITEA is in epoch 2: there was a '
      + 'switch since; read the site map again, and declare its epoch');
    for (const epoch of ['2', '3', '']) {
      await a.query(`SET dms.epoch = '${epoch}'`);
      expect(await failure(a.query(write))).toBe('done');
    }
    await a.query('SET dms.epoch = \'two\'');
    expect(await failure(a.query(write))).toBe('22P02: invalid input syntax for type bigint: "two"');
  });

  test('is on partitions and on quoted names, and not on tables that are not replicated', async () => {
    const { a, siteA } = await sites.pair(`
      CREATE TABLE "Odd ""Name" (id int PRIMARY KEY);
      CREATE TABLE events (id int, at int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
      CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM (0) TO (10);
      CREATE TABLE cache (id int PRIMARY KEY);
      CREATE TABLE eventsX1 (id int PRIMARY KEY)`, { tables: ['odd%', 'events', 'events_1'] });
    await siteA.fence(2, 30);
    for (const table of ['"Odd ""Name" VALUES (1)', 'events VALUES (1, 1)', 'events_1 VALUES (1, 1)']) {
      expect(await failure(a.query(`INSERT INTO ${table}`))).toBe(FENCED);
    }
    expect(await failure(a.query('INSERT INTO cache VALUES (1); INSERT INTO eventsx1 VALUES (1)'))).toBe('done');
  });

  test('is one for each schema', async () => {
    const { b, siteA } = await sites.pair();
    await b.query('SET session_replication_role = origin; BEGIN');
    await b.query('SAVEPOINT refused');
    await b.query('DELETE FROM orders').catch(() => b.query('ROLLBACK TO refused'));
    await b.query('SELECT pg_advisory_xact_lock_shared(1)');
    await siteA.fence(2, 0.5);
    await b.query('COMMIT');
  });

  test('can be prepared again for new tables, and stays as it is', async () => {
    const { a, siteA } = await sites.pair();
    await siteA.fence(2, 30);
    await a.query('CREATE TABLE more (id int PRIMARY KEY)');
    expect(await failure(a.query('INSERT INTO more VALUES (1)'))).toBe('done');
    await siteA.prepare('active');
    expect(await failure(a.query('INSERT INTO more VALUES (2)'))).toBe(FENCED);
    expect(await siteA.fenceState()).toMatchObject({ writable: false, epoch: 2 });
  });

  test('refuses everything when its row was taken away', async () => {
    const { a, siteA } = await sites.pair();
    await a.query('DELETE FROM dms_fence');
    expect(await failure(a.query('DELETE FROM orders'))).toBe('25006: site SITEA has lost the row of its fence: nobody knows whether '
      + 'it may be written to; run the preparation of the two-way replication again');
    await siteA.prepare('active');
    expect(await failure(a.query('DELETE FROM orders'))).toBe('done');
  });
});

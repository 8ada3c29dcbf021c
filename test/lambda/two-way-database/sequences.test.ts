import * as fc from 'fast-check';
import { interleaving, stepsTable } from '../../../lambda/two-way-database/postgres/sequence-ddl';
import { isInterleaved, raisedNumber } from '../../../lambda/two-way-database/sequence-numbers';
import type { SequenceStrategy, SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { holdsFor, propertyTimeout } from '../../support/property-runs';
import { failure, TwoSites } from './two-sites';

describe('sequences', () => {
  const sites = new TwoSites(18);
  const numbers = async (session: { column(sql: string): Promise<unknown[]> }, count: number): Promise<bigint[]> =>
    (await session.column(`SELECT nextval('q')::text FROM generate_series(1, ${count})`)).map((number) => BigInt(String(number)));
  /** All the numbers that a program takes with one: a block of them when it counts in larger steps. */
  const block = (number: bigint, step: bigint): bigint[] =>
    Array.from({ length: Number(step < 0n ? -step : step) }, (_, n) => number + BigInt(n) * (step < 0n ? -1n : 1n));

  const starts = fc.record({
    step: fc.oneof(fc.integer({ min: -60, max: 60 }), fc.constantFrom(1, 2, -1, 50)).filter((step) => step !== 0),
    start: fc.integer({ min: -500, max: 500 }),
    taken: fc.integer({ min: 0, max: 5 }),
  });

  test('interleaved, n sites never give the same number, wherever each of them began and however often it is prepared', async () => {
    const beginnings = fc.tuple(fc.array(starts, { minLength: 2, maxLength: 4 }), fc.integer({ min: 1, max: 12 }));
    await holdsFor(beginnings, 15, async ([all, count]) => {
      const { a } = await sites.pair('', {}, false);
      const { step } = all[0]!;
      const given: bigint[] = [];
      for (const [index, { start, taken }] of all.entries()) {
        const schema = `site_${index}`;
        const site: SiteConfiguration = { name: schema, engine: 'postgres', schema };
        const configuration = { tables: ['%'] } as unknown as TwoWayConfiguration;
        await a.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema}; SET search_path = ${schema}`);
        await a.query(`CREATE SEQUENCE q INCREMENT BY ${step} MINVALUE -1000000 MAXVALUE 1000000 START WITH ${start}`);
        if (taken > 0) await numbers(a, taken);
        await a.query(stepsTable(site));
        const interleave = (): Promise<unknown> => a.query(interleaving(site, configuration, index + 1, all.length));
        await interleave();
        const [first] = await numbers(a, 1);
        await interleave();
        const rest = await numbers(a, count);
        // None was left out by the second time, and it goes the same way.
        expect(rest[0]! - first!).toBe(BigInt(step * all.length));
        const now = { coming: first!, increment: BigInt(step * all.length), step: BigInt(step) };
        expect(isInterleaved(now, index + 1, all.length)).toBe(true);
        const beginning = BigInt(start + taken * step);
        for (const number of [first!, ...rest]) expect(step > 0 ? number >= beginning : number <= beginning).toBe(true);
        given.push(...[first!, ...rest].flatMap((number) => block(number, BigInt(step))));
      }
      expect(new Set(given).size).toBe(given.length);
      await sites.release();
    });
  }, propertyTimeout);

  test('a raised one comes after its twin by its gap, in its own class, and no later than it must', () => {
    const bigint = fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n });
    const steps = fc.integer({ min: -60, max: 60 }).filter((n) => n !== 0);
    fc.assert(fc.property(bigint, bigint, steps, fc.integer({ min: 1, max: 4 }), fc.bigInt({ min: 0n, max: 10_000n }),
      (coming, taken, small, sites_, gap) => {
        const step = BigInt(small);
        const increment = step * BigInt(sites_);
        const raised = raisedNumber({ coming, increment, step }, taken, gap);
        const next = raised ?? coming;
        const sign = small < 0 ? -1n : 1n;
        // Its block begins after the block of the other, and the gap.
        const needed = taken * sign + sign * step + gap;
        expect(next * sign >= needed).toBe(true);
        expect((next - coming) % increment).toBe(0n);
        if (raised !== undefined) expect((raised - increment) * sign < needed).toBe(true);
      }));
  });

  const strategies: [string, SequenceStrategy][] = [
    ['interleaved', { kind: 'interleaved' }], ['resynchronised', { kind: 'resynchronised', gap: 100 }],
  ];
  test.each(strategies)('%s, numbers of switches back and forth never meet', async (_, sequences) => {
    const { a, b, siteA, siteB } = await sites.pair(`
      CREATE TABLE orders (id bigserial PRIMARY KEY, line int GENERATED ALWAYS AS IDENTITY (INCREMENT BY -3));
      CREATE SEQUENCE loose INCREMENT BY 50; CREATE TABLE cache (id serial); `, { sequences, tables: ['orders'] });
    const taken: Record<string, number[]> = { orders_id_seq: [], orders_line_seq: [], loose: [] };
    const session = { SITEA: a, SITEB: b };
    const [old, coming] = [siteA, siteB];
    let [from, to] = [old, coming];
    for (let epoch = 2; epoch <= 6; epoch += 1) {
      for (const [name, numbersOf] of Object.entries(taken)) {
        const count = 3 + epoch;
        numbersOf.push(...(await session[from.site.name as 'SITEA'].column(`SELECT nextval('${name}') FROM generate_series(1, ${count})`)).map(Number));
      }
      await from.fence(epoch, 30);
      await to.raiseSequences(from, epoch);
      await to.raiseSequences(from, epoch);
      await from.keepFence(epoch);
      await to.open(epoch);
      [from, to] = [to, from];
    }
    for (const [name, step] of [['orders_id_seq', 1], ['orders_line_seq', 3], ['loose', 50]] as const) {
      const sorted = taken[name]!.sort((one, two) => one - two);
      for (const [n, number] of sorted.slice(1).entries()) expect(number - sorted[n]!).toBeGreaterThanOrEqual(step);
    }
    // What belongs to a table that is not replicated is left alone.
    expect(await a.column('SELECT nextval(\'cache_id_seq\')')).toEqual(['1']);
    const last = await siteA.sequences();
    expect([...last.keys()].sort()).toEqual(['loose', 'orders.id', 'orders.line']);
  });

  test('a resynchronised sequence leaves out its gap exactly, and counts rows that came from elsewhere', async () => {
    const { a, b, siteA, siteB } = await sites.pair(undefined, { sequences: { kind: 'resynchronised', gap: 100 } });
    await a.query('INSERT INTO orders (note) SELECT \'x\' FROM generate_series(1, 7)');
    await siteB.raiseSequences(siteA, 2);
    expect(await b.column('SELECT nextval(\'orders_id_seq\')')).toEqual(['108']);
    await b.query('SET session_replication_role = replica; INSERT INTO orders VALUES (5000, \'chosen\')');
    await siteB.raiseSequences(siteA, 2);
    expect(await b.column('SELECT nextval(\'orders_id_seq\')')).toEqual(['5001']);
  });

  test('a sequence that would have to leave its type says so', async () => {
    const { a, siteA, siteB } = await sites.pair('CREATE TABLE orders (id smallserial PRIMARY KEY)');
    await a.query('SELECT setval(\'orders_id_seq\', 32767)');
    expect(await failure(siteB.raiseSequences(siteA, 2))).toBe('Error: sequence orders_id_seq is used up: it would have to go on with 32768, '
      + 'and ends at 32767; give it, and its column, a larger type on both sites');
  });
});

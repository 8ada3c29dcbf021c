import * as fc from 'fast-check';
import { setTimeout as sleep } from 'node:timers/promises';
import { holdsFor, propertyTimeout } from '../../support/property-runs';
import type { SourceDatabase } from '../../support/source-server';
import { TwoSites } from './two-sites';

const LEVELS = ['READ COMMITTED', 'REPEATABLE READ', 'SERIALIZABLE'] as const;
const WRITERS = 4;

interface Plan {
  /** When the fence is asked for, how long it lasts, and when it is kept or not, in milliseconds. */
  readonly before: number;
  readonly limit: number;
  readonly keepAfter: number | undefined;
  readonly levels: readonly (typeof LEVELS)[number][];
  /** How many statements a transaction has, and how long it thinks after each. */
  readonly statements: number;
  readonly thinks: number;
}

const plans: fc.Arbitrary<Plan> = fc.record({
  before: fc.integer({ min: 0, max: 60 }),
  limit: fc.integer({ min: 40, max: 250 }),
  keepAfter: fc.option(fc.integer({ min: 0, max: 260 }), { nil: undefined }),
  levels: fc.array(fc.constantFrom(...LEVELS), { minLength: WRITERS, maxLength: WRITERS }),
  statements: fc.integer({ min: 1, max: 3 }),
  thinks: fc.integer({ min: 0, max: 4 }),
});

/** What a client knows: the answer to a COMMIT has come. */
interface Client {
  readonly acknowledged: string[];
  readonly refused: Set<string>;
}

describe('a fence while everybody writes', () => {
  const sites = new TwoSites(18);

  async function write(
    session: SourceDatabase, name: string, plan: Plan, level: string, client: Client, signal: AbortSignal,
  ): Promise<void> {
    for (let n = 0; !signal.aborted; n += 1) {
      try {
        await session.query(`BEGIN ISOLATION LEVEL ${level}`);
        for (let s = 0; s < plan.statements; s += 1) {
          await session.query('INSERT INTO orders (note) VALUES ($1)', [`${name}-${n}`]);
          if (plan.thinks > 0) await sleep(plan.thinks);
        }
        await session.query('COMMIT');
        client.acknowledged.push(`${name}-${n}`);
      } catch (error) {
        client.refused.add((error as { code: string }).code);
        await session.query('ROLLBACK');
      }
    }
  }

  test('nobody commits between the fence and its end, and what was acknowledged is there', async () => {
    const outcomes = new Set<string>();
    await holdsFor(plans, 14, async (plan) => {
      const { a, siteA } = await sites.pair('CREATE TABLE orders (id bigserial PRIMARY KEY, note text, '
        + 'made timestamptz DEFAULT clock_timestamp())');
      const clients = Array.from({ length: WRITERS }, (): Client => ({ acknowledged: [], refused: new Set() }));
      const sessions: SourceDatabase[] = [];
      for (const _ of clients) sessions.push(await sites.sessionOf(a));
      const stop = new AbortController();
      const working = clients.map((client, index) =>
        write(sessions[index]!, `w${index}`, plan, plan.levels[index]!, client, stop.signal));
      const rows = async (): Promise<number> => Number((await a.column('SELECT count(*) FROM orders'))[0]);

      await sleep(plan.before);
      const fenced = await siteA.fence(2, plan.limit / 1_000).then((state) => state, (error: Error) => error);
      if (fenced instanceof Error) {
        expect(fenced.name).toBe('WritersRemain');
        outcomes.add('not fenced');
      } else {
        const atFence = await rows();
        await sleep(plan.keepAfter ?? 0);
        const kept = plan.keepAfter === undefined ? undefined : await siteA.keepFence(2).then(() => true, () => false);
        const later = await rows();
        const state = await siteA.fenceState();
        if (kept === true) {
          await sleep(30);
          expect(await rows()).toBe(atFence);
          expect(later).toBe(atFence);
          outcomes.add('kept');
        } else if (!state.writable) {
          expect(later).toBe(atFence);
          outcomes.add('fenced');
        } else {
          outcomes.add('lapsed');
        }
        // Until it lapsed nobody wrote: the rows of later transactions say when they were made.
        const [early] = await a.column(`SELECT count(*)::int FROM orders, dms_fence
          WHERE id > (SELECT coalesce(max(id), 0) FROM (SELECT id FROM orders ORDER BY id LIMIT ${atFence}) AS old)
            AND lapses_at IS NOT NULL AND made < lapses_at`);
        expect(early).toBe(0);
        if (kept === true) await siteA.reopen(2);
      }
      await sleep(20);
      stop.abort();
      await Promise.all(working);
      const acknowledged = clients.flatMap((client) => client.acknowledged);
      const counted = await a.query('SELECT note, count(*)::int AS n FROM orders GROUP BY note ORDER BY note');
      expect(counted.rows).toEqual(acknowledged.sort().map((note) => ({ note, n: plan.statements })));
      const codes = new Set(clients.flatMap(({ refused }) => [...refused]));
      for (const code of codes) expect(['25006', '40001']).toContain(code);
      await sites.release();
    });
    expect(outcomes).toContain('kept');
    expect(outcomes).toContain('lapsed');
  }, propertyTimeout);
});

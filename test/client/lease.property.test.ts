import * as fc from 'fast-check';
import { type AuthorityReader, SiteClient, type WritableSite } from '../../client/src';
import { type Authority, type SiteItem, writableSite } from '../../lib/two-way/switch/site-map';
import { holdsFor, propertyTimeout } from '../support/property-runs';
import { VirtualTime } from './virtual-time';

const LEASE = 1_000;

/** One switch after another: how long the map stays in each state, and what comes of it. */
const switches = fc.array(fc.record({
  steady: fc.integer({ min: 0, max: 3_000 }),
  checking: fc.integer({ min: 0, max: 500 }),
  switching: fc.integer({ min: 0, max: 2_500 }),
  lapse: fc.integer({ min: 1, max: 3_000 }),
  outcome: fc.constantFrom('forward', 'back'),
}), { minLength: 1, maxLength: 6 });

/** What a client does: waits, then writes, which takes a while and may be refused. */
const writer = fc.array(fc.record({
  gap: fc.integer({ min: 0, max: 1_500 }),
  duration: fc.integer({ min: 0, max: 400 }),
  refused: fc.boolean(),
}), { minLength: 1, maxLength: 8 });

/** How long the way to the map and the way back take. */
const way = fc.integer({ min: 0, max: 400 });
const ways = fc.array(fc.tuple(way, way), { minLength: 1, maxLength: 8 });

interface Entry {
  readonly at: number;
  readonly authority: Authority;
}

function mapOf(steps: typeof switches extends fc.Arbitrary<infer T> ? T : never, time: VirtualTime): Entry[] {
  let at = 0;
  let authority: Authority = { version: 1, activeSite: 'A', epoch: 1, state: 'steady', updatedAt: time.at(0) };
  const entries: Entry[] = [{ at, authority }];
  const next = (after: number, change: Partial<Authority>): void => {
    at += after;
    const { lapsesAt: _, ...rest } = authority;
    authority = { ...rest, ...change, version: authority.version + 1 };
    entries.push({ at, authority });
  };
  for (const { steady, checking, switching, lapse, outcome } of steps) {
    const other = authority.activeSite === 'A' ? 'B' : 'A';
    next(steady, { state: 'checking' });
    next(checking, { state: 'switching', epoch: authority.epoch + 1, lapsesAt: time.at(at + checking + lapse) });
    next(switching, { state: 'steady', activeSite: outcome === 'forward' ? other : authority.activeSite });
  }
  return entries;
}

/** Whether the map allowed a site at some moment of a period, by the clock of the end of the period. */
function wasAllowed(
  entries: readonly Entry[], from: number, to: number, { site, epoch }: WritableSite, time: VirtualTime,
): boolean {
  return entries.some(({ at, authority }, index) => {
    const until = entries[index + 1]?.at ?? Infinity;
    const allowed = writableSite(authority, new Date(time.at(to)));
    return at <= to && until >= from && allowed?.site === site && allowed.epoch === epoch;
  });
}

test('nobody begins a unit of work in an epoch of which he had no proof within the lease', async () => {
  const scenes = fc.tuple(switches, fc.array(writer, { minLength: 1, maxLength: 3 }), ways);
  await holdsFor(scenes, 150, async ([steps, writers, delays]) => {
    const time = new VirtualTime();
    const entries = mapOf(steps, time);
    let reads = 0;
    const reader: AuthorityReader = {
      authority: async () => {
        const [there, back] = delays[reads++ % delays.length]!;
        await time.sleep(there);
        const seen = entries.findLast(({ at }) => at <= time.elapsed())!.authority;
        await time.sleep(back);
        return seen;
      },
      site: (site): Promise<SiteItem> => Promise.resolve(
        { site, dbengine: 'postgresql', username: 'u', endpoint: 'e', port: '1', dbname: 'd' }),
    };
    const client = new SiteClient(reader, { leaseSeconds: LEASE / 1000, waitSeconds: 600, clock: time });
    const violations: string[] = [];
    const write = async (units: typeof writers[number]): Promise<void> => {
      for (const { gap, duration, refused } of units) {
        await time.sleep(gap);
        let refusedAt: number | undefined;
        await client.withSite(async (site) => {
          const now = time.elapsed();
          // After a refusal older proofs do not count, however young.
          const from = Math.max(now - LEASE, refusedAt ?? 0);
          if (!wasAllowed(entries, from, now, site, time)) violations.push(`${site.site} ${site.epoch} at ${now}`);
          await time.sleep(duration);
          if (!refused || refusedAt !== undefined) return;
          refusedAt = time.elapsed();
          throw Object.assign(new Error('refused'), { code: '25006' });
        });
      }
    };
    await time.until(Promise.all(writers.map(write)));
    expect(violations).toEqual([]);
  });
}, propertyTimeout);

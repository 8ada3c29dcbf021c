import { setTimeout as sleep } from 'node:timers/promises';
import { Comparison, withSession } from '../leg/comparison';
import { EXAMPLE_SCHEMA } from '../pair/example-schema';
import type { Application } from './application';

/** What became of everything that an application wrote. */
export interface Proof {
  readonly acknowledged: number;
  readonly unknown: number;
  /** Orders of the application by site. */
  readonly rows: Readonly<Record<string, number>>;
  /** Acknowledged units that are missing on a site. */
  readonly lost: readonly string[];
  /** Units that are on a site more than once. */
  readonly doubled: readonly string[];
  /** Units on a site that nobody has written. */
  readonly strange: readonly string[];
  /** Numbers that two units have. */
  readonly collisions: number;
  /** Tables that differ between the sites. */
  readonly different: readonly string[];
  /** By how much the counters of the customers differ from the orders that there are. */
  readonly miscounted: number;
}

const PATIENCE_MS = 15_000;

/** Waits until both sites hold the same, and compares that with what the application was told. */
export async function proofOf(
  application: Application, urls: Readonly<Record<string, string>>, patienceMs = PATIENCE_MS,
): Promise<Proof> {
  const { acknowledged, unknown, collisions } = application;
  const different = await settled(urls, patienceMs);
  const sites = await Promise.all(Object.entries(urls).map(async ([site, url]) => ({ site, ...await unitsOn(url) })));
  const known = new Set([...acknowledged.map(({ unit }) => unit), ...unknown]);
  const lost = new Set<string>();
  const doubled = new Set<string>();
  const strange = new Set<string>();
  for (const { orders, heartbeats } of sites) {
    for (const units of [orders, heartbeats]) {
      acknowledged.filter(({ unit }) => !units.has(unit)).forEach(({ unit }) => lost.add(unit));
      for (const [unit, times] of units) {
        if (times > 1) doubled.add(unit);
        if (!known.has(unit)) strange.add(unit);
      }
    }
  }
  const twice = (ids: readonly string[]): number => ids.length - new Set(ids).size;
  return {
    acknowledged: acknowledged.length,
    unknown: unknown.length,
    rows: Object.fromEntries(sites.map(({ site, orders }) => [site, orders.size])),
    lost: [...lost], doubled: [...doubled], strange: [...strange],
    collisions: collisions + twice(acknowledged.map(({ orderId }) => orderId))
      + twice(acknowledged.map(({ heartbeatId }) => heartbeatId)),
    different,
    miscounted: Math.max(...sites.map(({ counted, orders }) => Math.abs(counted - orders.size))),
  };
}

/** Whether everything that was promised was kept. */
export const holds = ({ lost, doubled, strange, collisions, different, miscounted }: Proof): boolean =>
  [lost, doubled, strange, different].every(({ length }) => length === 0) && collisions === 0 && miscounted === 0;

async function settled(urls: Readonly<Record<string, string>>, patienceMs: number): Promise<string[]> {
  const comparison = new Comparison();
  const [one, other] = Object.values(urls).map((url) => ({ url, schema: EXAMPLE_SCHEMA })) as [Side, Side];
  for (const until = Date.now() + patienceMs; ;) {
    const different = (await comparison.of(one, other, ['%'])).filter(({ state }) => state !== 'equal');
    if (different.length === 0 || Date.now() > until) return different.map(({ table }) => table);
    await sleep(50);
  }
}

interface Side {
  readonly url: string;
  readonly schema: string;
}

interface Units {
  readonly orders: ReadonlyMap<string, number>;
  readonly heartbeats: ReadonlyMap<string, number>;
  readonly counted: number;
}

/** What a site holds of the application, without the rows that were there before it. */
function unitsOn(url: string): Promise<Units> {
  return withSession(url, async (client) => {
    const counts = async (column: string, table: string): Promise<ReadonlyMap<string, number>> => {
      const { rows } = await client.query<{ unit: string; times: string }>(
        `SELECT ${column} AS unit, count(*)::text AS times FROM ${EXAMPLE_SCHEMA}.${table}
          WHERE ${column} NOT LIKE 'before-%' GROUP BY 1`);
      return new Map(rows.map(({ unit, times }) => [unit, Number(times)]));
    };
    const { rows: [sum] } = await client.query<{ counted: string }>(`SELECT sum(orders)::text AS counted FROM ${EXAMPLE_SCHEMA}.customers`);
    return {
      orders: await counts('unit', 'orders'),
      heartbeats: await counts('description', 'heartbeat'),
      counted: Number(sum!.counted),
    };
  });
}


/**
 * Switches two servers to and fro under an application that never stops writing:
 * `npx tsx bench/two-way/run.ts [--switches 30] [--writers 4] [--pause 4]`, with `--pause` in milliseconds between two
 * units of work of a writer. Measures how long nobody could write, by the switch and by the application, against the
 * time that one row takes to the other side in the same run: no switch that loses nothing can be shorter. Prints
 * Markdown; ends with 1 when a single acknowledged row is lost or doubled.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Client } from 'pg';
import { Application } from '../../cli/two-way/demo/application';
import { holds, proofOf } from '../../cli/two-way/demo/proof';
import { SITES, withTemporaryPair, type TemporaryPair } from '../../cli/two-way/demo/temporary-pair';
import { withSession } from '../../cli/two-way/leg/comparison';
import { newRunId } from '../../cli/two-way/local/guardian';
import { switchHere } from '../../cli/two-way/local/switch';
import type { TwoWayMode } from '../../lib/two-way/switch/switch-run';
import { markdownTable, quantile } from '../support/figures';

const { values: options } = parseArgs({
  options: {
    switches: { type: 'string', default: '30' }, writers: { type: 'string', default: '4' }, pause: { type: 'string', default: '4' },
  },
});

const MODES: readonly TwoWayMode[] = ['prepared', 'hot'];
const PAUSE_LIMIT_SECONDS = 60;
/** Between two switches. */
const UNITS = 500;
const TRIPS = 30;

interface Figures {
  readonly mode: TwoWayMode;
  readonly trips: readonly number[];
  readonly fenced: readonly number[];
  readonly noticed: readonly number[];
  readonly acknowledged: number;
  readonly rate: number;
  readonly kept: boolean;
}

async function measure(mode: TwoWayMode): Promise<Figures> {
  const figures: Figures[] = [];
  await withTemporaryPair(mode, PAUSE_LIMIT_SECONDS, new AbortController().signal, async (pair) => {
    figures.push(await underLoad(mode, pair));
  });
  return figures[0]!;
}

async function underLoad(mode: TwoWayMode, { world, urls, follows }: TemporaryPair): Promise<Figures> {
  const application = new Application({
    map: join(world.folder, 'map'), urls: () => Promise.resolve(urls),
    writers: Number(options.writers), pauseMilliseconds: Number(options.pause),
  });
  const [fenced, noticed]: [number[], number[]] = [[], []];
  let trips: number[] = [];
  let rate = 0;
  try {
    await follows();
    const begun = performance.now();
    await application.hasWritten(UNITS);
    rate = UNITS / (performance.now() - begun) * 1000;
    trips = await roundOfTrips(urls);
    for (let count = 1; count <= Number(options.switches); count += 1) {
      await follows();
      await application.hasWritten(UNITS);
      const from = performance.now();
      const { outcome, reason, pauseSeconds } = await switchHere(world, { id: newRunId('bench'), action: 'switch' }, '--local');
      if (outcome !== 'completed') throw new Error(`switch ${count} was ${outcome}: ${reason ?? 'nobody said why'}`);
      await application.hasWritten(1);
      fenced.push(pauseSeconds!);
      noticed.push(application.longestPause(from, performance.now()));
    }
  } finally {
    await application.stop();
  }
  const proof = await proofOf(application, urls);
  return { mode, trips, fenced, noticed, acknowledged: application.acknowledged.length, rate, kept: holds(proof) };
}

/** How long a row takes from the answer of its commit until it can be read at the other side, in seconds. */
function roundOfTrips(urls: Readonly<Record<string, string>>): Promise<number[]> {
  return withSession(urls[SITES[0]], (here) => withSession(urls[SITES[1]], async (there) => {
    const times: number[] = [];
    for (let trip = 1; trip <= TRIPS; trip += 1) times.push(await oneTrip(here, there, trip));
    return times;
  }));
}

async function oneTrip(here: Client, there: Client, trip: number): Promise<number> {
  // Numbers below zero are nobody's; the row goes again, so that the proof does not find it.
  await here.query(`INSERT INTO customer_orders.heartbeat VALUES (${-trip}, 'before-trip', now(), 'SITEA')`);
  const since = performance.now();
  const arrived = `SELECT 1 FROM customer_orders.heartbeat WHERE heartbeat_id = ${-trip}`;
  while ((await there.query(arrived)).rowCount === 0) await sleep(1);
  const seconds = (performance.now() - since) / 1000;
  await here.query(`DELETE FROM customer_orders.heartbeat WHERE heartbeat_id = ${-trip}`);
  return seconds;
}

async function main(): Promise<void> {
  const all: Figures[] = [];
  for (const mode of MODES) all.push(await measure(mode));
  const both = (values: readonly number[]): string[] => [0.5, 0.95].map((share) => `${quantile(values, share).toFixed(2)} s`);
  process.stdout.write([
    `${options.switches} switches to and fro in each mode, ${options.writers} writers.`,
    '',
    markdownTable(
      ['mode', 'units of work a second', 'acknowledged', 'write pause p50', 'p95', 'noticed by the application p50', 'p95',
        'baseline: one row to the other side p50', 'p95', 'lost or doubled'],
      all.map(({ mode, rate, acknowledged, fenced, noticed, trips, kept }) => [
        mode, rate.toFixed(0), String(acknowledged), ...both(fenced), ...both(noticed), ...both(trips), kept ? '0' : 'SOME',
      ]),
    ),
    '',
  ].join('\n'));
  if (all.some(({ kept }) => !kept)) process.exitCode = 1;
}

void main();

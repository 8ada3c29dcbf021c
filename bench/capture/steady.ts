import { fork } from 'node:child_process';
import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Lake, query } from '../../test/support/lake';
import { markdownTable, median } from '../support/figures';
import { BATCH_SECONDS, captureFrom, inTemporaryFolder } from './engine';
import type { ChangedSource } from './source';

const SLOT = 'steady';
const SAMPLE_MS = 5_000;
const PER_TRANSACTION = 100;
/** Memory of the beginning is that after the first files: until then buffers grow and code is compiled. */
const WARM_UP_MS = 2 * BATCH_SECONDS * 1000;

interface Sample {
  readonly at: number;
  readonly megabytes: number;
}

/** Follows the changes until told to stop; tells its memory meanwhile. */
export async function followHere(url: string, slot: string, folder: string): Promise<object> {
  const stop = new AbortController();
  process.once('message', () => stop.abort());
  const timer = setInterval(
    () => process.send!({ at: Date.now(), megabytes: process.memoryUsage.rss() / 1024 / 1024 }), SAMPLE_MS,
  );
  await captureFrom(url, slot, folder, { until: 'interrupted', signal: stop.signal });
  clearInterval(timer);
  return {};
}

/** Writes at an even pace while the engine follows, and reports lag and memory as Markdown. */
export async function followSteadily(source: ChangedSource, perSecond: number, minutes: number): Promise<string> {
  await source.createSlot(SLOT, 'pgoutput');
  return inTemporaryFolder(async (folder) => {
    const samples: Sample[] = [];
    const child = fork(require.resolve('./run'), {
      env: { ...process.env, BENCH_URL: source.url, BENCH_SLOT: SLOT, BENCH_FOLDER: folder },
    });
    child.on('message', (message: Partial<Sample>) => {
      if (message.at !== undefined) samples.push(message as Sample);
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const written = await write(source, perSecond, minutes * 60_000);
    // What was written last belongs to the measurement too.
    await sleep((BATCH_SECONDS + 5) * 1000);
    child.send('stop');
    const code = await ended;
    if (code !== 0) throw new Error(`the engine ended with ${String(code)}`);
    return report(written, minutes, await lags(new Lake(`${folder}/lake`)), samples);
  });
}

/** @returns how many changes were written */
async function write(source: ChangedSource, perSecond: number, milliseconds: number): Promise<number> {
  const begin = performance.now();
  const interval = 1000 * PER_TRANSACTION / perSecond;
  let transactions = 0;
  while (performance.now() - begin < milliseconds) {
    await source.change(transactions++, 1);
    await sleep(Math.max(0, begin + transactions * interval - performance.now()));
  }
  return transactions * PER_TRANSACTION;
}

interface Lags {
  readonly changes: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Seconds from a change's commit until its file got its name, which is the last that happens to it. */
async function lags(lake: Lake): Promise<Lags> {
  const files = lake.files().map((file) => lake.path(file));
  const published = files.map((file) => `('${file}', ${statSync(file).ctimeMs / 1000})`).join(', ');
  const [row] = await query(`
    WITH published(name, moment) AS (VALUES ${published}), lag AS (
      SELECT moment - epoch(dms_timestamp::timestamp) AS seconds
        FROM read_parquet([${files.map((file) => `'${file}'`).join(', ')}], filename = true) JOIN published ON name = filename)
    SELECT count(*)::int, quantile_cont(seconds, 0.5)::float, quantile_cont(seconds, 0.99)::float, max(seconds)::float FROM lag`);
  const [changes, p50, p99, max] = row!.map(Number) as [number, number, number, number];
  return { changes, p50, p99, max };
}

function report(written: number, minutes: number, lag: Lags, samples: readonly Sample[]): string {
  const warm = samples.filter(({ at }) => at >= samples[0]!.at + WARM_UP_MS);
  const third = (part: number): string => {
    const range = warm.slice(Math.floor(warm.length * part / 3), Math.ceil(warm.length * (part + 1) / 3));
    return range.length === 0 ? '–' : `${median(range.map(({ megabytes }) => megabytes)).toFixed(0)} MB`;
  };
  const seconds = (value: number): string => `${value.toFixed(1)} s`;
  return [
    `${Math.round(written / minutes / 60)} changes/s for ${minutes} minutes: ${written} written, ${lag.changes} in the lake`, '',
    markdownTable(
      ['lag p50', 'p99', 'max', 'may be', 'memory: first third', 'second', 'last', 'peak'],
      [[
        seconds(lag.p50), seconds(lag.p99), seconds(lag.max), seconds(BATCH_SECONDS + 1), third(0), third(1), third(2),
        `${Math.max(...samples.map(({ megabytes }) => megabytes)).toFixed(0)} MB`,
      ]],
    ), '',
  ].join('\n');
}

/**
 * Measures the full load of the local engine against the limit, one connection's binary COPY that is thrown away:
 * `npx tsx bench/engine/run.ts [--rows 5000000] [--rounds 3]`. Prints Markdown. Both read the same table of the same
 * real PostgreSQL, in turn and each in a process of its own.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { to as copyTo } from 'pg-copy-streams';
import { openSession } from '../../cli/engine/source/session';
import { EmbeddedPostgres } from '../../cli/server/embedded-postgres';
import { runEngine } from '../../test/support/engine-run';

/** Ten columns of varied types, about 210 bytes a row. */
const TABLE = `
  CREATE TABLE orders AS
  SELECT i::bigint AS id, (i % 100000)::int AS customer, ((i::bigint * 7919) % 10000000 / 100.0)::numeric(12, 2) AS amount,
         repeat(md5(i::text), 1 + i % 2) AS note, timestamptz '2024-01-01' + i * interval '1 second' AS created_at,
         i % 3 = 0 AS paid, jsonb_build_object('sku', i % 997, 'tags', jsonb_build_array('a', i % 13)) AS details,
         md5(i::text)::uuid AS reference, date '2020-01-01' + i % 2000 AS due, (i % 1000) / 7.0::float8 AS weight
    FROM generate_series(1, $rows) AS i`;

type Case = 'COPY to nowhere' | 'engine, not compressed' | 'engine, gzip';

const CASES: readonly Case[] = ['COPY to nowhere', 'engine, not compressed', 'engine, gzip'];

interface Measurement {
  readonly seconds: number;
  readonly peakMegabytes: number;
}

const { values: options } = parseArgs({
  options: { rows: { type: 'string', default: '5000000' }, rounds: { type: 'string', default: '3' } },
});

async function drain(url: string): Promise<number> {
  const client = await openSession(url);
  const start = performance.now();
  const rows = client.query(copyTo('COPY orders TO STDOUT (FORMAT binary)')) as AsyncIterable<Buffer>;
  let bytes = 0;
  for await (const chunk of rows) bytes += chunk.length;
  const seconds = (performance.now() - start) / 1000;
  await client.end();
  if (bytes === 0) throw new Error('COPY sent nothing');
  return seconds;
}

async function load(url: string, gzip: boolean): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'engine-bench-'));
  try {
    const s3 = { CompressionType: gzip ? 'gzip' : 'none', ParquetTimestampInMillisecond: true };
    const { report } = await runEngine(url, { migrationType: 'full-load', s3 }, { folder });
    return report.fullLoadSeconds;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(url: string, work: Case): Promise<Measurement> {
  const seconds = await (work === 'COPY to nowhere' ? drain(url) : load(url, work === 'engine, gzip'));
  return { seconds, peakMegabytes: process.resourceUsage().maxRSS / 1024 };
}

function inChild(url: string, work: Case): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, { env: { ...process.env, BENCH_URL: url, BENCH_CASE: work } });
    child.once('message', (message) => resolve(message as Measurement));
    child.once('exit', (code) => reject(new Error(`${work} ended with ${code}`)));
  });
}

async function compare(): Promise<void> {
  const rows = Number(options.rows);
  const server = await EmbeddedPostgres.start({ version: 14, parameters: { wal_level: 'logical' }, database: 'bench' });
  try {
    const client = await openSession(server.url);
    await client.query(TABLE.replace('$rows', String(rows)));
    await client.query('VACUUM ANALYZE orders');
    await client.end();
    const measured = new Map(CASES.map((work) => [work, [] as Measurement[]]));
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const work of CASES) measured.get(work)!.push(await inChild(server.url, work));
    }
    print(rows, measured);
  } finally {
    await server.stop();
  }
}

function print(rows: number, measured: ReadonlyMap<Case, readonly Measurement[]>): void {
  const limit = median(measured.get('COPY to nowhere')!.map(({ seconds }) => seconds));
  const lines = [...measured].map(([work, measurements]) => {
    const seconds = median(measurements.map((one) => one.seconds));
    const peak = Math.max(...measurements.map((one) => one.peakMegabytes));
    return `| ${work} | ${seconds.toFixed(1)} | ${Math.round(rows / seconds / 1000)} k | ${(limit / seconds).toFixed(2)} | ${peak.toFixed(0)} MB |`;
  });
  process.stdout.write([
    `${rows} rows, median of ${options.rounds}`, '',
    '| what | seconds | rows/s | of COPY | peak memory |', '|---|---|---|---|---|', ...lines, '',
  ].join('\n'));
}

function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[values.length >> 1]!;
}

async function report(measurement: Promise<Measurement>): Promise<void> {
  process.send!(await measurement, () => process.exit());
}

const url = process.env.BENCH_URL;
void (url === undefined ? compare() : report(measure(url, process.env.BENCH_CASE as Case)));

/**
 * Measures the full load of `dms rehearse` against the limit, one connection's binary COPY that is thrown away:
 * `npx tsx bench/engine/run.ts [--rows 5000000] [--rounds 3]`. Prints Markdown. Both read the same table of the same
 * real PostgreSQL, in turn and each in a process of its own; the engine is the command line as it is built.
 */
import { execFileSync, fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { to as copyTo } from 'pg-copy-streams';
import type { TaskReport } from '../../cli/engine/run/report';
import { openSession } from '../../cli/engine/source/session';
import { EmbeddedPostgres } from '../../cli/server/embedded-postgres';
import { DMS } from '../../test/support/dms';
import { template } from '../../test/support/dms-template';
import { markdownTable, median } from '../support/figures';
import { selectOrders } from '../support/orders';
import { processFigures } from '../support/process-figures';

type Case = 'COPY to nowhere' | 'engine, not compressed' | 'engine, gzip';

const CASES: readonly Case[] = ['COPY to nowhere', 'engine, not compressed', 'engine, gzip'];

interface Measurement {
  readonly seconds: number;
  readonly peakMegabytes: number;
}

const SAMPLE_MS = 20;

const { values: options } = parseArgs({
  options: { rows: { type: 'string', default: '5000000' }, rounds: { type: 'string', default: '3' } },
});

/** The built command line, which loads one table; its peak is that of all its threads. */
async function load(url: string, gzip: boolean): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'engine-bench-'));
  try {
    const s3 = { CompressionType: gzip ? 'gzip' : 'none', ParquetTimestampInMillisecond: true };
    writeFileSync(join(folder, 'template.json'), JSON.stringify(template({ migrationType: 'full-load', s3 })));
    const args = ['rehearse', 'template.json', '--target', 'lake', '--until', 'full-load', '--json', '--source', url];
    const child = spawn(process.execPath, [DMS, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    let peakMegabytes = 0;
    while ((await Promise.race([ended.then(() => 'ended'), sleep(SAMPLE_MS, 'running')])) === 'running') {
      peakMegabytes = processFigures(child.pid!)?.peakMegabytes ?? peakMegabytes;
    }
    if ((await ended) !== 0) throw new Error(`dms ended with ${await ended}`);
    const [{ fullLoadSeconds }] = (JSON.parse(output) as { tasks: [TaskReport] }).tasks;
    return { seconds: fullLoadSeconds, peakMegabytes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @returns seconds */
async function drain(url: string): Promise<number> {
  const client = await openSession(url);
  const start = performance.now();
  const chunks = client.query(copyTo('COPY orders TO STDOUT (FORMAT binary)')) as AsyncIterable<Buffer>;
  let bytes = 0;
  for await (const chunk of chunks) bytes += chunk.length;
  const seconds = (performance.now() - start) / 1000;
  await client.end();
  if (bytes === 0) throw new Error('COPY sent nothing');
  return seconds;
}

function drainInChild(url: string): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    const child = fork(__filename, { env: { ...process.env, BENCH_URL: url } });
    child.once('message', (message) => resolve(message as Measurement));
    child.once('exit', (code) => reject(new Error(`COPY ended with ${code}`)));
  });
}

async function compare(): Promise<void> {
  execFileSync(process.execPath, [join(__dirname, '..', '..', 'scripts', 'build-cli.mjs')], { stdio: 'inherit' });
  const rows = Number(options.rows);
  const server = await EmbeddedPostgres.start({ version: 14, parameters: { wal_level: 'logical' }, database: 'bench' });
  try {
    const client = await openSession(server.url);
    // Without a key: the comparison at the end of a rehearsal is not measured here.
    await client.query(`CREATE TABLE orders AS ${selectOrders(1, rows)}`);
    await client.query('VACUUM ANALYZE orders');
    await client.end();
    const measured = new Map(CASES.map((work) => [work, [] as Measurement[]]));
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const work of CASES) {
        const one = await (work === 'COPY to nowhere' ? drainInChild(server.url) : load(server.url, work === 'engine, gzip'));
        measured.get(work)!.push(one);
      }
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
    const speed = `${Math.round(rows / seconds / 1000)} k`;
    return [work, seconds.toFixed(1), speed, (limit / seconds).toFixed(2), `${peak.toFixed(0)} MB`];
  });
  process.stdout.write([
    `${rows} rows, median of ${options.rounds}`, '',
    markdownTable(['what', 'seconds', 'rows/s', 'of COPY', 'peak memory'], lines), '',
  ].join('\n'));
}

async function report(measurement: Promise<number>): Promise<void> {
  const seconds = await measurement;
  process.send!({ seconds, peakMegabytes: process.resourceUsage().maxRSS / 1024 }, () => process.exit());
}

const url = process.env.BENCH_URL;
void (url === undefined ? compare() : report(drain(url)));

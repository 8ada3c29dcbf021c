/**
 * Compares ways to write whole columns as Parquet: `npx tsx bench/parquet/run.ts [--rows 1000000] [--rounds 3]
 * [--packages <folder>]`. Prints Markdown. Every writer runs in a process of its own, in turn, so that what else the
 * machine does hits all of them.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ColumnVector } from '../../cli/engine/parquet/schema';
import { rowGroup } from './example-table';
import { WRITERS } from './writers';

const ROW_GROUP = 10_000;
/** So many different row groups are made beforehand, and taken in turn. */
const DIFFERENT = 20;

interface Case {
  readonly writer: string;
  readonly gzip: boolean;
  readonly dictionary: boolean;
}

interface Measurement {
  readonly seconds: number;
  readonly bytes: number;
  readonly peakMegabytes: number;
}

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    packages: { type: 'string' },
    only: { type: 'string' },
  },
});

function* rowGroups(rows: number): Generator<ColumnVector[]> {
  const different = Math.min(DIFFERENT, rows / ROW_GROUP);
  const made = Array.from({ length: different }, (_, number) => rowGroup(number, ROW_GROUP));
  for (let i = 0; i < rows / ROW_GROUP; i++) yield made[i % DIFFERENT]!;
}

/** In the child process. */
async function measure({ writer, gzip, dictionary }: Case): Promise<Measurement> {
  const folder = mkdtempSync(join(tmpdir(), 'parquet-bench-'));
  try {
    const path = join(folder, 'rows.parquet');
    const groups = rowGroups(Number(options.rows));
    // The generator makes its row groups when the first one is taken: not part of the time.
    const first = groups.next().value as ColumnVector[];
    const all = (function* (): Generator<ColumnVector[]> {
      yield first;
      yield* groups;
    })();
    const start = performance.now();
    const { packages } = options;
    await WRITERS[writer]!({ path, rowGroups: all, rowGroupLength: ROW_GROUP, gzip, dictionary, packages });
    const seconds = (performance.now() - start) / 1000;
    return { seconds, bytes: statSync(path).size, peakMegabytes: process.resourceUsage().maxRSS / 1024 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function inChild(work: Case): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, BENCH_CASE: JSON.stringify(work) };
    const child = fork(__filename, process.argv.slice(2), { env });
    child.once('message', (message) => resolve(message as Measurement));
    child.once('exit', (code) => reject(new Error(`${JSON.stringify(work)} ended with ${code}`)));
  });
}

async function compare(): Promise<void> {
  const names = Object.keys(WRITERS).filter((name) => options.only === undefined || name === options.only);
  const cases = names
    .filter((name) => name !== 'nodejs-polars' || options.packages !== undefined)
    .flatMap((writer) => [false, true].map((gzip) => ({ writer, gzip })))
    .flatMap((work) => [false, true].map((dictionary) => ({ ...work, dictionary })))
    // polars decides itself where a dictionary pays.
    .filter(({ writer, dictionary }) => writer !== 'nodejs-polars' || dictionary);
  const results = cases.map((): Measurement[] => []);
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [i, work] of cases.entries()) results[i]!.push(await inChild(work));
  }
  const lines = cases.map(({ writer, gzip, dictionary }, i) => {
    const { seconds, bytes, peakMegabytes } = median(results[i]!);
    return `| ${writer} | ${gzip ? 'gzip' : 'none'} | ${dictionary ? 'where it pays' : 'none'} | ${seconds.toFixed(2)} | ` +
      `${Math.round(Number(options.rows) / seconds / 1000)} k | ${Math.round(bytes / 1e6)} MB | ${Math.round(peakMegabytes)} MB |`;
  });
  process.stdout.write([
    '| writer | compression | dictionary | seconds | rows/s | file | peak RSS |',
    '|---|---|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n'));
}

function median(measurements: readonly Measurement[]): Measurement {
  return measurements.toSorted((one, other) => one.seconds - other.seconds)[measurements.length >> 1]!;
}

async function main(): Promise<void> {
  const work = process.env.BENCH_CASE;
  if (work === undefined) await compare();
  else process.send!(await measure(JSON.parse(work) as Case));
}

void main();

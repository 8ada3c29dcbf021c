/**
 * Measures change capture of the local engine into gzipped Parquet files against the limit, `pg_recvlogical` with
 * test_decoding to nowhere: `npx tsx bench/capture/run.ts [--changes 1000000] [--rounds 3] [--transaction 100]`. Both
 * read the same changes of the same real PostgreSQL, in turn and each in a process of its own.
 *
 * `--steady 5000 --minutes 30` writes that many changes a second instead, and measures how long each takes to the lake
 * and how much memory the engine needs. Prints Markdown.
 */
import { parseArgs } from 'node:util';
import { markdownTable } from '../support/figures';
import type { Case, Drain } from './drain';
import { captureHere, drainInTurn, medianDrain } from './drain';
import { ChangedSource } from './source';
import { followHere, followSteadily } from './steady';

const { values: options } = parseArgs({
  options: {
    changes: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
    transaction: { type: 'string', default: '100' },
    steady: { type: 'string' },
    minutes: { type: 'string', default: '30' },
  },
});

async function measure(): Promise<string> {
  const source = await ChangedSource.start(Number(options.transaction));
  try {
    const { steady, minutes } = options;
    if (steady !== undefined) return await followSteadily(source, Number(steady), Number(minutes));
    const changes = Number(options.changes);
    return report(changes, await drainInTurn(source, changes, Number(options.rounds)));
  } finally {
    await source.stop();
  }
}

function report(changes: number, drains: ReadonlyMap<Case, readonly Drain[]>): string {
  const limit = medianDrain(drains.get('pg_recvlogical')!).seconds;
  const rows = [...drains].map(([name, all]) => {
    const { seconds, serverCpuSeconds, reader } = medianDrain(all);
    return [
      name, seconds.toFixed(1), `${Math.round(changes / seconds / 1000)} k`, (limit / seconds).toFixed(2),
      `${reader.cpuSeconds.toFixed(1)} s`, `${serverCpuSeconds.toFixed(1)} s`, `${reader.peakMegabytes.toFixed(0)} MB`,
    ];
  });
  return [
    `${changes} changes (40 % inserts, 40 % updates, 20 % deletes) in transactions of ${options.transaction}, ` +
    `median of ${options.rounds}`, '',
    markdownTable(['what', 'seconds', 'changes/s', 'of pg_recvlogical', 'its CPU', "the server's CPU", 'peak memory'], rows), '',
  ].join('\n');
}

async function answer(result: Promise<object>): Promise<void> {
  process.send!(await result, () => process.exit());
}

const { BENCH_URL: url, BENCH_SLOT: slot, BENCH_FOLDER: folder } = process.env;
if (url === undefined) void measure().then((text) => process.stdout.write(text));
else void answer(folder === undefined ? captureHere(url, slot!) : followHere(url, slot!, folder));

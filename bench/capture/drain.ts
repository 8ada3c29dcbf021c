import { fork, spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../support/figures';
import type { ProcessFigures } from '../support/process-figures';
import { processFigures } from '../support/process-figures';
import { captureFrom, inTemporaryFolder } from './engine';
import { ChangedSource } from './source';

export type Case = 'pg_recvlogical' | 'engine';

/** One reading of all changes. */
export interface Drain {
  readonly seconds: number;
  /** Of the process that read. */
  readonly reader: ProcessFigures;
  /** Of the server's process that decoded the log for it. */
  readonly serverCpuSeconds: number;
}

const SAMPLE_MS = 50;

/**
 * The installed `pg_recvlogical`.
 *
 * @throws {Error} saying how to get it
 */
export function findReceiver(): string {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort().reverse() : [];
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...versions.map((version) => join(debian, version, 'bin'))];
  const found = folders.map((folder) => join(folder, 'pg_recvlogical')).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(
    'pg_recvlogical, the baseline, is not installed: it comes with the client programs of PostgreSQL ' +
    '(apt-get install postgresql, dnf install postgresql, brew install libpq)',
  );
}

/** Lets both read the same changes, in turn and each in a process of its own. */
export async function drainInTurn(
  source: ChangedSource, changes: number, rounds: number,
): Promise<ReadonlyMap<Case, readonly Drain[]>> {
  const receiver = findReceiver();
  await source.createSlot('base_text', 'test_decoding');
  await source.createSlot('base_pgoutput', 'pgoutput');
  const made = await source.changeAtLeast(changes);
  const end = await source.position();
  const drains = new Map<Case, Drain[]>([['pg_recvlogical', []], ['engine', []]]);
  for (let round = 1; round <= rounds; round++) {
    await source.copySlot('base_text', `text_${round}`);
    drains.get('pg_recvlogical')!.push(await receive(receiver, source, `text_${round}`, end));
    await source.dropSlot(`text_${round}`);
    // The engine drops its slot itself.
    await source.copySlot('base_pgoutput', `pgoutput_${round}`);
    drains.get('engine')!.push(await capture(source, `pgoutput_${round}`, made));
  }
  return drains;
}

async function receive(receiver: string, source: ChangedSource, slot: string, end: string): Promise<Drain> {
  const start = performance.now();
  const child = spawn(receiver, ['-d', source.url, '--slot', slot, '--start', '--no-loop', '--endpos', end, '-f', '/dev/null'], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`pg_recvlogical ended with ${code}`))));
  });
  let reader: ProcessFigures | undefined;
  const serverCpuSeconds = await watch(source, slot, ended, () => (reader = processFigures(child.pid!) ?? reader));
  const seconds = (performance.now() - start) / 1000;
  return { seconds, serverCpuSeconds, reader: reader ?? { cpuSeconds: NaN, peakMegabytes: NaN } };
}

async function capture(source: ChangedSource, slot: string, changes: number): Promise<Drain> {
  const child = fork(require.resolve('./run'), { env: { ...process.env, BENCH_URL: source.url, BENCH_SLOT: slot } });
  const result = new Promise<Omit<Drain, 'serverCpuSeconds'> & { changes: number }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as never));
    child.once('exit', (code) => reject(new Error(`the engine ended with ${code}`)));
  });
  const serverCpuSeconds = await watch(source, slot, result);
  const { changes: captured, ...measured } = await result;
  if (captured !== changes) throw new Error(`the engine captured ${captured} of ${changes} changes`);
  return { ...measured, serverCpuSeconds };
}

/** What the engine's process does. */
export async function captureHere(url: string, slot: string): Promise<object> {
  return inTemporaryFolder(async (folder) => {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const { tables } = await captureFrom(url, slot, folder);
    const { user, system } = process.cpuUsage(cpu);
    return {
      seconds: (performance.now() - start) / 1000,
      reader: { cpuSeconds: (user + system) / 1e6, peakMegabytes: process.resourceUsage().maxRSS / 1024 },
      changes: tables.reduce((sum, { inserts, updates, deletes }) => sum + inserts + updates + deletes, 0),
    };
  });
}

/** CPU time that the server spends on a slot until `ended`. */
async function watch(
  source: ChangedSource, slot: string, ended: Promise<unknown>, sample: () => void = () => undefined,
): Promise<number> {
  let cpuSeconds = NaN;
  const over = ended.then(() => true);
  do {
    sample();
    const pid = await source.readerOf(slot);
    if (pid !== undefined) cpuSeconds = processFigures(pid)?.cpuSeconds ?? cpuSeconds;
  } while (!(await Promise.race([over, sleep(SAMPLE_MS, false)])));
  return cpuSeconds;
}

/** The middle of each figure. */
export function medianDrain(drains: readonly Drain[]): Drain {
  const of = (figure: (drain: Drain) => number): number => median(drains.map(figure));
  return {
    seconds: of(({ seconds }) => seconds),
    serverCpuSeconds: of((drain) => drain.serverCpuSeconds),
    reader: {
      cpuSeconds: of(({ reader }) => reader.cpuSeconds),
      peakMegabytes: Math.max(...drains.map(({ reader }) => reader.peakMegabytes)),
    },
  };
}

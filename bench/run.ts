/**
 * Runs benchmarks one after the other and keeps what they print in docs/performance.md, with date and machine:
 * `npm run bench` the full load and the change capture, each against its limit; `npm run bench -- NAME…` those named.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem, type } from 'node:os';
import { join } from 'node:path';

/** What is run for each section of the page. */
const BENCHMARKS: Readonly<Record<string, readonly string[]>> = {
  'full-load': ['bench/engine/run.ts', '--rows', '5000000', '--rounds', '3'],
  'full-load-large': ['bench/engine/run.ts', '--rows', '20000000', '--rounds', '1'],
  'database': ['bench/engine/database.ts', '--rows', '2000000', '--changes', '600000', '--rounds', '3'],
  'capture': ['bench/capture/run.ts', '--changes', '1000000', '--rounds', '3'],
  'capture-one-transaction': ['bench/capture/run.ts', '--changes', '1000000', '--rounds', '1', '--transaction', '1000000'],
  'capture-steady': ['bench/capture/run.ts', '--steady', '5000', '--minutes', '30'],
  'kill': ['bench/kill/run.ts', '--kills', '100', '--rows', '100000'],
  'two-way': ['bench/two-way/run.ts', '--switches', '30'],
  'synth': ['bench/synth/run.ts', '--rounds', '3'],
  'parquet': ['bench/parquet/run.ts', '--rows', '5000000', '--rounds', '1'],
};
const USUAL = ['full-load', 'capture'];

const ROOT = join(__dirname, '..');
const PAGE = join(ROOT, 'docs', 'performance.md');

/** @returns the Markdown that it prints */
function run(args: readonly string[]): string {
  const { status, stdout, error } = spawnSync(process.execPath, ['--import', 'tsx', ...args], {
    cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}`);
  return stdout;
}

function machine(): string {
  const [{ model } = { model: 'unknown' }, ...others] = cpus();
  const gigabytes = Math.round(totalmem() / 1e9);
  return `${others.length + 1} cores of ${model.trim()}, ${gigabytes} GB, ${type()}, Node.js ${process.version.slice(1)}`;
}

/** Replaces a section of the page, which the comments around it mark. */
function keep(name: string, args: readonly string[], printed: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const begin = `<!-- bench ${name} -->\n`;
  const from = page.indexOf(begin) + begin.length;
  const to = page.indexOf('<!-- end -->', from);
  if (from < begin.length || to < 0) throw new Error(`${PAGE} has no section ${begin.trim()} … <!-- end -->`);
  const today = new Date().toISOString().slice(0, 10);
  const text = `\`npx tsx ${args.join(' ')}\`, ${today}, ${machine()}.\n\n${printed.trim()}\n`;
  writeFileSync(PAGE, page.slice(0, from) + text + page.slice(to));
}

const names = process.argv.slice(2);
const unknown = names.find((name) => !(name in BENCHMARKS));
if (unknown !== undefined) {
  process.stderr.write(`there is no benchmark "${unknown}": choose of ${Object.keys(BENCHMARKS).join(', ')}\n`);
  process.exitCode = 2;
} else {
  for (const name of names.length > 0 ? names : USUAL) {
    const args = BENCHMARKS[name]!;
    keep(name, args, run(args));
  }
}

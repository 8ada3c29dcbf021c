/**
 * Measures synthesis: `npx tsx bench/synth/run.ts [--rounds 5]`. Prints Markdown.
 *
 * `cdk synth` of the ready-made stack against that of an app with a single bucket, and a fleet of up to 1,000 tasks
 * against the same tasks written by hand; all in turn, each in a process of its own, and in processor time, because a
 * machine that others work on stretches the time on the wall. Fleets are measured without loading the library and
 * without the validation of templates, which is the same work whoever wrote them and takes longer than all the rest.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { markdownTable, median } from '../support/figures';
import { childSeconds } from '../support/process-figures';

const APPS = { 'one bucket': 'bucket-app.ts', 'the ready-made stack': 'ready-made-app.ts' } as const;
const FLEETS = ['tasks by hand', 'fleet without lifecycles', 'fleet'] as const;
const SIZES = [250, 500, 1000] as const;

const { values: options } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
const CDK = join(__dirname, '..', '..', 'node_modules', 'aws-cdk', 'bin', 'cdk');

/** @returns the median of each case */
function inTurn(cases: readonly (() => number)[]): number[] {
  const measured = cases.map((): number[] => []);
  for (let round = 0; round < Number(options.rounds); round++) {
    cases.forEach((measure, index) => measured[index]!.push(measure()));
  }
  return measured.map(median);
}

/** Processor seconds of the command, with the app that it starts. */
function cdkSynth(app: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'synth-bench-'));
  try {
    const command = `${process.execPath} --import tsx ${join(__dirname, app)}`;
    const start = childSeconds();
    execFileSync(process.execPath, [CDK, 'synth', '--quiet', '--no-notices', '--app', command, '--output', folder], {
      env: { ...process.env, CDK_DISABLE_CLI_TELEMETRY: 'true' }, stdio: ['ignore', 'ignore', 'pipe'],
    });
    return childSeconds() - start;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Processor seconds of building and synthesizing. */
function fleet(what: string, tasks: number): number {
  return Number(execFileSync(process.execPath, ['--import', 'tsx', join(__dirname, 'fleet-app.ts'), what, String(tasks)], {
    env: { ...process.env, CDK_VALIDATION: 'false' }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'],
  }));
}

function readyMade(): string {
  const seconds = inTurn(Object.values(APPS).map((app) => () => cdkSynth(app)));
  return markdownTable(['`cdk synth` of', 'processor seconds', 'of one bucket'], Object.keys(APPS).map((name, index) =>
    [name, seconds[index]!.toFixed(1), (seconds[index]! / seconds[0]!).toFixed(2)]));
}

function fleets(): string {
  const cases = FLEETS.flatMap((what) => SIZES.map((tasks) => () => fleet(what, tasks)));
  const measured = inTurn(cases);
  const secondsOf = (row: number): number[] => measured.slice(row * SIZES.length, (row + 1) * SIZES.length);
  const rows = FLEETS.map((what, row) => ({ what, seconds: secondsOf(row) }));
  const byHand = rows[0]!.seconds.at(-1)!;
  return markdownTable(
    ['what', ...SIZES.map((tasks) => `${tasks} tasks`), `ms a task at ${SIZES.join(', ')}`, 'of by hand'],
    rows.map(({ what, seconds }) => [
      what,
      ...seconds.map((second) => `${second.toFixed(2)} s`),
      seconds.map((second, index) => ((second * 1000) / SIZES[index]!).toFixed(1)).join(', '),
      (seconds.at(-1)! / byHand).toFixed(1),
    ]),
  );
}

process.stdout.write(`Median of ${options.rounds}\n\n${readyMade()}\n\n${fleets()}\n`);

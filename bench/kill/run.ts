/**
 * Kills `dms rehearse` with SIGKILL at random moments of load and capture while an application writes, each time
 * followed by `--resume`: `npx tsx bench/kill/run.ts [--kills 100] [--rows 200000]`. Ten kills are one rehearsal, whose
 * lake is then compared with the source, with an undisturbed rehearsal, and change by change with what triggers of the
 * source wrote down. Prints Markdown; ends with 1 at the first difference and keeps its folder.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { EmbeddedPostgres } from '../../cli/server/embedded-postgres';
import { selection, template } from '../../test/support/dms-template';
import { markdownTable } from '../support/figures';
import { Application, TABLES } from './application';
import { Episode } from './episode';
import { verify, type Verified } from './verify';

const KILLS_OF_ONE = 10;
/** How many of them may hit the load; it begins again after each. */
const KILLS_IN_LOAD = 5;
/** Milliseconds: long enough for several files of changes. */
const LONGEST_CAPTURE = 2500;

const { values: options } = parseArgs({
  options: { kills: { type: 'string', default: '100' }, rows: { type: 'string', default: '200000' } },
});

interface Outcome extends Verified {
  readonly kills: Episode['kills'];
}

async function drill(folder: string): Promise<Outcome[]> {
  execFileSync(process.execPath, [join(__dirname, '..', '..', 'scripts', 'build-cli.mjs')], { stdio: 'inherit' });
  const file = join(folder, 'template.json');
  // Small files of changes: a kill meets them in every state.
  writeFileSync(file, JSON.stringify(template({
    rules: TABLES.map(({ name }, i) => ({ ...selection('public', name), 'rule-id': String(i + 1), 'rule-name': name })),
    s3: { CdcMinFileSize: 64, CdcMaxBatchInterval: 1, TimestampColumnName: 'at' },
  })));
  const server = await EmbeddedPostgres.start({
    version: 14, database: 'drill', parameters: { wal_level: 'logical', max_replication_slots: '10' },
  });
  try {
    const application = await Application.open(server.url, Number(options.rows));
    try {
      const seconds = await new Episode(file, server.url, join(folder, 'first')).finish();
      const outcomes: Outcome[] = [];
      for (let left = Number(options.kills); left > 0; left -= KILLS_OF_ONE) {
        const place = join(folder, `${outcomes.length + 1}`);
        mkdirSync(place);
        application.start();
        const killed = new Episode(file, server.url, join(place, 'killed'));
        await kill(killed, Math.min(left, KILLS_OF_ONE), seconds * 1000);
        await application.stop();
        await killed.finish();
        const undisturbed = new Episode(file, server.url, join(place, 'undisturbed'));
        await undisturbed.finish();
        outcomes.push({ ...(await verify(server.url, killed, undisturbed)), kills: killed.kills });
        process.stderr.write(`${outcomes.length}: ${JSON.stringify(outcomes.at(-1))}\n`);
        rmSync(place, { recursive: true });
      }
      return outcomes;
    } finally {
      await application.close();
    }
  } finally {
    await server.stop();
  }
}

/** @param loading milliseconds that a whole rehearsal without changes takes */
async function kill(episode: Episode, times: number, loading: number): Promise<void> {
  const inLoad = Math.floor(Math.random() * (KILLS_IN_LOAD + 1));
  for (let i = 0; i < times; i++) {
    const isInLoad = i < inLoad;
    await episode.kill(Math.random() * (isInLoad ? loading : LONGEST_CAPTURE), !isInLoad);
  }
}

const HEADER = [
  'rehearsal', 'killed at the beginning', 'in the load', 'in the capture', 'rows of the source', 'rows loaded',
  'changes captured', 'files',
];

function markdown(outcomes: readonly Outcome[]): string {
  const figures = outcomes.map(({ kills, rows, loaded, changes, files }) =>
    [kills.beginning, kills['full load'], kills.capture, rows, loaded, changes, files]);
  const sums = figures[0]!.map((_, i) => figures.reduce((sum, row) => sum + row[i]!, 0));
  const table = [...figures, sums].map((row, i) => [i < figures.length ? String(i + 1) : 'all', ...row.map(String)]);
  return [
    markdownTable(HEADER, table), '',
    'Every lake equals its source and an undisturbed rehearsal; no change is missing, none is there twice.', '',
  ].join('\n');
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kill-drill-'));
  try {
    process.stdout.write(markdown(await drill(folder)));
    rmSync(folder, { recursive: true });
  } catch (error) {
    process.stderr.write(`${(error as Error).stack}\nkept: ${folder}\n`);
    process.exitCode = 1;
  }
}

void main();

import { join } from 'node:path';
import { grouped } from '../../output/numbers';
import { print } from '../../output/print';
import { paintFor } from '../../output/style';
import { newRunId } from '../local/guardian';
import { switchHere } from '../local/switch';
import { sentenceOf } from '../output/switch-report';
import { Application } from './application';
import { holds, proofOf, type Proof } from './proof';
import { SITES, withTemporaryPair, type TemporaryPair } from './temporary-pair';

const WRITERS = 4;
const PAUSE_LIMIT_SECONDS = 15;
/** Of an application that has nothing else to do, between two units of work. */
const THINK_MS = 8;
/** How many units are written between two switches. */
const BETWEEN = 200;

/** How long nobody could write, by the switch and by the application. */
interface Pause {
  readonly command: string;
  readonly fenced: number;
  readonly noticed: number;
}

/** Runs an application through switch → reverse → switch on two servers, and prints what became of its rows. */
export async function runDemo(): Promise<void> {
  const paint = paintFor(process.stdout);
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const begun = performance.now();
  const say = (text: string): void => {
    const seconds = ((performance.now() - begun) / 1000).toFixed(1).padStart(5);
    print(`${paint('dim', `${seconds} s`)}  ${text}`);
  };
  try {
    say('starting two PostgreSQL servers');
    await withTemporaryPair('prepared', PAUSE_LIMIT_SECONDS, interrupt.signal, (pair) => demonstrate(pair, say, interrupt.signal));
  } catch (error) {
    if (!interrupt.signal.aborted) throw error;
    say('stopped');
    process.exitCode = 1;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function demonstrate(
  { world, urls, follows }: TemporaryPair, say: (text: string) => void, signal: AbortSignal,
): Promise<void> {
  const paint = paintFor(process.stdout);
  const application = new Application({
    map: join(world.folder, 'map'), urls: () => Promise.resolve(urls), writers: WRITERS, pauseMilliseconds: THINK_MS,
  });
  const pauses: Pause[] = [];
  try {
    say(`${WRITERS} writers write to ${SITES[0]}; leg ${SITES[0]} → ${SITES[1]} loads and follows`);
    for (const command of ['switch', 'reverse', 'switch']) {
      await follows();
      await application.hasWritten(BETWEEN);
      signal.throwIfAborted();
      const from = performance.now();
      const report = await switchHere(world, { id: newRunId(command), action: 'switch' }, '--local', { signal });
      say(`${paint('bold', command.padEnd(7))} ${sentenceOf(report, 'switch')}`);
      if (report.outcome !== 'completed') throw new Error(`the switch was not completed: ${report.reason ?? report.outcome}`);
      await application.hasWritten(1);
      const noticed = application.longestPause(from, performance.now());
      pauses.push({ command, fenced: report.pauseSeconds ?? NaN, noticed });
    }
    await application.hasWritten(BETWEEN);
  } finally {
    await application.stop();
  }
  say('the application has stopped; comparing both sites');
  const proof = await proofOf(application, urls);
  print(['', ...proofLines(proof, pauses)].join('\n'));
  if (!holds(proof)) process.exitCode = 1;
}

function proofLines(
  { acknowledged, rows, lost, doubled, collisions, different, unknown }: Proof, pauses: readonly Pause[],
): string[] {
  const paint = paintFor(process.stdout);
  const line = (isGood: boolean, name: string, value: string): string =>
    `${isGood ? paint('green', '✔') : paint('red', '✖')} ${name.padEnd(28)}${value.padStart(9)}`;
  return [
    line(true, 'rows written (acknowledged)', grouped(acknowledged)),
    ...Object.entries(rows).map(([site, count]) =>
      line(count >= acknowledged && count <= acknowledged + unknown, `rows on ${site}`, grouped(count))),
    line(lost.length === 0, 'lost', grouped(lost.length)),
    line(doubled.length === 0, 'doubled', grouped(doubled.length)),
    line(collisions === 0, 'numbers given twice', grouped(collisions)),
    line(different.length === 0, 'tables that differ', grouped(different.length)),
    ...pauses.map(({ command, fenced, noticed }) =>
      line(true, `write pause of ${command}`, `${fenced.toFixed(2)} s`)
        + paint('dim', `   noticed by the application: ${noticed.toFixed(2)} s`)),
  ];
}

import { LegFiles } from '../leg/leg-files';
import { LegRunner } from '../leg/leg-runner';
import { localEngine } from '../leg/local-engine';
import type { ProgressSink } from '../../output/progress-sink';
import { legsOf, type Pair, type World } from '../world';
import { Guardian } from './guardian';

/**
 * Runs both legs of a pair, and watches over its switches, until the signal is aborted.
 *
 * What it does is in files, so it may be killed at any moment and started again: legs that shall run go on from the
 * position that their target has.
 */
export async function runPair(world: World, pair: Pair, progress: ProgressSink, signal: AbortSignal): Promise<void> {
  const legs = legsOf(pair.configuration);
  const runners = legs.map((leg, index) => {
    const files = new LegFiles(world.legFolder(leg));
    const engine = localEngine(world, pair.configuration, leg, pair.tasks[index]!, files, progress);
    return new LegRunner(files, engine, index === 0, `leg ${leg.from} → ${leg.to}`, progress);
  });
  const forward = new LegFiles(world.legFolder(legs[0]));
  if (await forward.wanted() === undefined) await forward.want('running');
  const guardian = new Guardian(world, pair, progress);
  await Promise.all([...runners.map((runner) => runner.serve(signal)), guardian.watch(signal)]);
}

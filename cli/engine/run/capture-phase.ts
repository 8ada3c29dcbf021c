import type { TablePlan } from '../plan/table-plan';
import { readCatalog } from '../source/catalog';
import { parseLsn } from '../source/lsn';
import { titleOf } from '../source/names';
import type { ReplicationConnection } from '../source/replication';
import { LazySession } from '../source/session';
import { ChangeCapture } from './change-capture';
import { ChangeFiles } from './change-files';
import { compareAt } from './comparison';
import { EndMarker } from './end-marker';
import { planAgain } from './planning';
import type { Run } from './run';

export interface CaptureOutcome {
  /** Whether the end was reached and compared; without that the run was interrupted. */
  readonly reached: boolean;
  /** Seconds between the last commit and its capture. */
  readonly lag: number | undefined;
}

/** Follows the changes until the end is reached or somebody interrupts, and compares source and lake there. */
export async function capture(
  run: Run,
  replication: ReplicationConnection,
  alongside: Promise<void>,
): Promise<CaptureOutcome> {
  const { task, options, state, lake } = run;
  const { slot, publications, lsn, changes, files: written } = state.checkpoint;
  const lookup = new LazySession(options.sourceUrl);
  const files = new ChangeFiles(lake, task.lake, written.map(({ path }) => path), (plan, losses) => {
    state.addLosses(plan, losses);
    state.failOnTruncation();
  });
  const current = new Map(run.plans.map((plan) => [plan.source.oid, plan]));
  const stream = replication.stream(slot, publications, parseLsn(lsn));
  const capturing = new ChangeCapture({
    task, stream, files, progress: options.progress,
    source: () => lookup.get(),
    planOf: (oid) => current.get(oid),
    planAgain: async (plan, relation) => {
      const now = await planAgain(() => lookup.get(), task, plan, relation);
      current.set(relation.oid, now);
      return now;
    },
    statisticsOf: (plan) => state.statisticsOf(plan),
    warn: (text) => state.warn(text),
    commit: (...args) => state.commit(...args),
  }, parseLsn(lsn), changes);

  const end = await EndMarker.open(options, alongside);
  try {
    const reached = await capturing.run(() => end.lsn, AbortSignal.any([options.signal, end.signal]));
    await end.throwIfFailed();
    if (reached) await compareAt(end.snapshot!, run, await withoutDropped(run, [...current.values()]));
    return { reached, lag: capturing.lag };
  } finally {
    stream.stop();
    await files.abandon();
    await lookup.close();
    await end.close();
  }
}

/** The stream does not tell that a table was dropped: it is seen at the end, when it cannot change any more. */
async function withoutDropped({ task, client, state }: Run, plans: readonly TablePlan[]): Promise<TablePlan[]> {
  const oids = new Set((await readCatalog(client)).map(({ oid }) => oid));
  const dropped = plans.filter(({ source }) => !oids.has(source.oid));
  const removes = task.captureDdls && task.handleDropped;
  for (const plan of dropped) {
    state.warn(`${titleOf(plan.source)} was dropped: its files ${removes ? 'were removed' : 'stay'}`);
  }
  if (removes && dropped.length > 0) {
    dropped.forEach((plan) => state.statisticsOf(plan).ddls++);
    await state.commit(parseLsn(state.checkpoint.lsn), [], dropped, state.checkpoint.changes);
  }
  return plans.filter((plan) => !dropped.includes(plan));
}

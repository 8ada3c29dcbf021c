import type { Client } from 'pg';
import type { TablePlan } from '../plan/table-plan';
import { readCatalog } from '../source/catalog';
import type { Lsn } from '../source/lsn';
import { parseLsn } from '../source/lsn';
import { titleOf } from '../source/names';
import type { ReplicationConnection } from '../source/replication';
import { LazySession } from '../source/session';
import { ChangeCapture } from '../capture/change-capture';
import { compareAt } from './comparison';
import { loadCreated } from './created-tables';
import { isLakeTask } from '../task/replication-task';
import type { EndMarker } from './end-marker';
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
  end: EndMarker,
): Promise<CaptureOutcome> {
  const { task, options, state, target } = run;
  const { slot, publications, lsn, changes } = state.checkpoint;
  const lookup = new LazySession(options.sourceUrl);
  const writer = await target.openChanges(state, run.plans);
  const current = new Map(run.plans.map((plan) => [plan.source.oid, plan]));
  const stream = replication.stream(slot, publications, parseLsn(lsn));
  const capturing = new ChangeCapture({
    task, stream, changes: writer, progress: options.progress,
    source: () => lookup.get(),
    loopback: isLakeTask(task) ? undefined : task.database.loopback,
    sourceLsn: await currentLsn(run.client),
    tell: (status) => options.onStatus?.({ state: 'running', loaded: true, ...status }),
    planOf: (oid) => current.get(oid),
    suspend: (plan, error) => state.suspend(plan, error),
    planAgain: async (plan, relation) => {
      const now = await planAgain(() => lookup.get(), task, plan, relation);
      current.set(relation.oid, now);
      if (now !== plan) state.redefine(now.source);
      return now;
    },
    statisticsOf: (plan) => state.statisticsOf(plan),
    warn: (text) => state.warn(text),
  }, parseLsn(lsn), changes);

  try {
    const reached = await capturing.run(() => end.lsn, AbortSignal.any([options.signal, end.signal]));
    await end.throwIfFailed();
    if (reached) {
      const kept = await withoutDropped(run, [...current.values()]);
      // A run that only stops here follows no changes of a table that it loads now: that is for its last end.
      const created = state.checkpoint.stopsAfterCachedChanges ? [] : await loadCreated(end.snapshot!, run, kept);
      await compareAt(end.snapshot!, run, [...kept, ...created]);
    }
    return { reached, lag: capturing.lag };
  } finally {
    stream.stop();
    await writer.close();
    await lookup.close();
  }
}

/** The stream does not tell that a table was dropped: it is seen at the end, when it cannot change any more. */
async function withoutDropped({ task, client, state, target }: Run, plans: readonly TablePlan[]): Promise<TablePlan[]> {
  const oids = new Set((await readCatalog(client)).map(({ oid }) => oid));
  const dropped = plans.filter(({ source }) => !oids.has(source.oid));
  const removes = task.captureDdls && task.handleDropped;
  for (const plan of dropped) {
    const what = target.noun === 'lake' ? ['its files stay', 'its files were removed'] : ['its table stays', 'so was its table'];
    state.warn(`${titleOf(plan.source)} was dropped: ${what[removes ? 1 : 0]}`);
  }
  if (removes && dropped.length > 0) {
    dropped.forEach((plan) => state.statisticsOf(plan).ddls++);
    await target.removeTables(state, dropped);
  }
  return plans.filter((plan) => !dropped.includes(plan));
}

async function currentLsn(client: Client): Promise<Lsn> {
  const { rows } = await client.query<{ lsn: string }>('SELECT pg_current_wal_lsn()::text AS lsn');
  return parseLsn(rows[0]!.lsn);
}

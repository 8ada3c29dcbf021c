import { openSession } from '../source/session';
import { formatLsn } from '../source/lsn';
import { ReplicationConnection } from '../source/replication';
import { createPublications, dropSourceObjects } from '../source/slot';
import { beginRun, undoLoad } from './beginning';
import { capture } from './capture-phase';
import { compareTables } from './comparison';
import { loadTables } from './full-load';
import { isLostConnection, lostConnection } from './lost-connection';
import type { ReplicationTask } from './replication-task';
import type { TaskReport } from './report';
import type { RehearsalOptions, Run } from './run';
import { captures } from './run';

/** A slot begins when every transaction that was open then has ended; people want to know what takes so long. */
const PATIENCE_MS = 2_000;

/** Runs one task against a real source into a folder, and compares both at the end. */
export async function rehearse(task: ReplicationTask, options: RehearsalOptions): Promise<TaskReport> {
  const client = await openSession(options.sourceUrl);
  try {
    const run = await beginRun(task, options, client);
    return await (captures(task, options.until) ? loadAndCapture(run) : loadOnly(run))
      .catch((error: unknown) => endEarly(run, error));
  } catch (error) {
    throw isLostConnection(error) ? lostConnection(error) : error;
  } finally {
    await client.end();
  }
}

async function loadOnly(run: Run): Promise<TaskReport> {
  const session = await openSession(run.options.sourceUrl);
  try {
    await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { rows } = await session.query<{ snapshot: string }>('SELECT pg_export_snapshot() AS snapshot');
    await run.state.save();
    await load(run, rows[0]!.snapshot);
    await compareTables(run, run.plans, session);
  } finally {
    await session.end();
  }
  return finish(run, undefined);
}

async function loadAndCapture(run: Run): Promise<TaskReport> {
  const replication = await ReplicationConnection.open(run.options.sourceUrl);
  try {
    const alongside = new Alongside(run.options);
    if (run.state.checkpoint.phase === 'full-load') await loadFromSlot(run, replication, alongside);
    const { reached, lag } = await capture(run, replication, alongside.ended);
    if (!reached) return report(run, 'stopped', lag);
    // A slot can be dropped only when nobody reads it.
    await replication.close();
    return await finish(run, lag);
  } finally {
    await replication.close();
  }
}

/** Creates the slot and loads what its snapshot shows; the slot's stream has everything later. */
async function loadFromSlot(run: Run, replication: ReplicationConnection, alongside: Alongside): Promise<void> {
  const { task, state } = run;
  const { slot } = state.checkpoint;
  await state.save();
  const publications = await createPublications(run.client, slot, run.plans.map((plan) => plan.source));
  const waiting = setTimeout(() => run.options.progress.message(
    'the source waits with the slot for transactions that are open: end those that last (pg_stat_activity, xact_start)',
  ), PATIENCE_MS);
  const { lsn, snapshot } = await replication.createSlot(slot).finally(() => clearTimeout(waiting));
  await state.save({ lsn: formatLsn(lsn), publications });
  alongside.start();
  if (task.migrationType === 'full-load-and-cdc') await load(run, snapshot);
  else state.checkpoint.tables.forEach((table) => (table.state = 'Table completed'));
  await state.save({ phase: 'capture' });
  alongside.loaded();
}

/** What the caller does while a run loads and captures, such as writing to the source. */
class Alongside {
  /** Resolves when it has ended; at once as long as it was not started. */
  public ended: Promise<void> = Promise.resolve();
  /** Tells it that the load is done. */
  public loaded: () => void = () => undefined;

  public constructor(private readonly options: RehearsalOptions) {}

  public start(): void {
    const load = new Promise<void>((resolve) => (this.loaded = resolve));
    this.ended = this.options.alongside?.(load) ?? Promise.resolve();
    // Its failure is thrown where its end is awaited.
    this.ended.catch(() => undefined);
  }
}

async function load(run: Run, snapshot: string): Promise<void> {
  const { task, options, state, lake, plans } = run;
  const { sourceUrl, progress, signal } = options;
  const begin = Date.now();
  const startedAt = new Date(state.checkpoint.startedAt);
  await loadTables(plans, { task, sourceUrl, snapshot, startedAt, lake, progress, signal }, async (plan, result) => {
    await state.tableLoaded(plan, result);
    state.failOnTruncation();
  });
  await state.save({ fullLoadSeconds: (Date.now() - begin) / 1000 });
}

/** Takes away what the run made in the source, and says that nothing is left to do. */
async function finish(run: Run, lag: number | undefined): Promise<TaskReport> {
  await dropSourceObjects(run.client, run.state.checkpoint);
  await run.state.save({ phase: 'finished' });
  return report(run, 'finished', lag);
}

/**
 * Leaves in the source and in the lake only what `--resume` needs: of a load that is nothing. A run that was
 * interrupted is reported as such, any other failure is thrown again.
 */
async function endEarly(run: Run, error: unknown): Promise<TaskReport> {
  const { options, state, lake, store } = run;
  const { signal, progress } = options;
  const interrupted = signal.aborted && error === signal.reason;
  const lost = isLostConnection(error);
  if (state.checkpoint.phase === 'full-load') {
    try {
      await undoLoad(options, state.checkpoint, lake);
      if (!interrupted && !lost) await store.remove();
    } catch {
      progress.message(`the source may still have slot and publications ${state.checkpoint.slot}: --clean drops them`);
    }
  } else if (!interrupted && !lost) {
    progress.message('what was written is safe: --resume goes on from there, --clean gives it up');
  }
  if (!interrupted) throw error;
  return report(run, 'stopped', undefined);
}

function report({ task, options, state }: Run, outcome: TaskReport['state'], lag: number | undefined): TaskReport {
  const { tables, files, fullLoadSeconds, lsn } = state.checkpoint;
  return {
    task: task.id,
    migrationType: task.migrationType,
    state: outcome,
    tables,
    files,
    lake: options.lake,
    fullLoadSeconds,
    cdcLagSeconds: lag,
    checkpoint: lsn,
    warnings: state.warnings(),
  };
}

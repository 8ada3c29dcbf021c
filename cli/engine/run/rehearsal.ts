import type { LoadOptions } from '../load/load-tables';
import { loadTables } from '../load/load-tables';
import { openSession } from '../source/session';
import { formatLsn } from '../source/lsn';
import type { ConsistentPoint } from '../source/replication';
import { ReplicationConnection } from '../source/replication';
import { createPublications, dropSourceObjects } from '../source/slot';
import { titleOfTarget } from '../target/target-location';
import { isLakeTask } from '../task/replication-task';
import { beginRun, undoLoad } from './beginning';
import { capture } from './capture-phase';
import { CheckpointFile } from './checkpoint';
import { closeConnections, openConnections } from './connections';
import { compareTables } from './comparison';
import { EndMarker } from './end-marker';
import { explained } from './failure';
import { isLostConnection } from '../source/lost-connection';
import { Recovery } from './recovery';
import type { ReplicationTask } from '../task/replication-task';
import type { StopReason, TaskReport } from './report';
import type { RehearsalOptions, Run } from './run';
import { captures } from './run';

/** A slot begins when every transaction that was open then has ended; people want to know what takes so long. */
const PATIENCE_MS = 2_000;

/**
 * Runs one task against a real source into its target, and compares both at the end. When one of them goes away and
 * comes back, the run goes on as `--resume` would.
 */
export async function rehearse(task: ReplicationTask, options: RehearsalOptions): Promise<TaskReport> {
  const alongside = new Alongside(options);
  const recovery = new Recovery(task.retry, options.signal, (text) => options.progress.message(text));
  for (let { previous } = options; ;) {
    try {
      return await attempt(task, { ...options, previous }, alongside, recovery);
    } catch (error) {
      previous = await new CheckpointFile(options.workdir).read();
      const places = [titleOfTarget(options.target), options.workdir];
      const goOn = previous === undefined ? 'begin again' : 'go on with --resume';
      await recovery.wait(explained(error, places, goOn), previous);
    }
  }
}

async function attempt(
  task: ReplicationTask, options: RehearsalOptions, alongside: Alongside, recovery: Recovery,
): Promise<TaskReport> {
  const { previous, until, onStatus } = options;
  const isLoaded = previous?.phase === 'capture' || task.migrationType === 'cdc';
  onStatus?.({ state: 'starting', loaded: isLoaded, lagSeconds: undefined, position: previous?.lsn ?? '0/0' });
  const connections = await openConnections(task, options);
  try {
    recovery.runBegins();
    const run = await beginRun(task, options, connections.client, connections.target);
    const following = captures(task, until) ? loadAndCapture(run, alongside, connections.replication) : loadOnly(run);
    const ended = await following.catch((error: unknown) => endEarly(run, error));
    const loaded = run.state.checkpoint.phase !== 'full-load';
    onStatus?.({ state: 'stopped', loaded, lagSeconds: undefined, position: ended.checkpoint });
    return ended;
  } finally {
    await closeConnections(connections);
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

async function loadAndCapture(
  run: Run, alongside: Alongside, opened: ReplicationConnection | undefined,
): Promise<TaskReport> {
  const replication = opened ?? await ReplicationConnection.open(run.options.sourceUrl);
  try {
    const { state, options } = run;
    if (state.checkpoint.phase === 'full-load') {
      await loadFromSlot(run, replication, alongside);
      if (run.task.stopAfter === 'full-load') return report(run, 'stopped', 'STOPPED_AFTER_FULL_LOAD');
    }
    const { stopsAfterCachedChanges } = state.checkpoint;
    const last = stopsAfterCachedChanges ? Promise.resolve() : alongside.ended;
    const hasEnd = options.until !== 'interrupted' || stopsAfterCachedChanges;
    const end = await EndMarker.open(options, hasEnd ? last : undefined);
    try {
      const { reached, lag } = await capture(run, replication, end);
      if (!reached) return report(run, 'stopped', 'NORMAL', lag);
      if (stopsAfterCachedChanges) {
        await state.save({ stopsAfterCachedChanges: false });
        return report(run, 'stopped', 'STOPPED_AFTER_CACHED_EVENTS', lag);
      }
      // A slot can be dropped only when nobody reads it.
      await replication.close();
      return await finish(run, lag);
    } finally {
      await end.close();
    }
  } finally {
    await replication.close();
  }
}

/** Creates the slot and loads what its snapshot shows; the slot's stream has everything later. */
async function loadFromSlot(run: Run, replication: ReplicationConnection, alongside: Alongside): Promise<void> {
  const { task, state } = run;
  await state.save();
  const snapshot = state.checkpoint.isGiven ? undefined : await beginStream(run, replication);
  alongside.start();
  if (task.migrationType === 'full-load-and-cdc') await load(run, snapshot!);
  else state.checkpoint.tables.forEach((table) => (table.state = 'Table completed'));
  await state.save({ phase: 'capture' });
  alongside.loaded();
}

/** @returns the snapshot of where the stream begins */
async function beginStream(run: Run, replication: ReplicationConnection): Promise<string> {
  const { task, state, client, plans } = run;
  const loopback = isLakeTask(task) ? undefined : task.database.loopback?.sourceSchema;
  const publications = await createPublications(
    client, state.checkpoint.slot, plans.map((plan) => plan.source), loopback);
  const { lsn, snapshot } = await createSlot(run, replication);
  await state.save({ lsn: formatLsn(lsn), publications });
  return snapshot;
}

/** Creates the slot. The source would go on waiting for others, and create it then, if it were not told to end. */
async function createSlot(
  { client, options, state }: Run,
  replication: ReplicationConnection,
): Promise<ConsistentPoint> {
  const { signal, progress } = options;
  const endWaiting = (): void =>
    void client.query('SELECT pg_terminate_backend($1)', [replication.processId]).catch(() => undefined);
  signal.addEventListener('abort', endWaiting, { once: true });
  const waiting = setTimeout(() => progress.message(
    'the source waits with the slot for transactions that are open: end those that last (pg_stat_activity, xact_start)',
  ), PATIENCE_MS);
  try {
    return await replication.createSlot(state.checkpoint.slot);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(waiting);
    signal.removeEventListener('abort', endWaiting);
  }
}

/** What the caller does while a run loads and captures, such as writing to the source. */
class Alongside {
  /** Resolves when it has ended; at once as long as it was not started. */
  public ended: Promise<void> = Promise.resolve();
  /** Tells it that the load is done. */
  public loaded: () => void = () => undefined;

  private started = false;

  public constructor(private readonly options: RehearsalOptions) {}

  /** Once, however often the load begins. */
  public start(): void {
    if (this.started) return;
    this.started = true;
    const load = new Promise<void>((resolve) => (this.loaded = resolve));
    this.ended = this.options.alongside?.(load) ?? Promise.resolve();
    // Its failure is thrown where its end is awaited.
    this.ended.catch(() => undefined);
  }
}

async function load(run: Run, snapshot: string): Promise<void> {
  const { task, options, state, target, plans } = run;
  const { sourceUrl, progress, signal, partBytes, onStatus } = options;
  const begin = Date.now();
  onStatus?.({ state: 'loading', loaded: false, lagSeconds: undefined, position: state.checkpoint.lsn });
  const context = { task, sourceUrl, snapshot, startedAt: new Date(state.checkpoint.startedAt) };
  const open: LoadOptions['open'] = (...args) => target.openLoad(...args);
  await loadTables(
    plans.filter((plan) => !state.isSuspended(plan)), context, { open, progress, signal, partBytes },
    (plan, result) => target.tableLoaded(state, plan, result),
    (plan, error) => state.suspend(plan, error),
  );
  await state.save({ fullLoadSeconds: (Date.now() - begin) / 1000 });
}

/** Takes away what the run made in the source, and says that nothing is left to do. */
async function finish(run: Run, lag: number | undefined): Promise<TaskReport> {
  await dropSourceObjects(run.client, run.state.checkpoint);
  await run.target.finish(run.state);
  await run.state.save({ phase: 'finished' });
  const { migrationType } = run.task;
  const loadOnly = migrationType === 'full-load' || run.options.until === 'full-load';
  return report(run, 'finished', loadOnly ? 'FULL_LOAD_ONLY_FINISHED' : 'NORMAL', lag);
}

/**
 * Leaves in the source and in the target only what `--resume` needs: of a load that is nothing. A run that was
 * interrupted is reported as such, any other failure is thrown again.
 */
async function endEarly(run: Run, error: unknown): Promise<TaskReport> {
  const { options, state, target, store } = run;
  const { signal, progress } = options;
  const interrupted = signal.aborted && error === signal.reason;
  const lost = isLostConnection(error);
  if (state.checkpoint.phase === 'full-load') {
    try {
      await undoLoad(options, state.checkpoint, target);
      if (!interrupted && !lost) await store.remove();
    } catch {
      if (!lost) progress.message(`the source may still have slot and publications ${state.checkpoint.slot}: --clean drops them`);
    }
  } else if (!interrupted && !lost) {
    progress.message('what was written is safe: --resume goes on from there, --clean gives it up');
  }
  if (!interrupted) throw error;
  return report(run, 'stopped', 'NORMAL');
}

function report(
  { task, options, state }: Run,
  outcome: TaskReport['state'],
  stopReason: StopReason,
  lag?: number,
): TaskReport {
  const { tables, files, fullLoadSeconds, lsn } = state.checkpoint;
  return {
    task: task.id,
    migrationType: task.migrationType,
    state: outcome,
    stopReason,
    tables,
    files,
    target: titleOfTarget(options.target),
    fullLoadSeconds,
    cdcLagSeconds: lag,
    checkpoint: lsn,
    differences: state.differences,
    warnings: state.warnings(),
  };
}

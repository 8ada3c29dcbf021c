import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Client } from 'pg';
import { escapeLiteral } from 'pg';
import { UsageError } from '../../errors';
import type { ProgressSink } from '../../output/progress';
import type { TablePlan } from '../plan/table-plan';
import { formatLsn, parseLsn } from '../source/lsn';
import type { Lsn } from '../source/lsn';
import { readCatalog } from '../source/catalog';
import { checkPrivileges, checkServer } from '../source/preflight';
import { ReplicationConnection } from '../source/replication';
import { openSession } from '../source/session';
import { createPublications, dropSourceObjects, releasedSlot } from '../source/slot';
import { tableFolder } from '../target/layout';
import { LakeFolder } from '../target/lake-folder';
import { LakeComparison } from '../validation/compare';
import { ChangeCapture } from './change-capture';
import { ChangeFiles } from './change-files';
import type { Checkpoint } from './checkpoint';
import { CheckpointFile } from './checkpoint';
import { loadTables } from './full-load';
import { isLostConnection, lostConnection } from './lost-connection';
import { asItIsNow, planAgain, planTables } from './planning';
import type { ReplicationTask } from './replication-task';
import type { TaskReport } from './report';
import { RunState } from './run-state';
import { newStatistics } from './statistics';

export type Until = 'full-load' | 'caught-up' | 'interrupted';

export interface RehearsalOptions {
  /** `postgres://…`; undefined = libpq's variables. */
  readonly sourceUrl: string | undefined;
  /** The folder that stands for the bucket. */
  readonly lake: string;
  /** Where the checkpoint is kept: one folder for each task. */
  readonly workdir: string;
  readonly until: Until;
  /** The run to go on with. */
  readonly previous: Checkpoint | undefined;
  readonly progress: ProgressSink;
  /** Ctrl-C: what is open is finished, and the run can be resumed. */
  readonly signal: AbortSignal;
  /** Called when the load begins; what it returns is awaited before the end of `caught-up` is fixed. */
  readonly alongside?: (loaded: Promise<void>) => Promise<void>;
}

/** Runs one task against a real source into a folder, and compares both at the end. */
export async function rehearse(task: ReplicationTask, options: RehearsalOptions): Promise<TaskReport> {
  const client = await openSession(options.sourceUrl);
  try {
    return await new Rehearsal(task, options, client).run();
  } catch (error) {
    throw isLostConnection(error) ? lostConnection(error) : error;
  } finally {
    await client.end();
  }
}

class Rehearsal {
  private readonly store: CheckpointFile;
  private readonly captures: boolean;
  private readonly warnings: string[] = [];

  public constructor(
    private readonly task: ReplicationTask,
    private readonly options: RehearsalOptions,
    private readonly client: Client,
  ) {
    this.store = new CheckpointFile(options.workdir);
    this.captures = task.migrationType !== 'full-load' && options.until !== 'full-load';
  }

  public async run(): Promise<TaskReport> {
    const { previous } = this.options;
    const resumed = previous?.phase === 'capture' ? previous : undefined;
    if (resumed !== undefined && !this.captures) {
      throw new UsageError('the full load of this rehearsal is done: --until full-load has nothing left to do');
    }
    await checkServer(this.client, this.captures, previous?.slot);
    const plans = this.ofRun(resumed, await planTables(this.client, this.task));
    await checkPrivileges(this.client, plans.map((plan) => plan.source));
    const lake = await LakeFolder.open(this.options.lake);
    if (previous !== undefined && resumed === undefined) await this.discard(previous, lake);
    if (resumed === undefined) await this.prepareTables(plans, lake);

    const state = new RunState(resumed ?? this.newCheckpoint(plans), this.store, lake, this.task);
    if (resumed !== undefined) await this.recover(state, plans, lake);
    const replication = this.captures ? await ReplicationConnection.open(this.options.sourceUrl) : undefined;
    try {
      return replication === undefined
        ? await this.loadOnly(state, plans, lake)
        : await this.loadAndCapture(state, plans, lake, replication);
    } catch (error) {
      await replication?.close();
      return await this.endEarly(state, lake, error);
    } finally {
      await replication?.close();
    }
  }

  /** A run that goes on has the tables that it began with: the slot knows no others. */
  private ofRun(resumed: Checkpoint | undefined, plans: readonly TablePlan[]): readonly TablePlan[] {
    return resumed === undefined ? plans : plans.filter(({ source }) =>
      resumed.tables.some(({ schema, table }) => schema === source.schema && table === source.name));
  }

  /**
   * Leaves in the source and in the lake only what `--resume` needs: of a load that is nothing. A run that was
   * interrupted is reported as such, any other failure is thrown again.
   */
  private async endEarly(state: RunState, lake: LakeFolder, error: unknown): Promise<TaskReport> {
    const { signal, progress } = this.options;
    const interrupted = signal.aborted && error === signal.reason;
    const lost = isLostConnection(error);
    if (state.checkpoint.phase === 'full-load') {
      try {
        await this.undoLoad(state.checkpoint, lake);
        if (!interrupted && !lost) await this.store.remove();
      } catch {
        progress.message(`the source may still have slot and publications ${state.checkpoint.slot}: --clean drops them`);
      }
    } else if (!interrupted && !lost) {
      progress.message('what was written is safe: --resume goes on from there, --clean gives it up');
    }
    if (!interrupted) throw error;
    return this.report(state, 'stopped', undefined);
  }

  private async undoLoad(checkpoint: Checkpoint, lake: LakeFolder): Promise<void> {
    await lake.remove(checkpoint.files.map(({ path }) => path));
    // A connection of its own: the failure may have been that of ours.
    const client = await openSession(this.options.sourceUrl);
    try {
      await dropSourceObjects(client, checkpoint);
    } finally {
      await client.end();
    }
  }

  private newCheckpoint(plans: readonly TablePlan[]): Checkpoint {
    const name = `dms_rehearsal_${randomBytes(4).toString('hex')}`;
    return {
      version: 1,
      task: this.task.id,
      definition: this.task.fingerprint,
      slot: name,
      publications: this.captures ? [name, `${name}_inserts`] : [],
      startedAt: new Date().toISOString(),
      phase: 'full-load',
      lsn: '0/0',
      changes: 0,
      fullLoadSeconds: 0,
      files: [],
      removed: [],
      tables: plans.map((plan) => newStatistics(plan.source)),
    };
  }

  /** A load has no middle to go on from: its snapshot ended with the process that held it. */
  private async discard(previous: Checkpoint, lake: LakeFolder): Promise<void> {
    await this.undoLoad(previous, lake);
    await this.store.remove();
    this.options.progress.message('the full load was interrupted: it begins again');
  }

  /** Publishes what the last run finished and removes what it did not. */
  private async recover(state: RunState, plans: readonly TablePlan[], lake: LakeFolder): Promise<void> {
    const { slot, files, removed } = state.checkpoint;
    if (!(await releasedSlot(this.client, slot))) {
      throw new UsageError(`the source has no replication slot ${slot} any more, so what changed since is lost: give the rehearsal up with --clean`);
    }
    await lake.remove(removed);
    await lake.publish(files.map(({ path }) => path));
    await lake.sweep(plans.map((plan) => this.folderOf(plan)));
    this.options.progress.message(`going on from ${state.checkpoint.lsn} with ${files.length} files`);
  }

  /** `TargetTablePrepMode`, as it shows in a bucket: files of earlier runs stay or go. */
  private async prepareTables(plans: readonly TablePlan[], lake: LakeFolder): Promise<void> {
    for (const plan of plans) {
      if (plan.source.key.length === 0) {
        this.warn(`${plan.source.schema}.${plan.source.name} has no primary key: DMS replicates no UPDATE and DELETE of it`);
      }
      const folder = this.folderOf(plan);
      await lake.sweep([folder]);
      const files = await lake.list(folder);
      if (this.task.targetTablePrepMode !== 'DO_NOTHING') await lake.remove(files);
      else if (files.length > 0) this.warn(`${folder} has ${files.length} files of before: TargetTablePrepMode DO_NOTHING keeps them`);
    }
  }

  private async loadOnly(state: RunState, plans: readonly TablePlan[], lake: LakeFolder): Promise<TaskReport> {
    const session = await openSession(this.options.sourceUrl);
    try {
      await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const { rows } = await session.query<{ snapshot: string }>('SELECT pg_export_snapshot() AS snapshot');
      await state.save();
      await this.load(state, plans, lake, rows[0]!.snapshot);
      await this.compare(state, plans, lake, session);
    } finally {
      await session.end();
    }
    return this.finish(state, undefined);
  }

  private async loadAndCapture(
    state: RunState,
    plans: readonly TablePlan[],
    lake: LakeFolder,
    replication: ReplicationConnection,
  ): Promise<TaskReport> {
    const { checkpoint } = state;
    const loaded = deferred();
    let alongside: Promise<void> | undefined;
    if (checkpoint.phase === 'full-load') {
      await state.save();
      const names = await createPublications(this.client, checkpoint.slot, plans.map((plan) => plan.source));
      const { lsn, snapshot } = await replication.createSlot(checkpoint.slot);
      await state.save({ lsn: formatLsn(lsn), publications: names });
      alongside = this.options.alongside?.(loaded.promise);
      // Its failure is thrown where it is awaited, below.
      alongside?.catch(() => undefined);
      if (this.task.migrationType === 'full-load-and-cdc') await this.load(state, plans, lake, snapshot);
      else state.checkpoint.tables.forEach((table) => (table.state = 'Table completed'));
      await state.save({ phase: 'capture' });
    }
    loaded.resolve();
    return this.capture(state, plans, lake, replication, alongside ?? Promise.resolve());
  }

  private async load(state: RunState, plans: readonly TablePlan[], lake: LakeFolder, snapshot: string): Promise<void> {
    const { task } = this;
    const { sourceUrl, progress, signal } = this.options;
    const begin = Date.now();
    const startedAt = new Date(state.checkpoint.startedAt);
    await loadTables(plans, { task, sourceUrl, snapshot, startedAt, lake, progress, signal }, async (plan, result) => {
      await state.tableLoaded(plan, result);
      this.failOnTruncation(state);
    });
    await state.save({ fullLoadSeconds: (Date.now() - begin) / 1000 });
  }

  private async capture(
    state: RunState,
    plans: readonly TablePlan[],
    lake: LakeFolder,
    replication: ReplicationConnection,
    alongside: Promise<void>,
  ): Promise<TaskReport> {
    const { task, options } = this;
    const { checkpoint } = state;
    const lookup = lazyClient(options.sourceUrl);
    const files = new ChangeFiles(lake, task.lake, checkpoint.files.map(({ path }) => path), (plan, losses) => {
      state.addLosses(plan, losses);
      this.failOnTruncation(state);
    });
    const current = new Map(plans.map((plan) => [plan.source.oid, plan]));
    const stream = replication.stream(checkpoint.slot, checkpoint.publications, parseLsn(checkpoint.lsn));
    const capture = new ChangeCapture({
      task, stream, files, progress: options.progress,
      source: lookup.get,
      planOf: async (relation) => {
        const plan = current.get(relation.oid);
        if (plan === undefined) return undefined;
        const now = await planAgain(lookup.get, task, plan, relation);
        current.set(relation.oid, now);
        return now;
      },
      statisticsOf: (plan) => state.statisticsOf(plan),
      warn: (text) => this.warn(text),
      commit: (lsn, added, emptied, changes) => state.commit(lsn, added, emptied, changes),
    }, parseLsn(checkpoint.lsn), checkpoint.changes);

    const marker = await ReplicationConnection.open(options.sourceUrl);
    try {
      const end = this.fixEnd(marker, alongside);
      const reached = await capture.run(() => end.lsn, AbortSignal.any([options.signal, end.failed.signal]));
      if (!reached) {
        // Without an interruption it was the failure of `end` that stopped the capture.
        if (!options.signal.aborted) await end.done;
        return this.report(state, 'stopped', capture.lag);
      }
      await this.compareAt(end.snapshot!, state, [...current.values()], lake);
    } finally {
      stream.stop();
      await files.abandon();
      await lookup.close();
      await marker.close();
    }
    await replication.close();
    return this.finish(state, capture.lag);
  }

  /**
   * Fixes the moment of `caught-up`: a temporary slot names a position and a snapshot that agree to the transaction, so
   * that the comparison is exact while others go on writing.
   */
  private fixEnd(marker: ReplicationConnection, alongside: Promise<void>): End {
    const { signal, until } = this.options;
    const end: End = { lsn: undefined, snapshot: undefined, failed: new AbortController(), done: Promise.resolve() };
    if (until === 'interrupted') return end;
    end.done = (async (): Promise<void> => {
      await Promise.race([alongside, aborted(signal)]);
      if (signal.aborted) return;
      const { lsn, snapshot } = await marker.createSlot(`dms_rehearsal_${randomBytes(4).toString('hex')}`, { temporary: true });
      end.snapshot = snapshot;
      end.lsn = lsn;
    })();
    end.done.catch(() => end.failed.abort());
    return end;
  }

  private async compareAt(snapshot: string, state: RunState, plans: readonly TablePlan[], lake: LakeFolder): Promise<void> {
    const session = await openSession(this.options.sourceUrl);
    try {
      await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await session.query(`SET TRANSACTION SNAPSHOT ${escapeLiteral(snapshot)}`);
      await this.compare(state, await this.withoutDropped(state, plans), lake, session);
    } finally {
      await session.end();
    }
  }

  /** The stream does not tell that a table was dropped: it is seen at the end, when it cannot change any more. */
  private async withoutDropped(state: RunState, plans: readonly TablePlan[]): Promise<TablePlan[]> {
    const oids = new Set((await readCatalog(this.client)).map(({ oid }) => oid));
    const dropped = plans.filter(({ source }) => !oids.has(source.oid));
    for (const { source } of dropped) {
      const removes = this.task.captureDdls && this.task.handleDropped;
      this.warn(`${source.schema}.${source.name} was dropped: its files ${removes ? 'were removed' : 'stay'}`);
    }
    if (this.task.captureDdls && this.task.handleDropped && dropped.length > 0) {
      dropped.forEach((plan) => state.statisticsOf(plan).ddls++);
      await state.commit(parseLsn(state.checkpoint.lsn), [], dropped, state.checkpoint.changes);
    }
    return plans.filter((plan) => !dropped.includes(plan));
  }

  private async compare(state: RunState, plans: readonly TablePlan[], lake: LakeFolder, session: Client): Promise<void> {
    if (this.task.migrationType === 'cdc') {
      this.warn('a cdc task copies only changes: source and lake are not compared');
      return;
    }
    this.options.progress.message('comparing source and lake');
    const comparison = await LakeComparison.open(join(this.options.workdir, 'comparison'));
    const { insertsOnly, insertsAndUpdates } = this.task.lake;
    try {
      for (const plan of plans) {
        const result = await comparison.compare(session, await asItIsNow(session, plan), {
          files: state.filesOf(plan).map(({ path }) => join(lake.root, path)),
          hasOperations: !insertsOnly && !insertsAndUpdates,
        }, this.task.lobMaxBytes);
        const statistics = state.statisticsOf(plan);
        statistics.validationState = result.state;
        statistics.validationFailed = result.failed;
        const title = `${plan.source.schema}.${plan.source.name}`;
        if (result.reason !== undefined && plan.source.key.length > 0) this.warn(`${title} is not compared: ${result.reason}`);
        for (const example of result.examples) this.warn(`${title}: ${example}`);
      }
    } finally {
      await comparison.close();
    }
  }

  /** Takes away what the run made in the source, and says that nothing is left to do. */
  private async finish(state: RunState, lag: number | undefined): Promise<TaskReport> {
    await dropSourceObjects(this.client, state.checkpoint);
    await state.save({ phase: 'finished' });
    return this.report(state, 'finished', lag);
  }

  private report(state: RunState, outcome: TaskReport['state'], lag: number | undefined): TaskReport {
    const { task, tables, files, fullLoadSeconds, lsn } = state.checkpoint;
    return {
      task,
      migrationType: this.task.migrationType,
      state: outcome,
      tables,
      files,
      lake: this.options.lake,
      fullLoadSeconds,
      cdcLagSeconds: lag,
      checkpoint: lsn,
      warnings: [...this.warnings, ...state.lossWarnings()],
    };
  }

  private failOnTruncation(state: RunState): void {
    const column = this.task.failOnLobTruncation ? state.truncatedColumn() : undefined;
    if (column === undefined) return;
    throw new UsageError(
      `${column} has values longer than LobMaxSize (${this.task.lobMaxBytes / 1024} KB) and FailTasksOnLobTruncation is on: raise LobMaxSize`,
    );
  }

  private folderOf(plan: TablePlan): string {
    return tableFolder(this.task.lake.bucketFolder, plan.schema, plan.name);
  }

  private warn(text: string): void {
    this.warnings.push(text);
  }
}

interface End {
  lsn: Lsn | undefined;
  snapshot: string | undefined;
  readonly failed: AbortController;
  done: Promise<void>;
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void;
  return { promise: new Promise<void>((done) => (resolve = done)), resolve };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** A connection that is opened when somebody asks for it. */
function lazyClient(url: string | undefined): { get: () => Promise<Client>; close: () => Promise<void> } {
  let opened: Promise<Client> | undefined;
  return {
    get: () => (opened ??= openSession(url)),
    close: async () => {
      await (await opened?.catch(() => undefined))?.end();
    },
  };
}

import { posix } from 'node:path';
import type { Client } from 'pg';
import { LakeChanges } from '../capture/lake-changes';
import { loadPart } from '../load/load-part';
import type { LoadContext } from '../load/load-context';
import type { LoadedTable, LoadSize, PartLoader } from '../load/load-tables';
import { ThreadPool } from '../load/thread-pool';
import type { TablePlan } from '../plan/table-plan';
import type { Lsn } from '../source/lsn';
import { formatLsn } from '../source/lsn';
import { titleOf } from '../source/names';
import type { Lake, LakeFile } from '../target/lake';
import { missingFiles } from '../target/lake';
import type { LakeLocation } from '../target/location';
import { openLake } from '../target/open-lake';
import type { LakeTask } from '../task/replication-task';
import { folderOf, foldersOf } from '../task/replication-task';
import type { Checkpoint } from './checkpoint';
import { compareWithLake } from './lake-comparison';
import type { Run } from './run';
import type { RunState } from './run-state';
import type { RunTarget } from './run-target';

/**
 * Files of a lake. They are published after the checkpoint names them, so that a crash between the two is mended by
 * publishing again.
 */
export class LakeTarget implements RunTarget {
  public readonly noun = 'lake';

  private constructor(private readonly task: LakeTask, public readonly lake: Lake) {}

  public static async open(task: LakeTask, location: LakeLocation): Promise<LakeTarget> {
    return new LakeTarget(task, await openLake(location));
  }

  public get location(): LakeLocation {
    return this.lake.location;
  }

  public async check(): Promise<void> {
    await this.lake.check();
  }

  public foldersOf(plans: readonly TablePlan[]): string[] {
    return foldersOf(this.task, plans);
  }

  /** `TargetTablePrepMode`, as it shows in a bucket: files of earlier runs stay or go. */
  public async prepareTables(state: RunState, plans: readonly TablePlan[]): Promise<void> {
    const { task, lake } = this;
    for (const path of task.withoutCounterpart) {
      state.warn(`${path} leaves nothing in the lake: DMS documents its tables for databases only; the report has what they hold`);
    }
    for (const key of lake.location.kind === 's3' ? lake.location.objects.unknown : []) {
      state.warn(`S3Settings.${key} is not known before deployment: the objects are written without it`);
    }
    await lake.sweep(state.checkpoint.folders);
    for (const plan of plans) {
      if (plan.source.key.length === 0 && !plan.source.isView) {
        state.warn(`${titleOf(plan.source)} has no primary key: DMS replicates no UPDATE and DELETE of it`);
      }
      const folder = folderOf(task, plan);
      const files = await lake.list(folder);
      if (task.targetTablePrepMode !== 'DO_NOTHING') await lake.remove(files);
      else if (files.length > 0) {
        state.warn(`${folder} has ${files.length} files of before: TargetTablePrepMode DO_NOTHING keeps them`);
      }
    }
  }

  /** Publishes what the last run finished and removes what it did not. */
  public async recover(state: RunState): Promise<void> {
    const { files, removed, folders } = state.checkpoint;
    await this.lake.remove(removed);
    await this.publish(files);
    await this.lake.sweep(folders);
    await this.refuseMissingFiles(state);
  }

  public openLoad(context: LoadContext, { bytes, most, partBytes }: LoadSize, signal: AbortSignal): PartLoader {
    const ofLake = { ...context, task: this.task };
    const pool = bytes < partBytes ? undefined : new ThreadPool(most, ofLake, this.location, signal);
    return {
      load: (plan, part, progress) => (pool === undefined
        ? loadPart(plan, part, ofLake, this.lake, progress, signal)
        : pool.load(plan, part, progress)),
      discard: (_, parts) => this.lake.discard(parts.flatMap(({ files }) => files)),
      close: async () => pool?.close(),
    };
  }

  public async tableLoaded(state: RunState, plan: TablePlan, result: LoadedTable): Promise<void> {
    let accepted = false;
    try {
      accepted = state.accepts(plan, result.losses);
    } finally {
      if (!accepted) await this.lake.discard(result.files);
    }
    if (!accepted) return;
    state.loaded(plan, result);
    state.checkpoint.files.push(...result.files);
    await state.save();
    await this.publish(result.files);
  }

  public async undoLoad({ files }: Checkpoint): Promise<void> {
    await this.lake.discard(files);
    await this.lake.remove(files.map(({ path }) => path));
  }

  public openChanges(state: RunState): Promise<LakeChanges> {
    const taken = state.checkpoint.files.map(({ path }) => path);
    return Promise.resolve(new LakeChanges(
      this.lake, this.task.lake, taken,
      (plan, losses) => state.accepts(plan, losses),
      (...args) => this.commit(state, ...args),
    ));
  }

  public async removeTables(state: RunState, plans: readonly TablePlan[]): Promise<void> {
    const { lsn, changes } = state.position;
    await this.commit(state, lsn, [], plans, changes);
  }

  public holds(state: RunState, plan: TablePlan): boolean {
    return this.filesOf(state, plan).length > 0;
  }

  public compare(run: Run, plans: readonly TablePlan[], session: Client): Promise<void> {
    return compareWithLake(run, this, this.task, plans, session);
  }

  public finish(): Promise<void> {
    return Promise.resolve();
  }

  public close(): Promise<void> {
    return Promise.resolve();
  }

  /** A table's files, oldest first. */
  public filesOf({ checkpoint }: RunState, plan: TablePlan): LakeFile[] {
    const folder = `${folderOf(this.task, plan)}/`;
    return checkpoint.files.filter(({ path }) => path.startsWith(folder));
  }

  /** @throws {UsageError} when files are gone that the run has published */
  public async refuseMissingFiles({ checkpoint }: RunState): Promise<void> {
    const paths = checkpoint.files.map(({ path }) => path);
    const folders = [...new Set(paths.map((path) => posix.dirname(path)))];
    // A listing has the folders below as well.
    const outermost = folders.filter((folder) => !folders.some((other) => folder.startsWith(`${other}/`)));
    const there = new Set((await Promise.all(outermost.map((folder) => this.lake.list(folder)))).flat());
    const missing = paths.filter((path) => !there.has(path));
    if (missing.length > 0) throw missingFiles(this.location, missing);
  }

  /** Makes everything up to `lsn` durable: the new files, the tables whose files go, and the position. */
  private async commit(
    state: RunState, lsn: Lsn, added: readonly LakeFile[], emptied: readonly TablePlan[], changes: number,
  ): Promise<void> {
    const { checkpoint } = state;
    const gone = new Set(emptied.flatMap((plan) => this.filesOf(state, plan)).map(({ path }) => path));
    checkpoint.files = [...checkpoint.files.filter(({ path }) => !gone.has(path)), ...added];
    checkpoint.removed = [...gone];
    checkpoint.changes = changes;
    await state.save({ lsn: formatLsn(lsn) });
    await this.lake.remove([...gone]);
    await this.publish(added);
  }

  /** Makes files visible that the checkpoint names. */
  private async publish(files: readonly LakeFile[]): Promise<void> {
    await this.lake.publish(files);
    for (const file of files) delete file.upload;
  }
}

import { posix } from 'node:path';
import { TableError, UsageError, messageOf } from '../../errors';
import type { LoadedTable } from '../load/load-tables';
import type { TablePlan } from '../plan/table-plan';
import type { SourceTable } from '../source/catalog';
import { titleOf } from '../source/names';
import type { Lsn } from '../source/lsn';
import { formatLsn } from '../source/lsn';
import type { Lake, LakeFile } from '../target/lake';
import { missingFiles } from '../target/lake';
import type { Loss } from '../target/table-batch';
import type { Checkpoint, CheckpointFile } from './checkpoint';
import type { ReplicationTask } from '../task/replication-task';
import { isTableError, judgeLosses } from '../task/error-policy';
import { folderOf } from '../task/replication-task';
import type { TableDifferences } from './report';
import type { TableStatistics } from '../task/statistics';
import { newStatistics } from '../task/statistics';

type CheckpointChanges = Pick<Checkpoint, 'phase' | 'fullLoadSeconds' | 'lsn' | 'publications' | 'stopsAfterCachedChanges'>;

/**
 * What a run has done so far: the one place that changes the checkpoint. Files are published after the checkpoint
 * names them, so that a crash between the two is mended by publishing again.
 */
export class RunState {
  /** What the comparison has found. */
  public readonly differences: TableDifferences[] = [];

  public constructor(
    public readonly checkpoint: Checkpoint,
    private readonly store: CheckpointFile,
    private readonly lake: Lake,
    private readonly task: ReplicationTask,
  ) {}

  public statisticsOf(plan: TablePlan): TableStatistics {
    const { schema, name } = plan.source;
    return this.checkpoint.tables.find((table) => table.schema === schema && table.table === name)!;
  }

  /** Counts a table from now on that the run did not begin with. */
  public begin(plan: TablePlan): void {
    const { schema, name } = plan.source;
    const isCounted = this.checkpoint.tables.some((counted) => counted.schema === schema && counted.table === name);
    if (!isCounted) this.checkpoint.tables.push(newStatistics(plan.source));
  }

  /** A table's files, oldest first. */
  public filesOf(plan: TablePlan): LakeFile[] {
    const folder = `${folderOf(this.task, plan)}/`;
    return this.checkpoint.files.filter(({ path }) => path.startsWith(folder));
  }

  public async save(changes: Partial<CheckpointChanges> = {}): Promise<void> {
    Object.assign(this.checkpoint, changes);
    await this.store.write(this.checkpoint);
  }

  public async tableLoaded(plan: TablePlan, { rows, files, losses, startedAt }: LoadedTable): Promise<void> {
    let accepted = false;
    try {
      accepted = this.accepts(plan, losses);
    } finally {
      if (!accepted) await this.lake.discard(files);
    }
    if (!accepted) return;
    Object.assign(this.statisticsOf(plan), {
      state: 'Table completed', fullLoadRows: rows,
      fullLoadStartTime: startedAt.toISOString(), fullLoadEndTime: new Date().toISOString(),
    });
    this.checkpoint.files.push(...files);
    await this.store.write(this.checkpoint);
    await this.publish(files);
  }

  /** Makes everything up to `lsn` durable: the new files, the tables whose files go, and the position. */
  public async commit(
    lsn: Lsn,
    added: readonly LakeFile[],
    emptied: readonly TablePlan[],
    changes: number,
  ): Promise<void> {
    const gone = new Set(emptied.flatMap((plan) => this.filesOf(plan)).map(({ path }) => path));
    this.checkpoint.files = [...this.checkpoint.files.filter(({ path }) => !gone.has(path)), ...added];
    this.checkpoint.removed = [...gone];
    this.checkpoint.lsn = formatLsn(lsn);
    this.checkpoint.changes = changes;
    await this.store.write(this.checkpoint);
    await this.lake.remove([...gone]);
    await this.publish(added);
  }

  /** Makes files visible that the checkpoint names. */
  public async publish(files: readonly LakeFile[]): Promise<void> {
    await this.lake.publish(files);
    for (const file of files) delete file.upload;
  }

  /** @throws {UsageError} when files are gone that the run has published */
  public async refuseMissingFiles(): Promise<void> {
    const paths = this.checkpoint.files.map(({ path }) => path);
    const folders = [...new Set(paths.map((path) => posix.dirname(path)))];
    // A listing has the folders below as well.
    const outermost = folders.filter((folder) => !folders.some((other) => folder.startsWith(`${other}/`)));
    const there = new Set((await Promise.all(outermost.map((folder) => this.lake.list(folder)))).flat());
    const missing = paths.filter((path) => !there.has(path));
    if (missing.length > 0) throw missingFiles(this.lake.location, missing);
  }

  /** A table that an error has put aside: it is not replicated any more, and not compared. */
  public isSuspended(plan: TablePlan): boolean {
    return this.statisticsOf(plan).state === 'Table error';
  }

  /**
   * Puts a table aside because of an error. The last one is not put aside: a task without tables does nothing.
   *
   * @throws the error itself when it concerns others too, or the task is to stop
   */
  public suspend(plan: TablePlan, error: unknown): void {
    const others = this.checkpoint.tables.filter(({ state }) => state !== 'Table error');
    if (!isTableError(error) || !this.task.errors.suspendsTables || others.length <= 1) throw error;
    Object.assign(this.statisticsOf(plan), { state: 'Table error', validationState: 'Table error' });
    this.warn(`${titleOf(plan.source)} is suspended: ${messageOf(error)}`);
  }

  /**
   * Counts what did not arrive whole.
   *
   * @returns whether the files are good; otherwise the table is suspended
   * @throws {UsageError} when the task is to stop because of it
   */
  public accepts(plan: TablePlan, losses: readonly Loss[]): boolean {
    if (losses.length === 0) return true;
    this.addLosses(plan, losses);
    this.failOnTruncation();
    const title = titleOf(plan.source);
    const errors = [...plan.copied, ...plan.computed].reduce((sum, { name }) => {
      const { unrepresentable = 0, truncated = 0 } = this.checkpoint.losses[`${title}.${name}`] ?? {};
      return sum + unrepresentable + truncated;
    }, 0);
    const reason = judgeLosses(this.task.errors, title, losses, errors);
    if (reason === undefined) return true;
    this.suspend(plan, new TableError(reason));
    return false;
  }

  private addLosses(plan: TablePlan, losses: readonly Loss[]): void {
    for (const { column, unrepresentable, truncated } of losses) {
      const key = `${titleOf(plan.source)}.${column}`;
      const before = this.checkpoint.losses[key] ?? { unrepresentable: 0, truncated: 0 };
      this.checkpoint.losses[key] = {
        unrepresentable: before.unrepresentable + unrepresentable,
        truncated: before.truncated + truncated,
      };
    }
  }

  /** What does not stop the task but is good to know. */
  public warn(text: string): void {
    if (!this.checkpoint.warnings.includes(text)) this.checkpoint.warnings.push(text);
  }

  /** The stream describes a table otherwise than before: a run that goes on has to know. */
  public redefine(source: SourceTable): void {
    this.checkpoint.sources = this.checkpoint.sources.map((before) => (before.oid === source.oid ? source : before));
  }

  /** All warnings, and a sentence for each column whose values did not all arrive whole. */
  public warnings(): string[] {
    const limit = this.task.lobMaxBytes / 1024;
    const { warnings, losses } = this.checkpoint;
    return [...warnings, ...Object.entries(losses).flatMap(([column, { unrepresentable, truncated }]) => [
      ...(truncated > 0
        ? [`${column}: ${truncated} values were cut, as DMS cuts LOBs to LobMaxSize (${limit} KB) and text to its column's length`]
        : []),
      ...(unrepresentable > 0
        ? [`${column}: ${unrepresentable} values have no counterpart in the file's types and were written as null`]
        : []),
    ])];
  }

  /** @throws {UsageError} when a value was cut and `FailTasksOnLobTruncation` is on */
  private failOnTruncation(): void {
    const [column] = Object.entries(this.checkpoint.losses).find(([, { truncated }]) => truncated > 0) ?? [];
    if (column === undefined || !this.task.failOnLobTruncation) return;
    throw new UsageError(
      `${column} has values longer than LobMaxSize (${this.task.lobMaxBytes / 1024} KB) and FailTasksOnLobTruncation ` +
      'is on: raise LobMaxSize',
    );
  }
}

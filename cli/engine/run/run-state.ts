import { UsageError } from '../../errors';
import type { TablePlan } from '../plan/table-plan';
import { titleOf } from '../source/names';
import type { Lsn } from '../source/lsn';
import { formatLsn } from '../source/lsn';
import type { LakeFolder } from '../target/lake-folder';
import type { Loss } from '../target/table-batch';
import type { LakeFile } from '../target/table-file';
import type { Checkpoint, CheckpointFile } from './checkpoint';
import type { LoadedTable } from './full-load';
import type { ReplicationTask } from './replication-task';
import { folderOf } from './replication-task';
import type { TableStatistics } from './statistics';

type CheckpointChanges = Pick<Checkpoint, 'phase' | 'fullLoadSeconds' | 'lsn' | 'publications'>;

/**
 * What a run has done so far: the one place that changes the checkpoint. Files are published after the checkpoint
 * names them, so that a crash between the two is mended by publishing again.
 */
export class RunState {
  private readonly losses = new Map<string, { unrepresentable: number; truncated: number }>();
  private readonly notes: string[] = [];

  public constructor(
    public readonly checkpoint: Checkpoint,
    private readonly store: CheckpointFile,
    private readonly lake: LakeFolder,
    private readonly task: ReplicationTask,
  ) {}

  public statisticsOf(plan: TablePlan): TableStatistics {
    const { schema, name } = plan.source;
    return this.checkpoint.tables.find((table) => table.schema === schema && table.table === name)!;
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

  public async tableLoaded(plan: TablePlan, { rows, files, losses }: LoadedTable): Promise<void> {
    this.addLosses(plan, losses);
    Object.assign(this.statisticsOf(plan), { state: 'Table completed', fullLoadRows: rows });
    this.checkpoint.files.push(...files);
    await this.store.write(this.checkpoint);
    await this.lake.publish(files.map(({ path }) => path));
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
    await this.lake.publish(added.map(({ path }) => path));
  }

  public addLosses(plan: TablePlan, losses: readonly Loss[]): void {
    for (const { column, unrepresentable, truncated } of losses) {
      const key = `${titleOf(plan.source)}.${column}`;
      const before = this.losses.get(key) ?? { unrepresentable: 0, truncated: 0 };
      this.losses.set(key, {
        unrepresentable: before.unrepresentable + unrepresentable,
        truncated: before.truncated + truncated,
      });
    }
  }

  /** What does not stop the task but is good to know. */
  public warn(text: string): void {
    this.notes.push(text);
  }

  /** All warnings, and a sentence for each column whose values did not all arrive whole. */
  public warnings(): string[] {
    const limit = this.task.lobMaxBytes / 1024;
    return [...this.notes, ...[...this.losses].flatMap(([column, { unrepresentable, truncated }]) => [
      ...(truncated > 0
        ? [`${column}: ${truncated} values were cut, as DMS cuts LOBs to LobMaxSize (${limit} KB) and text to its column's length`]
        : []),
      ...(unrepresentable > 0
        ? [`${column}: ${unrepresentable} values have no counterpart in Parquet and were written as null`]
        : []),
    ])];
  }

  /** @throws {UsageError} when a value was cut and `FailTasksOnLobTruncation` is on */
  public failOnTruncation(): void {
    const [column] = [...this.losses].find(([, { truncated }]) => truncated > 0) ?? [];
    if (column === undefined || !this.task.failOnLobTruncation) return;
    throw new UsageError(
      `${column} has values longer than LobMaxSize (${this.task.lobMaxBytes / 1024} KB) and FailTasksOnLobTruncation ` +
      'is on: raise LobMaxSize',
    );
  }
}

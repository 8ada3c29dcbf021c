import { TableError, UsageError, messageOf } from '../../errors';
import type { LoadedTable } from '../load/load-tables';
import type { TablePlan } from '../plan/table-plan';
import type { SourceTable } from '../source/catalog';
import { titleOf } from '../source/names';
import type { Lsn } from '../source/lsn';
import { parseLsn } from '../source/lsn';
import type { Loss } from '../target/table-batch';
import type { Checkpoint, CheckpointFile } from './checkpoint';
import type { ReplicationTask } from '../task/replication-task';
import { isTableError, judgeLosses } from '../task/error-policy';
import type { TableDifferences } from './report';
import type { TableStatistics } from '../task/statistics';
import type { Comparison } from '../validation/compare';
import { newStatistics } from '../task/statistics';

type CheckpointChanges = Pick<Checkpoint, 'phase' | 'fullLoadSeconds' | 'lsn' | 'publications' | 'stopsAfterCachedChanges'>;

/** What a run has done so far, and what it says of it. */
export class RunState {
  /** What the comparison has found. */
  public readonly differences: TableDifferences[] = [];

  public constructor(
    public readonly checkpoint: Checkpoint,
    private readonly store: CheckpointFile,
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

  /** How far it has come. */
  public get position(): { readonly lsn: Lsn; readonly changes: number } {
    return { lsn: parseLsn(this.checkpoint.lsn), changes: this.checkpoint.changes };
  }

  public async save(changes: Partial<CheckpointChanges> = {}): Promise<void> {
    Object.assign(this.checkpoint, changes);
    await this.store.write(this.checkpoint);
  }

  public loaded(plan: TablePlan, { rows, startedAt }: LoadedTable): void {
    Object.assign(this.statisticsOf(plan), {
      state: 'Table completed', fullLoadRows: rows,
      fullLoadStartTime: startedAt.toISOString(), fullLoadEndTime: new Date().toISOString(),
    });
  }

  /** Writes down what a comparison came to. */
  public compared(plan: TablePlan, { state, reason, failed, examples }: Comparison): void {
    Object.assign(this.statisticsOf(plan), { validationState: state, validationFailed: failed });
    if (reason !== undefined && plan.key.length > 0) this.warn(`${titleOf(plan.source)} is not compared: ${reason}`);
    if (failed === 0) return;
    const { schema, name: table } = plan.source;
    this.differences.push({ schema, table, failed, examples });
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

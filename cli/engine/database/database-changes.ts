import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { ChangeWriter } from '../capture/change-writer';
import type { TablePlan } from '../plan/table-plan';
import type { Lsn } from '../source/lsn';
import { formatLsn } from '../source/lsn';
import type { ChangeSink } from '../target/table-file';
import type { DatabaseTask } from '../task/replication-task';
import type { RunState } from '../run/run-state';
import type { ControlTables } from './control-tables';
import { markingSql } from './control-tables';
import { RowValues } from './row-values';
import type { OpenTransaction } from './table-changes';
import { TableChanges } from './table-changes';
import { alterTable, emptyTable } from './table-definition';
import type { TargetTable } from './target-table';
import { readTargetTables } from './target-table';
import type { ApplicationContext } from './wave-application';
import { isConflict, WaveApplication } from './wave-application';

/** So many changes are made at once; a transaction that has more is made in several steps. */
const MOST_WAITING = 10_000;
/** … and so many characters of their values. */
const MOST_BYTES = 16 * 1024 * 1024;
/** The checkpoint is written this often: the position and what goes with it are in the target. */
const SAVE_INTERVAL_MS = 5_000;
/** How often a transaction is tried that stands in the way of others. */
const MOST_TRIES = 20;
const TRY_AGAIN_MS = 20;

export interface DatabaseChangesOptions {
  readonly client: Client;
  readonly task: DatabaseTask;
  readonly control: ControlTables;
  readonly state: RunState;
}

/**
 * Changes as rows of the tables of a database. They are committed with the position behind them: whole transactions of
 * the source only, in their order, often several of them in one.
 */
export class DatabaseChanges implements ChangeWriter, OpenTransaction {
  public readonly inPlace = true;
  public readonly changes: OpenTransaction['changes'] = [];
  private readonly tables = new Map<number, TableChanges>();
  private readonly application: WaveApplication;
  /** Changes of whole transactions that wait. */
  private waiting = 0;
  private waitingBytes = 0;
  public changeBytes = 0;
  /** Whether the target has a transaction open. */
  private isOpen = false;
  /** Whether that has a part of a transaction of the source. */
  private hasPart = false;
  private hasFailed = false;
  private savedAt = Date.now();
  /** Behind the last whole transaction. */
  private whole: { readonly position: Lsn; readonly changes: number };
  /** What is to be added to the statistics when it is certain. */
  private readonly counted = new Map<TargetTable, Record<Counter, number>>();
  /** Tables whose statistics the checkpoint in the work folder does not know yet. */
  private readonly changed = new Set<TargetTable>();

  private constructor(private readonly options: DatabaseChangesOptions) {
    const { client, task, control, state } = options;
    this.whole = { position: state.position.lsn, changes: state.position.changes };
    const context: ApplicationContext = {
      task, control,
      isSuspended: ({ plan }) => state.isSuspended(plan),
      suspend: ({ plan }, error) => state.isSuspended(plan) || state.suspend(plan, error),
      countError: (table) => {
        this.count(table, 'applyErrors', 1);
        return (state.statisticsOf(table.plan).applyErrors ?? 0) + this.counted.get(table)!.applyErrors;
      },
      applied: (table, kind, rows) => this.count(table, COUNTERS[kind], rows),
    };
    this.application = new WaveApplication(client, context);
  }

  public static open(options: DatabaseChangesOptions, tables: Iterable<TargetTable>): DatabaseChanges {
    const changes = new DatabaseChanges(options);
    for (const table of tables) changes.take(table);
    return changes;
  }

  public get isEmpty(): boolean {
    return this.waiting === 0 && this.changes.length === 0 && !this.isOpen;
  }

  public get isFull(): boolean {
    return this.changes.length >= MOST_WAITING || this.changeBytes >= MOST_BYTES;
  }

  public takes(): boolean {
    return true;
  }

  public sinkFor({ source }: TablePlan): ChangeSink {
    return this.tables.get(source.oid)!;
  }

  public isDue(): boolean {
    return this.waiting > 0 || (this.isOpen && !this.hasPart);
  }

  public isDueAfter(): boolean {
    return this.waiting >= MOST_WAITING || this.waitingBytes >= MOST_BYTES || this.isOpen;
  }

  public async redefine(before: TablePlan, after: TablePlan): Promise<void> {
    // What came before it is of the table as it was.
    await this.applyAll();
    const { client } = this.options;
    await this.begin();
    await client.query('SAVEPOINT dms_definition');
    try {
      for (const statement of alterTable(before, after)) await client.query(statement);
      const tables = await readTargetTables(client, [after], (_, error) => {
        throw error;
      });
      await client.query('RELEASE dms_definition');
      this.take(tables.get(after)!);
    } catch (error) {
      await client.query('ROLLBACK TO dms_definition; RELEASE dms_definition');
      this.options.state.suspend(after, error);
    }
    this.savedAt = 0;
  }

  public async truncate(plan: TablePlan): Promise<void> {
    await this.applyAll();
    await this.begin();
    const sink = this.tables.get(plan.source.oid)!;
    await emptyTable(this.options.client, sink.table.name);
    this.changed.add(sink.table);
  }

  public abandon({ source }: TablePlan): Promise<void> {
    const sink = this.tables.get(source.oid);
    if (sink !== undefined) sink.waves = [];
    const kept = this.changes.filter(({ table }) => table !== sink);
    this.changes.splice(0, this.changes.length, ...kept);
    return Promise.resolve();
  }

  public async dropTransaction(): Promise<void> {
    this.changes.length = this.changeBytes = 0;
    if (!this.hasPart) return;
    await this.options.client.query('ROLLBACK');
    this.isOpen = this.hasPart = false;
  }

  public endTransaction(position: Lsn, changes: number): void {
    this.whole = { position, changes };
    this.moveToWaves();
    this.hasPart = false;
  }

  public async spill(): Promise<void> {
    await this.applyAll();
  }

  public async flush(position: Lsn, changes: number): Promise<void> {
    const { state } = this.options;
    await this.applyWaiting({ position, changes }, true);
    state.checkpoint.lsn = formatLsn(position);
    state.checkpoint.changes = changes;
    if (Date.now() - this.savedAt >= SAVE_INTERVAL_MS) await this.save();
  }

  public async close(): Promise<void> {
    // Otherwise the statistics have counted what is not there: those of the target have not.
    const isClean = this.isEmpty && !this.hasFailed;
    this.changes.length = 0;
    // A connection that is gone has nothing open any more.
    if (this.isOpen) await this.options.client.query('ROLLBACK').catch(() => undefined);
    this.isOpen = false;
    if (isClean) await this.save();
  }

  /** Makes everything that has come of the transaction that is open at the source, without an end. */
  private async applyAll(): Promise<void> {
    // The target's transaction then has nothing but a part of that one, and can be taken back with it.
    if (!this.hasPart) await this.applyWaiting(this.whole, true);
    this.moveToWaves();
    this.hasPart = true;
    await this.applyWaiting(this.whole, false);
  }

  private moveToWaves(): void {
    for (const { table, change } of this.changes) table.add(change);
    this.waiting += this.changes.length;
    this.waitingBytes += this.changeBytes;
    this.changes.length = this.changeBytes = 0;
  }

  /** @param commits whether everything before the position is there with it */
  private async applyWaiting(
    { position, changes }: { readonly position: Lsn; readonly changes: number }, commits: boolean,
  ): Promise<void> {
    if (this.waiting === 0 && !(this.isOpen && commits)) return;
    const { client, control, state } = this.options;
    const canTryAgain = !this.isOpen;
    for (let tries = 1; ; tries++) {
      try {
        await this.begin();
        for (const { table, waves } of this.tables.values()) {
          for (const wave of waves) await this.application.apply(table, wave);
          if (waves.length > 0) this.changed.add(table);
        }
        this.acceptLosses();
        this.addCounts();
        if (commits) {
          const tables = [...this.changed].map(({ plan }) => state.statisticsOf(plan));
          await client.query(`${control.storing({ lsn: formatLsn(position), changes, tables })}; COMMIT`);
          this.isOpen = false;
        }
        break;
      } catch (error) {
        if (!isConflict(error) || !canTryAgain || tries >= MOST_TRIES) {
          this.hasFailed = true;
          throw error;
        }
        await client.query('ROLLBACK');
        this.isOpen = false;
        this.counted.clear();
        await sleep(TRY_AGAIN_MS * Math.random() * tries);
      }
    }
    for (const sink of this.tables.values()) sink.waves = [];
    this.waiting = this.waitingBytes = 0;
  }

  private async begin(): Promise<void> {
    if (this.isOpen) return;
    const { client, task } = this.options;
    const { loopback } = task.database;
    // Before all else: whoever reads the transaction knows at once whose it is.
    const mark = loopback === undefined ? '' : `; ${markingSql(task.id, loopback.targetSchema, formatLsn(this.whole.position))}`;
    await client.query(`BEGIN${mark}`);
    this.isOpen = true;
  }

  private count(table: TargetTable, counter: Counter, rows: number): void {
    const none = { appliedInserts: 0, appliedUpdates: 0, appliedDeletes: 0, applyErrors: 0 };
    const counts = this.counted.get(table) ?? none;
    counts[counter] += rows;
    this.counted.set(table, counts);
  }

  private addCounts(): void {
    for (const [{ plan }, counts] of this.counted) {
      const statistics = this.options.state.statisticsOf(plan);
      for (const counter of COUNTED) statistics[counter] = (statistics[counter] ?? 0) + counts[counter];
    }
    this.counted.clear();
  }

  private acceptLosses(): void {
    for (const { table, rows } of this.tables.values()) {
      const losses = rows.takeLosses();
      if (losses.length > 0) this.options.state.accepts(table.plan, losses);
    }
  }

  private take(table: TargetTable): void {
    const values = new RowValues(table.plan, this.options.task.lobMaxBytes);
    this.tables.set(table.plan.source.oid, new TableChanges(table, values, this));
  }

  private async save(): Promise<void> {
    await this.options.state.save();
    this.savedAt = Date.now();
    this.changed.clear();
  }
}

const COUNTERS = { insert: 'appliedInserts', update: 'appliedUpdates', delete: 'appliedDeletes' } as const;
const COUNTED = [...Object.values(COUNTERS), 'applyErrors'] as const;
type Counter = (typeof COUNTED)[number];

import type { Client } from 'pg';
import { UsageError } from '../../errors';
import type { ProgressSink } from '../../output/progress';
import { passesFilters } from '../plan/filter';
import type { TablePlan } from '../plan/table-plan';
import { plainColumns } from '../plan/table-plan';
import type { LiveStatus } from '../run/live-status';
import type { Lsn } from '../source/lsn';
import { formatLsn } from '../source/lsn';
import { LOOPBACK_TABLE } from '../source/loopback-table';
import { titleOf } from '../source/names';
import type { Gulp } from '../source/gulp';
import type { Commit, Message, Relation, RowChange, Truncate, Tuple } from '../source/pgoutput';
import { MessageReader } from '../source/pgoutput';
import type { ChangeStream } from '../source/replication';
import type { TakeRow } from './captured-table';
import { CapturedTable } from './captured-table';
import type { ChangeWriter } from './change-writer';
import { ROWS_AT_ONCE, copyOf } from './missing-values';
import { changeSequence } from '../target/moment';
import type { Loopback } from '../task/database-settings';
import type { ReplicationTask } from '../task/replication-task';
import type { TableStatistics } from '../task/statistics';
import { Transaction } from './transaction';

/** How long to wait for the server before looking at the clock again. */
const TICK_MS = 200;

/** What capture needs to know of the tables and where it keeps what it has done. */
export interface CaptureContext {
  readonly task: ReplicationTask;
  readonly stream: ChangeStream;
  readonly changes: ChangeWriter;
  readonly progress: ProgressSink;
  /** A connection for values that the stream leaves out; opened when it is first needed. */
  readonly source: () => Promise<Client>;
  /** The plan of a table so far; `undefined` when the table is not selected. */
  readonly planOf: (oid: number) => TablePlan | undefined;
  /** The plan for the table as the stream describes it now: the same one when nothing has changed. */
  readonly planAgain: (plan: TablePlan, relation: Relation) => Promise<TablePlan>;
  readonly statisticsOf: (plan: TablePlan) => TableStatistics;
  /** Puts a table aside because of an error; throws it when it is not one of the table alone. */
  readonly suspend: (plan: TablePlan, error: unknown) => void;
  readonly warn: (text: string) => void;
  /** The schemas of the table by which transactions of the task in the other direction are known. */
  readonly loopback?: Loopback | undefined;
  /** How far the source's log had come as the capture began. */
  readonly sourceLsn: Lsn;
  readonly tell: (status: Pick<LiveStatus, 'lagSeconds' | 'position'>) => void;
}

/** Follows the stream of a slot into its target. Only whole transactions become durable. */
export class ChangeCapture {
  private readonly tables = new Map<number, CapturedTable>();
  private readonly totals = { inserts: 0, updates: 0, deletes: 0 };
  private readonly reader = new MessageReader();
  /** Rows of the gulp with the values that the stream left out, by where their changes begin. */
  private readonly completed = new Map<number, Tuple>();
  private transaction: Transaction | undefined;
  /** Of the change that is being applied: its kind, and how many of its rows passed the filters. */
  private kind: RowChange['kind'] = 'insert';
  private passed = 0;
  private lagSeconds: number | undefined;
  /** Whether everything has come that was there as the capture began. */
  private caughtUp = false;
  /** The table by which transactions of the other direction are known. */
  private loopbackTable: number | undefined;

  /**
   * @param position where the stream begins
   * @param changes how many changes the task has captured before
   */
  public constructor(private readonly context: CaptureContext, private position: Lsn, private changes: number) {}

  /** Seconds between the commit of the last transaction and its capture; `undefined` before the first. */
  public get lag(): number | undefined {
    return this.lagSeconds;
  }

  /**
   * Applies every transaction that commits before the end, makes it durable, and returns.
   *
   * @param end the position to stop at; `undefined` as long as it is not known
   * @param stop a transaction that is open is finished first
   * @returns whether the end was reached; otherwise it was stopped before
   */
  public async run(end: () => Lsn | undefined, stop: AbortSignal): Promise<boolean> {
    const { stream, changes } = this.context;
    const wake = (): void => stream.wakeUp();
    stop.addEventListener('abort', wake, { once: true });
    try {
      for (;;) {
        const gulp = await stream.next(TICK_MS);
        const until = end();
        if (await this.take(gulp, until)) {
          await this.flush();
          return true;
        }
        const { serverLsn = 0n } = gulp;
        if (this.transaction === undefined && serverLsn > this.position) this.position = serverLsn;
        const stops = stop.aborted;
        // Of a transaction that has come in part nothing is lost: the position is before it.
        if (stops && changes.inPlace) await this.dropTransaction();
        await this.flushIfDue(gulp.length === 0);
        const reached = until !== undefined && this.position >= until;
        if ((this.transaction === undefined || (stops && changes.inPlace)) && (reached || stops)) {
          await this.flush();
          return reached;
        }
        if (until !== undefined && gulp.length === 0) stream.probe();
      }
    } finally {
      stop.removeEventListener('abort', wake);
    }
  }

  /**
   * Takes what one gulp brought. Most messages are done with at once: to wait for each would cost more than the work.
   *
   * @returns whether a transaction came that is after the end
   */
  private async take(gulp: Gulp, until: Lsn | undefined): Promise<boolean> {
    this.completed.clear();
    for (let begin = gulp.position; gulp.next(); begin = gulp.position) {
      const message = this.reader.read(gulp.bytes, gulp.start, gulp.end);
      if (message === undefined) continue;
      if (message.kind === 'begin' && until !== undefined && message.commitLsn >= until) return true;
      if (isRowChange(message) && this.lacksValues(message, gulp.start)) {
        gulp.position = begin;
        await this.complete(gulp);
        continue;
      }
      const waiting = this.handle(message, gulp.start);
      if (waiting !== undefined) await waiting;
    }
    return false;
  }

  private lacksValues(change: RowChange, start: number): boolean {
    if (this.completed.has(start) || this.transaction?.isDropped === true) return false;
    if (!this.context.changes.takes(change.kind, 'U')) return false;
    return this.tables.get(change.relation)?.lacksValues(change) === true;
  }

  /** Asks the source for what the next rows of the gulp lack, of all of them at once. */
  private async complete(gulp: Gulp): Promise<void> {
    const { position } = gulp;
    const lacking = new Map<CapturedTable, { starts: number[]; rows: Tuple[] }>();
    for (let rows = 0; rows < ROWS_AT_ONCE && gulp.next();) {
      const message = this.reader.read(gulp.bytes, gulp.start, gulp.end);
      // From here on a table may have other fields.
      if (message?.kind === 'relation') break;
      if (message === undefined || !isRowChange(message) || !this.lacksValues(message, gulp.start)) continue;
      const table = this.tables.get(message.relation)!;
      if (!lacking.has(table)) lacking.set(table, { starts: [], rows: [] });
      lacking.get(table)!.starts.push(gulp.start);
      lacking.get(table)!.rows.push(copyOf(message.after!));
      rows++;
    }
    gulp.position = position;
    for (const [table, { starts, rows }] of lacking) {
      const completed = await table.completed(rows);
      starts.forEach((start, i) => this.completed.set(start, completed[i]!));
    }
  }

  /** @returns what has to be waited for before the next message, if anything */
  private handle(message: Message, start: number): Promise<void> | undefined {
    switch (message.kind) {
      case 'begin':
        this.transaction = new Transaction(message);
        return undefined;
      case 'commit':
        return this.endTransaction(message);
      case 'relation':
        return this.defineTable(message);
      case 'truncate':
        return this.truncate(message);
      default:
        return this.apply(message, this.completed.get(start));
    }
  }

  private apply(change: RowChange, completed: Tuple | undefined): Promise<void> | undefined {
    if (change.relation === this.loopbackTable) return this.dropTransaction();
    if (this.transaction!.isDropped) return undefined;
    const table = this.tables.get(change.relation);
    if (table === undefined || table.statistics.state === 'Table error') return undefined;
    this.kind = change.kind;
    this.passed = 0;
    try {
      table.rowsOf(change, completed, this.takeRow);
    } catch (error) {
      this.context.suspend(table.plan, error);
      return this.context.changes.abandon(table.plan);
    }
    if (this.passed === 0) return undefined;
    const transaction = this.transaction!;
    if (table.countsOf !== transaction) {
      table.countsOf = transaction;
      transaction.tables.push(table);
    }
    table.counts[COUNTERS[change.kind]]++;
    return table.sink?.isFull === true ? table.sink.writeOut() : undefined;
  }

  private readonly takeRow: TakeRow = (table, op, row, before) => {
    const { plan } = table;
    if (plan.filters.length > 0 && !passesFilters(plan.filters, plainColumns(plan), table.textOf(op, row))) return;
    this.passed++;
    const { changes } = this.context;
    if (!changes.takes(this.kind, op)) return;
    const transaction = this.transaction!;
    if (table.sinkOf !== transaction) {
      table.sinkOf = transaction;
      table.sink = changes.sinkFor(plan, transaction);
      transaction.sinks.push(table.sink);
    }
    this.changes++;
    // Only expressions ask for it.
    if (plan.computed.length > 0) transaction.changeSequence = changeSequence(transaction.commitMicros, this.changes);
    table.sink!.appendChange(op, row, before, table.fields, transaction);
  };

  private endTransaction({ endLsn }: Commit): Promise<void> | undefined {
    const now = Date.now();
    const { committed, sinks, tables, isDropped } = this.transaction!;
    this.transaction = undefined;
    this.position = endLsn;
    // Also what is dropped says how far the stream has come: a leg may carry nothing else for days.
    this.lagSeconds = Math.max(0, now - committed.getTime()) / 1000;
    if (isDropped) return undefined;
    for (const { counts, statistics } of tables) {
      for (const counter of Object.values(COUNTERS)) {
        statistics[counter] += counts[counter];
        this.totals[counter] += counts[counter];
        counts[counter] = 0;
      }
    }
    this.context.changes.endTransaction(endLsn, this.changes);
    return this.context.changes.isDueAfter(now, sinks) ? this.flush() : undefined;
  }

  /** Takes back what the open transaction has brought, and goes over the rest of it. */
  private async dropTransaction(): Promise<void> {
    const { transaction } = this;
    if (transaction === undefined || transaction.isDropped) return;
    transaction.isDropped = true;
    for (const { counts } of transaction.tables) Object.assign(counts, { inserts: 0, updates: 0, deletes: 0 });
    if (transaction.sinks.length > 0) await this.context.changes.dropTransaction();
  }

  /** The stream describes a table before its first change, and again after its definition has changed. */
  private async defineTable(relation: Relation): Promise<void> {
    const { task, changes, planOf, planAgain, statisticsOf, source, loopback } = this.context;
    if (loopback?.sourceSchema === relation.schema && relation.table === LOOPBACK_TABLE) {
      this.loopbackTable = relation.oid;
    }
    const before = planOf(relation.oid);
    if (before === undefined || statisticsOf(before).state === 'Table error') return;
    const plan = task.captureDdls && task.handleAltered ? await planAgain(before, relation) : before;
    if (plan !== before) {
      await changes.redefine(before, plan);
      statisticsOf(plan).ddls++;
    }
    this.tables.set(relation.oid, new CapturedTable(plan, statisticsOf(plan), relation, source, changes.inPlace));
  }

  private async truncate({ relations }: Truncate): Promise<void> {
    const { task, changes, statisticsOf, warn } = this.context;
    if (this.transaction!.isDropped) return;
    for (const oid of relations) {
      const table = this.tables.get(oid);
      if (table === undefined || table.statistics.state === 'Table error') continue;
      const { plan } = table;
      if (task.failOnTruncate) {
        throw new UsageError(
          `${titleOf(plan.source)} was truncated, and ApplyErrorFailOnTruncationDdl is true: ` +
          'begin anew after --clean, or set it to false',
        );
      }
      if (!task.handleTruncated) {
        warn(`${titleOf(plan.source)} was truncated: HandleSourceTableTruncated is off, so its ${changes.inPlace ? 'rows' : 'files'} stay`);
        continue;
      }
      table.sinkOf = undefined;
      await changes.truncate(plan);
      statisticsOf(plan).ddls++;
    }
  }

  /** @param idle whether the server had nothing to say */
  private async flushIfDue(idle: boolean): Promise<void> {
    const { changes, stream, progress, tell, sourceLsn } = this.context;
    if (this.transaction === undefined) {
      if (changes.isDue(Date.now())) await this.flush();
      // Nothing waits: the server need not keep the log of what concerned other tables.
      else if (changes.isEmpty) stream.confirm(this.position);
    }
    progress.capture({ ...this.totals, lagSeconds: this.lagSeconds });
    this.caughtUp ||= this.position >= sourceLsn;
    const nothingWaits = idle && this.transaction === undefined && this.caughtUp;
    tell({ lagSeconds: nothingWaits ? 0 : this.lagSeconds, position: formatLsn(this.position) });
  }

  private async flush(): Promise<void> {
    await this.context.changes.flush(this.position, this.changes);
    this.context.stream.confirm(this.position);
  }
}

function isRowChange(message: Message): message is RowChange {
  return message.kind === 'insert' || message.kind === 'update' || message.kind === 'delete';
}

const COUNTERS = { insert: 'inserts', update: 'updates', delete: 'deletes' } as const;

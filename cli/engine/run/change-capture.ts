import type { Client } from 'pg';
import type { ProgressSink } from '../../output/progress';
import { passesFilters } from '../plan/filter';
import type { TablePlan } from '../plan/table-plan';
import { plainColumns } from '../plan/table-plan';
import type { Lsn } from '../source/lsn';
import { formatLsn } from '../source/lsn';
import { titleOf } from '../source/names';
import type { Begin, Message, Relation, RowChange, Truncate } from '../source/pgoutput';
import type { ChangeStream } from '../source/replication';
import type { LakeFile } from '../target/table-file';
import { CapturedTable } from './captured-table';
import type { ChangeFiles } from './change-files';
import { changeSequence, formatMicros } from './moment';
import type { ReplicationTask } from './replication-task';
import type { TableStatistics } from './statistics';

/** How long to wait for the server before looking at the clock again. */
const TICK_MS = 200;

/** What capture needs to know of the tables and where it keeps what it has done. */
export interface CaptureContext {
  readonly task: ReplicationTask;
  readonly stream: ChangeStream;
  readonly files: ChangeFiles;
  readonly progress: ProgressSink;
  /** A connection for values that the stream leaves out; opened when it is first needed. */
  readonly source: () => Promise<Client>;
  /** The plan of a table so far; `undefined` when the table is not selected. */
  readonly planOf: (oid: number) => TablePlan | undefined;
  /** The plan for the table as the stream describes it now: the same one when nothing has changed. */
  readonly planAgain: (plan: TablePlan, relation: Relation) => Promise<TablePlan>;
  readonly statisticsOf: (plan: TablePlan) => TableStatistics;
  readonly warn: (text: string) => void;
  /** Makes everything up to `lsn` durable: the new files, those that go, and the position. */
  readonly commit: (
    lsn: Lsn,
    added: readonly LakeFile[],
    emptied: readonly TablePlan[],
    changes: number,
  ) => Promise<void>;
}

/** Follows the stream of a slot into files of changes. Only whole transactions become durable. */
export class ChangeCapture {
  private readonly tables = new Map<number, CapturedTable>();
  private readonly totals = { inserts: 0, updates: 0, deletes: 0 };
  private transaction: OpenTransaction | undefined;
  private lagSeconds: number | undefined;
  private emptied: TablePlan[] = [];

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
    const { stream } = this.context;
    for (;;) {
      const { messages, serverLsn } = await stream.next(TICK_MS);
      const until = end();
      for (let i = 0; i < messages.length; i++) {
        const message = messages[i]!;
        if (message.kind === 'begin' && until !== undefined && message.commitLsn >= until) {
          await this.flush();
          return true;
        }
        await this.handle(message);
      }
      if (this.transaction === undefined && serverLsn > this.position) this.position = serverLsn;
      await this.flushIfDue();
      const reached = until !== undefined && this.position >= until;
      if (this.transaction === undefined && (reached || stop.aborted)) {
        await this.flush();
        return reached;
      }
      if (until !== undefined && messages.length === 0) stream.probe();
    }
  }

  private async handle(message: Message): Promise<void> {
    switch (message.kind) {
      case 'begin':
        this.transaction = openTransaction(message);
        break;
      case 'commit':
        this.lagSeconds = Math.max(0, Date.now() - this.transaction!.committed.getTime()) / 1000;
        this.transaction = undefined;
        this.position = message.endLsn;
        await this.flushIfDue();
        break;
      case 'relation':
        await this.defineTable(message);
        break;
      case 'truncate':
        await this.truncate(message);
        break;
      default:
        await this.apply(message);
    }
  }

  private async apply(change: RowChange): Promise<void> {
    const table = this.tables.get(change.relation);
    if (table === undefined) return;
    const { plan } = table;
    const { committed, commitMicros, timestamp, streamPosition } = this.transaction!;
    const { insertsOnly, insertsAndUpdates } = this.context.task.lake;
    const rows = (await table.rowsOf(change, this.context.source))
      .filter((row) => passesFilters(plan.filters, plainColumns(plan), table.textOf(row)));
    if (rows.length === 0) return;
    for (const row of rows) {
      if ((insertsOnly && change.kind !== 'insert') || (insertsAndUpdates && row.op === 'D')) continue;
      const file = this.context.files.fileFor(plan, committed);
      this.changes++;
      file.batch.appendChange(row.op, row.tuple, table.fieldOf, {
        timestamp,
        streamPosition,
        // Only expressions ask for it.
        changeSequence: plan.computed.length === 0 ? '' : changeSequence(commitMicros, this.changes),
      });
      if (file.isFull) await file.writeOut();
    }
    const counter = COUNTERS[change.kind];
    this.context.statisticsOf(plan)[counter]++;
    this.totals[counter]++;
  }

  /** The stream describes a table before its first change, and again after its definition has changed. */
  private async defineTable(relation: Relation): Promise<void> {
    const { task, files, planOf, planAgain, statisticsOf } = this.context;
    const before = planOf(relation.oid);
    if (before === undefined) return;
    const plan = task.captureDdls && task.handleAltered ? await planAgain(before, relation) : before;
    if (plan !== before) {
      await files.finish(before);
      statisticsOf(plan).ddls++;
    }
    this.tables.set(relation.oid, new CapturedTable(plan, relation));
  }

  private async truncate({ relations }: Truncate): Promise<void> {
    const { task, files, statisticsOf, warn } = this.context;
    for (const oid of relations) {
      const plan = this.tables.get(oid)?.plan;
      if (plan === undefined) continue;
      if (!task.handleTruncated) {
        warn(`${titleOf(plan.source)} was truncated: HandleSourceTableTruncated is off, so its files stay`);
        continue;
      }
      await files.abandon(plan);
      this.emptied.push(plan);
      statisticsOf(plan).ddls++;
    }
  }

  private async flushIfDue(): Promise<void> {
    const { files, stream, progress } = this.context;
    if (this.transaction === undefined) {
      if (files.isDue(Date.now())) await this.flush();
      // Nothing waits: the server need not keep the log of what concerned other tables.
      else if (files.isEmpty && this.emptied.length === 0) stream.confirm(this.position);
    }
    progress.capture({ ...this.totals, lagSeconds: this.lagSeconds });
  }

  private async flush(): Promise<void> {
    const { files, commit, stream } = this.context;
    const added = await files.close();
    const emptied = this.emptied;
    this.emptied = [];
    await commit(this.position, added, emptied, this.changes);
    stream.confirm(this.position);
  }
}

/** What all changes of a transaction have in common. */
interface OpenTransaction {
  readonly commitMicros: bigint;
  readonly committed: Date;
  readonly timestamp: string;
  readonly streamPosition: string;
}

function openTransaction({ commitMicros, commitLsn }: Begin): OpenTransaction {
  return {
    commitMicros,
    committed: new Date(Number(commitMicros / 1000n)),
    timestamp: formatMicros(commitMicros),
    streamPosition: formatLsn(commitLsn),
  };
}

const COUNTERS = { insert: 'inserts', update: 'updates', delete: 'deletes' } as const;

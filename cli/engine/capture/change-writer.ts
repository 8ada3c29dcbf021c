import type { TablePlan } from '../plan/table-plan';
import type { Lsn } from '../source/lsn';
import type { RowChange } from '../source/pgoutput';
import type { Operation } from '../target/table-batch';
import type { ChangeSink } from '../target/table-file';
import type { Transaction } from './transaction';

/** Where the changes of all tables go. */
export interface ChangeWriter {
  /**
   * Whether rows are changed where they are. Then values that an UPDATE left alone are there already, a key can be
   * changed, and a transaction of which only a part has come can be taken back.
   */
  readonly inPlace: boolean;
  /** Whether no change waits. */
  readonly isEmpty: boolean;

  /** Whether a row goes anywhere that a change of this kind has become. */
  takes(kind: RowChange['kind'], op: Operation): boolean;

  /** What takes the changes of a table in a transaction. */
  sinkFor(plan: TablePlan, transaction: Transaction): ChangeSink;

  /** Whether what waits is to become durable now that nothing else has come. */
  isDue(now: number): boolean;

  /** Whether it is to become durable although more may come. @param grown what the last transaction has filled */
  isDueAfter(now: number, grown: readonly ChangeSink[]): boolean;

  /** Ends the changes of a table as it was: later ones are of a table with other columns. */
  redefine(before: TablePlan, after: TablePlan): Promise<void>;

  /** The source has emptied a table. */
  truncate(plan: TablePlan): Promise<void>;

  /** Gives up what waits for a table. */
  abandon(plan: TablePlan): Promise<void>;

  /** Takes back what the open transaction has brought. */
  dropTransaction(): Promise<void>;

  /** The open transaction is whole. @param position behind it */
  endTransaction(position: Lsn, changes: number): void;

  /** Makes durable what waits, and that it is everything before `position`. */
  flush(position: Lsn, changes: number): Promise<void>;

  /** Gives up what waits. */
  close(): Promise<void>;
}

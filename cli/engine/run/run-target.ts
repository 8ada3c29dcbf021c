import type { Client } from 'pg';
import type { ChangeWriter } from '../capture/change-writer';
import type { LoadContext } from '../load/load-context';
import type { LoadedTable, LoadSize, PartLoader } from '../load/load-tables';
import type { TablePlan } from '../plan/table-plan';
import type { TargetLocation } from '../target/target-location';
import type { Checkpoint } from './checkpoint';
import type { Run } from './run';
import type { RunState } from './run-state';

/**
 * What takes a task's rows. A lake takes files, which become visible when the checkpoint names them; a database takes
 * rows, and commits them together with the position. Everything else of a run is the same for both.
 */
export interface RunTarget {
  readonly location: TargetLocation;
  /** What messages call it. */
  readonly noun: 'lake' | 'target';

  /**
   * Looks at the target before anything is changed.
   *
   * @throws {UsageError} when it cannot take the tables
   */
  check(plans: readonly TablePlan[]): Promise<void>;

  /** What the checkpoint has to know of where the tables go. */
  foldersOf(plans: readonly TablePlan[]): string[];

  /** Makes the tables ready for their load, as `TargetTablePrepMode` says. @param client of the source */
  prepareTables(state: RunState, plans: readonly TablePlan[], client: Client): Promise<void>;

  /** Makes the target what the checkpoint says, or learns from it how far the last run came. */
  recover(state: RunState): Promise<void>;

  /** Begins a load. */
  openLoad(context: LoadContext, size: LoadSize, signal: AbortSignal): PartLoader;

  /** Takes a table for loaded. */
  tableLoaded(state: RunState, plan: TablePlan, result: LoadedTable): Promise<void>;

  /** Takes away what an unfinished load has written. */
  undoLoad(checkpoint: Checkpoint): Promise<void>;

  /** Begins to take changes. */
  openChanges(state: RunState, plans: readonly TablePlan[]): Promise<ChangeWriter>;

  /** Takes away tables that the source does not have any more, or that are loaded once more. */
  removeTables(state: RunState, plans: readonly TablePlan[]): Promise<void>;

  /** Whether it has anything of a table of this name that a run has written. */
  holds(state: RunState, plan: TablePlan): boolean;

  /** Compares tables with what the source holds in a session's transaction, and writes down what came of it. */
  compare(run: Run, plans: readonly TablePlan[], session: Client): Promise<void>;

  /** The run has come to its end: what only going on needs can go. */
  finish(state: RunState): Promise<void>;

  close(): Promise<void>;
}

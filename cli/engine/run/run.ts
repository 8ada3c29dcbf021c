import type { Client } from 'pg';
import type { ProgressSink } from '../../output/progress';
import type { TablePlan } from '../plan/table-plan';
import type { TargetLocation } from '../target/target-location';
import type { Checkpoint, CheckpointFile } from './checkpoint';
import type { ReplicationTask } from '../task/replication-task';
import type { LiveStatus } from './live-status';
import type { RunState } from './run-state';
import type { RunTarget } from './run-target';

export type Until = 'full-load' | 'caught-up' | 'interrupted';

export interface RehearsalOptions {
  /** `postgres://…`; undefined = libpq's variables. */
  readonly sourceUrl: string | undefined;
  /** Where the rows go. */
  readonly target: TargetLocation;
  /** Where the checkpoint is kept: one folder for each task. */
  readonly workdir: string;
  readonly until: Until;
  /** The run to go on with. */
  readonly previous: Checkpoint | undefined;
  readonly progress: ProgressSink;
  /** Ctrl-C: what is open is finished, and the run can be resumed. */
  readonly signal: AbortSignal;
  /** A table larger than this is loaded in parts; that of `loadTables` when not given. */
  readonly partBytes?: number | undefined;
  /**
   * Where a task for changes begins that has not run before: a slot of `pgoutput` that is there already, and a position
   * in its stream. Neither it nor its publications are dropped at the end.
   */
  readonly start?: RunStart | undefined;
  /** Told how the run goes: at every change of it, and several times a second while it follows changes. */
  readonly onStatus?: ((status: LiveStatus) => void) | undefined;
  /** Called when the load begins; what it returns is awaited before the end of `caught-up` is fixed. */
  readonly alongside?: (loaded: Promise<void>) => Promise<void>;
}

export interface RunStart {
  readonly slot: string;
  /** In PostgreSQL's notation. Not before the position that the slot was confirmed at. */
  readonly lsn: string;
  /** That were there before the slot was. @default - what `preparePublication` makes: that of the slot's name */
  readonly publications?: readonly string[];
}

/** What every step of a run works with. */
export interface Run {
  readonly task: ReplicationTask;
  readonly options: RehearsalOptions;
  /** A connection to the source for single questions. */
  readonly client: Client;
  readonly plans: readonly TablePlan[];
  readonly target: RunTarget;
  readonly store: CheckpointFile;
  readonly state: RunState;
}

/** Whether a run follows changes. */
export function captures(task: ReplicationTask, until: Until): boolean {
  return task.migrationType !== 'full-load' && until !== 'full-load';
}

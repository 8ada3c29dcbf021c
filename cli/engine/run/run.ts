import type { Client } from 'pg';
import type { ProgressSink } from '../../output/progress';
import type { TablePlan } from '../plan/table-plan';
import type { Lake } from '../target/lake';
import type { LakeLocation } from '../target/location';
import type { Checkpoint, CheckpointFile } from './checkpoint';
import type { ReplicationTask } from '../task/replication-task';
import type { RunState } from './run-state';

export type Until = 'full-load' | 'caught-up' | 'interrupted';

export interface RehearsalOptions {
  /** `postgres://…`; undefined = libpq's variables. */
  readonly sourceUrl: string | undefined;
  /** Where the files go. */
  readonly lake: LakeLocation;
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
  /** Called when the load begins; what it returns is awaited before the end of `caught-up` is fixed. */
  readonly alongside?: (loaded: Promise<void>) => Promise<void>;
}

/** What every step of a run works with. */
export interface Run {
  readonly task: ReplicationTask;
  readonly options: RehearsalOptions;
  /** A connection to the source for single questions. */
  readonly client: Client;
  readonly plans: readonly TablePlan[];
  readonly lake: Lake;
  readonly store: CheckpointFile;
  readonly state: RunState;
}

/** Whether a run follows changes. */
export function captures(task: ReplicationTask, until: Until): boolean {
  return task.migrationType !== 'full-load' && until !== 'full-load';
}

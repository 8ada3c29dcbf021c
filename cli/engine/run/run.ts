import type { Client } from 'pg';
import type { ProgressSink } from '../../output/progress';
import type { TablePlan } from '../plan/table-plan';
import type { LakeFolder } from '../target/lake-folder';
import type { Checkpoint, CheckpointFile } from './checkpoint';
import type { ReplicationTask } from './replication-task';
import type { RunState } from './run-state';

export type Until = 'full-load' | 'caught-up' | 'interrupted';

export interface RehearsalOptions {
  /** `postgres://…`; undefined = libpq's variables. */
  readonly sourceUrl: string | undefined;
  /** The folder that stands for the bucket. */
  readonly lake: string;
  /** Where the checkpoint is kept: one folder for each task. */
  readonly workdir: string;
  readonly until: Until;
  /** The run to go on with. */
  readonly previous: Checkpoint | undefined;
  readonly progress: ProgressSink;
  /** Ctrl-C: what is open is finished, and the run can be resumed. */
  readonly signal: AbortSignal;
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
  readonly lake: LakeFolder;
  readonly store: CheckpointFile;
  readonly state: RunState;
}

/** Whether a run follows changes. */
export function captures(task: ReplicationTask, until: Until): boolean {
  return task.migrationType !== 'full-load' && until !== 'full-load';
}

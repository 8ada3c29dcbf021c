import type { LakeFile } from '../target/lake';
import type { Loss } from '../target/table-batch';
import type { ReplicationTask } from '../task/replication-task';

/** What all parts of a load have in common. Plain data: it travels to threads. */
export interface LoadContext<Task extends ReplicationTask = ReplicationTask> {
  readonly task: Task;
  readonly sourceUrl: string | undefined;
  /** All tables are read in this one snapshot. */
  readonly snapshot: string;
  readonly startedAt: Date;
}

/** What came of one part. */
export interface Loaded {
  readonly rows: number;
  /** None in a database. */
  readonly files: readonly LakeFile[];
  readonly losses: readonly Loss[];
}

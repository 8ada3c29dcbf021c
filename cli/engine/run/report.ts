import type { LakeFile } from '../target/table-file';
import type { MigrationType } from './replication-task';
import type { TableStatistics } from './statistics';

/** What a task's run came to; the names follow DMS's own. This is the JSON of `dms rehearse --json`. */
export interface TaskReport {
  readonly task: string;
  readonly migrationType: MigrationType;
  /** `stopped` can go on with `--resume`. */
  readonly state: 'finished' | 'stopped';
  readonly tables: readonly TableStatistics[];
  /** Relative to `lake`. */
  readonly files: readonly LakeFile[];
  readonly lake: string;
  readonly fullLoadSeconds: number;
  /** Seconds between the last commit and its capture. */
  readonly cdcLagSeconds: number | undefined;
  /** The LSN up to which everything is in the files. */
  readonly checkpoint: string;
  /** What does not stop a task but is good to know. */
  readonly warnings: readonly string[];
}

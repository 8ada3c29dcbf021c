import type { LakeFile } from '../target/lake';
import type { MigrationType } from '../task/replication-task';
import type { Difference } from '../validation/compare';
import type { TableStatistics } from '../task/statistics';

/** How a task ended, in the words of DMS's `StopReason`. */
export type StopReason = 'NORMAL' | 'FULL_LOAD_ONLY_FINISHED' | 'STOPPED_AFTER_FULL_LOAD' | 'STOPPED_AFTER_CACHED_EVENTS';

/** What differs between source and target in one table. */
export interface TableDifferences {
  readonly schema: string;
  readonly table: string;
  /** Rows that differ. */
  readonly failed: number;
  /** Some of them. */
  readonly examples: readonly Difference[];
}

/** `id = 17, only in the lake`. */
export function differenceText({ key, problem }: Difference): string {
  return [...Object.entries(key).map(([name, value]) => `${name} = ${value}`), problem].join(', ');
}

/** What a task's run came to; the names follow DMS's own. This is the JSON of `dms rehearse --json`. */
export interface TaskReport {
  readonly task: string;
  readonly migrationType: MigrationType;
  /** `stopped` can go on with `--resume`. */
  readonly state: 'finished' | 'stopped';
  readonly stopReason: StopReason;
  readonly tables: readonly TableStatistics[];
  /** Relative to `target`; none in a database. */
  readonly files: readonly LakeFile[];
  /** Path of a folder, or URL without password. */
  readonly target: string;
  readonly fullLoadSeconds: number;
  /** Seconds between the last commit and its capture. */
  readonly cdcLagSeconds: number | undefined;
  /** The LSN up to which everything is in the target. */
  readonly checkpoint: string;
  /** Tables whose rows differ; empty as long as nothing was compared. */
  readonly differences: readonly TableDifferences[];
  /** What does not stop a task but is good to know. */
  readonly warnings: readonly string[];
}

import { TargetTablePrepMode } from './enums';

/**
 * How data is written to the target, LOBs above all.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.TargetMetadata.html
 */
export interface TargetMetadataSettings {
  /**
   * Schema for every target table, instead of the source's.
   *
   * @default - the names the table mapping gives
   */
  readonly targetSchema?: string;

  /**
   * Migrate LOB columns. Then exactly one of `fullLobMode` and `limitedSizeLobMode` is true.
   *
   * @default true
   */
  readonly supportLobs?: boolean;

  /**
   * Migrate LOBs whole, each looked up by itself: slow, and not with an S3 target.
   *
   * @default false
   */
  readonly fullLobMode?: boolean;

  /**
   * Kilobytes of a LOB that full LOB mode reads at once.
   *
   * @default 64
   */
  readonly lobChunkSize?: number;

  /**
   * Cut LOBs at `lobMaxSize` and load them with their row.
   *
   * @default true
   */
  readonly limitedSizeLobMode?: boolean;

  /**
   * Kilobytes at which limited mode cuts a LOB, up to 102400. Longer values lose their end.
   *
   * @default 32
   */
  readonly lobMaxSize?: number;

  /**
   * In full LOB mode, LOBs up to so many kilobytes travel with their row, up to 102400; 0 is none.
   *
   * @default 0
   */
  readonly inlineLobMaxSize?: number;

  /**
   * Kilobytes of a load file for MySQL-compatible and PostgreSQL targets; 0 leaves it to the endpoint.
   *
   * @default 0
   */
  readonly loadMaxFileSize?: number;

  /**
   * Threads that load one table into a streaming, DynamoDB, OpenSearch or Redshift target.
   *
   * @default 0
   */
  readonly parallelLoadThreads?: number;

  /**
   * Records that the load threads buffer, up to 1000.
   *
   * @default 0
   */
  readonly parallelLoadBufferSize?: number;

  /**
   * Queues that one load thread reads.
   *
   * @default 0
   */
  readonly parallelLoadQueuesPerThread?: number;

  /**
   * Threads that apply changes to a streaming, DocumentDB, OpenSearch or Redshift target, up to 32.
   *
   * @default 0
   */
  readonly parallelApplyThreads?: number;

  /**
   * Records that each apply queue buffers, up to 1000.
   *
   * @default 0
   */
  readonly parallelApplyBufferSize?: number;

  /**
   * Queues that one apply thread reads.
   *
   * @default 0
   */
  readonly parallelApplyQueuesPerThread?: number;

  /**
   * Apply changes in batches of their net effect: faster, order between tables is lost; not with an S3 target.
   *
   * @default false
   */
  readonly batchApplyEnabled?: boolean;

  /**
   * Keep recovery points in the target table `awsdms_txn_state`.
   *
   * @default false
   */
  readonly taskRecoveryTableEnabled?: boolean;
}

/**
 * How the full load runs.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.FullLoad.html
 */
export interface FullLoadSettings {
  /**
   * What is done with target tables that exist. Say it: what DMS assumes drops them.
   *
   * @default TargetTablePrepMode.DROP_AND_CREATE
   */
  readonly targetTablePrepMode?: TargetTablePrepMode;

  /**
   * Create primary keys and unique indexes after the load rather than before.
   *
   * @default false
   */
  readonly createPkAfterFullLoad?: boolean;

  /**
   * Stop after the load when the changes made meanwhile have been applied.
   *
   * @default false
   */
  readonly stopTaskCachedChangesApplied?: boolean;

  /**
   * Stop after the load before the changes made meanwhile are applied.
   *
   * @default false
   */
  readonly stopTaskCachedChangesNotApplied?: boolean;

  /**
   * Tables or segments loaded at once, 1 to 49.
   *
   * @default 8
   */
  readonly maxFullLoadSubTasks?: number;

  /**
   * Seconds to wait for open source transactions before the load starts.
   *
   * @default 600
   */
  readonly transactionConsistencyTimeout?: number;

  /**
   * Rows that are written together, up to 50000.
   *
   * @default 10000
   */
  readonly commitRate?: number;
}

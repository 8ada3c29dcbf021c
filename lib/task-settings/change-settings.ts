/**
 * Buffers between capture and apply.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.StreamBuffer.html
 */
export interface StreamBufferSettings {
  /**
   * Data buffers.
   *
   * @default 3
   */
  readonly streamBufferCount?: number;

  /**
   * Megabytes of each data buffer.
   *
   * @default 8
   */
  readonly streamBufferSizeInMb?: number;

  /**
   * Megabytes of the control buffer, 1 to 8.
   *
   * @default 5
   */
  readonly ctrlStreamBufferSizeInMb?: number;
}

/**
 * How changes are grouped and held in memory.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.ChangeProcessingTuning.html
 */
export interface ChangeProcessingTuning {
  /**
   * Keep transactions together in batches; Oracle targets.
   *
   * @default true
   */
  readonly batchApplyPreserveTransaction?: boolean;

  /**
   * Seconds to wait at least between batches.
   *
   * @default 1
   */
  readonly batchApplyTimeoutMin?: number;

  /**
   * Seconds to wait at most between batches.
   *
   * @default 30
   */
  readonly batchApplyTimeoutMax?: number;

  /**
   * Megabytes for a batch.
   *
   * @default 500
   */
  readonly batchApplyMemoryLimit?: number;

  /**
   * Changes in one batch; 0 is no limit.
   *
   * @default 0
   */
  readonly batchSplitSize?: number;

  /**
   * Changes in one target transaction at least; without batch apply.
   *
   * @default 1000
   */
  readonly minTransactionSize?: number;

  /**
   * Seconds to gather transactions before they are applied; without batch apply.
   *
   * @default 1
   */
  readonly commitTimeout?: number;

  /**
   * Megabytes for open transactions before they go to disk.
   *
   * @default 1024
   */
  readonly memoryLimitTotal?: number;

  /**
   * Seconds that a transaction stays in memory before it goes to disk.
   *
   * @default 60
   */
  readonly memoryKeepTime?: number;

  /**
   * Prepared statements kept, up to 200.
   *
   * @default 50
   */
  readonly statementCacheSize?: number;

  /**
   * Minutes to wait when a task resumes; -1 is for ever.
   *
   * @default -1
   */
  readonly recoveryTimeout?: number;
}

/**
 * Which source DDL reaches the target. On an S3 target DROP and TRUNCATE delete the table's files.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.DDLHandling.html
 */
export interface ChangeProcessingDdlHandlingPolicy {
  /**
   * Drop the target table with the source table.
   *
   * @default true
   */
  readonly handleSourceTableDropped?: boolean;

  /**
   * Empty the target table with the source table.
   *
   * @default true
   */
  readonly handleSourceTableTruncated?: boolean;

  /**
   * Alter the target table with the source table.
   *
   * @default true
   */
  readonly handleSourceTableAltered?: boolean;
}

import type { CountThresholds, DurationThresholds, SizeThresholds } from './alarm-thresholds';

/** The alarms of a replication task. An empty object (`{}`) turns one off. */
export interface TaskAlarmOptions {
  /**
   * How far reading may be behind the source, for a quarter of an hour. Not watched on a task that only loads.
   *
   * @default - warning after 10 minutes, critical after 30: long transactions explain minutes, not half an hour
   */
  readonly sourceLatency?: DurationThresholds;

  /**
   * How far the target may be behind the source, for a quarter of an hour. Not watched on a task that only loads.
   * Give more than the longest time that the target collects changes for a file (`CdcMaxBatchInterval`).
   *
   * @default - warning after 10 minutes, critical after 30
   */
  readonly targetLatency?: DurationThresholds;

  /**
   * For how long a task may send no metric at all, which is what a task does that is not running: one that failed, was
   * stopped and forgotten, or was never started. In whole steps of 5 minutes, up to a day. Not watched on a task that
   * only loads, as it is meant to end; turn it off for one with a `cdcStopPosition`.
   *
   * @default - critical after 30 minutes: longer than a deployment stops a task, and the events that tell of a failure
   * are delivered without a guarantee
   */
  readonly taskSilence?: DurationThresholds;

  /**
   * How many rows may differ between source and target. Watched where the task settings turn validation on.
   *
   * @default - critical with the first row: a row that differs does not mend itself
   */
  readonly validationFailures?: CountThresholds;
}

/** The alarms of a replication instance. An empty object (`{}`) turns one off. */
export interface InstanceAlarmOptions {
  /**
   * How little memory may be left, for a quarter of an hour.
   *
   * @default - warning at 512 MiB, critical at 256 MiB
   */
  readonly freeableMemory?: SizeThresholds;

  /**
   * How much may be swapped out, for a quarter of an hour. Some swap is normal on a small instance; a lot of it makes
   * every task slow.
   *
   * @default - warning at 256 MiB, critical at 1 GiB
   */
  readonly swapUsage?: SizeThresholds;

  /**
   * How little storage may be free. It holds the logs, and changes that do not fit into memory.
   *
   * @default - warning at 10 GiB, critical at 5 GiB: a fifth and a tenth of the 50 GiB that an instance has by default
   */
  readonly freeStorage?: SizeThresholds;
}

/** The alarms of a source database. An empty object (`{}`) turns one off. */
export interface SourceAlarmOptions {
  /**
   * How much write-ahead log a replication slot may hold back, for a quarter of an hour.
   *
   * @default - warning at 5 GiB, critical at 20 GiB: a fifth of the 100 GiB that a created source has by default
   */
  readonly slotLag?: SizeThresholds;

  /**
   * How large the write-ahead log may be, for a quarter of an hour.
   *
   * @default - warning at 10 GiB, critical at 30 GiB
   */
  readonly transactionLogs?: SizeThresholds;

  /**
   * How little storage may be free: of the volume of an instance, of the local disk of the writer of a cluster.
   *
   * @default - warning at 20 GiB, critical at 10 GiB: a fifth and a tenth of the 100 GiB that a created source has by
   * default. RDS enlarges a volume at a tenth, so that the critical alarm means that this did not help
   */
  readonly freeStorage?: SizeThresholds;
}

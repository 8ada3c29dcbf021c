import { ValidationMode } from './enums';

/**
 * Comparison of source and target rows.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.DataValidation.html
 */
export interface ValidationSettings {
  /**
   * Compare.
   *
   * @default false
   */
  readonly enableValidation?: boolean;

  /**
   * Rows one by one, or in groups first.
   *
   * @default ValidationMode.ROW_LEVEL
   */
  readonly validationMode?: ValidationMode;

  /**
   * Threads that compare.
   *
   * @default 5
   */
  readonly threadCount?: number;

  /**
   * Rows that one thread compares at once.
   *
   * @default 10000
   */
  readonly partitionSize?: number;

  /**
   * Failures at which validation of the task stops.
   *
   * @default 10000
   */
  readonly failureMaxCount?: number;

  /**
   * Failures at which validation of a table stops.
   *
   * @default 1000
   */
  readonly tableFailureMaxCount?: number;

  /**
   * Minutes before a difference is reported.
   *
   * @default 5
   */
  readonly recordFailureDelayInMinutes?: number;

  /**
   * Minutes before a difference is reported, whatever the latency; 0 is by latency.
   *
   * @default 0
   */
  readonly recordFailureDelayLimitInMinutes?: number;

  /**
   * Minutes before a table with too many differences is suspended.
   *
   * @default 30
   */
  readonly recordSuspendDelayInMinutes?: number;

  /**
   * Bytes of a key that can be compared.
   *
   * @default 8096
   */
  readonly maxKeyColumnSize?: number;

  /**
   * Compare and migrate nothing. Cannot be changed later.
   *
   * @default false
   */
  readonly validationOnly?: boolean;

  /**
   * Take collations of PostgreSQL and SQL Server into account.
   *
   * @default false
   */
  readonly handleCollationDiff?: boolean;

  /**
   * Leave LOB columns out.
   *
   * @default false
   */
  readonly skipLobColumns?: boolean;

  /**
   * Kilobytes of a LOB that are compared; 0 is all.
   *
   * @default 0
   */
  readonly validationPartialLobSize?: number;

  /**
   * Seconds before the first comparison of a changed row.
   *
   * @default 0
   */
  readonly validationQueryCdcDelaySeconds?: number;
}

/**
 * Repairs what validation found. Oracle or SQL Server to PostgreSQL, DMS 3.6.1 or later.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.DataResyncSettings.html
 */
export interface ResyncSettings {
  /**
   * Repair.
   *
   * @default false
   */
  readonly enableResync?: boolean;

  /**
   * When, in cron fields; needed with change capture, not allowed for a full load only.
   *
   * @default - none
   */
  readonly resyncSchedule?: string;

  /**
   * Minutes that one repair takes at most, 5 to 14400; needed with change capture.
   *
   * @default - none
   */
  readonly maxResyncTime?: number;

  /**
   * The task whose validation is used.
   *
   * @default - this task
   */
  readonly validationTaskId?: string;
}

/**
 * Assessment before a serverless replication starts.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Serverless.html
 */
export interface PreMigrationAssessmentSettings {
  /**
   * Assess.
   *
   * @default false
   */
  readonly enable?: boolean;
}

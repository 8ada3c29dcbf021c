import {
  ApplyEscalationPolicy,
  ApplyInsertErrorPolicy,
  ApplyUpdateErrorPolicy,
  DataErrorPolicy,
  EventErrorPolicy,
  TableErrorPolicy,
} from './enums';

/**
 * What is done about errors.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.ErrorHandling.html
 */
export interface ErrorBehavior {
  /**
   * A record that cannot be processed.
   *
   * @default DataErrorPolicy.LOG_ERROR
   */
  readonly dataErrorPolicy?: DataErrorPolicy;

  /**
   * A value that had to be cut.
   *
   * @default DataErrorPolicy.LOG_ERROR
   */
  readonly dataTruncationErrorPolicy?: DataErrorPolicy;

  /**
   * A value that could not be masked. LOG_ERROR writes it *unmasked*.
   *
   * @default DataErrorPolicy.STOP_TASK
   */
  readonly dataMaskingErrorPolicy?: DataErrorPolicy;

  /**
   * Too many data errors in a table.
   *
   * @default TableErrorPolicy.SUSPEND_TABLE
   */
  readonly dataErrorEscalationPolicy?: TableErrorPolicy;

  /**
   * How many data errors are too many; 0 is no limit.
   *
   * @default 0
   */
  readonly dataErrorEscalationCount?: number;

  /**
   * An error in sending a task event.
   *
   * @default EventErrorPolicy.IGNORE
   */
  readonly eventErrorPolicy?: EventErrorPolicy;

  /**
   * An error in a table as a whole.
   *
   * @default TableErrorPolicy.SUSPEND_TABLE
   */
  readonly tableErrorPolicy?: TableErrorPolicy;

  /**
   * Too many table errors; STOP_TASK is the only answer DMS has.
   *
   * @default TableErrorPolicy.STOP_TASK
   */
  readonly tableErrorEscalationPolicy?: TableErrorPolicy;

  /**
   * How many table errors are too many; 0 is no limit.
   *
   * @default 0
   */
  readonly tableErrorEscalationCount?: number;

  /**
   * Restarts after an error of the environment; -1 is no limit, 0 is none.
   *
   * @default -1
   */
  readonly recoverableErrorCount?: number;

  /**
   * Seconds between restarts.
   *
   * @default 5
   */
  readonly recoverableErrorInterval?: number;

  /**
   * Wait longer from restart to restart.
   *
   * @default true
   */
  readonly recoverableErrorThrottling?: boolean;

  /**
   * Seconds between restarts at most.
   *
   * @default 1800
   */
  readonly recoverableErrorThrottlingMax?: number;

  /**
   * Give up when the longest wait is reached.
   *
   * @default true
   */
  readonly recoverableErrorStopRetryAfterThrottlingMax?: boolean;

  /**
   * A delete that cannot be applied.
   *
   * @default DataErrorPolicy.IGNORE_RECORD
   */
  readonly applyErrorDeletePolicy?: DataErrorPolicy;

  /**
   * An insert that cannot be applied.
   *
   * @default ApplyInsertErrorPolicy.LOG_ERROR
   */
  readonly applyErrorInsertPolicy?: ApplyInsertErrorPolicy;

  /**
   * An update that cannot be applied.
   *
   * @default ApplyUpdateErrorPolicy.LOG_ERROR
   */
  readonly applyErrorUpdatePolicy?: ApplyUpdateErrorPolicy;

  /**
   * Too many apply errors.
   *
   * @default ApplyEscalationPolicy.LOG_ERROR
   */
  readonly applyErrorEscalationPolicy?: ApplyEscalationPolicy;

  /**
   * How many apply errors are too many; 0 is no limit.
   *
   * @default 0
   */
  readonly applyErrorEscalationCount?: number;

  /**
   * Fail the task on a TRUNCATE.
   *
   * @default false
   */
  readonly applyErrorFailOnTruncationDdl?: boolean;

  /**
   * Ignore rows that are there already, without affected rows and duplicates, when cached changes are applied.
   *
   * @default true
   */
  readonly fullLoadIgnoreConflicts?: boolean;

  /**
   * Fail when a source transaction stays open past its timeout; Oracle sources.
   *
   * @default false
   */
  readonly failOnTransactionConsistencyBreached?: boolean;

  /**
   * Fail when the mapping takes no table.
   *
   * @default true
   */
  readonly failOnNoTablesCaptured?: boolean;
}

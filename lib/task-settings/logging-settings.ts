import { LogComponentId, LogSeverity } from './enums';

/**
 * How much one component logs.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.Logging.html
 */
export interface LogComponent {
  /** The component. */
  readonly id: LogComponentId;

  /**
   * How much.
   *
   * @default LogSeverity.DEFAULT
   */
  readonly severity?: LogSeverity;
}

/**
 * Extra logging after an error.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.Logging.html
 */
export interface LogConfiguration {
  /**
   * Keep a trace that is written out when an error comes.
   *
   * @default false
   */
  readonly enableTraceOnError?: boolean;

  /**
   * Megabytes of the trace.
   *
   * @default 10
   */
  readonly traceOnErrorMb?: number;
}

/**
 * What the task logs to CloudWatch. The log group is chosen by DMS and cannot be set.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.Logging.html
 */
export interface LoggingSettings {
  /**
   * Write logs.
   *
   * @default false
   */
  readonly enableLogging?: boolean;

  /**
   * Write context with each line; needs `enableLogging`.
   *
   * @default false
   */
  readonly enableLogContext?: boolean;

  /**
   * How much each component logs.
   *
   * @default - LogSeverity.DEFAULT for all
   */
  readonly logComponents?: LogComponent[];

  /**
   * Extra logging after an error.
   *
   * @default - none
   */
  readonly logConfiguration?: LogConfiguration;

  /**
   * Delete the logs with the task.
   *
   * @default false
   */
  readonly deleteTaskLogs?: boolean;
}

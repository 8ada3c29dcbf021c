import { BeforeImageFilter, TimeTravelEncryption } from './enums';

/**
 * Where the change log of time travel is kept.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.TimeTravel.html
 */
export interface TimeTravelS3Settings {
  /**
   * Who holds the encryption key.
   *
   * @default TimeTravelEncryption.SSE_S3
   */
  readonly encryptionMode?: TimeTravelEncryption;

  /**
   * The KMS key, with SSE_KMS.
   *
   * @default - none
   */
  readonly serverSideEncryptionKmsKeyId?: string;

  /**
   * The role that writes to the bucket; DMS wants it to be named `dms-tt-s3-access-role`.
   *
   * @default - none
   */
  readonly serviceAccessRoleArn?: string;

  /**
   * The bucket.
   *
   * @default - none
   */
  readonly bucketName?: string;

  /**
   * The folder in the bucket.
   *
   * @default - none
   */
  readonly bucketFolder?: string;

  /**
   * Delete the log with the task.
   *
   * @default false
   */
  readonly enableDeletingFromS3OnTaskDelete?: boolean;
}

/**
 * What the change log of time travel holds.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.TimeTravel.html
 */
export interface TimeTravelRecordSettings {
  /**
   * Log the values of the rows too.
   *
   * @default false
   */
  readonly enableRawData?: boolean;

  /**
   * Operations separated by commas: INSERT, UPDATE, DELETE, COMMIT, ROLLBACK or ALL.
   *
   * @default "ALL"
   */
  readonly operationsToLog?: string;

  /**
   * Kilobytes at which a logged record is cut.
   *
   * @default 64
   */
  readonly maxRecordSize?: number;
}

/**
 * Time travel: a log of every change, for PostgreSQL, Oracle and SQL Server sources.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.TimeTravel.html
 */
export interface TimeTravelSettings {
  /**
   * Keep the log.
   *
   * @default false
   */
  readonly enableTt?: boolean;

  /**
   * Where it is kept.
   *
   * @default - none
   */
  readonly ttS3Settings?: TimeTravelS3Settings;

  /**
   * What it holds.
   *
   * @default - DMS decides
   */
  readonly ttRecordSettings?: TimeTravelRecordSettings;
}

/**
 * Keeps two tasks that replicate two ways from sending changes round in circles. Batch apply must be off.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.Loopback.html
 */
export interface LoopbackPreventionSettings {
  /**
   * Mark what is applied and leave out what is marked.
   *
   * @default false
   */
  readonly enableLoopbackPrevention?: boolean;

  /**
   * Schema of the marker table on the source.
   *
   * @default - none
   */
  readonly sourceSchema?: string;

  /**
   * Schema of the marker table on the target; the task back has the two swapped.
   *
   * @default - none
   */
  readonly targetSchema?: string;
}

/**
 * Tables on the target that say how the task goes.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.ControlTable.html
 */
export interface ControlTablesSettings {
  /**
   * Schema of the control tables.
   *
   * @default - the target engine's usual one
   */
  readonly controlSchema?: string;

  /**
   * Minutes that one row of the history stands for.
   *
   * @default 5
   */
  readonly historyTimeslotInMinutes?: number;

  /**
   * Keep `awsdms_history`.
   *
   * @default false
   */
  readonly historyTableEnabled?: boolean;

  /**
   * Keep `awsdms_suspended_tables`.
   *
   * @default false
   */
  readonly suspendedTablesTableEnabled?: boolean;

  /**
   * Keep `awsdms_status`.
   *
   * @default false
   */
  readonly statusTableEnabled?: boolean;

  /**
   * Keep `awsdms_full_load_exceptions`.
   *
   * @default false
   */
  readonly fullLoadExceptionTableEnabled?: boolean;

  /**
   * Keep the position of the last commit.
   *
   * @default false
   */
  readonly commitPositionTableEnabled?: boolean;
}

/**
 * Values before the change, for streaming targets.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.BeforeImage.html
 */
export interface BeforeImageSettings {
  /**
   * Send them.
   *
   * @default false
   */
  readonly enableBeforeImage?: boolean;

  /**
   * Field of the message that holds them.
   *
   * @default - none
   */
  readonly fieldName?: string;

  /**
   * Which columns.
   *
   * @default BeforeImageFilter.PK_ONLY
   */
  readonly columnFilter?: BeforeImageFilter;
}

/**
 * One character that becomes another.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.CharacterSubstitution.html
 */
export interface CharacterReplacement {
  /** Code point on the source. */
  readonly sourceCharacterCodePoint: number;

  /** Code point on the target. */
  readonly targetCharacterCodePoint: number;
}

/**
 * A target character set.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.CharacterSubstitution.html
 */
export interface CharacterSetSupport {
  /** The set, for example `UTF16_PlatformEndian`. */
  readonly characterSet: string;

  /**
   * Code point for characters that it has not; 0 leaves them out.
   *
   * @default - none
   */
  readonly replaceWithCharacterCodePoint?: number;
}

/**
 * Replaces characters. Not together with validation.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.CharacterSubstitution.html
 */
export interface CharacterSetSettings {
  /**
   * Single characters.
   *
   * @default - none
   */
  readonly characterReplacements?: CharacterReplacement[];

  /**
   * A character set.
   *
   * @default - none
   */
  readonly characterSetSupport?: CharacterSetSupport;
}

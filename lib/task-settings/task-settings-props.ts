import { ChangeProcessingDdlHandlingPolicy, ChangeProcessingTuning, StreamBufferSettings } from './change-settings';
import { ErrorBehavior } from './error-settings';
import {
  BeforeImageSettings,
  CharacterSetSettings,
  ControlTablesSettings,
  LoopbackPreventionSettings,
  TimeTravelSettings,
} from './feature-settings';
import { FullLoadSettings, TargetMetadataSettings } from './load-settings';
import { LoggingSettings } from './logging-settings';
import { PreMigrationAssessmentSettings, ResyncSettings, ValidationSettings } from './validation-settings';

/**
 * Settings of a replication task, section by section. What is left out stays with DMS's own default.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.html
 */
export interface TaskSettingsProps {
  /**
   * How data is written to the target.
   *
   * @default - DMS's defaults
   */
  readonly targetMetadata?: TargetMetadataSettings;

  /**
   * How the full load runs.
   *
   * @default - DMS's defaults
   */
  readonly fullLoadSettings?: FullLoadSettings;

  /**
   * Time travel.
   *
   * @default - DMS's defaults
   */
  readonly ttSettings?: TimeTravelSettings;

  /**
   * What is logged.
   *
   * @default - DMS's defaults
   */
  readonly logging?: LoggingSettings;

  /**
   * Two-way replication.
   *
   * @default - DMS's defaults
   */
  readonly loopbackPreventionSettings?: LoopbackPreventionSettings;

  /**
   * Control tables on the target.
   *
   * @default - DMS's defaults
   */
  readonly controlTablesSettings?: ControlTablesSettings;

  /**
   * Buffers between capture and apply.
   *
   * @default - DMS's defaults
   */
  readonly streamBufferSettings?: StreamBufferSettings;

  /**
   * How changes are grouped.
   *
   * @default - DMS's defaults
   */
  readonly changeProcessingTuning?: ChangeProcessingTuning;

  /**
   * Which DDL reaches the target.
   *
   * @default - DMS's defaults
   */
  readonly changeProcessingDdlHandlingPolicy?: ChangeProcessingDdlHandlingPolicy;

  /**
   * What is done about errors.
   *
   * @default - DMS's defaults
   */
  readonly errorBehavior?: ErrorBehavior;

  /**
   * Comparison of source and target.
   *
   * @default - DMS's defaults
   */
  readonly validationSettings?: ValidationSettings;

  /**
   * Repair of differences.
   *
   * @default - DMS's defaults
   */
  readonly resyncSettings?: ResyncSettings;

  /**
   * Values before the change.
   *
   * @default - DMS's defaults
   */
  readonly beforeImageSettings?: BeforeImageSettings;

  /**
   * Replaced characters.
   *
   * @default - DMS's defaults
   */
  readonly characterSetSettings?: CharacterSetSettings;

  /**
   * Assessment before a serverless replication.
   *
   * @default - DMS's defaults
   */
  readonly preMigrationAssessment?: PreMigrationAssessmentSettings;

  /**
   * Fail the task when resources that it made cannot be cleaned up.
   *
   * @default false
   */
  readonly failTaskWhenCleanTaskResourceFailed?: boolean;
}

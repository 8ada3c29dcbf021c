import { UsageError } from '../../errors';
import { TaskSettings } from '../../../lib/task-settings';

/** The task settings that change what the engine does. */
export interface SettingsInEffect {
  /** `LobMaxSize` in bytes. */
  readonly lobMaxBytes: number;
  readonly maxFullLoadSubTasks: number;
  readonly targetTablePrepMode: 'DO_NOTHING' | 'DROP_AND_CREATE' | 'TRUNCATE_BEFORE_LOAD';
  /** A TRUNCATE in the source removes the table's files. */
  readonly handleTruncated: boolean;
  /** New columns of the source reach later files. */
  readonly handleAltered: boolean;
  /** A DROP in the source removes the table's files. */
  readonly handleDropped: boolean;
}

/** Sections and keys that tune DMS itself; a local run has no such part, and the lake does not show them. */
const WITHOUT_EFFECT = [
  'StreamBufferSettings', 'ChangeProcessingTuning', 'Logging', 'FailTaskWhenCleanTaskResourceFailed',
  'ControlTablesSettings.ControlSchema', 'ControlTablesSettings.HistoryTimeslotInMinutes',
  'ControlTablesSettings.historyTimeslotInMinutes',
  'TargetMetadata.TargetSchema', 'TargetMetadata.LobChunkSize', 'TargetMetadata.LoadMaxFileSize',
  'TargetMetadata.ParallelLoadThreads', 'TargetMetadata.ParallelLoadBufferSize',
  'TargetMetadata.ParallelLoadQueuesPerThread', 'TargetMetadata.ParallelApplyThreads',
  'TargetMetadata.ParallelApplyBufferSize', 'TargetMetadata.ParallelApplyQueuesPerThread',
  'FullLoadSettings.CreatePkAfterFullLoad', 'FullLoadSettings.TransactionConsistencyTimeout',
  'FullLoadSettings.CommitRate',
  // A local run meets no recoverable error of AWS's network, and its comparison does not need DMS's validation.
  'ErrorBehavior.RecoverableErrorCount', 'ErrorBehavior.RecoverableErrorInterval',
  'ErrorBehavior.RecoverableErrorThrottling', 'ErrorBehavior.RecoverableErrorThrottlingMax',
  'ErrorBehavior.RecoverableErrorStopRetryAfterThrottlingMax', 'ErrorBehavior.FailOnTransactionConsistencyBreached',
  'ValidationSettings.EnableValidation', 'ValidationSettings.ValidationMode', 'ValidationSettings.ThreadCount',
  'ValidationSettings.PartitionSize', 'ValidationSettings.FailureMaxCount', 'ValidationSettings.TableFailureMaxCount',
  'ValidationSettings.RecordFailureDelayInMinutes', 'ValidationSettings.RecordFailureDelayLimitInMinutes',
  'ValidationSettings.RecordSuspendDelayInMinutes', 'ValidationSettings.MaxKeyColumnSize',
  'ValidationSettings.HandleCollationDiff', 'ValidationSettings.ValidationQueryCdcDelaySeconds',
];
const SUPPORTED = [
  'TargetMetadata.LobMaxSize', 'FullLoadSettings.MaxFullLoadSubTasks', 'FullLoadSettings.TargetTablePrepMode',
  'ChangeProcessingDdlHandlingPolicy.HandleSourceTableTruncated',
  'ChangeProcessingDdlHandlingPolicy.HandleSourceTableAltered',
  'ChangeProcessingDdlHandlingPolicy.HandleSourceTableDropped',
];

type Section = Readonly<Record<string, unknown>>;

/**
 * Reads the task settings over DMS's effective defaults.
 *
 * @throws {UsageError} for a setting that asks for something else than the default and that the engine does not have
 */
export function readTaskSettings(task: string, document: unknown): SettingsInEffect {
  const settings = TaskSettings.fromJson(document);
  const defaults = TaskSettings.fromJson({}).effective() as Section;
  for (const [section, members] of Object.entries(settings.toJson() as Section)) {
    if (WITHOUT_EFFECT.includes(section)) continue;
    for (const [key, value] of Object.entries(isSection(members) ? members : {})) {
      const path = `${section}.${key}`;
      if (WITHOUT_EFFECT.includes(path) || SUPPORTED.includes(path)) continue;
      if (!sameValue(value, (defaults[section] as Section | undefined)?.[key])) {
        throw new UsageError(`task ${task}: ${path} = ${JSON.stringify(value)} is not supported by the local engine yet`);
      }
    }
  }
  const effective = settings.effective() as Readonly<Record<string, Section>>;
  const of = (section: string, key: string): unknown => effective[section]?.[key];
  return {
    lobMaxBytes: Number(of('TargetMetadata', 'LobMaxSize')) * 1024,
    maxFullLoadSubTasks: Number(of('FullLoadSettings', 'MaxFullLoadSubTasks')),
    targetTablePrepMode: of('FullLoadSettings', 'TargetTablePrepMode') as SettingsInEffect['targetTablePrepMode'],
    handleTruncated: of('ChangeProcessingDdlHandlingPolicy', 'HandleSourceTableTruncated') === true,
    handleAltered: of('ChangeProcessingDdlHandlingPolicy', 'HandleSourceTableAltered') === true,
    handleDropped: of('ChangeProcessingDdlHandlingPolicy', 'HandleSourceTableDropped') === true,
  };
}

function isSection(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A section that is null or switched off is what DMS starts from. */
function sameValue(value: unknown, otherwise: unknown): boolean {
  if (value === null || value === false || value === '') return otherwise === undefined || otherwise === null || otherwise === value;
  return JSON.stringify(value) === JSON.stringify(otherwise);
}

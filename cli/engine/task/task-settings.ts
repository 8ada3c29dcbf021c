import { UsageError } from '../../errors';
import { TaskSettings } from '../../../lib/task-settings';
import type { ErrorPolicies, RecordErrorPolicy } from './error-policy';

/** `RecoverableError…`: what to do when the source goes away. */
export interface RetryPolicy {
  /** Tries without getting on; below zero, as many as it takes. */
  readonly count: number;
  readonly intervalSeconds: number;
  /** Whether each interval is twice the one before, up to the longest one. */
  readonly throttling: boolean;
  readonly longestIntervalSeconds: number;
  /** Whether the longest interval is the end; otherwise it is repeated. */
  readonly stopsAtLongestInterval: boolean;
}

/** The task settings that change what the engine does. */
export interface SettingsInEffect {
  /** `LobMaxSize` in bytes; in full LOB mode there is no limit. */
  readonly lobMaxBytes: number;
  readonly maxFullLoadSubTasks: number;
  readonly targetTablePrepMode: 'DO_NOTHING' | 'DROP_AND_CREATE' | 'TRUNCATE_BEFORE_LOAD';
  /** A TRUNCATE in the source removes the table's files. */
  readonly handleTruncated: boolean;
  /** New columns of the source reach later files. */
  readonly handleAltered: boolean;
  /** A DROP in the source removes the table's files. */
  readonly handleDropped: boolean;
  readonly retry: RetryPolicy;
  /** `StopTaskCachedChanges…`: where a task that goes on with changes stops for somebody to look. */
  readonly stopAfter: 'full-load' | 'cached-changes' | undefined;
  readonly errors: ErrorPolicies;
  /** `ApplyErrorFailOnTruncationDdl`: a TRUNCATE in the source stops the task. */
  readonly failOnTruncate: boolean;
  /** `FailOnNoTablesCaptured`: rules that choose no table are an error. */
  readonly failOnNoTables: boolean;
  /** `TargetSchema`: the schema of tables that no rule renames; empty, that of the source. */
  readonly targetSchema: string;
  /** `SupportLobs`: without it the columns that are LOBs to DMS are left out. */
  readonly supportLobs: boolean;
  /** `ValidationSettings.SkipLobColumns`. */
  readonly comparesLobs: boolean;
  /** Settings that ask for something that DMS does not document for S3; the run says so. */
  readonly withoutCounterpart: readonly string[];
}

/** Sections and keys that tune DMS itself; a local run has no such part, and the lake does not show them. */
const WITHOUT_EFFECT = [
  'StreamBufferSettings', 'ChangeProcessingTuning', 'Logging', 'FailTaskWhenCleanTaskResourceFailed',
  'ControlTablesSettings.ControlSchema', 'ControlTablesSettings.HistoryTimeslotInMinutes',
  'ControlTablesSettings.historyTimeslotInMinutes',
  'TargetMetadata.LobChunkSize', 'TargetMetadata.LoadMaxFileSize',
  'TargetMetadata.ParallelLoadThreads', 'TargetMetadata.ParallelLoadBufferSize',
  'TargetMetadata.ParallelLoadQueuesPerThread', 'TargetMetadata.ParallelApplyThreads',
  'TargetMetadata.ParallelApplyBufferSize', 'TargetMetadata.ParallelApplyQueuesPerThread',
  'FullLoadSettings.CreatePkAfterFullLoad', 'FullLoadSettings.TransactionConsistencyTimeout',
  'FullLoadSettings.CommitRate',
  // A file takes every row: what a database answers to INSERT, UPDATE and DELETE is in database-settings.ts.
  'ErrorBehavior.ApplyErrorDeletePolicy', 'ErrorBehavior.ApplyErrorInsertPolicy', 'ErrorBehavior.ApplyErrorUpdatePolicy',
  'ErrorBehavior.ApplyErrorEscalationPolicy', 'ErrorBehavior.ApplyErrorEscalationCount',
  'ErrorBehavior.FullLoadIgnoreConflicts',
  // No event is sent, and a mask is a function that cannot fail.
  'ErrorBehavior.EventErrorPolicy', 'ErrorBehavior.DataMaskingErrorPolicy',
  // DMS has no other value.
  'ErrorBehavior.TableErrorEscalationPolicy',
  // Of Oracle only.
  'ErrorBehavior.FailOnTransactionConsistencyBreached',
  // The comparison is not DMS's validation: it always takes place, at the end, and sees every row.
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
  'ErrorBehavior.RecoverableErrorCount', 'ErrorBehavior.RecoverableErrorInterval',
  'ErrorBehavior.RecoverableErrorThrottling', 'ErrorBehavior.RecoverableErrorThrottlingMax',
  'ErrorBehavior.RecoverableErrorStopRetryAfterThrottlingMax',
  'FullLoadSettings.StopTaskCachedChangesApplied', 'FullLoadSettings.StopTaskCachedChangesNotApplied',
  'ErrorBehavior.DataErrorEscalationCount', 'ErrorBehavior.DataErrorEscalationPolicy',
  'ErrorBehavior.TableErrorPolicy', 'ErrorBehavior.TableErrorEscalationCount',
  'ErrorBehavior.ApplyErrorFailOnTruncationDdl', 'ErrorBehavior.FailOnNoTablesCaptured',
  'TargetMetadata.TargetSchema', 'TargetMetadata.SupportLobs', 'TargetMetadata.LimitedSizeLobMode',
  'ValidationSettings.SkipLobColumns',
];
/** What DMS keeps in tables of the target; it documents them for databases only. */
const TABLES_OF_A_DATABASE = [
  'ControlTablesSettings.HistoryTableEnabled', 'ControlTablesSettings.SuspendedTablesTableEnabled',
  'ControlTablesSettings.StatusTableEnabled', 'ControlTablesSettings.FullLoadExceptionTableEnabled',
  'ControlTablesSettings.CommitPositionTableEnabled', 'TargetMetadata.TaskRecoveryTableEnabled',
];
/** What only a database has; files have their rows in an order of their own, and no LOB of full length. */
const OF_A_DATABASE = [
  'TargetMetadata.FullLobMode', 'TargetMetadata.InlineLobMaxSize',
  'LoopbackPreventionSettings.EnableLoopbackPrevention', 'LoopbackPreventionSettings.SourceSchema',
  'LoopbackPreventionSettings.TargetSchema',
];
/** Leaving out single records would have to take them back from columns that are written already. */
const RECORD_POLICIES: readonly RecordErrorPolicy[] = ['LOG_ERROR', 'SUSPEND_TABLE', 'STOP_TASK'];
const RECORD_POLICY_KEYS = ['DataErrorPolicy', 'DataTruncationErrorPolicy'];

type Section = Readonly<Record<string, unknown>>;

/**
 * Reads the task settings over DMS's effective defaults.
 *
 * @throws {UsageError} for a setting that asks for something else than the default and that the engine does not have
 */
export function readTaskSettings(task: string, document: unknown, intoDatabase = false): SettingsInEffect {
  const settings = TaskSettings.fromJson(document);
  const defaults = TaskSettings.fromJson({}).effective() as Section;
  for (const [section, members] of Object.entries(settings.toJson() as Section)) {
    if (WITHOUT_EFFECT.includes(section)) continue;
    for (const [key, value] of Object.entries(isSection(members) ? members : {})) {
      const path = `${section}.${key}`;
      if ([...WITHOUT_EFFECT, ...SUPPORTED, ...TABLES_OF_A_DATABASE].includes(path)) continue;
      if (intoDatabase && OF_A_DATABASE.includes(path)) continue;
      const policies = intoDatabase ? ['IGNORE_RECORD', ...RECORD_POLICIES] : RECORD_POLICIES;
      if (RECORD_POLICY_KEYS.includes(key) && policies.includes(value as RecordErrorPolicy)) continue;
      if (!sameValue(value, (defaults[section] as Section | undefined)?.[key])) {
        throw new UsageError(`task ${task}: ${path} = ${JSON.stringify(value)} is not supported by the local engine yet`);
      }
    }
  }
  const effective = settings.effective() as Readonly<Record<string, Section>>;
  const of = (section: string, key: string): unknown => effective[section]?.[key];
  return {
    lobMaxBytes: of('TargetMetadata', 'FullLobMode') === true ? Infinity : Number(of('TargetMetadata', 'LobMaxSize')) * 1024,
    maxFullLoadSubTasks: Number(of('FullLoadSettings', 'MaxFullLoadSubTasks')),
    targetTablePrepMode: of('FullLoadSettings', 'TargetTablePrepMode') as SettingsInEffect['targetTablePrepMode'],
    handleTruncated: of('ChangeProcessingDdlHandlingPolicy', 'HandleSourceTableTruncated') === true,
    handleAltered: of('ChangeProcessingDdlHandlingPolicy', 'HandleSourceTableAltered') === true,
    handleDropped: of('ChangeProcessingDdlHandlingPolicy', 'HandleSourceTableDropped') === true,
    stopAfter: of('FullLoadSettings', 'StopTaskCachedChangesNotApplied') === true ? 'full-load'
      : of('FullLoadSettings', 'StopTaskCachedChangesApplied') === true ? 'cached-changes' : undefined,
    errors: {
      data: of('ErrorBehavior', 'DataErrorPolicy') as RecordErrorPolicy,
      truncation: of('ErrorBehavior', 'DataTruncationErrorPolicy') as RecordErrorPolicy,
      escalation: {
        count: Number(of('ErrorBehavior', 'DataErrorEscalationCount')),
        policy: of('ErrorBehavior', 'DataErrorEscalationPolicy') as RecordErrorPolicy,
      },
      // A table that is suspended has no second error: more than one never escalates.
      suspendsTables: of('ErrorBehavior', 'TableErrorPolicy') === 'SUSPEND_TABLE'
        && Number(of('ErrorBehavior', 'TableErrorEscalationCount')) !== 1,
    },
    failOnTruncate: of('ErrorBehavior', 'ApplyErrorFailOnTruncationDdl') === true,
    failOnNoTables: of('ErrorBehavior', 'FailOnNoTablesCaptured') !== false,
    targetSchema: (of('TargetMetadata', 'TargetSchema') as string | null | undefined) ?? '',
    supportLobs: of('TargetMetadata', 'SupportLobs') !== false,
    comparesLobs: of('ValidationSettings', 'SkipLobColumns') !== true,
    withoutCounterpart: TABLES_OF_A_DATABASE.filter((path) => {
      const [section, key] = path.split('.');
      return of(section!, key!) === true;
    }),
    retry: {
      count: Number(of('ErrorBehavior', 'RecoverableErrorCount')),
      intervalSeconds: Number(of('ErrorBehavior', 'RecoverableErrorInterval')),
      throttling: of('ErrorBehavior', 'RecoverableErrorThrottling') === true,
      longestIntervalSeconds: Number(of('ErrorBehavior', 'RecoverableErrorThrottlingMax')),
      stopsAtLongestInterval: of('ErrorBehavior', 'RecoverableErrorStopRetryAfterThrottlingMax') === true,
    },
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

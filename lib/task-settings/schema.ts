import { any, boolean, choice, choices, integer, JsonMembers, JsonShape, list, object, scalar, text } from '../private/json-shape';
import {
  ApplyEscalationPolicy,
  ApplyInsertErrorPolicy,
  ApplyUpdateErrorPolicy,
  BeforeImageFilter,
  DataErrorPolicy,
  EventErrorPolicy,
  LogComponentId,
  LogSeverity,
  TableErrorPolicy,
  TargetTablePrepMode,
  TimeTravelEncryption,
  ValidationMode,
} from './enums';

const oneOf = (values: Record<string, string>): JsonShape => choice(Object.values(values));

const dataErrorPolicy = oneOf(DataErrorPolicy);
const tableErrorPolicy = oneOf(TableErrorPolicy);

/**
 * The documented JSON of task settings: what each key holds and its documented bounds. The typed properties are
 * rendered by it and documents are checked against it, so a key is written down once.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.html
 */
export const TASK_SETTINGS: JsonMembers = {
  TargetMetadata: object({
    TargetSchema: text,
    SupportLobs: boolean,
    FullLobMode: boolean,
    LobChunkSize: integer(),
    LimitedSizeLobMode: boolean,
    LobMaxSize: integer(0, 102400),
    InlineLobMaxSize: integer(0, 102400),
    LoadMaxFileSize: integer(),
    ParallelLoadThreads: integer(0, 200),
    ParallelLoadBufferSize: integer(0, 1000),
    ParallelLoadQueuesPerThread: integer(),
    ParallelApplyThreads: integer(0, 32),
    ParallelApplyBufferSize: integer(0, 1000),
    ParallelApplyQueuesPerThread: integer(),
    BatchApplyEnabled: boolean,
    TaskRecoveryTableEnabled: boolean,
  }),
  FullLoadSettings: object({
    TargetTablePrepMode: oneOf(TargetTablePrepMode),
    CreatePkAfterFullLoad: boolean,
    StopTaskCachedChangesApplied: boolean,
    StopTaskCachedChangesNotApplied: boolean,
    MaxFullLoadSubTasks: integer(1, 49),
    TransactionConsistencyTimeout: integer(),
    CommitRate: integer(1, 50000),
  }),
  TTSettings: object({
    EnableTT: boolean,
    TTS3Settings: object({
      EncryptionMode: oneOf(TimeTravelEncryption),
      ServerSideEncryptionKmsKeyId: text,
      ServiceAccessRoleArn: text,
      BucketName: text,
      BucketFolder: text,
      EnableDeletingFromS3OnTaskDelete: boolean,
    }),
    TTRecordSettings: object({
      EnableRawData: boolean,
      OperationsToLog: choices(['INSERT', 'UPDATE', 'DELETE', 'COMMIT', 'ROLLBACK', 'ALL']),
      MaxRecordSize: integer(),
    }),
  }),
  Logging: object({
    EnableLogging: boolean,
    EnableLogContext: boolean,
    LogComponents: list(object({ Id: oneOf(LogComponentId), Severity: oneOf(LogSeverity) })),
    LogConfiguration: object({ EnableTraceOnError: boolean, TraceOnErrorMb: integer() }),
    DeleteTaskLogs: boolean,
    CloudWatchLogGroup: text,
    CloudWatchLogStream: text,
  }),
  LoopbackPreventionSettings: object({ EnableLoopbackPrevention: boolean, SourceSchema: text, TargetSchema: text }),
  ControlTablesSettings: object({
    ControlSchema: text,
    HistoryTimeslotInMinutes: integer(),
    HistoryTableEnabled: boolean,
    SuspendedTablesTableEnabled: boolean,
    StatusTableEnabled: boolean,
    FullLoadExceptionTableEnabled: boolean,
    CommitPositionTableEnabled: boolean,
  }),
  StreamBufferSettings: object({
    StreamBufferCount: integer(1),
    StreamBufferSizeInMB: integer(1),
    CtrlStreamBufferSizeInMB: integer(1, 8),
  }),
  ChangeProcessingTuning: object({
    BatchApplyPreserveTransaction: boolean,
    BatchApplyTimeoutMin: integer(),
    BatchApplyTimeoutMax: integer(),
    BatchApplyMemoryLimit: integer(),
    BatchSplitSize: integer(),
    MinTransactionSize: integer(),
    CommitTimeout: integer(),
    MemoryLimitTotal: integer(),
    MemoryKeepTime: integer(),
    StatementCacheSize: integer(0, 200),
    RecoveryTimeout: integer(-1),
  }),
  ChangeProcessingDdlHandlingPolicy: object({
    HandleSourceTableDropped: boolean,
    HandleSourceTableTruncated: boolean,
    HandleSourceTableAltered: boolean,
  }),
  ErrorBehavior: object({
    DataErrorPolicy: dataErrorPolicy,
    DataTruncationErrorPolicy: dataErrorPolicy,
    DataMaskingErrorPolicy: dataErrorPolicy,
    DataErrorEscalationPolicy: tableErrorPolicy,
    DataErrorEscalationCount: integer(),
    EventErrorPolicy: oneOf(EventErrorPolicy),
    TableErrorPolicy: tableErrorPolicy,
    TableErrorEscalationPolicy: choice([TableErrorPolicy.STOP_TASK]),
    TableErrorEscalationCount: integer(),
    RecoverableErrorCount: integer(-1),
    RecoverableErrorInterval: integer(),
    RecoverableErrorThrottling: boolean,
    RecoverableErrorThrottlingMax: integer(),
    RecoverableErrorStopRetryAfterThrottlingMax: boolean,
    ApplyErrorDeletePolicy: dataErrorPolicy,
    ApplyErrorInsertPolicy: oneOf(ApplyInsertErrorPolicy),
    ApplyErrorUpdatePolicy: oneOf(ApplyUpdateErrorPolicy),
    ApplyErrorEscalationPolicy: oneOf(ApplyEscalationPolicy),
    ApplyErrorEscalationCount: integer(),
    ApplyErrorFailOnTruncationDdl: boolean,
    FullLoadIgnoreConflicts: boolean,
    FailOnTransactionConsistencyBreached: boolean,
    FailOnNoTablesCaptured: boolean,
  }),
  ValidationSettings: object({
    EnableValidation: boolean,
    ValidationMode: oneOf(ValidationMode),
    ThreadCount: integer(1),
    PartitionSize: integer(1),
    FailureMaxCount: integer(),
    TableFailureMaxCount: integer(),
    RecordFailureDelayInMinutes: integer(),
    RecordFailureDelayLimitInMinutes: integer(),
    RecordSuspendDelayInMinutes: integer(),
    MaxKeyColumnSize: integer(),
    ValidationOnly: boolean,
    HandleCollationDiff: boolean,
    SkipLobColumns: boolean,
    ValidationPartialLobSize: integer(),
    ValidationQueryCdcDelaySeconds: integer(),
  }),
  ResyncSettings: object({
    EnableResync: boolean,
    ResyncSchedule: text,
    MaxResyncTime: integer(5, 14400),
    ValidationTaskId: text,
  }),
  BeforeImageSettings: object({ EnableBeforeImage: boolean, FieldName: text, ColumnFilter: oneOf(BeforeImageFilter) }),
  CharacterSetSettings: object({
    CharacterReplacements: list(object({ SourceCharacterCodePoint: scalar, TargetCharacterCodePoint: scalar })),
    CharacterSetSupport: object({ CharacterSet: text, ReplaceWithCharacterCodePoint: scalar }),
  }),
  PostProcessingRules: any,
  FailTaskWhenCleanTaskResourceFailed: boolean,
  PreMigrationAssessment: object({ Enable: boolean }),
};

/** Sections that DMS reads back as null when they are not used. */
export const NULLABLE_SECTIONS: readonly string[] = [
  'TTSettings', 'LoopbackPreventionSettings', 'BeforeImageSettings', 'CharacterSetSettings', 'PostProcessingRules',
];

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

/**
 * The documented JSON of task settings: what each key holds and its documented bounds. The typed properties are
 * rendered by it and documents are checked against it, so a key is written down once.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.html
 */
export type SettingSchema =
  | { readonly kind: 'boolean' }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'text' }
  /** A code point, as a number or as hexadecimal text. */
  | { readonly kind: 'code-point' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  /** Several of the values, separated by commas. */
  | { readonly kind: 'choices'; readonly values: readonly string[] }
  | { readonly kind: 'section'; readonly members: SettingMembers }
  | { readonly kind: 'list'; readonly items: SettingMembers }
  | { readonly kind: 'any' };

export type SettingMembers = Readonly<Record<string, SettingSchema>>;

const UNBOUNDED = Number.MAX_SAFE_INTEGER;
const flag: SettingSchema = { kind: 'boolean' };
const text: SettingSchema = { kind: 'text' };
const any: SettingSchema = { kind: 'any' };
const codePoint: SettingSchema = { kind: 'code-point' };
const integer = (min = 0, max = UNBOUNDED): SettingSchema => ({ kind: 'integer', min, max });
const choice = (values: Record<string, string>): SettingSchema => ({ kind: 'choice', values: Object.values(values) });
const section = (members: SettingMembers): SettingSchema => ({ kind: 'section', members });
const list = (items: SettingMembers): SettingSchema => ({ kind: 'list', items });

const dataErrorPolicy = choice(DataErrorPolicy);
const tableErrorPolicy = choice(TableErrorPolicy);

export const TASK_SETTINGS: SettingMembers = {
  TargetMetadata: section({
    TargetSchema: text,
    SupportLobs: flag,
    FullLobMode: flag,
    LobChunkSize: integer(),
    LimitedSizeLobMode: flag,
    LobMaxSize: integer(0, 102400),
    InlineLobMaxSize: integer(0, 102400),
    LoadMaxFileSize: integer(),
    ParallelLoadThreads: integer(0, 200),
    ParallelLoadBufferSize: integer(0, 1000),
    ParallelLoadQueuesPerThread: integer(),
    ParallelApplyThreads: integer(0, 32),
    ParallelApplyBufferSize: integer(0, 1000),
    ParallelApplyQueuesPerThread: integer(),
    BatchApplyEnabled: flag,
    TaskRecoveryTableEnabled: flag,
  }),
  FullLoadSettings: section({
    TargetTablePrepMode: choice(TargetTablePrepMode),
    CreatePkAfterFullLoad: flag,
    StopTaskCachedChangesApplied: flag,
    StopTaskCachedChangesNotApplied: flag,
    MaxFullLoadSubTasks: integer(1, 49),
    TransactionConsistencyTimeout: integer(),
    CommitRate: integer(1, 50000),
  }),
  TTSettings: section({
    EnableTT: flag,
    TTS3Settings: section({
      EncryptionMode: choice(TimeTravelEncryption),
      ServerSideEncryptionKmsKeyId: text,
      ServiceAccessRoleArn: text,
      BucketName: text,
      BucketFolder: text,
      EnableDeletingFromS3OnTaskDelete: flag,
    }),
    TTRecordSettings: section({
      EnableRawData: flag,
      OperationsToLog: { kind: 'choices', values: ['INSERT', 'UPDATE', 'DELETE', 'COMMIT', 'ROLLBACK', 'ALL'] },
      MaxRecordSize: integer(),
    }),
  }),
  Logging: section({
    EnableLogging: flag,
    EnableLogContext: flag,
    LogComponents: list({ Id: choice(LogComponentId), Severity: choice(LogSeverity) }),
    LogConfiguration: section({ EnableTraceOnError: flag, TraceOnErrorMb: integer() }),
    DeleteTaskLogs: flag,
    CloudWatchLogGroup: text,
    CloudWatchLogStream: text,
  }),
  LoopbackPreventionSettings: section({ EnableLoopbackPrevention: flag, SourceSchema: text, TargetSchema: text }),
  ControlTablesSettings: section({
    ControlSchema: text,
    HistoryTimeslotInMinutes: integer(),
    HistoryTableEnabled: flag,
    SuspendedTablesTableEnabled: flag,
    StatusTableEnabled: flag,
    FullLoadExceptionTableEnabled: flag,
    CommitPositionTableEnabled: flag,
  }),
  StreamBufferSettings: section({
    StreamBufferCount: integer(1),
    StreamBufferSizeInMB: integer(1),
    CtrlStreamBufferSizeInMB: integer(1, 8),
  }),
  ChangeProcessingTuning: section({
    BatchApplyPreserveTransaction: flag,
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
  ChangeProcessingDdlHandlingPolicy: section({
    HandleSourceTableDropped: flag,
    HandleSourceTableTruncated: flag,
    HandleSourceTableAltered: flag,
  }),
  ErrorBehavior: section({
    DataErrorPolicy: dataErrorPolicy,
    DataTruncationErrorPolicy: dataErrorPolicy,
    DataMaskingErrorPolicy: dataErrorPolicy,
    DataErrorEscalationPolicy: tableErrorPolicy,
    DataErrorEscalationCount: integer(),
    EventErrorPolicy: choice(EventErrorPolicy),
    TableErrorPolicy: tableErrorPolicy,
    TableErrorEscalationPolicy: { kind: 'choice', values: [TableErrorPolicy.STOP_TASK] },
    TableErrorEscalationCount: integer(),
    RecoverableErrorCount: integer(-1),
    RecoverableErrorInterval: integer(),
    RecoverableErrorThrottling: flag,
    RecoverableErrorThrottlingMax: integer(),
    RecoverableErrorStopRetryAfterThrottlingMax: flag,
    ApplyErrorDeletePolicy: dataErrorPolicy,
    ApplyErrorInsertPolicy: choice(ApplyInsertErrorPolicy),
    ApplyErrorUpdatePolicy: choice(ApplyUpdateErrorPolicy),
    ApplyErrorEscalationPolicy: choice(ApplyEscalationPolicy),
    ApplyErrorEscalationCount: integer(),
    ApplyErrorFailOnTruncationDdl: flag,
    FullLoadIgnoreConflicts: flag,
    FailOnTransactionConsistencyBreached: flag,
    FailOnNoTablesCaptured: flag,
  }),
  ValidationSettings: section({
    EnableValidation: flag,
    ValidationMode: choice(ValidationMode),
    ThreadCount: integer(1),
    PartitionSize: integer(1),
    FailureMaxCount: integer(),
    TableFailureMaxCount: integer(),
    RecordFailureDelayInMinutes: integer(),
    RecordFailureDelayLimitInMinutes: integer(),
    RecordSuspendDelayInMinutes: integer(),
    MaxKeyColumnSize: integer(),
    ValidationOnly: flag,
    HandleCollationDiff: flag,
    SkipLobColumns: flag,
    ValidationPartialLobSize: integer(),
    ValidationQueryCdcDelaySeconds: integer(),
  }),
  ResyncSettings: section({
    EnableResync: flag,
    ResyncSchedule: text,
    MaxResyncTime: integer(5, 14400),
    ValidationTaskId: text,
  }),
  BeforeImageSettings: section({ EnableBeforeImage: flag, FieldName: text, ColumnFilter: choice(BeforeImageFilter) }),
  CharacterSetSettings: section({
    CharacterReplacements: list({ SourceCharacterCodePoint: codePoint, TargetCharacterCodePoint: codePoint }),
    CharacterSetSupport: section({ CharacterSet: text, ReplaceWithCharacterCodePoint: codePoint }),
  }),
  PostProcessingRules: any,
  FailTaskWhenCleanTaskResourceFailed: flag,
  PreMigrationAssessment: section({ Enable: flag }),
};

/** Sections that DMS reads back as null when they are not used. */
export const NULLABLE_SECTIONS: readonly string[] = [
  'TTSettings', 'LoopbackPreventionSettings', 'BeforeImageSettings', 'CharacterSetSettings', 'PostProcessingRules',
];

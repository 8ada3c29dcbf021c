/** What is done with target tables before the full load. */
export enum TargetTablePrepMode {
  /** Rows are added to what is there. */
  DO_NOTHING = 'DO_NOTHING',
  /** The table is dropped and created again, without its secondary indexes and grants. */
  DROP_AND_CREATE = 'DROP_AND_CREATE',
  /** The table is emptied and keeps its definition. */
  TRUNCATE_BEFORE_LOAD = 'TRUNCATE_BEFORE_LOAD',
}

/** A part of DMS that writes logs. */
export enum LogComponentId {
  TRANSFORMATION = 'TRANSFORMATION',
  SOURCE_UNLOAD = 'SOURCE_UNLOAD',
  IO = 'IO',
  TARGET_LOAD = 'TARGET_LOAD',
  PERFORMANCE = 'PERFORMANCE',
  SOURCE_CAPTURE = 'SOURCE_CAPTURE',
  SORTER = 'SORTER',
  REST_SERVER = 'REST_SERVER',
  VALIDATOR_EXT = 'VALIDATOR_EXT',
  VALIDATOR = 'VALIDATOR',
  TARGET_APPLY = 'TARGET_APPLY',
  TASK_MANAGER = 'TASK_MANAGER',
  TABLES_MANAGER = 'TABLES_MANAGER',
  METADATA_MANAGER = 'METADATA_MANAGER',
  FILE_FACTORY = 'FILE_FACTORY',
  COMMON = 'COMMON',
  ADDONS = 'ADDONS',
  DATA_STRUCTURE = 'DATA_STRUCTURE',
  COMMUNICATION = 'COMMUNICATION',
  FILE_TRANSFER = 'FILE_TRANSFER',
  DATA_RESYNC = 'DATA_RESYNC',
  RESYNC_UNLOAD = 'RESYNC_UNLOAD',
  RESYNC_APPLY = 'RESYNC_APPLY',
}

/** How much a component logs. */
export enum LogSeverity {
  ERROR = 'LOGGER_SEVERITY_ERROR',
  WARNING = 'LOGGER_SEVERITY_WARNING',
  INFO = 'LOGGER_SEVERITY_INFO',
  DEFAULT = 'LOGGER_SEVERITY_DEFAULT',
  DEBUG = 'LOGGER_SEVERITY_DEBUG',
  DETAILED_DEBUG = 'LOGGER_SEVERITY_DETAILED_DEBUG',
}

/** How the change log of time travel is encrypted. */
export enum TimeTravelEncryption {
  SSE_S3 = 'SSE_S3',
  SSE_KMS = 'SSE_KMS',
}

/** What is done with a record that cannot be written. */
export enum DataErrorPolicy {
  /** The record is left out, silently but for a counter. */
  IGNORE_RECORD = 'IGNORE_RECORD',
  /** The record is left out and logged. */
  LOG_ERROR = 'LOG_ERROR',
  /** The table goes no further. */
  SUSPEND_TABLE = 'SUSPEND_TABLE',
  /** The task goes no further. */
  STOP_TASK = 'STOP_TASK',
}

/** What is done about a table with errors, or with too many of them. */
export enum TableErrorPolicy {
  /** The table goes no further. */
  SUSPEND_TABLE = 'SUSPEND_TABLE',
  /** The task goes no further. */
  STOP_TASK = 'STOP_TASK',
}

/** What is done when too many changes could not be applied. */
export enum ApplyEscalationPolicy {
  LOG_ERROR = 'LOG_ERROR',
  SUSPEND_TABLE = 'SUSPEND_TABLE',
  STOP_TASK = 'STOP_TASK',
}

/** What is done about an error in an event of the task. */
export enum EventErrorPolicy {
  IGNORE = 'IGNORE',
  STOP_TASK = 'STOP_TASK',
}

/** What is done about an insert that cannot be applied. */
export enum ApplyInsertErrorPolicy {
  IGNORE_RECORD = 'IGNORE_RECORD',
  LOG_ERROR = 'LOG_ERROR',
  SUSPEND_TABLE = 'SUSPEND_TABLE',
  STOP_TASK = 'STOP_TASK',
  /** A row of that key is there: it is updated. */
  INSERT_RECORD = 'INSERT_RECORD',
}

/** What is done about an update that cannot be applied. */
export enum ApplyUpdateErrorPolicy {
  IGNORE_RECORD = 'IGNORE_RECORD',
  LOG_ERROR = 'LOG_ERROR',
  SUSPEND_TABLE = 'SUSPEND_TABLE',
  STOP_TASK = 'STOP_TASK',
  /** There is no row of that key: it is inserted. */
  UPDATE_RECORD = 'UPDATE_RECORD',
}

/** How source and target are compared. */
export enum ValidationMode {
  ROW_LEVEL = 'ROW_LEVEL',
  GROUP_LEVEL = 'GROUP_LEVEL',
}

/** Which columns a before image holds. */
export enum BeforeImageFilter {
  PK_ONLY = 'pk-only',
  NON_LOB = 'non-lob',
  ALL = 'all',
}

import { defineRules } from './finding';

const GUIDE = 'https://docs.aws.amazon.com/dms/latest/userguide/';
const S3_PAGE = `${GUIDE}CHAP_Target.S3.html`;
const SETTINGS_PAGE = `${GUIDE}CHAP_Tasks.CustomizingTasks.TaskSettings.`;

/** The rules for what a task, its endpoints, its mapping and its settings are together. */
export const TASK_RULES = defineRules('task', `${GUIDE}CHAP_Tasks.Creating.html`, {
  'migration-type': {
    reason: 'A task loads, captures changes or does both.',
    fix: 'use full-load, cdc or full-load-and-cdc',
  },
  'not-json': {
    reason: 'Table mappings and settings of a task are JSON text.',
    fix: 'correct the JSON',
  },
  'endpoint-type': {
    reason: 'A task reads from a source endpoint and writes to a target endpoint.',
    fix: 'swap the endpoints, or correct EndpointType',
  },
  'two-starts': {
    reason: 'Change capture starts from a time or from a position, not from both.',
    fix: 'keep one of CdcStartTime and CdcStartPosition',
    source: `${GUIDE}CHAP_Task.CDC.html`,
  },
  'table-prep-mode': {
    severity: 'warning',
    reason: 'Where TargetTablePrepMode is left out DMS drops the target tables before it loads.',
    fix: 'say what you mean: DO_NOTHING, TRUNCATE_BEFORE_LOAD or DROP_AND_CREATE',
    source: `${SETTINGS_PAGE}FullLoad.html`,
  },
  'views-with-cdc': {
    severity: 'warning',
    reason: 'Views have no changes to capture; DMS reads them in full-load tasks only.',
    fix: 'load views by a full-load task of their own',
    source: `${GUIDE}CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Selections.html`,
  },
  's3-batch-apply': {
    reason: 'Batch apply may lose rows on an S3 target.',
    fix: 'set TargetMetadata.BatchApplyEnabled to false',
    source: S3_PAGE,
  },
  's3-full-lob-mode': {
    reason: 'An S3 target takes LOBs in limited mode only.',
    fix: 'set LimitedSizeLobMode to true, FullLobMode to false and LobMaxSize to the longest LOB',
    source: S3_PAGE,
  },
  's3-lob-limit': {
    severity: 'warning',
    reason: 'Text without a length, JSON and arrays of PostgreSQL are LOBs to DMS, and limited mode cuts them at 32 KB '
      + 'unless told otherwise.',
    fix: 'set TargetMetadata.LobMaxSize to the kilobytes of the longest value',
    source: `${GUIDE}CHAP_Tasks.LOBSupport.html`,
  },
  's3-table-lob-settings': {
    severity: 'warning',
    reason: 'LOB settings of single tables do not work with S3 and Redshift targets.',
    fix: 'remove lob-settings, and set TargetMetadata.LobMaxSize for the task',
    source: `${GUIDE}CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Tablesettings.html`,
  },
  's3-op-column': {
    severity: 'warning',
    reason: 'Files of changes have the column Op; files of the load only have it with IncludeOpForFullLoad, so the '
      + 'table has two schemas.',
    fix: 'set S3Settings.IncludeOpForFullLoad to true',
    source: S3_PAGE,
  },
  's3-source-ddl': {
    severity: 'warning',
    reason: 'TRUNCATE and DROP on the source delete all files of the table in the bucket unless told otherwise.',
    fix: 'set HandleSourceTableTruncated and HandleSourceTableDropped to false in ChangeProcessingDdlHandlingPolicy',
    source: S3_PAGE,
  },
  's3-validation': {
    reason: 'Validation of S3 reads Parquet through Athena, and finds changes by timestamp and day.',
    fix: 'use DataFormat parquet, TimestampColumnName and date partitions that hold the day, or turn validation off',
    source: `${GUIDE}CHAP_Validating_S3.html`,
  },
});

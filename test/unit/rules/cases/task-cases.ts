import { checkTask, Finding } from '../../../../lib/rules';
import { RuleCase } from './rule-case';

type Json = Record<string, unknown>;

const selection = {
  'rule-type': 'selection',
  'rule-id': '1',
  'rule-action': 'include',
  'object-locator': { 'schema-name': 'public', 'table-name': 'orders' },
};
const settingsRule = (body: Json): Json => ({
  'rule-type': 'table-settings',
  'rule-id': '2',
  'object-locator': { 'schema-name': 'public', 'table-name': 'orders' },
  ...body,
});

/** Settings that no rule has anything to say to with an S3 target. */
const quiet: Json = {
  TargetMetadata: { LobMaxSize: 64 },
  FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
  ChangeProcessingDdlHandlingPolicy: { HandleSourceTableDropped: false, HandleSourceTableTruncated: false },
};
const properties = (over: Json = {}, settings: Json = {}, rules: Json[] = []): Json => ({
  MigrationType: 'full-load-and-cdc',
  TableMappings: JSON.stringify({ rules: [selection, ...rules] }),
  ReplicationTaskSettings: JSON.stringify({ ...quiet, ...settings }),
  ...over,
});
const source = (settings: Json = {}, type = 'source'): Json =>
  ({ EngineName: 'aurora-postgresql', EndpointType: type, PostgreSqlSettings: { HeartbeatEnable: true, ...settings } });
const target = (settings: Json = {}): Json =>
  ({ EngineName: 's3', EndpointType: 'target', S3Settings: { IncludeOpForFullLoad: true, ...settings } });
const parquet = { DataFormat: 'parquet', IncludeOpForFullLoad: true };

const check = (over: Json = {}, settings: Json = {}, rules: Json[] = []): Finding[] =>
  checkTask({ properties: properties(over, settings, rules), source: source(), target: target() });
const withSource = (settings: Json, over: Json = {}): Finding[] =>
  checkTask({ properties: properties(over), source: source(settings), target: target() });
const withTarget = (settings: Json, over: Json = {}, own: Json = {}): Finding[] =>
  checkTask({ properties: properties(over, own), source: source(), target: target(settings) });

const validated = { ValidationSettings: { EnableValidation: true } };
const byDay = { ...parquet, TimestampColumnName: 'at', DatePartitionEnabled: true };

export const TASK_CASES: RuleCase[] = [
  {
    rule: 'task/migration-type',
    broken: () => check({ MigrationType: 'full-load-and-cdcs' }),
    path: 'MigrationType',
    message: '"full-load-and-cdcs" is not a migration type (did you mean "full-load-and-cdc"?): it is full-load, cdc '
      + 'or full-load-and-cdc',
    passing: () => check({ MigrationType: 'cdc' }),
  },
  {
    rule: 'task/not-json',
    broken: () => check({ ReplicationTaskSettings: '' }),
    path: 'ReplicationTaskSettings',
    message: 'this is not JSON: Unexpected end of JSON input',
    passing: () => check(),
  },
  {
    rule: 'task/endpoint-type',
    broken: () => checkTask({ properties: properties(), source: source({}, 'target'), target: target() }),
    path: 'SourceEndpointArn',
    message: 'the endpoint is of type target: here it has to be of type source',
    passing: () => check(),
  },
  {
    rule: 'task/two-starts',
    broken: () => checkTask({ properties: properties({ CdcStartTime: 1, CdcStartPosition: 'mysql-bin.1:4' }) }),
    path: 'CdcStartTime',
    message: 'CdcStartTime and CdcStartPosition are both given',
    passing: () => checkTask({ properties: properties({ CdcStartTime: 1 }) }),
  },
  {
    rule: 'postgres/start-time',
    broken: () => check({ CdcStartTime: 1753228800 }),
    path: 'CdcStartTime',
    message: 'CdcStartTime is given with a PostgreSQL source',
    passing: () => checkTask({ properties: properties({ CdcStartTime: 1753228800 }), source: { EngineName: 'mysql' } }),
  },
  {
    rule: 'postgres/start-position-without-slot',
    broken: () => check({ CdcStartPosition: '4AF/B00000D0' }),
    path: 'CdcStartPosition',
    message: 'CdcStartPosition is given and the PostgreSQL source has no SlotName',
    passing: () => withSource({ SlotName: 'dms' }, { CdcStartPosition: '4AF/B00000D0' }),
  },
  {
    rule: 'postgres/slot-without-start-position',
    broken: () => withSource({ SlotName: 'dms' }),
    path: 'CdcStartPosition',
    message: 'the PostgreSQL source has the SlotName "dms" and there is no CdcStartPosition',
    passing: () => withSource({ SlotName: 'dms' }, { MigrationType: 'full-load' }),
  },
  {
    rule: 'postgres/heartbeat',
    broken: () => withSource({ HeartbeatEnable: undefined }),
    path: 'SourceEndpointArn',
    message: 'HeartbeatEnable is left out, which is false, on a source of changes',
    passing: () => withSource({ HeartbeatEnable: undefined }, { MigrationType: 'full-load' }),
  },
  {
    rule: 'postgres/parallel-load-type',
    broken: () => check({}, {}, [settingsRule({ 'parallel-load': { type: 'partitions-auto' } })]),
    path: 'TableMappings → rules[1].parallel-load.type',
    message: '"partitions-auto" does not work with a PostgreSQL source: it is ranges',
    passing: () => check({}, {}, [settingsRule({
      'parallel-load': { type: 'ranges', columns: ['id'], boundaries: [['9']] },
    })]),
  },
  {
    rule: 'task/table-prep-mode',
    broken: () => check({}, { FullLoadSettings: {} }),
    path: 'ReplicationTaskSettings → FullLoadSettings.TargetTablePrepMode',
    message: 'TargetTablePrepMode is left out, which is DROP_AND_CREATE',
    passing: () => check({ MigrationType: 'cdc' }, { FullLoadSettings: {} }),
  },
  {
    rule: 'task/views-with-cdc',
    broken: () => check({}, {}, [{
      ...selection, 'rule-id': '2', 'object-locator': { 'schema-name': 's', 'table-name': '%', 'table-type': 'all' },
    }]),
    path: 'TableMappings → rules[1].object-locator.table-type',
    message: 'table-type is all in a task that captures changes',
    passing: () => check({ MigrationType: 'full-load' }, {}, [{
      ...selection, 'rule-id': '2', 'object-locator': { 'schema-name': 's', 'table-name': '%', 'table-type': 'all' },
    }]),
  },
  {
    rule: 'task/s3-batch-apply',
    broken: () => check({}, { TargetMetadata: { LobMaxSize: 64, BatchApplyEnabled: true } }),
    path: 'ReplicationTaskSettings → TargetMetadata.BatchApplyEnabled',
    message: 'BatchApplyEnabled is true with an S3 target',
    passing: () => check({}, { TargetMetadata: { LobMaxSize: 64, BatchApplyEnabled: false } }),
  },
  {
    rule: 'task/s3-full-lob-mode',
    broken: () => check({}, { TargetMetadata: { LobMaxSize: 64, FullLobMode: true } }),
    path: 'ReplicationTaskSettings → TargetMetadata.FullLobMode',
    message: 'FullLobMode is true with an S3 target',
    passing: () => checkTask({
      properties: properties({}, { TargetMetadata: { FullLobMode: true } }),
      source: source(),
      target: { EngineName: 'postgres', EndpointType: 'target' },
    }),
  },
  {
    rule: 'task/s3-lob-limit',
    broken: () => check({}, { TargetMetadata: undefined }),
    path: 'ReplicationTaskSettings → TargetMetadata.LobMaxSize',
    message: 'LobMaxSize is left out, which is 32 KB',
    passing: () => check({}, { TargetMetadata: { SupportLobs: false } }),
  },
  {
    rule: 'task/s3-table-lob-settings',
    broken: () => check({}, {}, [settingsRule({ 'lob-settings': { mode: 'none' } })]),
    path: 'TableMappings → rules[1].lob-settings',
    message: 'a table has lob-settings with an S3 target',
    passing: () => check({}, {}, [settingsRule({ 'parallel-load': { type: 'none' } })]),
  },
  {
    rule: 'task/s3-op-column',
    broken: () => withTarget({ DataFormat: 'parquet', IncludeOpForFullLoad: false }),
    path: 'TargetEndpointArn',
    message: 'IncludeOpForFullLoad is false',
    passing: () => withTarget({ DataFormat: 'parquet', IncludeOpForFullLoad: false, CdcInsertsOnly: true }),
  },
  {
    rule: 'task/s3-source-ddl',
    broken: () => check({}, { ChangeProcessingDdlHandlingPolicy: { HandleSourceTableDropped: false } }),
    path: 'ReplicationTaskSettings → ChangeProcessingDdlHandlingPolicy.HandleSourceTableTruncated',
    message: 'HandleSourceTableTruncated is left out, which is true',
    passing: () => check({ MigrationType: 'full-load' }, { ChangeProcessingDdlHandlingPolicy: {} }),
  },
  {
    rule: 'task/s3-validation',
    broken: () => withTarget({ ...byDay, DatePartitionSequence: 'YYYYMM' }, {}, validated),
    path: 'ReplicationTaskSettings → ValidationSettings.EnableValidation',
    message: 'validation is on and the S3 target lacks date partitions that hold the day',
    passing: () => withTarget(byDay, {}, validated),
  },
];

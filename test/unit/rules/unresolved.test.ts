import {
  checkBucket, checkCertificate, checkEndpoint, checkEventSubscription, checkParameterGroup, checkReplicationInstance,
  checkSubnetGroup, checkTableMappings, checkTask, checkTaskSettings, checkTemplate,
} from '../../../lib/rules';
import { goodTemplate } from './cases/good-template';

type Json = Record<string, unknown>;

/** What CloudFormation or CDK fills in later. */
const UNRESOLVED: readonly unknown[] = [
  { Ref: 'Parameter' },
  { 'Fn::GetAtt': ['Resource', 'Attribute'] },
  { 'Fn::If': ['Condition', 'value', { Ref: 'AWS::NoValue' }] },
  { 'Fn::Join': ['', ['a', { Ref: 'Parameter' }]] },
  '${Token[TOKEN.1]}',
];

/** Sound subjects of which every value may be unresolved without anything being known to be wrong. */
const SUBJECTS: readonly [string, Json, (subject: Json) => unknown[]][] = [
  ['endpoint', {
    EndpointType: 'source', EngineName: 'postgres', SslMode: 'require',
    PostgreSqlSettings: { PluginName: 'pglogical', SecretsManagerSecretId: 's', SecretsManagerAccessRoleArn: 'r' },
  }, (subject) => checkEndpoint(subject)],
  ['PostgreSQL target', {
    EndpointType: 'target', EngineName: 'postgres', SslMode: 'require',
    PostgreSqlSettings: { MaxFileSize: 32768, MapBooleanAsBoolean: true },
  }, (subject) => checkEndpoint(subject)],
  ['Redshift endpoint', {
    EndpointType: 'target', EngineName: 'redshift-serverless', SslMode: 'require',
    RedshiftSettings: {
      BucketName: 'staging', ServiceAccessRoleArn: 'r', EncryptionMode: 'sse-kms', ServerSideEncryptionKmsKeyId: 'k',
      FileTransferUploadStreams: 64, MaxFileSize: 1, ReplaceInvalidChars: 'x', ReplaceChars: '?', AcceptAnyDate: true,
      DateFormat: 'auto',
    },
  }, (subject) => checkEndpoint(subject)],
  ['S3 endpoint', {
    EndpointType: 'target', EngineName: 's3', SslMode: 'none',
    S3Settings: {
      BucketName: 'b', ServiceAccessRoleArn: 'r', DataFormat: 'parquet', EncryptionMode: 'sse-kms',
      ServerSideEncryptionKmsKeyId: 'k', DatePartitionEnabled: true, DatePartitionSequence: 'YYYYMMDD',
      CdcInsertsOnly: true, CdcInsertsAndUpdates: false, CdcMaxBatchInterval: 60, RowGroupLength: 1,
    },
  }, (subject) => checkEndpoint(subject)],
  ['parameters', {
    'rds.logical_replication': '1', wal_sender_timeout: '30000', max_replication_slots: '9', max_wal_senders: '9',
    max_slot_wal_keep_size: '-1',
  }, (subject) => checkParameterGroup(subject, { tasks: 9 })],
  ['bucket', {
    VersioningConfiguration: { Status: 'Enabled' },
    LifecycleConfiguration: { Rules: [{ Status: 'Enabled', NoncurrentVersionExpirationInDays: 1 }] },
  }, (subject) => checkBucket(subject)],
  ['mapping', {
    rules: [{
      'rule-type': 'selection', 'rule-id': '1', 'rule-name': '1', 'rule-action': 'include', 'load-order': '2',
      'object-locator': { 'schema-name': 's', 'table-name': 't' },
      filters: [{
        'filter-type': 'source', 'column-name': 'c',
        'filter-conditions': [{ 'filter-operator': 'between', 'start-value': '1', 'end-value': '2' }],
      }],
    }],
  }, (subject) => checkTableMappings(subject)],
  ['settings', {
    TargetMetadata: { SupportLobs: true, FullLobMode: false, LimitedSizeLobMode: true, LobMaxSize: 32 },
    Logging: { EnableLogging: true, EnableLogContext: true, LogComponents: [{ Id: 'IO', Severity: 'LOGGER_SEVERITY_INFO' }] },
    ValidationSettings: { EnableValidation: true, ValidationOnly: true },
    FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
    LoopbackPreventionSettings: { EnableLoopbackPrevention: true, SourceSchema: 'a', TargetSchema: 'b' },
  }, (subject) => checkTaskSettings(subject)],
  ['task', {
    properties: {
      MigrationType: 'full-load-and-cdc', CdcStartPosition: '1/2',
      ReplicationTaskSettings: {
        TargetMetadata: { LobMaxSize: 1, BatchApplyEnabled: false }, FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
        ChangeProcessingDdlHandlingPolicy: { HandleSourceTableDropped: false, HandleSourceTableTruncated: false },
        ValidationSettings: { EnableValidation: true },
      },
    },
    source: {
      EngineName: 'postgres', EndpointType: 'source', PostgreSqlSettings: { HeartbeatEnable: true, SlotName: 's' },
    },
    target: {
      EngineName: 's3', EndpointType: 'target',
      S3Settings: {
        DataFormat: 'parquet', IncludeOpForFullLoad: true, TimestampColumnName: 't', DatePartitionEnabled: true,
        DatePartitionSequence: 'YYYYMMDD',
      },
    },
  }, (subject) => checkTask(subject as never)],
  ['task to a database', {
    properties: {
      MigrationType: 'full-load-and-cdc',
      ReplicationTaskSettings: {
        TargetMetadata: { LobMaxSize: 1, SupportLobs: true, FullLobMode: false, BatchApplyEnabled: true },
        FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
      },
    },
    source: {
      EngineName: 'postgres', EndpointType: 'source',
      PostgreSqlSettings: { HeartbeatEnable: true, MapBooleanAsBoolean: true },
    },
    target: { EngineName: 'postgres', EndpointType: 'target', PostgreSqlSettings: { MapBooleanAsBoolean: true } },
  }, (subject) => checkTask(subject as never)],
  ['replication instance', {
    ReplicationInstanceClass: 'dms.r6i.large', AllocatedStorage: 50, EngineVersion: '3.6.1', PubliclyAccessible: false,
    MultiAZ: true, AutoMinorVersionUpgrade: true, PreferredMaintenanceWindow: 'sun:03:00-sun:04:00',
  }, (subject) => checkReplicationInstance(subject)],
  ['subnet group', { SubnetIds: ['subnet-a', 'subnet-b'] }, (subject) => checkSubnetGroup(subject)],
  ['event subscription', {
    SourceType: 'replication-instance', SourceIds: ['a'], EventCategories: ['failover'],
  }, (subject) => checkEventSubscription(subject)],
  ['certificate', { CertificatePem: '-----BEGIN CERTIFICATE-----' }, (subject) => checkCertificate(subject)],
  ['task that is serverless', {
    properties: {
      ReplicationType: 'full-load-and-cdc',
      ComputeConfig: { MinCapacityUnits: 1, MaxCapacityUnits: 2, PreferredMaintenanceWindow: 'sun:03:00-sun:04:00' },
      ReplicationSettings: { FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' } },
    },
    source: { EngineName: 'postgres', EndpointType: 'source', PostgreSqlSettings: { HeartbeatEnable: true } },
    target: { EngineName: 'kinesis', EndpointType: 'target' },
  }, (subject) => checkTask(subject as never)],
  ['template', goodTemplate().Resources, (Resources) => checkTemplate({ Resources })],
  ['task to Redshift', {
    properties: {
      MigrationType: 'full-load-and-cdc',
      TableMappings: {
        rules: [{
          'rule-type': 'selection', 'rule-id': '1', 'rule-action': 'include',
          'object-locator': { 'schema-name': 's', 'table-name': 't' },
        }],
      },
      ReplicationTaskSettings: {
        TargetMetadata: {
          LobMaxSize: 63, SupportLobs: true, FullLobMode: false, BatchApplyEnabled: true, TargetSchema: 'shop',
          ParallelLoadThreads: 32, ParallelApplyThreads: 32,
        },
        FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
      },
    },
    source: {
      EngineName: 'postgres', EndpointType: 'source',
      PostgreSqlSettings: { HeartbeatEnable: true, MapBooleanAsBoolean: true },
    },
    target: { EngineName: 'redshift', EndpointType: 'target', RedshiftSettings: { MapBooleanAsBoolean: true } },
  }, (subject) => checkTask(subject as never)],
];

/** Paths of every value in `value`, the inner ones too. */
function pathsIn(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, item]) => pathsIn(item, [...path, key]));
  return path.length === 0 ? inner : [path, ...inner];
}

/** A copy of `value` that is another at `path`; what is not on the way there is shared. */
function replaced(value: unknown, [key, ...rest]: string[], by: unknown): unknown {
  if (key === undefined) return by;
  const copy = (Array.isArray(value) ? [...value as unknown[]] : { ...value as Json }) as Json;
  copy[key] = replaced(copy[key], rest, by);
  return copy;
}

describe.each(SUBJECTS)('%s', (name, subject, check) => {
  // Of a task the endpoints and its properties are given as records, never as one unresolved value; of a template only
  // what stands in the properties of a resource may be unresolved.
  const shortest = name === 'template' ? 3 : name.startsWith('task') ? 2 : 1;
  const paths = pathsIn(subject).filter((path) => path.length >= shortest && path[1] !== 'DependsOn');

  test('is sound', () => {
    expect(check(subject)).toEqual([]);
  });

  // A template has so many values that each is tried with one kind of them, in turn.
  const trials = paths.flatMap((path, index) => (name === 'template' ? [UNRESOLVED[index % UNRESOLVED.length]] : UNRESOLVED)
    .map((value) => ({ path, value })));

  test.each([...new Set(paths.map(([first]) => first!))])('gives no finding when a value in %s is not known yet', (first) => {
    const found = trials.filter(({ path, value }) =>
      path[0] === first && check(replaced(subject, path, value) as Json).length > 0);
    expect(found).toEqual([]);
  });
});

import { checkBucket, checkEndpoint, checkParameterGroup } from '../../../../lib/rules';
import { RuleCase } from './rule-case';

type Json = Record<string, unknown>;

const postgres = (properties: Json = {}): Json =>
  ({ EngineName: 'postgres', EndpointType: 'source', SslMode: 'require', ...properties });
const s3 = (settings: Json = {}, properties: Json = {}): Json => ({
  EngineName: 's3',
  EndpointType: 'target',
  S3Settings: { BucketName: 'lake', ServiceAccessRoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] }, ...settings },
  ...properties,
});
const parameters = (values: Json = {}): Json => ({ 'rds.logical_replication': '1', ...values });
const secret = { SecretsManagerSecretId: { Ref: 'Secret' }, SecretsManagerAccessRoleArn: { Ref: 'Role' } };
const versioned = { VersioningConfiguration: { Status: 'Enabled' } };
const lifecycle = (rule: Json): Json => ({ LifecycleConfiguration: { Rules: [rule] } });
const inOrder = { PreserveTransactions: true, CdcPath: 'changes' };

export const ENDPOINT_CASES: RuleCase[] = [
  {
    rule: 'endpoint/unknown-value',
    broken: () => checkEndpoint(postgres({ SslMode: 'verify' })),
    path: 'SslMode',
    message: '"verify" is not allowed: it is none, require, verify-ca or verify-full',
    passing: () => checkEndpoint(postgres({ SslMode: 'verify-ca', CertificateArn: { Ref: 'Certificate' } })),
  },
  {
    rule: 'credentials/secret-and-clear-text',
    broken: () => checkEndpoint(postgres({ PostgreSqlSettings: secret, Username: 'dms', Port: 5432 })),
    path: 'Username',
    message: 'SecretsManagerSecretId is given together with Username, Port',
    passing: () => checkEndpoint(postgres({ PostgreSqlSettings: secret, DatabaseName: 'shop' })),
  },
  {
    rule: 'credentials/access-role',
    broken: () => checkEndpoint(postgres({ PostgreSqlSettings: { SecretsManagerSecretId: 'shop' } })),
    path: 'PostgreSqlSettings',
    message: 'SecretsManagerSecretId is given without SecretsManagerAccessRoleArn',
    passing: () => checkEndpoint(postgres({ PostgreSqlSettings: secret })),
  },
  {
    rule: 'credentials/plain-password',
    broken: () => checkEndpoint(postgres({ Username: 'dms', Password: 'open sesame' })),
    path: 'Password',
    message: 'the password stands in the template',
    passing: () => checkEndpoint(postgres({ Username: 'dms', Password: '{{resolve:secretsmanager:shop:SecretString:pw}}' })),
  },
  {
    rule: 'postgres/ssl-mode',
    broken: () => checkEndpoint(postgres({ SslMode: undefined })),
    path: 'SslMode',
    message: 'SslMode is left out, which is none',
    passing: () => checkEndpoint(postgres({ SslMode: 'require' })),
  },
  {
    rule: 'postgres/plugin-name',
    broken: () => checkEndpoint(postgres({ PostgreSqlSettings: { PluginName: 'pgoutput' } })),
    path: 'PostgreSqlSettings.PluginName',
    message: '"pgoutput" is not a plug-in that DMS reads: it is no-preference, test-decoding or pglogical',
    passing: () => checkEndpoint(postgres({ ExtraConnectionAttributes: 'PluginName=test_decoding;captureDdls=false' })),
  },
  {
    rule: 'postgres/logical-replication',
    broken: () => checkParameterGroup({}),
    path: 'rds.logical_replication',
    message: 'rds.logical_replication is left out, which is 0: DMS needs 1',
    passing: () => checkParameterGroup({ wal_level: 'logical' }),
  },
  {
    rule: 'postgres/wal-sender-timeout',
    broken: () => checkParameterGroup(parameters({ wal_sender_timeout: '9999' })),
    path: 'wal_sender_timeout',
    message: 'wal_sender_timeout is 9999 ms: DMS needs 0 (never) or at least 10000 ms',
    passing: () => checkParameterGroup(parameters({ wal_sender_timeout: '10000' })),
  },
  {
    rule: 'postgres/wal-sender-timeout',
    when: 'it is the shortest, with a unit',
    broken: () => checkParameterGroup(parameters({ wal_sender_timeout: '1ms' })),
    path: 'wal_sender_timeout',
    message: 'wal_sender_timeout is 1 ms: DMS needs 0 (never) or at least 10000 ms',
    passing: () => checkParameterGroup(parameters({ wal_sender_timeout: 0 })),
  },
  {
    rule: 'postgres/long-wal-sender-timeout',
    broken: () => checkParameterGroup(parameters({ wal_sender_timeout: '5min' })),
    path: 'wal_sender_timeout',
    message: 'wal_sender_timeout is 300000 ms: it should be under 300000 ms',
    passing: () => checkParameterGroup(parameters({ wal_sender_timeout: '299999' })),
  },
  {
    rule: 'postgres/replication-slots',
    broken: () => checkParameterGroup(parameters({ max_replication_slots: '4' }), { tasks: 5 }),
    path: 'max_replication_slots',
    message: 'max_replication_slots is 4 for 5 change-capture tasks: there has to be one for each',
    passing: () => checkParameterGroup(parameters({ max_replication_slots: '5' }), { tasks: 5 }),
  },
  {
    rule: 'postgres/wal-senders',
    broken: () => checkParameterGroup(parameters({ max_wal_senders: 1 }), { tasks: 2 }),
    path: 'max_wal_senders',
    message: 'max_wal_senders is 1 for 2 change-capture tasks: there has to be one for each',
    passing: () => checkParameterGroup(parameters({ max_wal_senders: 2 }), { tasks: 2 }),
  },
  {
    rule: 'postgres/slot-wal-size',
    broken: () => checkParameterGroup(parameters({ max_slot_wal_keep_size: '2048' })),
    path: 'max_slot_wal_keep_size',
    message: 'max_slot_wal_keep_size is "2048": DMS wants the default, no limit',
    passing: () => checkParameterGroup(parameters({ max_slot_wal_keep_size: '-1' })),
  },
  {
    rule: 's3/missing-setting',
    broken: () => checkEndpoint(s3({ BucketName: undefined })),
    path: 'S3Settings',
    message: 'there is no BucketName: an S3 endpoint needs one',
    passing: () => checkEndpoint(s3()),
  },
  {
    rule: 's3/wrong-type',
    broken: () => checkEndpoint(s3({ CdcMaxBatchInterval: 'often' })),
    path: 'S3Settings.CdcMaxBatchInterval',
    message: '"often" is given: it has to be a whole number of at least 0',
    passing: () => checkEndpoint(s3({ CdcMaxBatchInterval: '60' })),
  },
  {
    rule: 's3/unknown-value',
    broken: () => checkEndpoint(s3({ CompressionType: 'snappy' })),
    path: 'S3Settings.CompressionType',
    message: '"snappy" is not allowed: it is none or gzip',
    passing: () => checkEndpoint(s3({ CompressionType: 'GZIP', EncryptionMode: 'SSE_S3' })),
  },
  {
    rule: 's3/out-of-range',
    broken: () => checkEndpoint(s3({ MaxFileSize: 1048577 })),
    path: 'S3Settings.MaxFileSize',
    message: '1048577 is out of range: it is a whole number from 1 to 1048576',
    passing: () => checkEndpoint(s3({ MaxFileSize: 1048576 })),
  },
  {
    rule: 's3/unknown-key',
    broken: () => checkEndpoint(s3({ DatePartitionedEnabled: true })),
    path: 'S3Settings.DatePartitionedEnabled',
    message: '"DatePartitionedEnabled" is not a documented key (did you mean "DatePartitionEnabled"?)',
    passing: () => checkEndpoint(s3({ DatePartitionEnabled: true })),
  },
  {
    rule: 's3/ssl-mode',
    broken: () => checkEndpoint(s3({}, { SslMode: 'require' })),
    path: 'SslMode',
    message: 'SslMode is require: an S3 endpoint takes none only',
    passing: () => checkEndpoint(s3({}, { SslMode: 'none' })),
  },
  {
    rule: 's3/kms-key-id',
    broken: () => checkEndpoint(s3({}, { KmsKeyId: { Ref: 'Key' } })),
    path: 'KmsKeyId',
    message: 'KmsKeyId is given: on an S3 endpoint it encrypts no object',
    passing: () => checkEndpoint(s3({}, { KmsKeyId: { Ref: 'AWS::NoValue' } })),
  },
  {
    rule: 's3/encryption-key',
    broken: () => checkEndpoint(s3({ EncryptionMode: 'SSE_KMS' })),
    path: 'S3Settings.EncryptionMode',
    message: 'EncryptionMode is sse-kms without ServerSideEncryptionKmsKeyId',
    passing: () => checkEndpoint(s3({ EncryptionMode: 'sse-kms', ServerSideEncryptionKmsKeyId: { Ref: 'Key' } })),
  },
  ...[
    ['DataFormat parquet', { DataFormat: 'parquet' }],
    ['DatePartitionEnabled', { DatePartitionEnabled: true }],
    ['GlueCatalogGeneration', { GlueCatalogGeneration: 'true' }],
    ['AddColumnName', { AddColumnName: true }],
  ].map(([excluded, settings]): RuleCase => ({
    rule: 's3/transaction-order',
    when: `with ${excluded as string}`,
    broken: () => checkEndpoint(s3({ ...inOrder, ...settings as Json })),
    path: 'S3Settings',
    message: `PreserveTransactions and CdcPath cannot be combined with ${excluded as string}`,
    passing: () => checkEndpoint(s3({ ...inOrder })),
  })),
  {
    rule: 's3/transaction-order',
    when: 'the path is a connection attribute',
    broken: () => checkEndpoint(s3({ DataFormat: 'parquet' }, { ExtraConnectionAttributes: 'cdcPath=changes' })),
    path: 'S3Settings',
    message: 'CdcPath cannot be combined with DataFormat parquet',
    passing: () => checkEndpoint(s3({ DataFormat: 'parquet' }, { ExtraConnectionAttributes: 'bucketFolder=changes' })),
  },
  {
    rule: 's3/cdc-path',
    broken: () => checkEndpoint(s3({ PreserveTransactions: true })),
    path: 'S3Settings',
    message: 'PreserveTransactions is true without CdcPath',
    passing: () => checkEndpoint(s3(inOrder)),
  },
  {
    rule: 's3/insert-only-modes',
    broken: () => checkEndpoint(s3({ CdcInsertsOnly: true, CdcInsertsAndUpdates: true })),
    path: 'S3Settings',
    message: 'CdcInsertsOnly and CdcInsertsAndUpdates are both true',
    passing: () => checkEndpoint(s3({ CdcInsertsOnly: true, CdcInsertsAndUpdates: false })),
  },
  {
    rule: 's3/setting-without-effect',
    broken: () => checkEndpoint(s3({ RowGroupLength: 10000 })),
    path: 'S3Settings.RowGroupLength',
    message: 'RowGroupLength only works with DataFormat parquet',
    passing: () => checkEndpoint(s3({ DataFormat: 'parquet', RowGroupLength: 10000 })),
  },
  {
    rule: 's3/setting-without-effect',
    when: 'of CSV with Parquet',
    broken: () => checkEndpoint(s3({ DataFormat: 'parquet', CsvDelimiter: ';' })),
    path: 'S3Settings.CsvDelimiter',
    message: 'CsvDelimiter only works with DataFormat csv',
    passing: () => checkEndpoint(s3({ CsvDelimiter: ';' })),
  },
  {
    rule: 's3/setting-without-effect',
    when: 'of date partitions',
    broken: () => checkEndpoint(s3({ DatePartitionSequence: 'YYYYMMDD' })),
    path: 'S3Settings.DatePartitionSequence',
    message: 'DatePartitionSequence only works with DatePartitionEnabled true',
    passing: () => checkEndpoint(s3({ DatePartitionEnabled: true, DatePartitionSequence: 'YYYYMMDD' })),
  },
  {
    rule: 's3/versioning',
    broken: () => checkBucket({ ...versioned, ...lifecycle({ Status: 'Enabled', ExpirationInDays: 30 }) }),
    path: 'VersioningConfiguration',
    message: 'the bucket is versioned and no lifecycle rule expires noncurrent versions',
    passing: () => checkBucket({
      ...versioned, ...lifecycle({ Status: 'Enabled', NoncurrentVersionExpiration: { NoncurrentDays: 1 } }),
    }),
  },
  {
    rule: 's3/versioning',
    when: 'the lifecycle rule is off',
    broken: () => checkBucket({ ...versioned, ...lifecycle({ Status: 'Disabled', NoncurrentVersionExpirationInDays: 1 }) }),
    path: 'VersioningConfiguration',
    message: 'the bucket is versioned and no lifecycle rule expires noncurrent versions',
    passing: () => checkBucket({ VersioningConfiguration: { Status: 'Suspended' } }),
  },
];

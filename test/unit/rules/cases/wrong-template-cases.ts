import { goodTemplate, Json, mutated, rewritten, Template } from './good-template';

/** A template that differs from the good one in one place, and the rules that find it. */
export interface WrongTemplate {
  readonly name: string;
  readonly rules: readonly string[];
  readonly template: Template;
}

const wrong = (name: string, rule: string | readonly string[], template: Template): WrongTemplate =>
  ({ name, rules: [rule].flat(), template });

const attribute = (logicalId: string, name: string): Json => ({ 'Fn::GetAtt': [logicalId, name] });

/** The trust policy of a role with another principal. */
const trusted = (role: string, principal: unknown): Template =>
  mutated(`${role}.AssumeRolePolicyDocument.Statement.0.Principal.Service`, [principal]);

/** The good template with many of one of its resources. */
function repeated(
  logicalId: string, times: number, change: (properties: Json) => void = () => undefined,
): Template {
  const template = goodTemplate();
  for (let index = 0; index < times; index++) {
    const copy = structuredClone(template.Resources[logicalId]!);
    change(copy.Properties);
    template.Resources[`${logicalId}${index}`] = copy;
  }
  return template;
}

const ENUMS: WrongTemplate[] = [
  ['EndpointType misspelt', ['endpoint/unknown-value', 'task/endpoint-type'], 'Target.EndpointType', 'traget'],
  ['engine misspelt', 'engine/name', 'Source.EngineName', 'postgresql'],
  ['SslMode misspelt', 'endpoint/unknown-value', 'Source.SslMode', 'verify_full'],
  ['DataFormat misspelt', 's3/unknown-value', 'Target.S3Settings.DataFormat', 'parquett'],
  ['CompressionType not one of S3', 's3/unknown-value', 'Target.S3Settings.CompressionType', 'snappy'],
  ['EncodingType misspelt', 's3/unknown-value', 'Target.S3Settings.EncodingType', 'rle-dict'],
  ['ParquetVersion misspelt', 's3/unknown-value', 'Target.S3Settings.ParquetVersion', 'parquet-2.0'],
  ['EncryptionMode misspelt', 's3/unknown-value', 'Target.S3Settings.EncryptionMode', 'kms'],
  ['DatePartitionSequence misspelt', 's3/unknown-value', 'Target.S3Settings.DatePartitionSequence', 'YYYY/MM/DD'],
  ['PluginName without support', 'postgres/plugin-name', 'Source.PostgreSqlSettings.PluginName', 'pgoutput'],
  ['DatabaseMode misspelt', 'postgres/unknown-value', 'Source.PostgreSqlSettings.DatabaseMode', 'babel'],
  ['MigrationType misspelt', 'task/migration-type', 'Task.MigrationType', 'full-load-cdc'],
  ['ReplicationType misspelt', 'task/migration-type', 'Serverless.ReplicationType', 'cdc-only'],
].map(([name, rule, path, value]) => wrong(name as string, rule as string | string[], mutated(path as string, value)));

const DOCUMENTS: WrongTemplate[] = [
  wrong('settings that are not JSON', 'task/not-json', mutated('Task.ReplicationTaskSettings', '{"Logging": {}')),
  wrong('mappings that are not JSON', 'task/not-json', mutated('Task.TableMappings', "{'rules': []}")),
  wrong('mappings without a selection', 'mappings/no-selection', mutated('Task.TableMappings', '{"rules":[]}')),
  wrong('mappings as an object, where a task takes text', 'template/wrong-type',
    mutated('Task.TableMappings', JSON.parse(goodTemplate().Resources.Task!.Properties.TableMappings as string))),
  wrong('a rule id that is no number', 'mappings/rule-id', rewritten('Task.TableMappings', (text) => text.replace('"1"', '"one"'))),
  wrong('a misspelt action', 'mappings/unknown-value',
    rewritten('Task.TableMappings', (text) => text.replace('"include"', '"includes"'))),
  wrong('a misspelt preparation mode', 'settings/unknown-value',
    rewritten('Task.ReplicationTaskSettings', (text) => text.replace('DO_NOTHING', 'DO_NOTING'))),
  wrong('batch apply into S3', 'task/s3-batch-apply',
    rewritten('Task.ReplicationTaskSettings', (text) => text.replace('"LobMaxSize"', '"BatchApplyEnabled":true,"LobMaxSize"'))),
  wrong('no mappings at all', 'template/missing-property', mutated('Task.TableMappings', undefined)),
];

const ENDPOINTS: WrongTemplate[] = [
  wrong('source and target swapped', ['task/endpoint-type'], mutated('Task.SourceEndpointArn', { Ref: 'Target' })),
  wrong('a target without its role', 's3/missing-setting', mutated('Target.S3Settings.ServiceAccessRoleArn', undefined)),
  wrong('a target without its bucket', 's3/missing-setting', mutated('Target.S3Settings.BucketName', undefined)),
  wrong('KMS without a key', 's3/encryption-key', mutated('Target.S3Settings.ServerSideEncryptionKmsKeyId', undefined)),
  wrong('login in clear text beside the secret', 'credentials/secret-and-clear-text', mutated('Source.Username', 'dms')),
  wrong('a secret without a role to read it', 'credentials/access-role',
    mutated('Source.PostgreSqlSettings.SecretsManagerAccessRoleArn', undefined)),
  wrong('a database without an address', 'credentials/no-address', mutated('Source.PostgreSqlSettings', { HeartbeatEnable: true })),
  wrong('the secret that RDS manages', 'credentials/managed-secret',
    mutated('Source.PostgreSqlSettings.SecretsManagerSecretId', attribute('Database', 'MasterUserSecret.SecretArn'))),
  wrong('verification without a certificate', 'certificate/missing', mutated('Source.CertificateArn', undefined)),
  wrong('a certificate that is none', 'certificate/pem', mutated('Authority.CertificatePem', 'MIIB')),
  wrong('an engine that can only be written, as a source', ['engine/direction', 'engine/other-settings'],
    mutated('Source.EngineName', 'redshift')),
  wrong('a setting of PostgreSQL misspelt', 'postgres/unknown-key', mutated('Source.PostgreSqlSettings.HeartBeatEnable', true)),
  wrong('a property misspelt', 'template/unknown-key', mutated('Source.DatabaseNane', 'shop')),
  wrong('Parquet in transaction order', 's3/transaction-order', mutated('Target.S3Settings.CdcPath', 'changes')),
];

const SERVERS: WrongTemplate[] = [
  wrong('logical replication left out', 'postgres/logical-replication',
    mutated('Parameters.Parameters', { max_replication_slots: '10' })),
  wrong('a WAL sender timeout that is too short', 'postgres/wal-sender-timeout',
    mutated('Parameters.Parameters', { 'rds.logical_replication': '1', wal_sender_timeout: '5000' })),
  wrong('fewer slots than tasks', 'postgres/replication-slots',
    mutated('Parameters.Parameters', { 'rds.logical_replication': '1', max_replication_slots: '1' })),
  wrong('a start time', 'postgres/start-time', mutated('Task.CdcStartTime', 1753228800)),
  wrong('a start position without a slot', 'postgres/start-position-without-slot', mutated('Task.CdcStartPosition', '4AF/B00000D0')),
  wrong('a version of DMS older than the server', ['postgres/dms-version', 'instance/withdrawn-version'],
    mutated('Instance.EngineVersion', '3.5.2')),
  wrong('a read replica that cannot decode', 'postgres/no-change-capture', (() => {
    const template = mutated('Database.SourceDBInstanceIdentifier', 'writer');
    template.Resources.Database!.Properties.EngineVersion = '15.8';
    return template;
  })()),
];

const COMPUTE: WrongTemplate[] = [
  wrong('an instance class misspelt', 'instance/class', mutated('Instance.ReplicationInstanceClass', 'dms.r6i.lagre')),
  wrong('an instance class of RDS', 'instance/class', mutated('Instance.ReplicationInstanceClass', 'db.r6g.large')),
  wrong('an instance class that is gone', 'instance/class', mutated('Instance.ReplicationInstanceClass', 'dms.t2.medium')),
  wrong('an unknown family', 'instance/unknown-family', mutated('Instance.ReplicationInstanceClass', 'dms.m5.large')),
  wrong('too much storage', 'instance/storage', mutated('Instance.AllocatedStorage', 6145)),
  wrong('a public instance', 'instance/public', mutated('Instance.PubliclyAccessible', true)),
  wrong('an instance that is public by default', 'instance/public', mutated('Instance.PubliclyAccessible', undefined)),
  wrong('a zone for an instance in two', 'instance/standby-zone', mutated('Instance.AvailabilityZone', 'eu-west-1a')),
  wrong('no minor versions', 'instance/minor-versions', mutated('Instance.AutoMinorVersionUpgrade', false)),
  wrong('a maintenance window that is none', 'instance/maintenance-window',
    mutated('Instance.PreferredMaintenanceWindow', 'Sunday 03:00-04:00')),
  wrong('one subnet', 'subnets/single', mutated('Subnets.SubnetIds', [{ Ref: 'SubnetA' }])),
  wrong('two subnets in one zone', 'subnets/single-zone', mutated('SubnetB.AvailabilityZone', 'eu-west-1a')),
  wrong('a capacity between two steps', 'serverless/capacity', mutated('Serverless.ComputeConfig.MinCapacityUnits', 3)),
  wrong('least capacity above most', 'serverless/capacity-order', mutated('Serverless.ComputeConfig.MinCapacityUnits', 32)),
  wrong('no limit to capacity', 'serverless/missing-capacity', mutated('Serverless.ComputeConfig.MaxCapacityUnits', undefined)),
  wrong('a serverless replication from a position', ['serverless/start-point', 'template/unknown-key'],
    mutated('Serverless.CdcStartPosition', '4AF/B00000D0')),
  wrong('a serverless replication of views', 'serverless/views',
    mutated('Serverless.TableMappings.rules.0.object-locator.table-type', 'view')),
  wrong('a serverless replication from an engine it does not read', ['serverless/engine', 'engine/other-settings'],
    mutated('Source.EngineName', 'sybase')),
];

const REFERENCES: WrongTemplate[] = [
  wrong('a task on an endpoint', 'template/wrong-reference', mutated('Task.ReplicationInstanceArn', { Ref: 'Source' })),
  wrong('a task from an instance', 'template/wrong-reference', mutated('Task.SourceEndpointArn', { Ref: 'Instance' })),
  wrong('an instance in a subnet', 'template/wrong-reference',
    mutated('Instance.ReplicationSubnetGroupIdentifier', { Ref: 'SubnetA' })),
  wrong('a subnet group of security groups', 'template/wrong-reference',
    mutated('Subnets.SubnetIds', [{ Ref: 'SubnetA' }, { Ref: 'SubnetB' }, { Ref: 'Group' }])),
  wrong('the name of a role', 'template/wrong-attribute', mutated('Target.S3Settings.ServiceAccessRoleArn', { Ref: 'LakeRole' })),
  wrong('the ARN of a bucket', 'template/wrong-attribute', mutated('Target.S3Settings.BucketName', attribute('Bucket', 'Arn'))),
  wrong('an identifier with an underscore', 'template/identifier', mutated('Task.ReplicationTaskIdentifier', 'all_orders')),
];

const ROLES: WrongTemplate[] = [
  wrong('a role that trusts a service that is none', 'roles/trust', trusted('LakeRole', 'dms.amazon.com')),
  wrong('a role that trusts the regional service', 'roles/trust', trusted('LakeRole', 'dms.eu-west-1.amazonaws.com')),
  wrong('a secret role that trusts the global service', 'roles/secret-trust', trusted('SecretRole', 'dms.amazonaws.com')),
  wrong('a secret role that may not read', 'roles/secret-permission',
    mutated('SecretRole.Policies.0.PolicyDocument.Statement.0.Action', 'secretsmanager:DescribeSecret')),
  wrong('a role that may not delete', 'roles/s3-permission',
    mutated('LakePolicy.PolicyDocument.Statement.0.Action', ['s3:PutObject', 's3:GetObject'])),
  wrong('a role that may list objects and not the bucket', 'roles/s3-permission',
    mutated('LakePolicy.PolicyDocument.Statement.1.Resource', { 'Fn::Sub': '${Bucket.Arn}/*' })),
  wrong('a role that may write to the bucket and not into it', 'roles/s3-permission',
    mutated('LakePolicy.PolicyDocument.Statement.0.Resource', attribute('Bucket', 'Arn'))),
  wrong('a role for another bucket', 'roles/s3-permission',
    mutated('LakePolicy.PolicyDocument.Statement.1.Resource', attribute('OtherBucket', 'Arn'))),
  wrong('a policy of nobody', ['roles/s3-permission', 'roles/key-permission'], mutated('LakePolicy.Roles', ['another'])),
  wrong('a role that may not use the key', 'roles/key-permission',
    mutated('LakePolicy.PolicyDocument.Statement.2.Action', 'kms:Decrypt')),
  wrong('a service role of another name', 'roles/service-role-name', mutated('VpcRole.RoleName', 'dms-vpc-roles')),
  wrong('a service role without its policy', 'roles/service-role-policy', mutated('VpcRole.ManagedPolicyArns', undefined)),
  wrong('a service role that trusts another service', 'roles/service-role-trust', trusted('VpcRole', 'ec2.amazonaws.com')),
  wrong('a logs role with a condition', 'roles/service-role-condition', mutated(
    'LogsRole.AssumeRolePolicyDocument.Statement.0.Condition', { StringEquals: { 'aws:SourceAccount': '111111111111' } })),
  wrong('a subnet group that does not wait for its role', 'roles/service-role-order', mutated('Subnets.DependsOn', [])),
];

const EVENTS: WrongTemplate[] = [
  wrong('a source type misspelt', 'events/source-type', mutated('Subscription.SourceType', 'replication-tasks')),
  wrong('a category of another source', 'events/category', mutated('Subscription.EventCategories', ['failure', 'failover'])),
  wrong('ids without a type', 'events/source-ids', mutated('Subscription.SourceType', undefined)),
  wrong('an instance as a task', 'events/source-kind', mutated('Subscription.SourceIds', [{ Ref: 'Instance' }])),
  wrong('a topic that DMS may not publish to', 'events/topic-key', mutated('Topic.KmsMasterKeyId', 'alias/aws/sns')),
];

const QUOTAS: WrongTemplate[] = [
  wrong('more tasks than an instance runs', 'quotas/tasks-per-instance', repeated('Task', 200, (properties) => {
    properties.MigrationType = 'full-load';
    delete properties.ReplicationTaskIdentifier;
  })),
  wrong('more resources than a template holds', 'quotas/resources-per-template', repeated('OtherBucket', 500)),
  wrong('a template that is too large', 'quotas/template-size', repeated('OtherBucket', 1, (properties) => {
    properties.Tags = [{ Key: 'large', Value: 'x'.repeat(1_000_000) }];
  })),
];

export const WRONG_TEMPLATES: WrongTemplate[] = [
  ...ENUMS, ...DOCUMENTS, ...ENDPOINTS, ...SERVERS, ...COMPUTE, ...REFERENCES, ...ROLES, ...EVENTS, ...QUOTAS,
];

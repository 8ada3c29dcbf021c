import { checkEventSubscription, checkTemplate, Finding } from '../../../../lib/rules';
import { goodTemplate, Json, mutated, Template } from './good-template';
import { RuleCase } from './rule-case';

const check = (path: string, value: unknown): Finding[] => checkTemplate(mutated(path, value));
const attribute = (logicalId: string, name: string): Json => ({ 'Fn::GetAtt': [logicalId, name] });
const subscription = (properties: Json): Finding[] => checkEventSubscription({ SnsTopicArn: 'topic', ...properties });

/** The good template without its serverless replication, whose findings would come beside those of the task. */
function provisioned(change: (resources: Template['Resources']) => void): Finding[] {
  const template = mutated('Task.ReplicationTaskIdentifier', undefined);
  delete template.Resources.Serverless;
  change(template.Resources);
  return checkTemplate(template);
}

const server = (dms: string, postgres: string | undefined, family = 'postgres16'): Finding[] => provisioned((resources) => {
  resources.Instance!.Properties.EngineVersion = dms;
  resources.Database!.Properties.EngineVersion = postgres;
  resources.Parameters!.Properties.Family = family;
});
const database = (properties: Json): Finding[] => provisioned((resources) => {
  Object.assign(resources.Database!.Properties, properties);
});
/** The source by the name of its host. */
const hosted = (ServerName: unknown, type: string, task: Json = {}): Finding[] => provisioned((resources) => {
  resources.Host = { Type: type, Properties: {} };
  resources.Source!.Properties.ServerName = ServerName;
  resources.Source!.Properties.PostgreSqlSettings = { HeartbeatEnable: true };
  Object.assign(resources.Task!.Properties, task);
});
const times = (logicalId: string, count: number, change: (properties: Json) => void = () => undefined): Finding[] =>
  provisioned((resources) => {
    for (let index = 0; index < count; index++) {
      const copy = structuredClone(resources[logicalId]!);
      change(copy.Properties);
      resources[`${logicalId}${index}`] = copy;
    }
  });
const load = (properties: Json): void => void (properties.MigrationType = 'full-load');

/** One more task each, from an endpoint of its own. */
const sources = (count: number): Finding[] => provisioned((resources) => {
  for (let index = 0; index < count; index++) {
    resources[`Source${index}`] = resources.Source!;
    const task = structuredClone(resources.Task!);
    task.Properties.MigrationType = 'full-load';
    task.Properties.SourceEndpointArn = { Ref: `Source${index}` };
    resources[`Task${index}`] = task;
  }
});
const sized = (characters: number): Finding[] => check('OtherBucket.BucketName', 'x'.repeat(characters));
const BYTES = Buffer.byteLength(JSON.stringify(mutated('OtherBucket.BucketName', '')));

const TASK = 'Resources.Task.Properties';
const INSTANCE = 'Resources.Instance.Properties';
const SOURCE = 'Resources.Source.Properties';
const EVENTS = 'Resources.Subscription.Properties';

const SHAPES: RuleCase[] = [
  {
    rule: 'template/missing-property',
    broken: () => check('Task.ReplicationInstanceArn', undefined),
    path: TASK,
    message: 'there is no ReplicationInstanceArn: AWS::DMS::ReplicationTask needs one',
    passing: () => check('Task.ReplicationInstanceArn', 'arn:aws:dms:eu-west-1:111111111111:rep:ABC'),
  },
  {
    rule: 'template/wrong-type',
    broken: () => check('Instance.VpcSecurityGroupIds', 'sg-1'),
    path: `${INSTANCE}.VpcSecurityGroupIds`,
    message: '"sg-1" is given: it has to be a list',
    passing: () => check('Instance.VpcSecurityGroupIds', ['sg-1']),
  },
  {
    rule: 'template/unknown-value',
    broken: () => check('Instance.NetworkType', 'IPv4'),
    path: `${INSTANCE}.NetworkType`,
    message: '"IPv4" is not allowed (did you mean "IPV4"?): it is IPV4 or DUAL',
    passing: () => check('Instance.NetworkType', 'IPV4'),
  },
  {
    rule: 'template/out-of-range',
    broken: () => checkTemplate(hostedAt(65_536)),
    path: `${SOURCE}.Port`,
    message: '65536 is out of range: it is a whole number from 0 to 65535',
    passing: () => checkTemplate(hostedAt(65_535)),
  },
  {
    rule: 'template/unknown-key',
    broken: () => check('Task.TableMapping', '{}'),
    path: `${TASK}.TableMapping`,
    message: '"TableMapping" is not a documented key (did you mean "TableMappings"?)',
    passing: () => check('Task.TaskData', '{}'),
  },
  ...['1orders', 'all--orders', 'orders-', 'all orders'].map((name): RuleCase => ({
    rule: 'template/identifier',
    when: name,
    broken: () => check('Task.ReplicationTaskIdentifier', name),
    path: `${TASK}.ReplicationTaskIdentifier`,
    message: `"${name}" is given: it is letters, digits and single hyphens, with a letter first`,
    passing: () => check('Task.ReplicationTaskIdentifier', 'all-orders-1'),
  })),
  {
    rule: 'template/identifier',
    when: 'it becomes a part of the ARN',
    broken: () => check('Instance.ResourceIdentifier', 'a'.repeat(32)),
    path: `${INSTANCE}.ResourceIdentifier`,
    message: `"${'a'.repeat(32)}" has 32 characters: it has at most 31`,
    passing: () => check('Instance.ResourceIdentifier', 'a'.repeat(31)),
  },
  {
    rule: 'template/wrong-reference',
    broken: () => check('Task.ReplicationInstanceArn', { Ref: 'Target' }),
    path: `${TASK}.ReplicationInstanceArn`,
    message: 'Target is an AWS::DMS::Endpoint: here it has to be an AWS::DMS::ReplicationInstance',
    passing: () => check('Task.ReplicationInstanceArn', { Ref: 'Parameter' }),
  },
  {
    rule: 'template/wrong-reference',
    when: 'in a list',
    broken: () => check('Instance.VpcSecurityGroupIds', ['sg-1', { Ref: 'SubnetA' }]),
    path: `${INSTANCE}.VpcSecurityGroupIds[1]`,
    message: 'SubnetA is an AWS::EC2::Subnet: here it has to be an AWS::EC2::SecurityGroup or an AWS::EC2::VPC',
    passing: () => check('Instance.VpcSecurityGroupIds', ['sg-1', { Ref: 'Group' }]),
  },
  {
    rule: 'template/wrong-attribute',
    broken: () => check('Source.PostgreSqlSettings.SecretsManagerAccessRoleArn', { Ref: 'SecretRole' }),
    path: `${SOURCE}.PostgreSqlSettings.SecretsManagerAccessRoleArn`,
    message: 'Ref of SecretRole is its name: here it has to be its ARN',
    passing: () => check('Source.PostgreSqlSettings.SecretsManagerAccessRoleArn', { 'Fn::GetAtt': 'SecretRole.Arn' }),
  },
  {
    rule: 'template/wrong-attribute',
    when: 'of a bucket',
    broken: () => check('Target.S3Settings.BucketName', attribute('Bucket', 'DomainName')),
    path: 'Resources.Target.Properties.S3Settings.BucketName',
    message: 'DomainName of Bucket is given: here it has to be its name',
    passing: () => check('Target.S3Settings.BucketName', { Ref: 'Bucket' }),
  },
];

function hostedAt(Port: number): Template {
  const template = mutated('Source.PostgreSqlSettings', { HeartbeatEnable: true });
  Object.assign(template.Resources.Source!.Properties, { ServerName: 'db.example.internal', Port });
  return template;
}

const SERVERS: RuleCase[] = [
  {
    rule: 'postgres/dms-version-unsure',
    broken: () => server('3.5.4', '17.2'),
    path: `${INSTANCE}.EngineVersion`,
    message: 'EngineVersion is 3.5.4 and the source is PostgreSQL 17: 3.6.1 is sure to read it',
    passing: () => server('3.6.1', '17.2'),
  },
  {
    rule: 'postgres/dms-version',
    broken: () => server('3.5.3', '17.2').filter(({ rule }) => rule !== 'instance/withdrawn-version'),
    path: `${INSTANCE}.EngineVersion`,
    message: 'EngineVersion is 3.5.3 and the source is PostgreSQL 17: that takes 3.5.4 or later',
    passing: () => server('3.5.4', '16.9'),
  },
  {
    rule: 'postgres/dms-version',
    when: 'by the family of the parameters',
    broken: () => server('3.5.2', undefined, 'aurora-postgresql16').filter(({ rule }) => rule !== 'instance/withdrawn-version'),
    path: `${INSTANCE}.EngineVersion`,
    message: 'EngineVersion is 3.5.2 and the source is PostgreSQL 16: that takes 3.5.3 or later',
    passing: () => server('3.5.2', undefined, 'aurora-postgresql15').filter(({ rule }) => rule !== 'instance/withdrawn-version'),
  },
  {
    rule: 'postgres/no-change-capture',
    broken: () => database({ EngineVersion: '15.8', SourceDBInstanceIdentifier: 'writer' }),
    path: `${TASK}.SourceEndpointArn`,
    message: 'the source is the read replica Database of PostgreSQL 15',
    passing: () => database({ EngineVersion: '16.4', SourceDBInstanceIdentifier: 'writer' }),
  },
  {
    rule: 'postgres/no-change-capture',
    when: 'through a proxy',
    broken: () => hosted(attribute('Host', 'Endpoint'), 'AWS::RDS::DBProxy'),
    path: `${TASK}.SourceEndpointArn`,
    message: 'the source is the proxy Host',
    passing: () => hosted(attribute('Host', 'Endpoint'), 'AWS::RDS::DBProxy', { MigrationType: 'full-load' }),
  },
  {
    rule: 'postgres/no-change-capture',
    when: 'in Aurora Serverless v1',
    broken: () => database({ EngineMode: 'serverless' }),
    path: `${TASK}.SourceEndpointArn`,
    message: 'the source is the Aurora Serverless v1 cluster Database',
    passing: () => database({ EngineMode: 'provisioned' }),
  },
];

const SUBSCRIPTIONS: RuleCase[] = [
  {
    rule: 'events/source-type',
    broken: () => subscription({ SourceType: 'replication_task' }),
    path: 'SourceType',
    message: '"replication_task" is not a type of source (did you mean "replication-task"?): it is replication-instance or '
      + 'replication-task',
    passing: () => subscription({ SourceType: 'replication-task' }),
  },
  {
    rule: 'events/category',
    broken: () => subscription({ SourceType: 'replication-task', EventCategories: ['StateChange'] }),
    path: 'EventCategories[0]',
    message: '"StateChange" is not a category of events (did you mean "state change"?): it is configuration change, '
      + 'creation, deletion, failure or state change',
    passing: () => subscription({ EventCategories: ['state change', 'low storage'] }),
  },
  {
    rule: 'events/source-ids',
    broken: () => subscription({ SourceIds: ['orders'] }),
    path: 'SourceIds',
    message: 'SourceIds is given without SourceType',
    passing: () => subscription({ SourceIds: ['orders'], SourceType: { Ref: 'Type' } }),
  },
  {
    rule: 'events/source-kind',
    broken: () => check('Subscription.SourceIds', ['orders', { Ref: 'Instance' }]),
    path: `${EVENTS}.SourceIds[1]`,
    message: 'the source is an AWS::DMS::ReplicationInstance and SourceType is "replication-task"',
    passing: () => check('Subscription.SourceIds', [{ Ref: 'Task' }, { Ref: 'Parameter' }]),
  },
  {
    rule: 'events/topic-key',
    broken: () => check('Topic.KmsMasterKeyId', 'alias/aws/sns'),
    path: `${EVENTS}.SnsTopicArn`,
    message: 'Topic is encrypted with alias/aws/sns',
    passing: () => check('Topic.KmsMasterKeyId', undefined),
  },
  {
    rule: 'events/topic-key',
    when: 'with a key for others',
    broken: () => check('Topic.KmsMasterKeyId', attribute('LakeKey', 'Arn')),
    path: `${EVENTS}.SnsTopicArn`,
    message: 'Topic is encrypted with LakeKey, which lets no service dms.amazonaws.com use it',
    passing: () => check('TopicKey.KeyPolicy', { Ref: 'Policy' }),
  },
];

const QUOTAS: RuleCase[] = [
  {
    rule: 'quotas/tasks-per-instance',
    broken: () => times('Task', 200, load),
    path: INSTANCE,
    message: 'Instance has 201 tasks: it is at most 200',
    passing: () => times('Task', 199, load),
  },
  {
    rule: 'quotas/endpoints-per-instance',
    broken: () => sources(99),
    path: INSTANCE,
    message: 'the tasks of Instance have 101 endpoints: it is at most 100',
    passing: () => sources(98),
  },
  {
    rule: 'quotas/account',
    broken: () => times('Instance', 60),
    path: 'Resources',
    message: 'there are 61 resources of type AWS::DMS::ReplicationInstance: it is at most 60',
    passing: () => times('Instance', 59),
  },
  {
    rule: 'quotas/resources-per-template',
    broken: () => times('OtherBucket', 501 - Object.keys(goodTemplate().Resources).length + 1),
    path: 'Resources',
    message: 'there are 501 resources: it is at most 500',
    passing: () => times('OtherBucket', 500 - Object.keys(goodTemplate().Resources).length + 1),
  },
  {
    rule: 'quotas/template-size',
    broken: () => sized(1_000_001 - BYTES),
    path: '',
    message: 'the template has 1000001 bytes or more: it is at most 1000000',
    passing: () => sized(1_000_000 - BYTES),
  },
];

export const TEMPLATE_CASES: RuleCase[] = [...SHAPES, ...SERVERS, ...SUBSCRIPTIONS, ...QUOTAS];

import { checkAccountQuotas } from '../../../lib/rules/quotas';
import { checkReferences } from '../../../lib/rules/resource-references';
import { checkResourceShape } from '../../../lib/rules/resource-shape';
import { TemplateResources } from '../../../lib/rules/resources';

type Json = Record<string, unknown>;

interface Shape {
  /** What a resource cannot do without. */
  readonly required: Json;
  /** How long its identifiers may be. */
  readonly identifiers: Readonly<Record<string, number>>;
  readonly optional: Json;
}

const TYPES: Readonly<Record<string, Shape>> = {
  Certificate: {
    required: {}, identifiers: { CertificateIdentifier: 255 }, optional: { CertificatePem: 'p', CertificateWallet: 'w' },
  },
  Endpoint: {
    required: { EndpointType: 'source', EngineName: 'mysql' },
    identifiers: { EndpointIdentifier: 255, ResourceIdentifier: 31 },
    optional: {
      CertificateArn: 'a', DatabaseName: 'd', ExtraConnectionAttributes: 'a=b', KmsKeyId: 'k', Password: 'p', Port: '65535',
      ServerName: 's', SslMode: 'none', Tags: [{ Key: 'k', Value: 'v' }], Username: 'u', DocDbSettings: {},
      DynamoDbSettings: {}, ElasticsearchSettings: {}, GcpMySQLSettings: {}, IbmDb2Settings: {}, KafkaSettings: {},
      KinesisSettings: {}, MicrosoftSqlServerSettings: {}, MongoDbSettings: {}, MySqlSettings: {}, NeptuneSettings: {},
      OracleSettings: {}, PostgreSqlSettings: {}, RedisSettings: {}, RedshiftSettings: {}, S3Settings: {},
      SybaseSettings: {},
    },
  },
  EventSubscription: {
    required: { SnsTopicArn: 'a' },
    identifiers: { SubscriptionName: 255 },
    optional: { Enabled: 'true', EventCategories: ['c'], SourceIds: ['s'], SourceType: 't', Tags: [] },
  },
  ReplicationConfig: {
    required: {
      ComputeConfig: { MaxCapacityUnits: 1 }, ReplicationConfigIdentifier: 'c', ReplicationType: 'cdc', SourceEndpointArn: 's',
      TableMappings: {}, TargetEndpointArn: 't',
    },
    identifiers: { ReplicationConfigIdentifier: 255, ResourceIdentifier: 31 },
    optional: {
      ComputeConfig: {
        AvailabilityZone: 'z', DnsNameServers: 'd', KmsKeyId: 'k', MaxCapacityUnits: 2, MinCapacityUnits: '1', MultiAZ: false,
        PreferredMaintenanceWindow: 'w', ReplicationSubnetGroupId: 'g', VpcSecurityGroupIds: ['s'],
      },
      ReplicationSettings: {}, SupplementalSettings: {}, Tags: [],
    },
  },
  ReplicationInstance: {
    required: { ReplicationInstanceClass: 'dms.t3.micro' },
    identifiers: { ReplicationInstanceIdentifier: 63, ResourceIdentifier: 31 },
    optional: {
      AllocatedStorage: 50, AllowMajorVersionUpgrade: false, AutoMinorVersionUpgrade: true, AvailabilityZone: 'z',
      DnsNameServers: 'd', EngineVersion: 'v', KmsKeyId: 'k', MultiAZ: 'false', NetworkType: 'DUAL',
      PreferredMaintenanceWindow: 'w', PubliclyAccessible: false, ReplicationSubnetGroupIdentifier: 'g', Tags: [],
      VpcSecurityGroupIds: ['s'],
    },
  },
  ReplicationSubnetGroup: {
    required: { ReplicationSubnetGroupDescription: 'd', SubnetIds: ['a', 'b'] },
    identifiers: {},
    optional: { ReplicationSubnetGroupIdentifier: 'g', Tags: [] },
  },
  ReplicationTask: {
    required: { MigrationType: 'cdc', ReplicationInstanceArn: 'i', SourceEndpointArn: 's', TableMappings: '{}', TargetEndpointArn: 't' },
    identifiers: { ReplicationTaskIdentifier: 255, ResourceIdentifier: 31 },
    optional: {
      CdcStartPosition: 'p', CdcStartTime: 1, CdcStopPosition: 'p', ReplicationTaskSettings: '{}', Tags: [], TaskData: '{}',
    },
  },
};

describe.each(Object.entries(TYPES))('AWS::DMS::%s', (name, { required, identifiers, optional }) => {
  const type = `AWS::DMS::${name}`;
  const check = (properties: Json): string[][] => checkResourceShape({ logicalId: 'R', type, properties })
    .map(({ rule, path, message }) => [rule, path, message]);
  const PATH = 'Resources.R.Properties';

  test('has these properties', () => {
    expect(check({ ...required, ...optional })).toEqual([]);
  });

  test('cannot do without some of them', () => {
    expect(check({})).toEqual(Object.keys(required)
      .map((key) => ['template/missing-property', PATH, `there is no ${key}: ${type} needs one`]));
    expect(check(Object.fromEntries(Object.keys(required).map((key) => [key, { Ref: 'AWS::NoValue' }]))))
      .toHaveLength(Object.keys(required).length);
  });

  test('has identifiers of some length', () => {
    Object.entries(identifiers).forEach(([key, most]) => {
      expect(check({ ...required, [key]: 'a'.repeat(most) })).toEqual([]);
      expect(check({ ...required, [key]: 'a'.repeat(most + 1) }).map(([rule, path]) => [rule, path]))
        .toEqual([['template/identifier', `${PATH}.${key}`]]);
    });
  });

  test('has tags with a key and a value', () => {
    const tags = (tag: Json): unknown[] => check({ ...required, Tags: [tag] });
    if (name === 'Certificate') return;
    expect([tags({ Key: 'k', Value: 1 }), tags({ Key: 1 }).length, tags({ Name: 'k' }).length]).toEqual([[], 1, 1]);
  });
});

test.each<[string, number]>([
  ['a', 0], ['A-1', 0], ['a-b-c', 0], ['a1b2', 0], ['', 1], ['-a', 1], ['a-', 1], ['a--b', 1], ['1a', 1], ['a_b', 1], ['a b', 1],
  ['ä', 1], [' a', 1],
])('the identifier %j breaks %i rules', (SubscriptionName, count) => {
  expect(checkResourceShape({
    logicalId: 'R', type: 'AWS::DMS::EventSubscription', properties: { SnsTopicArn: 'a', SubscriptionName },
  })).toHaveLength(count);
});

test('resources of other services are not looked at', () => {
  expect(checkResourceShape({ logicalId: 'R', type: 'AWS::S3::Bucket', properties: { Nonsense: 1 } })).toEqual([]);
  expect(checkResourceShape({ logicalId: 'R', type: 'toString', properties: { Nonsense: 1 } })).toEqual([]);
});

/** Properties and the types of the resources that they may refer to. */
const REFERENCES: readonly [string[], string[], ('Ref' | 'Arn')?][] = [
  [['SourceEndpointArn', 'TargetEndpointArn'], ['AWS::DMS::Endpoint']],
  [['ReplicationInstanceArn'], ['AWS::DMS::ReplicationInstance']],
  [['ReplicationSubnetGroupIdentifier', 'ReplicationSubnetGroupId'], ['AWS::DMS::ReplicationSubnetGroup']],
  [['VpcSecurityGroupIds'], ['AWS::EC2::SecurityGroup', 'AWS::EC2::VPC']],
  [['SubnetIds'], ['AWS::EC2::Subnet', 'AWS::EC2::VPC']],
  [['CertificateArn'], ['AWS::DMS::Certificate']],
  [['SnsTopicArn'], ['AWS::SNS::Topic']],
  [['KmsKeyId', 'ServerSideEncryptionKmsKeyId'], ['AWS::KMS::Key', 'AWS::KMS::ReplicaKey', 'AWS::KMS::Alias']],
  [['BucketName', 'S3BucketName'], ['AWS::S3::Bucket'], 'Ref'],
  [['ServiceAccessRoleArn', 'SecretsManagerAccessRoleArn', 'SecretsManagerOracleAsmAccessRoleArn'], ['AWS::IAM::Role'], 'Arn'],
  [['SecretsManagerSecretId', 'SecretsManagerOracleAsmSecretId'], [
    'AWS::SecretsManager::Secret', 'AWS::SecretsManager::SecretTargetAttachment', 'AWS::RDS::DBInstance', 'AWS::RDS::DBCluster',
  ]],
];
const EVERY_TYPE = [...new Set(REFERENCES.flatMap(([, types]) => types))];
const Ref = { Ref: 'X' };
const Arn = { 'Fn::GetAtt': ['X', 'Arn'] };
const references = (key: string, value: unknown, type: string, place = (inner: Json): Json => inner): string[][] => {
  const resources = new TemplateResources({ X: { Type: type }, R: { Type: 'AWS::DMS::Thing', Properties: place({ [key]: value }) } });
  return checkReferences(resources.direct({ Ref: 'R' })!.resource, resources).map(({ rule, path, message }) => [rule, path, message]);
};

describe.each(REFERENCES.flatMap(([keys, types, by]) => keys.map((key) => ({ key, types, by }))))('$key', ({ key, types, by }) => {
  const PATH = `Resources.R.Properties.${key}`;
  const way = by === 'Arn' ? Arn : Ref;
  const [last, ...others] = types.map((type) => `an ${type}`).reverse();
  const allowed = others.length === 0 ? last! : `${others.reverse().join(', ')} or ${last!}`;

  test('refers to resources of some types', () => {
    expect(EVERY_TYPE.map((type) => references(key, way, type))).toEqual(EVERY_TYPE.map((type) => types.includes(type)
      ? []
      : [['template/wrong-reference', PATH, `X is an ${type}: here it has to be ${allowed}`]]));
  });

  test('may refer to what somebody else makes', () => {
    const made = ['Custom::Thing', 'AWS::CloudFormation::CustomResource', 'AWS::SSM::Parameter', 'AWS::Lambda::Function'];
    expect(made.flatMap((type) => references(key, way, type))).toEqual([]);
    expect(references(key, way, 'My::Custom::Thing')).toHaveLength(1);
  });

  test('takes the name or the ARN', () => {
    const type = types[0]!;
    expect([references(key, Ref, type), references(key, Arn, type)]).toEqual([
      by === 'Arn' ? [['template/wrong-attribute', PATH, 'Ref of X is its name: here it has to be its ARN']] : [],
      by === 'Ref' ? [['template/wrong-attribute', PATH, 'Arn of X is given: here it has to be its name']] : [],
    ]);
  });
});

test.each<[string, (inner: Json) => Json, string | undefined]>([
  ['in the settings of an engine', (inner) => ({ S3Settings: inner }), 'S3Settings.KmsKeyId'],
  ['in settings of settings', (inner) => ({ S3Settings: { MoreSettings: inner } }), 'S3Settings.MoreSettings.KmsKeyId'],
  ['in ComputeConfig', (inner) => ({ ComputeConfig: inner }), 'ComputeConfig.KmsKeyId'],
  ['elsewhere', (inner) => ({ Other: inner }), undefined],
])('a reference %s is checked or not', (_where, place, path) => {
  const expected = path === undefined ? [] : [['template/wrong-reference', `Resources.R.Properties.${path}`]];
  expect(references('KmsKeyId', Ref, 'AWS::S3::Bucket', place).map(([rule, found]) => [rule, found])).toEqual(expected);
});

test('references of resources of other services are not looked at', () => {
  const resources = new TemplateResources({
    X: { Type: 'AWS::S3::Bucket' }, R: { Type: 'AWS::RDS::DBInstance', Properties: { KmsKeyId: Ref } },
  });
  expect(checkReferences(resources.direct({ Ref: 'R' })!.resource, resources)).toEqual([]);
});

test.each<[string, number]>([
  ['ReplicationInstance', 60], ['ReplicationSubnetGroup', 60], ['Endpoint', 1000], ['ReplicationTask', 600],
  ['ReplicationConfig', 100], ['EventSubscription', 60], ['Certificate', 100],
])('of AWS::DMS::%s an account has at most %i', (name, most) => {
  const check = (count: number): string[][] => checkAccountQuotas((type) => (type === `AWS::DMS::${name}` ? count : 0))
    .map(({ rule, path, message }) => [rule, path, message]);
  expect([check(most), check(most + 1)]).toEqual([[], [['quotas/account', 'Resources',
    `there are ${most + 1} resources of type AWS::DMS::${name}: it is at most ${most}`]]]);
});

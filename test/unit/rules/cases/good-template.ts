export type Json = Record<string, unknown>;

/** A template as `mutated` changes it. */
export interface Template {
  readonly Resources: Record<string, { Type: string; Properties: Json; DependsOn?: string[] }>;
}

const arn = (logicalId: string): Json => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const trust = (...services: unknown[]): Json => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: services } }],
});
const allow = (Action: unknown, Resource: unknown): Json => ({ Effect: 'Allow', Action, Resource });
const document = (...Statement: Json[]): Json => ({ Version: '2012-10-17', Statement });
const managed = (name: string): Json => ({ 'Fn::Sub': `arn:\${AWS::Partition}:iam::aws:policy/service-role/${name}` });
const key = (...statements: Json[]): Json => document(
  { Effect: 'Allow', Principal: { AWS: { 'Fn::Sub': 'arn:${AWS::Partition}:iam::${AWS::AccountId}:root' } }, Action: 'kms:*', Resource: '*' },
  ...statements,
);

const MAPPINGS = {
  rules: [{
    'rule-type': 'selection', 'rule-id': '1', 'rule-name': 'orders', 'rule-action': 'include',
    'object-locator': { 'schema-name': 'public', 'table-name': 'orders' },
  }],
};
const SETTINGS = {
  TargetMetadata: { LobMaxSize: 64 },
  FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
  ChangeProcessingDdlHandlingPolicy: { HandleSourceTableDropped: false, HandleSourceTableTruncated: false },
};

/** Roles that DMS finds by name, and the network of an instance. */
const network = (): Template['Resources'] => ({
  VpcRole: {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: 'dms-vpc-role',
      AssumeRolePolicyDocument: trust('dms.amazonaws.com'),
      ManagedPolicyArns: [managed('AmazonDMSVPCManagementRole')],
    },
  },
  LogsRole: {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: 'dms-cloudwatch-logs-role',
      AssumeRolePolicyDocument: trust('dms.amazonaws.com'),
      ManagedPolicyArns: [managed('AmazonDMSCloudWatchLogsRole')],
    },
  },
  SubnetA: {
    Type: 'AWS::EC2::Subnet',
    Properties: { VpcId: 'vpc-1', CidrBlock: '10.0.0.0/24', AvailabilityZone: 'eu-west-1a' },
  },
  SubnetB: {
    Type: 'AWS::EC2::Subnet',
    Properties: { VpcId: 'vpc-1', CidrBlock: '10.0.1.0/24', AvailabilityZone: 'eu-west-1b' },
  },
  Group: { Type: 'AWS::EC2::SecurityGroup', Properties: { GroupDescription: 'DMS', VpcId: 'vpc-1' } },
  Subnets: {
    Type: 'AWS::DMS::ReplicationSubnetGroup',
    DependsOn: ['VpcRole'],
    Properties: {
      ReplicationSubnetGroupDescription: 'Subnets of DMS', SubnetIds: [{ Ref: 'SubnetA' }, { Ref: 'SubnetB' }],
    },
  },
  Instance: {
    Type: 'AWS::DMS::ReplicationInstance',
    Properties: {
      ReplicationInstanceClass: 'dms.r6i.large',
      AllocatedStorage: 100,
      EngineVersion: '3.6.1',
      MultiAZ: true,
      PubliclyAccessible: false,
      AutoMinorVersionUpgrade: true,
      PreferredMaintenanceWindow: 'sun:03:00-sun:04:00',
      ReplicationSubnetGroupIdentifier: { Ref: 'Subnets' },
      VpcSecurityGroupIds: [{ 'Fn::GetAtt': ['Group', 'GroupId'] }],
    },
  },
});

const source = (): Template['Resources'] => ({
  Parameters: {
    Type: 'AWS::RDS::DBParameterGroup',
    Properties: {
      Description: 'Logical decoding',
      Family: 'postgres16',
      Parameters: { 'rds.logical_replication': '1', max_replication_slots: '10', max_wal_senders: '10', wal_sender_timeout: '30000' },
    },
  },
  Database: {
    Type: 'AWS::RDS::DBInstance',
    Properties: { Engine: 'postgres', EngineVersion: '16.4', DBParameterGroupName: { Ref: 'Parameters' } },
  },
  Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { GenerateSecretString: { PasswordLength: 30 } } },
  Attachment: {
    Type: 'AWS::SecretsManager::SecretTargetAttachment',
    Properties: { SecretId: { Ref: 'Secret' }, TargetId: { Ref: 'Database' }, TargetType: 'AWS::RDS::DBInstance' },
  },
  SecretRole: {
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: trust({ 'Fn::Sub': 'dms.${AWS::Region}.${AWS::URLSuffix}' }),
      Policies: [{
        PolicyName: 'read',
        PolicyDocument: document(allow(['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], { Ref: 'Secret' })),
      }],
    },
  },
  Authority: {
    Type: 'AWS::DMS::Certificate',
    Properties: { CertificatePem: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' },
  },
  Source: {
    Type: 'AWS::DMS::Endpoint',
    Properties: {
      EngineName: 'postgres',
      EndpointType: 'source',
      DatabaseName: 'shop',
      SslMode: 'verify-full',
      CertificateArn: { Ref: 'Authority' },
      PostgreSqlSettings: {
        HeartbeatEnable: true,
        PluginName: 'test-decoding',
        SecretsManagerSecretId: { Ref: 'Attachment' },
        SecretsManagerAccessRoleArn: arn('SecretRole'),
      },
    },
  },
});

const lake = (): Template['Resources'] => ({
  LakeKey: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: key() } },
  Bucket: { Type: 'AWS::S3::Bucket', Properties: {} },
  OtherBucket: { Type: 'AWS::S3::Bucket', Properties: {} },
  LakeRole: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: trust('dms.amazonaws.com') } },
  LakePolicy: {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyName: 'write',
      Roles: [{ Ref: 'LakeRole' }],
      PolicyDocument: document(
        allow(['s3:PutObject', 's3:DeleteObject', 's3:PutObjectTagging'], { 'Fn::Join': ['', [arn('Bucket'), '/*']] }),
        allow('s3:ListBucket', arn('Bucket')),
        allow(['kms:Decrypt', 'kms:GenerateDataKey*'], arn('LakeKey')),
      ),
    },
  },
  Target: {
    Type: 'AWS::DMS::Endpoint',
    Properties: {
      EngineName: 's3',
      EndpointType: 'target',
      S3Settings: {
        BucketName: { Ref: 'Bucket' },
        ServiceAccessRoleArn: arn('LakeRole'),
        DataFormat: 'parquet',
        CompressionType: 'gzip',
        EncodingType: 'rle-dictionary',
        ParquetVersion: 'parquet-2-0',
        EncryptionMode: 'sse-kms',
        ServerSideEncryptionKmsKeyId: arn('LakeKey'),
        IncludeOpForFullLoad: true,
        ParquetTimestampInMillisecond: true,
        TimestampColumnName: 'dms_timestamp',
        DatePartitionEnabled: true,
        DatePartitionSequence: 'YYYYMMDD',
      },
    },
  },
});

/** Everything of AWS DMS in one template, provisioned and serverless, from PostgreSQL to S3. No rule finds anything. */
export function goodTemplate(): Template {
  return {
    Resources: {
      ...network(),
      ...source(),
      ...lake(),
      Task: {
        Type: 'AWS::DMS::ReplicationTask',
        Properties: {
          ReplicationTaskIdentifier: 'orders',
          MigrationType: 'full-load-and-cdc',
          ReplicationInstanceArn: { Ref: 'Instance' },
          SourceEndpointArn: { Ref: 'Source' },
          TargetEndpointArn: { Ref: 'Target' },
          TableMappings: JSON.stringify(MAPPINGS),
          ReplicationTaskSettings: JSON.stringify(SETTINGS),
        },
      },
      Serverless: {
        Type: 'AWS::DMS::ReplicationConfig',
        Properties: {
          ReplicationConfigIdentifier: 'orders-serverless',
          ReplicationType: 'full-load-and-cdc',
          ComputeConfig: { MinCapacityUnits: 2, MaxCapacityUnits: 16, ReplicationSubnetGroupId: { Ref: 'Subnets' } },
          SourceEndpointArn: { Ref: 'Source' },
          TargetEndpointArn: { Ref: 'Target' },
          TableMappings: MAPPINGS,
          ReplicationSettings: SETTINGS,
        },
      },
      TopicKey: {
        Type: 'AWS::KMS::Key',
        Properties: {
          KeyPolicy: key({
            ...allow(['kms:Decrypt', 'kms:GenerateDataKey*'], '*'), Principal: { Service: 'dms.amazonaws.com' },
          }),
        },
      },
      Topic: { Type: 'AWS::SNS::Topic', Properties: { KmsMasterKeyId: { Ref: 'TopicKey' } } },
      Subscription: {
        Type: 'AWS::DMS::EventSubscription',
        Properties: {
          SnsTopicArn: { Ref: 'Topic' },
          SourceType: 'replication-task',
          SourceIds: [{ Ref: 'Task' }],
          EventCategories: ['failure', 'state change'],
        },
      },
    },
  };
}

/**
 * The good template with one value in it another: at a path such as `Task.MigrationType` (from the properties of a
 * resource on) or `Subnets.DependsOn`; `undefined` removes it.
 */
export function mutated(path: string, value: unknown): Template {
  const template = plain(goodTemplate());
  const [logicalId, ...keys] = path.split('.');
  const resource = template.Resources[logicalId!]!;
  let owner = (keys[0] === 'DependsOn' ? resource : resource.Properties) as Json;
  for (const name of keys.slice(0, -1)) owner = owner[name] as Json;
  owner[keys.at(-1)!] = value;
  return plain(template);
}

/** The good template with the text of a JSON property another. */
export function rewritten(path: string, change: (text: string) => string): Template {
  const [logicalId, key] = path.split('.') as [string, string];
  return mutated(path, change(goodTemplate().Resources[logicalId]!.Properties[key] as string));
}

/** As it is read from a file. */
const plain = (template: Template): Template => JSON.parse(JSON.stringify(template)) as Template;

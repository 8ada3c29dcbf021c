import { checkTemplate, parseJsonProperty, readTemplate } from '../../../lib/rules';

type Json = Record<string, unknown>;

const MAPPINGS = JSON.stringify({
  rules: [{
    'rule-type': 'selection',
    'rule-id': '1',
    'rule-action': 'include',
    'object-locator': { 'schema-name': 'public', 'table-name': '%' },
  }],
});
const SETTINGS = JSON.stringify({
  TargetMetadata: { LobMaxSize: 64 },
  FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
  ChangeProcessingDdlHandlingPolicy: { HandleSourceTableDropped: false, HandleSourceTableTruncated: false },
});

const task = (over: Json = {}): Json => ({
  Type: 'AWS::DMS::ReplicationTask',
  Properties: {
    MigrationType: 'full-load-and-cdc',
    SourceEndpointArn: { Ref: 'Source' },
    TargetEndpointArn: { Ref: 'Target' },
    ReplicationInstanceArn: { Ref: 'Instance' },
    TableMappings: MAPPINGS,
    ReplicationTaskSettings: SETTINGS,
    ...over,
  },
});
const sourceEndpoint = (over: Json = {}, settings: Json = {}): Json => ({
  Type: 'AWS::DMS::Endpoint',
  Properties: {
    EngineName: 'postgres',
    EndpointType: 'source',
    SslMode: 'require',
    PostgreSqlSettings: {
      HeartbeatEnable: true,
      SecretsManagerSecretId: { Ref: 'Attachment' },
      SecretsManagerAccessRoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
      ...settings,
    },
    ...over,
  },
});
const group = (parameters: Json = {}, family = 'postgres14'): Json => ({
  Type: 'AWS::RDS::DBParameterGroup',
  Properties: { Family: family, Parameters: { 'rds.logical_replication': '1', ...parameters } },
});

/** A whole pipeline: secret attached to a database with a parameter group, into a bucket. */
const resources = (over: Json = {}): Json => ({
  Parameters: group(),
  OtherParameters: group({ wal_sender_timeout: '1' }),
  Database: { Type: 'AWS::RDS::DBInstance', Properties: { DBParameterGroupName: { Ref: 'Parameters' } } },
  Secret: { Type: 'AWS::SecretsManager::Secret', Properties: {} },
  Attachment: {
    Type: 'AWS::SecretsManager::SecretTargetAttachment',
    Properties: { SecretId: { Ref: 'Secret' }, TargetId: { Ref: 'Database' }, TargetType: 'AWS::RDS::DBInstance' },
  },
  Bucket: { Type: 'AWS::S3::Bucket', Properties: {} },
  Source: sourceEndpoint(),
  Target: {
    Type: 'AWS::DMS::Endpoint',
    Properties: {
      EngineName: 's3',
      EndpointType: 'target',
      S3Settings: {
        BucketName: { Ref: 'Bucket' },
        ServiceAccessRoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
        DataFormat: 'parquet',
        IncludeOpForFullLoad: true,
      },
    },
  },
  Task: task(),
  ...over,
});
const read = (over: Json = {}) => readTemplate({ Resources: resources(over) }).tasks[0]!;
const check = (over: Json = {}): string[][] =>
  checkTemplate({ Resources: resources(over) }).map(({ rule, path }) => [rule, path]);

describe('readTemplate', () => {
  test('follows the task to endpoints, database, parameter group and bucket', () => {
    const { source, target, sourceDatabase, sourceParameterGroup, targetBucket } = read();
    expect([source, target, sourceDatabase, sourceParameterGroup, targetBucket].map((found) => found?.logicalId))
      .toEqual(['Source', 'Target', 'Database', 'Parameters', 'Bucket']);
  });

  test.each<[string, Json]>([
    ['the secret itself', { Source: sourceEndpoint({}, { SecretsManagerSecretId: { Ref: 'Secret' } }) }],
    ['the host name', {
      Source: sourceEndpoint({ ServerName: { 'Fn::GetAtt': ['Database', 'Endpoint.Address'] }, PostgreSqlSettings: {} }),
    }],
    ['a host name that is joined', {
      Source: sourceEndpoint({ ServerName: { 'Fn::Sub': '${Database.Endpoint.Address}' }, PostgreSqlSettings: {} }),
    }],
    ['a secret that holds the address', {
      Attachment: { Type: 'AWS::SNS::Topic' },
      Secret: {
        Type: 'AWS::SecretsManager::Secret',
        Properties: {
          SecretString: { 'Fn::Join': ['', ['{"host":"', { 'Fn::GetAtt': 'Database.Endpoint.Address' }, '"}']] },
        },
      },
      Source: sourceEndpoint({}, { SecretsManagerSecretId: { Ref: 'Secret' } }),
    }],
  ])('finds the parameter group by %s', (_how, over) => {
    expect(read(over).sourceParameterGroup?.logicalId).toBe('Parameters');
  });

  test('takes the parameter group of the cluster, not of its instance', () => {
    expect(read({
      Database: {
        Type: 'AWS::RDS::DBInstance',
        Properties: { DBParameterGroupName: { Ref: 'Parameters' }, DBClusterIdentifier: { Ref: 'Cluster' } },
      },
      Cluster: {
        Type: 'AWS::RDS::DBCluster',
        Properties: { DBClusterParameterGroupName: { Ref: 'ClusterParameters' } },
      },
      ClusterParameters: { ...group({}, 'aurora-postgresql14'), Type: 'AWS::RDS::DBClusterParameterGroup' },
    }).sourceParameterGroup?.logicalId).toBe('ClusterParameters');
  });

  test('takes the only PostgreSQL parameter group where the source leads nowhere', () => {
    const elsewhere = { Source: sourceEndpoint({ ServerName: 'db.example.com', PostgreSqlSettings: {} }) };
    expect(read({ ...elsewhere, OtherParameters: group({}, 'mysql8.0') }).sourceParameterGroup?.logicalId)
      .toBe('Parameters');
    expect(read(elsewhere).sourceParameterGroup).toBeUndefined();
  });

  test('lists serverless replications apart from tasks', () => {
    const { tasks, serverlessReplications } = readTemplate({
      Resources: resources({ Config: { Type: 'AWS::DMS::ReplicationConfig', Properties: {} } }),
    });
    expect([tasks, serverlessReplications].map((found) => found.map(({ logicalId }) => logicalId)))
      .toEqual([['Task'], ['Config']]);
  });

  test.each([[undefined], [{}], [{ Resources: [] }]])('refuses %j', (template) => {
    expect(() => readTemplate(template))
      .toThrow('this is no CloudFormation template: there is no object "Resources" in it');
  });
});

describe('parseJsonProperty', () => {
  test('reads text, objects and text that CloudFormation joins', () => {
    expect(parseJsonProperty('{"a":1}')).toEqual({ a: 1 });
    expect(parseJsonProperty({ a: 1 })).toEqual({ a: 1 });
    expect(parseJsonProperty({ 'Fn::Join': ['', ['{"a":"', { Ref: 'Schema' }, '"}']] }))
      .toEqual({ a: '${Token[Schema]}' });
  });

  test.each([
    [undefined], [null], [{ Ref: 'Mappings' }], [{ Ref: 'AWS::NoValue' }],
    [{ 'Fn::Join': ['', ['{"a":', { Ref: 'Number' }, '}']] }],
  ])('does not know %j before deployment', (value) => {
    expect(parseJsonProperty(value)).toBeUndefined();
  });

  test('refuses text that is not JSON', () => {
    expect(() => parseJsonProperty('{')).toThrow(/^this is not JSON: /);
  });
});

describe('checkTemplate', () => {
  test('has nothing to say to a sound pipeline', () => {
    expect(check()).toEqual([]);
  });

  test('says where in the template and where in its JSON', () => {
    expect(check({ Task: task({ TableMappings: MAPPINGS.replace('"1"', '"one"') }) }))
      .toEqual([['mappings/rule-id', 'Resources.Task.Properties.TableMappings → rules[0].rule-id']]);
  });

  test('counts the tasks that capture changes from a parameter group', () => {
    const slots = (count: number): Json => ({ Parameters: group({ max_replication_slots: String(count) }) });
    const tasks = { Second: task(), Loading: task({ MigrationType: 'full-load' }) };
    expect(check({ ...slots(2), ...tasks })).toEqual([]);
    expect(check({ ...slots(1), ...tasks })).toEqual([
      ['postgres/replication-slots', 'Resources.Parameters.Properties.Parameters.max_replication_slots'],
    ]);
  });

  test('counts the tasks of each parameter group by themselves', () => {
    expect(check({
      Parameters: group({ max_wal_senders: '1' }),
      OtherParameters: group({ max_wal_senders: '1' }),
      OtherDatabase: { Type: 'AWS::RDS::DBInstance', Properties: { DBParameterGroupName: { Ref: 'OtherParameters' } } },
      OtherSource: sourceEndpoint({
        ServerName: { 'Fn::GetAtt': ['OtherDatabase', 'Endpoint.Address'] }, PostgreSqlSettings: { HeartbeatEnable: true },
      }),
      OtherTask: task({ SourceEndpointArn: { Ref: 'OtherSource' } }),
    })).toEqual([]);
  });

  test('leaves the parameters of a source that is only loaded alone', () => {
    expect(check({
      Parameters: group({ 'rds.logical_replication': '0' }), Task: task({ MigrationType: 'full-load' }),
    })).toEqual([]);
  });

  test('checks the bucket of a target once, however many tasks write to it', () => {
    const Bucket = { Type: 'AWS::S3::Bucket', Properties: { VersioningConfiguration: { Status: 'Enabled' } } };
    expect(check({ Bucket, Second: task() }))
      .toEqual([['s3/versioning', 'Resources.Bucket.Properties.VersioningConfiguration']]);
  });

  test('checks the bucket in which files for Redshift are staged', () => {
    const Bucket = { Type: 'AWS::S3::Bucket', Properties: { VersioningConfiguration: { Status: 'Enabled' } } };
    const Target = {
      Type: 'AWS::DMS::Endpoint',
      Properties: {
        EngineName: 'redshift',
        EndpointType: 'target',
        ServerName: 'warehouse.example.internal',
        RedshiftSettings: { BucketName: { Ref: 'Bucket' }, ServiceAccessRoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] } },
      },
    };
    expect(check({ Bucket, Target, Task: task({ MigrationType: 'full-load' }) }))
      .toEqual([
        ['redshift/lob-size', 'Resources.Task.Properties.ReplicationTaskSettings → TargetMetadata.LobMaxSize'],
        ['s3/versioning', 'Resources.Bucket.Properties.VersioningConfiguration'],
      ]);
  });

  test('checks serverless replications by their own property names', () => {
    expect(check({
      Config: {
        Type: 'AWS::DMS::ReplicationConfig',
        Properties: {
          ReplicationConfigIdentifier: 'orders',
          ComputeConfig: { MaxCapacityUnits: 16 },
          ReplicationType: 'cdc',
          SourceEndpointArn: { Ref: 'Source' },
          TargetEndpointArn: { Ref: 'Target' },
          TableMappings: JSON.parse(MAPPINGS) as Json,
          ReplicationSettings: {
            ...JSON.parse(SETTINGS) as Json, TargetMetadata: { LobMaxSize: 1, FullLobMode: true },
          },
        },
      },
    })).toEqual([
      ['task/s3-full-lob-mode', 'Resources.Config.Properties.ReplicationSettings → TargetMetadata.FullLobMode'],
    ]);
  });
});

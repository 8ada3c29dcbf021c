import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import { Annotations, type App, Duration, RemovalPolicy, Size, type Stack } from 'aws-cdk-lib/core';
import { Annotations as Findings, Match, Template } from 'aws-cdk-lib/assertions';
import { PostgresCdcPlugin, PostgresCdcSource, type PostgresCdcSourceProps } from '../../../lib';
import { existingVpc, makeStack } from '../make-stack';

function addSource(stack: Stack, props: Partial<PostgresCdcSourceProps> = {}): PostgresCdcSource {
  return new PostgresCdcSource(stack, 'Source', {
    vpc: props.vpc ?? existingVpc(stack),
    databaseName: 'agenda',
    ...props,
  });
}

function templateOf(props: Partial<PostgresCdcSourceProps> = {}): Template {
  const stack = makeStack();
  addSource(stack, props);
  return Template.fromStack(stack);
}

describe('a new PostgreSQL source', () => {
  test('is PostgreSQL 14: private, encrypted, backed up, protected, with its own parameter group', () => {
    const template = templateOf();
    const group = Object.keys(template.findResources('AWS::RDS::DBParameterGroup'))[0];
    template.hasResource('AWS::RDS::DBInstance', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: Match.objectLike({
        Engine: 'postgres',
        EngineVersion: '14',
        DBInstanceClass: 'db.t4g.medium',
        DBName: 'agenda',
        DBParameterGroupName: { Ref: group },
        AllocatedStorage: '100',
        MaxAllocatedStorage: 200,
        StorageType: 'gp3',
        StorageEncrypted: true,
        PubliclyAccessible: false,
        MultiAZ: true,
        BackupRetentionPeriod: 7,
        DeletionProtection: true,
        CopyTagsToSnapshot: true,
        EnableCloudwatchLogsExports: ['postgresql', 'upgrade'],
        DBInstanceIdentifier: Match.absent(),
      }),
    });
    template.hasResource('AWS::RDS::DBParameterGroup', {
      DeletionPolicy: 'Retain',
      Properties: {
        Family: 'postgres14',
        Description: 'PostgreSQL with logical decoding for AWS DMS',
        Parameters: {
          'rds.logical_replication': '1',
          'rds.force_ssl': '1',
          max_replication_slots: '20',
          max_wal_senders: '20',
          max_worker_processes: '32',
          wal_sender_timeout: '60000',
        },
      },
    });
  });

  test('takes the choices it is given', () => {
    const template = templateOf({
      version: rds.PostgresEngineVersion.VER_17,
      instanceType: ec2.InstanceType.of(ec2.InstanceClass.R6G, ec2.InstanceSize.LARGE),
      allocatedStorage: Size.gibibytes(40),
      maxAllocatedStorage: Size.gibibytes(50),
      multiAz: false,
      port: 5433,
      backupRetention: Duration.days(3),
      deletionProtection: false,
      removalPolicy: RemovalPolicy.DESTROY,
      parameters: { log_statement: 'ddl' },
      maxTasks: 12,
    });
    template.hasResource('AWS::RDS::DBInstance', {
      DeletionPolicy: 'Delete',
      Properties: Match.objectLike({
        EngineVersion: '17',
        DBInstanceClass: 'db.r6g.large',
        AllocatedStorage: '40',
        MaxAllocatedStorage: 50,
        MultiAZ: false,
        Port: '5433',
        BackupRetentionPeriod: 3,
        DeletionProtection: false,
      }),
    });
    template.hasResourceProperties('AWS::RDS::DBParameterGroup', {
      Family: 'postgres17',
      Parameters: { log_statement: 'ddl', max_replication_slots: '24' },
    });
    template.hasResource('AWS::SecretsManager::Secret', { DeletionPolicy: 'Delete' });
  });

  test('generates a login without the characters that DMS refuses, and keeps it with the database', () => {
    const template = templateOf();
    template.hasResource('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({
        GenerateSecretString: {
          ExcludeCharacters: Match.anyValue(),
          GenerateStringKey: 'password',
          PasswordLength: 30,
          SecretStringTemplate: '{"username":"dms_admin"}',
        },
      }),
    });
    const [secret] = Object.values(template.findResources('AWS::SecretsManager::Secret'));
    const { GenerateSecretString: generated } = secret?.['Properties'] as {
      GenerateSecretString: { ExcludeCharacters: string };
    };
    expect([...';.:+{}*&,%\\'].filter((character) => !generated.ExcludeCharacters.includes(character))).toEqual([]);
  });

  test('logs DMS in with the attached secret, over TLS, with heartbeat and test_decoding', () => {
    const template = templateOf();
    template.hasResourceProperties('AWS::DMS::Endpoint', {
      EndpointType: 'source',
      EngineName: 'postgres',
      DatabaseName: 'agenda',
      SslMode: 'require',
      PostgreSqlSettings: {
        SecretsManagerSecretId: { Ref: onlyId(template, 'AWS::SecretsManager::SecretTargetAttachment') },
        SecretsManagerAccessRoleArn: { 'Fn::GetAtt': [onlyId(template, 'AWS::IAM::Role'), 'Arn'] },
        PluginName: 'test-decoding',
        CaptureDdls: true,
        HeartbeatEnable: true,
        FailTasksOnLobTruncation: true,
      },
      Username: Match.absent(),
      Password: Match.absent(),
      ServerName: Match.absent(),
      EndpointIdentifier: Match.absent(),
      ExtraConnectionAttributes: Match.absent(),
    });
  });

  test('writes every endpoint option with the unit of DMS', () => {
    templateOf({
      plugin: PostgresCdcPlugin.PGLOGICAL,
      slotName: 'orders_slot',
      captureDdls: false,
      ddlArtifactsSchema: 'dms',
      heartbeat: true,
      heartbeatFrequency: Duration.minutes(2),
      heartbeatSchema: 'dms',
      failTasksOnLobTruncation: false,
      executeTimeout: Duration.minutes(3),
      mapBooleanAsBoolean: true,
      extraConnectionAttributes: { MapJsonbAsClob: 'true', TrimSpaceInChar: 'false' },
    }).hasResourceProperties('AWS::DMS::Endpoint', {
      ExtraConnectionAttributes: 'MapJsonbAsClob=true;TrimSpaceInChar=false',
      PostgreSqlSettings: Match.objectLike({
        PluginName: 'pglogical',
        SlotName: 'orders_slot',
        CaptureDdls: false,
        DdlArtifactsSchema: 'dms',
        HeartbeatEnable: true,
        HeartbeatFrequency: 2,
        HeartbeatSchema: 'dms',
        FailTasksOnLobTruncation: false,
        ExecuteTimeout: 180,
        MapBooleanAsBoolean: true,
      }),
    });
  });

  test('lets the regional principal of DMS read that one secret, and nothing else', () => {
    const template = templateOf();
    template.resourceCountIs('AWS::IAM::Role', 1);
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { Service: { 'Fn::Join': ['', ['dms.eu-west-1.', { Ref: 'AWS::URLSuffix' }]] } },
        }],
      },
      ManagedPolicyArns: Match.absent(),
    });
    template.resourceCountIs('AWS::IAM::Policy', 1);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [{
          Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
          Effect: 'Allow',
          Resource: { Ref: onlyId(template, 'AWS::SecretsManager::SecretTargetAttachment') },
        }],
      },
    });
  });

  test('the endpoint waits for the permission to read the secret', () => {
    const template = templateOf();
    template.hasResource('AWS::DMS::Endpoint', {
      DependsOn: Match.arrayWith([onlyId(template, 'AWS::IAM::Policy')]),
    });
  });

  test('lets DMS decrypt with a key of your own, which also encrypts the storage', () => {
    const stack = makeStack();
    const encryptionKey = new kms.Key(stack, 'Key');
    addSource(stack, { encryptionKey });
    const template = Template.fromStack(stack);
    const key = { 'Fn::GetAtt': [onlyId(template, 'AWS::KMS::Key'), 'Arn'] };
    template.hasResourceProperties('AWS::RDS::DBInstance', { KmsKeyId: key });
    template.hasResourceProperties('AWS::SecretsManager::Secret', { KmsKeyId: key });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Action: 'kms:DescribeKey', Resource: key })]),
      },
    });
  });

  test('lets only its replicators in, on its port', () => {
    const stack = makeStack();
    const vpc = existingVpc(stack);
    const source = addSource(stack, { vpc, port: 5433 });
    const securityGroup = new ec2.SecurityGroup(stack, 'Replicator', { vpc });
    const binding = source.bind({ replicator: new ec2.Connections({ securityGroups: [securityGroup] }) });
    expect(binding.endpoint).toBe(source.endpoint);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 1);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      IpProtocol: 'tcp',
      FromPort: { 'Fn::GetAtt': [onlyId(template, 'AWS::RDS::DBInstance'), 'Endpoint.Port'] },
      SourceSecurityGroupId: stack.resolve(securityGroup.securityGroupId) as object,
    });
  });

  test.each([4999, 9999])('is refused with a WAL sender timeout of %i ms', (millis) => {
    const stack = makeStack();
    addSource(stack, { walSenderTimeout: Duration.millis(millis) });
    expect(() => (stack.node.root as App).synth()).toThrow(new RegExp(`\\[Test/Source\\].*wal_sender_timeout.*${millis}`));
  });

  test('warns of a WAL sender timeout of five minutes, under an id that can be acknowledged', () => {
    jest.spyOn(console, 'error').mockImplementationOnce(() => undefined); // CDK prints its report
    const stack = makeStack();
    addSource(stack, { walSenderTimeout: Duration.minutes(5) });
    const [warning, ...others] = Findings.fromStack(stack).findWarning('*', Match.anyValue());
    expect(others).toEqual([]);
    expect(warning?.entry.data).toMatch(/wal_sender_timeout is 300000 ms/);
    expect(warning?.entry.data).toMatch(/\[ack: cdk-dms-pipelines:postgres\/long-wal-sender-timeout\]$/);
  });

  test('gives no warning that was acknowledged', () => {
    const stack = makeStack();
    Annotations.of(addSource(stack, { walSenderTimeout: Duration.minutes(5) }))
      .acknowledgeWarning('cdk-dms-pipelines:postgres/long-wal-sender-timeout', 'the instance is single-AZ');
    expect(Findings.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });

  test('gives no warning by default', () => {
    const stack = makeStack();
    addSource(stack);
    expect(Findings.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });

  test('refuses parameters that change capture sets', () => {
    expect(() => templateOf({ parameters: { max_wal_senders: '3', log_statement: 'ddl' } }))
      .toThrow('Test/Source: parameters holds max_wal_senders, which change capture sets');
  });

  test('refuses connection attributes that an option owns, in any case', () => {
    expect(() => templateOf({ extraConnectionAttributes: { PLUGINNAME: 'pglogical', MapJsonbAsClob: 'true' } }))
      .toThrow('Test/Source/Endpoint: extraConnectionAttributes holds PLUGINNAME, which an option of the source sets');
  });

  test('refuses storage that cannot grow', () => {
    expect(() => templateOf({ allocatedStorage: Size.gibibytes(50), maxAllocatedStorage: Size.gibibytes(50) }))
      .toThrow('Test/Source: maxAllocatedStorage is 50 GiB and allocatedStorage 50 GiB: give more than is allocated');
  });

  test('refuses a database without backups', () => {
    expect(() => templateOf({ backupRetention: Duration.days(0) })).toThrow('backupRetention is 0 days: give 1 to 35 days');
  });
});

function onlyId(template: Template, type: string): string {
  const ids = Object.keys(template.findResources(type));
  expect(ids).toHaveLength(1);
  return ids[0] ?? '';
}

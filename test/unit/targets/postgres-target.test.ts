import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CfnCertificate } from 'aws-cdk-lib/aws-dms';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { type App, Duration, RemovalPolicy, Size, type Stack } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  type IPostgresTarget, PostgresSslMode, PostgresTarget, type PostgresTargetEndpointOptions, type PostgresTargetProps,
} from '../../../lib';
import { ACCOUNT, existingVpc, makeStack, REGION } from '../make-stack';

const SECRET_ARN = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:dms-login-AbCdEf`;
const SILENT = "SET session_replication_role = 'replica'";

function templateOf(props: Partial<PostgresTargetProps> = {}): Template {
  const stack = makeStack();
  new PostgresTarget(stack, 'Target', { vpc: existingVpc(stack), databaseName: 'copy', ...props });
  return Template.fromStack(stack);
}

function onlyId(template: Template, type: string): string {
  const ids = Object.keys(template.findResources(type));
  expect(ids).toHaveLength(1);
  return ids[0]!;
}

const replicator = (stack: Stack): ec2.IConnectable => new ec2.Connections({
  securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Replicator', 'sg-replicator')],
});
const group = (stack: Stack): ec2.ISecurityGroup =>
  ec2.SecurityGroup.fromSecurityGroupId(stack, 'DatabaseGroup', 'sg-database');
const login = (stack: Stack, arn = SECRET_ARN): ISecret => Secret.fromSecretCompleteArn(stack, 'Login', arn);
const instance = (stack: Stack): rds.IDatabaseInstance =>
  rds.DatabaseInstance.fromDatabaseInstanceAttributes(stack, 'Instance', {
    instanceIdentifier: 'copy', instanceEndpointAddress: 'copy.example.internal', port: 5432,
    securityGroups: [group(stack)],
  });

function existing(options: PostgresTargetEndpointOptions = {}): { stack: Stack; target: IPostgresTarget } {
  const stack = makeStack();
  const target = PostgresTarget.fromDatabaseInstance(stack, 'Target', {
    instance: instance(stack), secret: login(stack), databaseName: 'copy', ...options,
  });
  return { stack, target };
}

describe('a new PostgreSQL target', () => {
  test('is PostgreSQL 17: private, encrypted, backed up, protected, TLS only', () => {
    const template = templateOf();
    template.hasResource('AWS::RDS::DBInstance', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: Match.objectLike({
        Engine: 'postgres',
        EngineVersion: '17',
        DBInstanceClass: 'db.t4g.medium',
        DBName: 'copy',
        DBParameterGroupName: { Ref: onlyId(template, 'AWS::RDS::DBParameterGroup') },
        AllocatedStorage: '100',
        MaxAllocatedStorage: 200,
        StorageEncrypted: true,
        PubliclyAccessible: false,
        MultiAZ: true,
        BackupRetentionPeriod: 7,
        DeletionProtection: true,
        DBInstanceIdentifier: Match.absent(),
      }),
    });
    template.hasResource('AWS::RDS::DBParameterGroup', {
      DeletionPolicy: 'Retain',
      Properties: {
        Family: 'postgres17',
        Description: 'PostgreSQL that AWS DMS writes to',
        Parameters: { 'rds.force_ssl': '1' },
      },
    });
  });

  test('logs DMS in with the attached secret, over TLS, with silent triggers and booleans that stay booleans', () => {
    const template = templateOf();
    template.hasResource('AWS::DMS::Endpoint', {
      Properties: {
        EndpointType: 'target',
        EngineName: 'postgres',
        DatabaseName: 'copy',
        SslMode: 'require',
        PostgreSqlSettings: {
          SecretsManagerSecretId: { Ref: onlyId(template, 'AWS::SecretsManager::SecretTargetAttachment') },
          SecretsManagerAccessRoleArn: { 'Fn::GetAtt': [onlyId(template, 'AWS::IAM::Role'), 'Arn'] },
          AfterConnectScript: SILENT,
          MapBooleanAsBoolean: true,
        },
      },
      DependsOn: [onlyId(template, 'AWS::IAM::Policy'), onlyId(template, 'AWS::IAM::Role')],
    });
  });

  test('takes the choices it is given', () => {
    const template = templateOf({
      version: rds.PostgresEngineVersion.VER_16,
      instanceType: ec2.InstanceType.of(ec2.InstanceClass.R6G, ec2.InstanceSize.LARGE),
      allocatedStorage: Size.gibibytes(40),
      maxAllocatedStorage: Size.gibibytes(41),
      multiAz: false,
      port: 5433,
      username: 'loader',
      backupRetention: Duration.days(3),
      deletionProtection: false,
      removalPolicy: RemovalPolicy.DESTROY,
      parameters: { max_wal_size: '8192' },
    });
    template.hasResource('AWS::RDS::DBInstance', {
      DeletionPolicy: 'Delete',
      Properties: Match.objectLike({
        EngineVersion: '16', DBInstanceClass: 'db.r6g.large', AllocatedStorage: '40', MaxAllocatedStorage: 41,
        MultiAZ: false, Port: '5433', BackupRetentionPeriod: 3, DeletionProtection: false,
      }),
    });
    template.hasResourceProperties('AWS::RDS::DBParameterGroup', {
      Family: 'postgres16', Parameters: { 'rds.force_ssl': '1', max_wal_size: '8192' },
    });
    template.hasResource('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'Delete',
      Properties: Match.objectLike({
        GenerateSecretString: Match.objectLike({ SecretStringTemplate: '{"username":"loader"}' }),
      }),
    });
  });

  test('encrypts storage and login with a key of your own, which the role of the login may use', () => {
    const stack = makeStack();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234`);
    new PostgresTarget(stack, 'Target', { vpc: existingVpc(stack), databaseName: 'copy', encryptionKey });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::RDS::DBInstance', { KmsKeyId: encryptionKey.keyArn });
    template.hasResourceProperties('AWS::SecretsManager::Secret', { KmsKeyId: encryptionKey.keyArn });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([{ Action: 'kms:DescribeKey', Effect: 'Allow', Resource: encryptionKey.keyArn }]),
      },
    });
  });

  test.each<[string, Partial<PostgresTargetProps>, string]>([
    ['a server that takes plain connections', { parameters: { 'rds.force_ssl': '0' } },
      'Test/Target: parameters holds rds.force_ssl, which the target sets'],
    ['no backups', { backupRetention: Duration.days(0) }, 'backupRetention is 0 days'],
    ['storage that cannot grow', { maxAllocatedStorage: Size.gibibytes(100) }, 'maxAllocatedStorage is 100 GiB'],
  ])('refuses %s', (_, props, message) => {
    expect(() => templateOf(props)).toThrow(message);
  });

  test('gives no warning by default', () => {
    const stack = makeStack();
    new PostgresTarget(stack, 'Target', { vpc: existingVpc(stack), databaseName: 'copy' });
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });
});

describe('the endpoint of a PostgreSQL target', () => {
  test('writes every option with the unit of DMS', () => {
    const { stack } = existing({
      afterConnectScript: 'SET statement_timeout = 0',
      mapBooleanAsBoolean: false,
      maxFileSize: Size.mebibytes(64),
      executeTimeout: Duration.minutes(10),
      extraConnectionAttributes: { loadUsingCSV: 'false', ConnectionTimeout: '30' },
    });
    Template.fromStack(stack).hasResourceProperties('AWS::DMS::Endpoint', {
      PostgreSqlSettings: Match.objectLike({
        AfterConnectScript: 'SET statement_timeout = 0',
        MapBooleanAsBoolean: false,
        MaxFileSize: 65_536,
        ExecuteTimeout: 600,
      }),
      ExtraConnectionAttributes: 'loadUsingCSV=false;ConnectionTimeout=30',
    });
  });

  test('runs nothing after connecting when the script is empty', () => {
    Template.fromStack(existing({ afterConnectScript: '' }).stack).hasResourceProperties('AWS::DMS::Endpoint', {
      PostgreSqlSettings: Match.objectLike({ AfterConnectScript: Match.absent() }),
    });
  });

  test('is checked against a certificate authority, and refused without one', () => {
    const stack = makeStack();
    const certificate = new CfnCertificate(stack, 'Authority', { certificatePem: 'pem' });
    PostgresTarget.fromSelfManaged(stack, 'Target', {
      secret: login(stack), databaseName: 'copy', sslMode: PostgresSslMode.VERIFY_FULL, certificate,
    });
    Template.fromStack(stack).hasResourceProperties('AWS::DMS::Endpoint', {
      SslMode: 'verify-full', CertificateArn: { Ref: 'Authority' },
    });
    expect(() => existing({ sslMode: PostgresSslMode.VERIFY_CA })).toThrow('sslMode is verify-ca without a certificate');
  });

  test('refuses an attribute that an option owns, whatever its case', () => {
    expect(() => existing({ extraConnectionAttributes: { afterconnectscript: 'x', maxFileSize: '1' } }))
      .toThrow('Test/Target/Endpoint: extraConnectionAttributes holds afterconnectscript, maxFileSize, '
        + 'which an option of the target sets');
  });

  test('is refused with files larger than DMS loads', () => {
    const { stack } = existing({ maxFileSize: Size.gibibytes(2) });
    expect(() => (stack.node.root as App).synth()).toThrow(/\[Test\/Target\/Endpoint\].*MaxFileSize is 2097152/);
  });
});

describe('the role of the login', () => {
  test('is for the DMS of this region, may read this secret, and nothing else', () => {
    const template = Template.fromStack(existing().stack);
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { Service: { 'Fn::Join': ['', [`dms.${REGION}.`, { Ref: 'AWS::URLSuffix' }]] } },
        }],
      },
    });
    template.resourceCountIs('AWS::IAM::Policy', 1);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [{
          Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
          Effect: 'Allow',
          Resource: SECRET_ARN,
        }],
      },
    });
  });

  test('is refused for the master secret that RDS manages', () => {
    const stack = makeStack();
    const secret = login(stack, `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:rds!db-2b1c3a4e-AbCdEf`);
    expect(() => PostgresTarget.fromDatabaseInstance(stack, 'Target', {
      instance: instance(stack), secret, databaseName: 'copy',
    })).toThrow('Test/Target/Endpoint: the secret is the master secret that RDS manages, which holds neither host nor port');
  });
});

describe('what exists', () => {
  test('an instance is opened to the replication, on its port', () => {
    const { stack, target } = existing();
    expect(target.bind({ replicator: replicator(stack) }).endpoint).toBe(target.endpoint);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::RDS::DBInstance', 0);
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: 'sg-database', SourceSecurityGroupId: 'sg-replicator', IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432,
    });
  });

  test('a cluster is written through its writer as aurora-postgresql', () => {
    const stack = makeStack();
    const cluster = rds.DatabaseCluster.fromDatabaseClusterAttributes(stack, 'Cluster', {
      clusterIdentifier: 'copy', clusterEndpointAddress: 'copy.cluster.example.internal', port: 5434,
      securityGroups: [group(stack)],
    });
    PostgresTarget.fromDatabaseCluster(stack, 'Target', { cluster, secret: login(stack), databaseName: 'copy' })
      .bind({ replicator: replicator(stack) });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::DMS::Endpoint', { EngineName: 'aurora-postgresql', DatabaseName: 'copy' });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 5434, GroupId: 'sg-database' });
  });

  test('a server of your own is opened where it has security groups', () => {
    const stack = makeStack();
    PostgresTarget.fromSelfManaged(stack, 'Target', {
      secret: login(stack), databaseName: 'copy', port: 6432, securityGroups: [group(stack)],
    }).bind({ replicator: replicator(stack) });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::DMS::Endpoint', { EngineName: 'postgres', SslMode: 'require' });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: 'sg-database', FromPort: 6432, ToPort: 6432,
    });
  });

  test('a read replica is refused', () => {
    const stack = makeStack();
    const replica = new rds.DatabaseInstanceReadReplica(stack, 'Replica', {
      sourceDatabaseInstance: instance(stack),
      instanceType: ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.MEDIUM),
      vpc: existingVpc(stack),
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    });
    expect(() => PostgresTarget.fromDatabaseInstance(stack, 'Target', {
      instance: replica, secret: login(stack), databaseName: 'copy',
    })).toThrow('Test/Target: Test/Replica is a read replica, which nobody can write to');
  });
});

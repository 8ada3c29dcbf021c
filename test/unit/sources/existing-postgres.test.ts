import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CfnCertificate } from 'aws-cdk-lib/aws-dms';
import * as rds from 'aws-cdk-lib/aws-rds';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { App, Duration, type Stack } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { DmsSecret, PostgresCdcSource, PostgresSslMode } from '../../../lib';
import { ACCOUNT, existingVpc, makeStack, REGION } from '../make-stack';

const SECRET_ARN = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:dms-login-AbCdEf`;

function existingInstance(stack: Stack): rds.IDatabaseInstance {
  return rds.DatabaseInstance.fromDatabaseInstanceAttributes(stack, 'Instance', {
    instanceIdentifier: 'orders',
    instanceEndpointAddress: 'orders.example.internal',
    port: 5432,
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'DatabaseGroup', 'sg-database')],
  });
}

function existingSecret(stack: Stack, arn = SECRET_ARN): ISecret {
  return Secret.fromSecretCompleteArn(stack, 'Login', arn);
}

function replicator(stack: Stack): ec2.IConnectable {
  return new ec2.Connections({
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Replicator', 'sg-replicator')],
  });
}

describe('an existing RDS instance', () => {
  test('gets an endpoint and a role for its secret, and its security group is opened', () => {
    const stack = makeStack();
    const source = PostgresCdcSource.fromDatabaseInstance(stack, 'Source', {
      instance: existingInstance(stack),
      secret: existingSecret(stack),
      databaseName: 'orders',
    });
    source.bind({ replicator: replicator(stack) });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::RDS::DBInstance', 0);
    template.hasResourceProperties('AWS::DMS::Endpoint', {
      EngineName: 'postgres',
      DatabaseName: 'orders',
      PostgreSqlSettings: Match.objectLike({ SecretsManagerSecretId: SECRET_ARN }),
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [{
          Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
          Effect: 'Allow',
          Resource: SECRET_ARN,
        }],
      },
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: 'sg-database',
      SourceSecurityGroupId: 'sg-replicator',
      IpProtocol: 'tcp',
      FromPort: 5432,
      ToPort: 5432,
    });
  });

  test.each([
    ['by its name', `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:rds!db-2b1c3a4e-AbCdEf`],
    ['of a cluster', `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:rds!cluster-2b1c3a4e-AbCdEf`],
  ])('refuses the master secret that RDS manages, known %s', (_, arn) => {
    const stack = makeStack();
    const instance = existingInstance(stack);
    const secret = existingSecret(stack, arn);
    expect(() => PostgresCdcSource.fromDatabaseInstance(stack, 'Source', { instance, secret, databaseName: 'orders' }))
      .toThrow('Test/Source/Endpoint: the secret is the master secret that RDS manages, which holds neither host nor port: '
        + 'DMS needs username, password, host and port in one secret; create a database user for DMS and pass a '
        + 'new DmsSecret(...) with its name');
  });

  test('refuses the managed master secret of an instance of the same app', () => {
    const stack = makeStack();
    const instance = new rds.DatabaseInstance(stack, 'Instance', {
      engine: rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_16 }),
      vpc: existingVpc(stack),
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      manageMasterUserPassword: true,
    });
    const secret = instance.secret as ISecret;
    expect(() => PostgresCdcSource.fromDatabaseInstance(stack, 'Source', { instance, secret, databaseName: 'orders' }))
      .toThrow('the secret is the master secret that RDS manages');
  });

  test('is checked against a certificate authority', () => {
    const stack = makeStack();
    const certificate = new CfnCertificate(stack, 'Authority', { certificatePem: 'pem' });
    PostgresCdcSource.fromDatabaseInstance(stack, 'Source', {
      instance: existingInstance(stack),
      secret: existingSecret(stack),
      databaseName: 'orders',
      sslMode: PostgresSslMode.VERIFY_FULL,
      certificate,
    });
    Template.fromStack(stack).hasResourceProperties('AWS::DMS::Endpoint', {
      SslMode: 'verify-full',
      CertificateArn: { Ref: 'Authority' },
    });
  });

  test('refuses to verify the server without a certificate', () => {
    const stack = makeStack();
    expect(() => PostgresCdcSource.fromDatabaseInstance(stack, 'Source', {
      instance: existingInstance(stack),
      secret: existingSecret(stack),
      databaseName: 'orders',
      sslMode: PostgresSslMode.VERIFY_CA,
    })).toThrow('sslMode is verify-ca without a certificate');
  });
});

describe('an existing Aurora cluster', () => {
  test('is read through its writer as aurora-postgresql', () => {
    const stack = makeStack();
    const cluster = rds.DatabaseCluster.fromDatabaseClusterAttributes(stack, 'Cluster', {
      clusterIdentifier: 'orders',
      clusterEndpointAddress: 'orders.cluster.example.internal',
      port: 5434,
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'DatabaseGroup', 'sg-database')],
    });
    PostgresCdcSource.fromDatabaseCluster(stack, 'Source', {
      cluster,
      secret: existingSecret(stack),
      databaseName: 'orders',
    }).bind({ replicator: replicator(stack) });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::DMS::Endpoint', { EngineName: 'aurora-postgresql', DatabaseName: 'orders' });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 5434, GroupId: 'sg-database' });
  });
});

describe('a self-managed server', () => {
  const props = (stack: Stack) => ({
    secret: existingSecret(stack),
    username: 'dms_user',
    databaseName: 'orders',
    replicationCidrs: ['10.0.0.0/24', '10.0.1.0/24'],
  });

  test('says what to write into postgresql.conf and pg_hba.conf', () => {
    const stack = makeStack();
    const source = PostgresCdcSource.fromSelfManaged(stack, 'Source', {
      ...props(stack),
      maxTasks: 15,
      walSenderTimeout: Duration.seconds(90),
    });
    expect(source.serverConfiguration).toEqual({
      postgresqlConf: [
        "wal_level = 'logical'",
        "max_replication_slots = '30'",
        "max_wal_senders = '30'",
        "max_worker_processes = '32'",
        "wal_sender_timeout = '90000'",
      ].join('\n'),
      pgHbaConf: [
        'hostssl "orders" "dms_user" 10.0.0.0/24 scram-sha-256',
        'hostssl replication "dms_user" 10.0.0.0/24 scram-sha-256',
        'hostssl "orders" "dms_user" 10.0.1.0/24 scram-sha-256',
        'hostssl replication "dms_user" 10.0.1.0/24 scram-sha-256',
      ].join('\n'),
    });
  });

  test('has an endpoint, and its security groups are opened on its port', () => {
    const stack = makeStack();
    PostgresCdcSource.fromSelfManaged(stack, 'Source', {
      ...props(stack),
      port: 6432,
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'ServerGroup', 'sg-server')],
    }).bind({ replicator: replicator(stack) });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::DMS::Endpoint', { EngineName: 'postgres', SslMode: 'require' });
    template.hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: 'sg-server',
      FromPort: 6432,
      ToPort: 6432,
    });
  });

  test('is refused with a WAL sender timeout that fails DMS', () => {
    const stack = makeStack();
    PostgresCdcSource.fromSelfManaged(stack, 'Source', { ...props(stack), walSenderTimeout: Duration.millis(1) });
    expect(() => (stack.node.root as App).synth()).toThrow(/\[Test\/Source\].*serverConfiguration.*wal_sender_timeout/);
  });
});

describe('DmsSecret', () => {
  test('holds what DMS reads, and generates the password', () => {
    const stack = makeStack();
    new DmsSecret(stack, 'Login', { host: 'db.example.internal', username: 'dms_user' });
    Template.fromStack(stack).hasResource('AWS::SecretsManager::Secret', {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({
        GenerateSecretString: Match.objectLike({
          SecretStringTemplate: '{"username":"dms_user","host":"db.example.internal","port":5432}',
          GenerateStringKey: 'password',
        }),
      }),
    });
  });

  test('takes host and port of a database of the same app', () => {
    const stack = makeStack();
    const cluster = new rds.DatabaseCluster(stack, 'Cluster', {
      engine: rds.DatabaseClusterEngine.auroraPostgres({ version: rds.AuroraPostgresEngineVersion.VER_16_6 }),
      writer: rds.ClusterInstance.serverlessV2('writer'),
      vpc: existingVpc(stack),
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    });
    new DmsSecret(stack, 'Login', {
      host: cluster.clusterEndpoint.hostname,
      port: cluster.clusterEndpoint.port,
      username: 'dms_user',
    });
    const id = Object.keys(Template.fromStack(stack).findResources('AWS::RDS::DBCluster'))[0];
    Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: Match.objectLike({
        SecretStringTemplate: { 'Fn::Join': ['', [
          '{"username":"dms_user","host":"', { 'Fn::GetAtt': [id, 'Endpoint.Address'] },
          '","port":', { 'Fn::GetAtt': [id, 'Endpoint.Port'] }, '}',
        ]] },
      }),
    });
  });
});

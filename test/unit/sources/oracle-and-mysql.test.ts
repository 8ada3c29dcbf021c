import { CfnCertificate } from 'aws-cdk-lib/aws-dms';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Duration, type Stack } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  type IReplicationSource, type IReplicationTarget, MySqlFlavor, MySqlSource, MySqlTarget, OracleLogReader,
  OracleSource, OracleTarget,
} from '../../../lib';
import { makeStack } from '../make-stack';

const certificate = (stack: Stack): CfnCertificate =>
  new CfnCertificate(stack, 'Authority', { certificatePem: '-----BEGIN CERTIFICATE-----\n' });
const login = (stack: Stack): Secret => new Secret(stack, 'Login');
const common = (stack: Stack): { secret: Secret; certificate: CfnCertificate } =>
  ({ secret: login(stack), certificate: certificate(stack) });

type End = (IReplicationSource | IReplicationTarget) & ec2.IConnectable;

function endpointOf(create: (stack: Stack) => End): { template: Template; properties: unknown } {
  const stack = makeStack();
  create(stack);
  const template = Template.fromStack(stack);
  const [endpoint] = Object.values(template.findResources('AWS::DMS::Endpoint')) as [{ Properties: unknown }];
  return { template, properties: endpoint.Properties };
}

const secret = {
  SecretsManagerSecretId: { Ref: expect.stringMatching(/^Login/) as unknown },
  SecretsManagerAccessRoleArn: { 'Fn::GetAtt': [expect.stringContaining('SecretRole'), 'Arn'] },
};

test.each<[string, (stack: Stack) => End, object]>([
  ['an Oracle source', (stack) => new OracleSource(stack, 'End', { ...common(stack), databaseName: 'ORCL' }), {
    EndpointType: 'source', EngineName: 'oracle', DatabaseName: 'ORCL',
    OracleSettings: {
      AddSupplementalLogging: true, FailTasksOnLobTruncation: true, UseLogminerReader: true, UseBFile: false,
    },
  }],
  ['an Oracle source that is read by its files', (stack) => new OracleSource(stack, 'End', {
    ...common(stack), databaseName: 'ORCL', logReader: OracleLogReader.BINARY_READER, addSupplementalLogging: false,
    failTasksOnLobTruncation: false, extraConnectionAttributes: { archivedLogDestId: '1' },
  }), {
    ExtraConnectionAttributes: 'archivedLogDestId=1',
    OracleSettings: {
      AddSupplementalLogging: false, FailTasksOnLobTruncation: false, UseLogminerReader: false, UseBFile: true,
    },
  }],
  ['an Oracle target', (stack) => new OracleTarget(stack, 'End', { ...common(stack), databaseName: 'ORCL' }), {
    EndpointType: 'target', EngineName: 'oracle', DatabaseName: 'ORCL', OracleSettings: {},
  }],
  ['a MySQL source', (stack) => new MySqlSource(stack, 'End', common(stack)), {
    EndpointType: 'source', EngineName: 'mysql', MySqlSettings: { EventsPollInterval: 1 },
  }],
  ['an Aurora source', (stack) => new MySqlSource(stack, 'End', {
    ...common(stack), flavor: MySqlFlavor.AURORA, eventsPollInterval: Duration.seconds(9), serverTimezone: 'Europe/Paris',
  }), {
    EngineName: 'aurora', MySqlSettings: { EventsPollInterval: 9, ServerTimezone: 'Europe/Paris' },
  }],
  ['a MySQL target', (stack) => new MySqlTarget(stack, 'End', common(stack)), {
    EndpointType: 'target', EngineName: 'mysql', ExtraConnectionAttributes: 'initstmt=SET FOREIGN_KEY_CHECKS=0',
    MySqlSettings: { TargetDbType: 'multiple-databases' },
  }],
])('%s', (_, create, expected) => {
  const { OracleSettings, MySqlSettings, ...rest } = expected as Record<string, object>;
  expect(endpointOf(create).properties).toMatchObject({
    SslMode: 'verify-ca', CertificateArn: { Ref: 'Authority' }, ...rest,
    ...(OracleSettings === undefined ? {} : { OracleSettings: { ...OracleSettings, ...secret } }),
    ...(MySqlSettings === undefined ? {} : { MySqlSettings: { ...MySqlSettings, ...secret } }),
  });
});

test('DMS reads the secret with a role that may nothing else', () => {
  const { template } = endpointOf((stack) => new OracleTarget(stack, 'End', { ...common(stack), databaseName: 'ORCL' }));
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: [{
        Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], Effect: 'Allow',
        Resource: { Ref: Match.stringLikeRegexp('^Login') },
      }],
    },
  });
});

test.each<[string, (stack: Stack, securityGroups: ec2.ISecurityGroup[]) => End, number]>([
  ['Oracle', (stack, securityGroups) =>
    new OracleSource(stack, 'End', { ...common(stack), databaseName: 'ORCL', securityGroups }), 1521],
  ['MySQL', (stack, securityGroups) => new MySqlTarget(stack, 'End', { ...common(stack), securityGroups }), 3306],
  ['a server at another port', (stack, securityGroups) =>
    new MySqlTarget(stack, 'End', { ...common(stack), securityGroups, port: 3307 }), 3307],
])('%s is opened to the instance on bind', (_, create, port) => {
  const stack = makeStack();
  const group = (name: string): ec2.ISecurityGroup => ec2.SecurityGroup.fromSecurityGroupId(stack, name, `sg-${name}`);
  create(stack, [group('database')]).bind({ replicator: new ec2.Connections({ securityGroups: [group('instance')] }) });
  Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
    GroupId: 'sg-database', SourceSecurityGroupId: 'sg-instance', FromPort: port, ToPort: port,
  });
});

test('a network that is trusted may be used unencrypted, when somebody says so', () => {
  endpointOf((stack) => new MySqlSource(stack, 'End', { secret: login(stack), unencrypted: true })).template
    .hasResourceProperties('AWS::DMS::Endpoint', { SslMode: 'none', CertificateArn: Match.absent() });
});

test.each<[string, (stack: Stack) => End, string]>([
  ['no certificate', (stack) => new MySqlSource(stack, 'End', { secret: login(stack) }), 'there is no certificate'],
  ['both', (stack) => new MySqlSource(stack, 'End', { ...common(stack), unencrypted: true }),
    'certificate is given and unencrypted is true'],
  ['an attribute of an option', (stack) => new MySqlSource(stack, 'End', {
    ...common(stack), extraConnectionAttributes: { EventsPollInterval: '5' },
  }), 'extraConnectionAttributes holds EventsPollInterval'],
  ['a statement of its own beside the one of an option', (stack) => new MySqlTarget(stack, 'End', {
    ...common(stack), extraConnectionAttributes: { initStmt: 'SET x' },
  }), 'extraConnectionAttributes holds initStmt, which checkForeignKeys sets'],
  ['the secret of RDS', (stack) => new OracleTarget(stack, 'End', {
    databaseName: 'X', certificate: certificate(stack),
    secret: Secret.fromSecretCompleteArn(stack, 'S', 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:rds!db-1-AbCdEf'),
  }), 'the secret is the master secret that RDS manages'],
])('refuses %s', (_, create, message) => {
  expect(() => endpointOf(create)).toThrow(message);
});

test('foreign keys may be checked', () => {
  const { template } = endpointOf((stack) => new MySqlTarget(stack, 'End', { ...common(stack), checkForeignKeys: true }));
  template.hasResourceProperties('AWS::DMS::Endpoint', { ExtraConnectionAttributes: Match.absent() });
});

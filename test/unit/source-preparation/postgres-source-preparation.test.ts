import * as dms from 'aws-cdk-lib/aws-dms';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import { App, Duration, Size, Stack } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  DmsReplicationPipeline, type DmsReplicationPipelineProps, DmsVpcEndpoints, MigrationType, PostgresCdcPlugin,
  PostgresCdcSource, PostgresSourcePreparation, type PostgresSourcePreparationProps, PostgresSslMode,
  type PreparedTask, type ReplicationTask, TableMappings, TableSelection, Transformation,
} from '../../../lib';
import { existingVpc, FEATURE_FLAGS, makeStack } from '../make-stack';
import { SomeSource, SomeTarget } from '../replication/stand-ins';

const ADMIN = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:admin-AbCdEf';
const USER = 'arn:aws:secretsmanager:eu-west-1:111111111111:secret:user-AbCdEf';
const ORDERS = { tableMappings: TableMappings.of(TableSelection.include('public', 'orders')) };

interface Prepared {
  readonly stack: Stack;
  readonly preparation: PostgresSourcePreparation;
  readonly vpc: ec2.IVpc;
}

function prepare(
  props: Partial<PostgresSourcePreparationProps> = {}, stack = makeStack(), tasks: PreparedTask[] = [ORDERS],
): Prepared {
  const vpc = stack.node.tryFindChild('Vpc') as ec2.IVpc | undefined ?? existingVpc(stack);
  const database = new ec2.Connections({
    defaultPort: ec2.Port.tcp(5433),
    securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'DatabaseGroup', 'sg-database')],
  });
  const preparation = new PostgresSourcePreparation(stack, 'Preparation', {
    vpc, database: { connections: database }, secret: Secret.fromSecretCompleteArn(stack, 'Admin', ADMIN),
    databaseName: 'agenda', ...props,
  });
  tasks.forEach((task) => preparation.addTask(task));
  return { stack, preparation, vpc };
}

/** A task of a pipeline that this library makes. */
function addTask(stack: Stack, props: Partial<DmsReplicationPipelineProps> = {}): ReplicationTask {
  const vpc = stack.node.tryFindChild('Vpc') as ec2.IVpc | undefined ?? existingVpc(stack);
  return new DmsReplicationPipeline(stack, 'Pipeline', {
    vpc, source: new SomeSource(stack), target: new SomeTarget(stack), tableMappings: ORDERS.tableMappings, ...props,
  }).task;
}

type Resource = { Type: string; Properties: Record<string, unknown>; DependsOn?: string[] };
const resources = (stack: Stack): Record<string, Resource> =>
  Template.fromStack(stack).toJSON()['Resources'] as Record<string, Resource>;
function only(stack: Stack, type: string): [string, Resource] {
  const found = Object.entries(resources(stack)).filter(([, resource]) => resource.Type === type);
  expect(found).toHaveLength(1);
  return found[0]!;
}
/** Statements of all policies of a role, found by the beginning of its logical id. */
function statements(stack: Stack, role: string): Record<string, unknown>[] {
  return Object.values(resources(stack))
    .filter(({ Type, Properties }) => Type === 'AWS::IAM::Policy' && JSON.stringify(Properties['Roles']).includes(role))
    .flatMap(({ Properties }) => (Properties['PolicyDocument'] as { Statement: Record<string, unknown>[] }).Statement);
}

const NETWORK = [
  'ec2:AssignPrivateIpAddresses', 'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:UnassignPrivateIpAddresses',
];
const readSecret = (arn: string | string[]): object => ({
  Effect: 'Allow',
  Action: expect.arrayContaining(['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret']) as string[],
  Resource: arn,
});

describe('the preparation', () => {
  test('is told all that the handler needs, and nothing secret', () => {
    const { stack } = prepare();
    const [, { Properties: properties }] = only(stack, 'Custom::DmsSourcePreparation');
    expect(properties).toEqual({
      ServiceToken: { 'Fn::GetAtt': [expect.stringMatching(/^PreparationFunctionsFramework/), 'Arn'] },
      SecretArn: ADMIN,
      DatabaseName: 'agenda',
      SslMode: 'verify-full',
      TableMappings: ['{"rules":[{"rule-type":"selection","rule-action":"include","object-locator":'
        + '{"schema-name":"public","table-name":"orders"}}]}'],
      Tasks: '1',
      Plugin: 'test-decoding',
      CaptureDdls: 'true',
      DdlArtifactsSchema: 'public',
      Heartbeat: 'true',
      HeartbeatSchema: 'public',
      CreateHeartbeatSchema: 'false',
      CreateDdlAudit: 'false',
      OnProblems: 'fail',
      DropSlots: 'true',
      SlotTimeoutSeconds: '300',
    });
    expect(JSON.stringify(resources(stack))).not.toMatch(/resolve:secretsmanager|SecretString/);
  });

  test('passes every option on', () => {
    const { stack } = prepare({
      sslMode: PostgresSslMode.VERIFY_CA, certificateAuthority: '-----BEGIN CERTIFICATE-----\nAA', slotName: 'mine',
      plugin: PostgresCdcPlugin.PGLOGICAL, captureDdls: true, ddlArtifactsSchema: 'audit', heartbeat: true,
      heartbeatSchema: 'beat', createHeartbeatSchema: true, createDdlAudit: true, failOnProblems: false, dropSlots: false,
      slotTimeout: Duration.minutes(10),
      createUser: Secret.fromSecretCompleteArn(makeStack(), 'User', USER),
    });
    expect(only(stack, 'Custom::DmsSourcePreparation')[1].Properties).toMatchObject({
      SslMode: 'verify-ca', CertificateAuthority: '-----BEGIN CERTIFICATE-----\nAA', SlotName: 'mine', Plugin: 'pglogical',
      CaptureDdls: 'true', DdlArtifactsSchema: 'audit', Heartbeat: 'true', HeartbeatSchema: 'beat',
      CreateHeartbeatSchema: 'true', CreateDdlAudit: 'true', OnProblems: 'warn', DropSlots: 'false',
      SlotTimeoutSeconds: '600', DmsUserSecretArn: USER,
    });
    expect(only(prepare({ captureDdls: false, heartbeat: false }).stack, 'Custom::DmsSourcePreparation')[1].Properties)
      .toMatchObject({ CaptureDdls: 'false', Heartbeat: 'false' });
  });

  test('hears of tasks that are added later; only the selection of those that capture changes costs slots', () => {
    const { stack, preparation } = prepare({}, makeStack(), []);
    const mapped = TableMappings.of(
      TableSelection.include('shop', 'items', { filters: [] }), Transformation.renameSchema('shop', 'store'),
    );
    preparation.addTask({ tableMappings: mapped });
    preparation.addTask({ ...ORDERS, migrationType: MigrationType.FULL_LOAD });
    preparation.addTask({ ...ORDERS, migrationType: MigrationType.CDC });
    const { Properties: properties } = only(stack, 'Custom::DmsSourcePreparation')[1];
    expect(properties['Tasks']).toBe('2');
    expect((properties['TableMappings'] as string[]).map((text) => JSON.parse(text) as unknown)).toEqual([
      { rules: [{
        'rule-type': 'selection', 'rule-action': 'include', 'object-locator': { 'schema-name': 'shop', 'table-name': 'items' },
      }] },
      ...Array.from({ length: 2 }, () => ({ rules: [{
        'rule-type': 'selection', 'rule-action': 'include',
        'object-locator': { 'schema-name': 'public', 'table-name': 'orders' },
      }] })),
    ]);
  });

  test('offers its warnings as an attribute', () => {
    const { stack, preparation } = prepare();
    const [id] = only(stack, 'Custom::DmsSourcePreparation');
    expect(stack.resolve(preparation.warnings)).toEqual({ 'Fn::GetAtt': [id, 'Warnings'] });
  });

  test('comes after, and is deleted before, what opens the way to the database', () => {
    const stack = makeStack();
    const vpc = existingVpc(stack);
    const source = new PostgresCdcSource(stack, 'Source', { vpc, databaseName: 'agenda' });
    const preparation = new PostgresSourcePreparation(stack, 'Preparation', {
      vpc, database: source, secret: source.secret, databaseName: 'agenda',
    });
    preparation.addTask(ORDERS);
    const all = resources(stack);
    const { DependsOn: before } = only(stack, 'Custom::DmsSourcePreparation')[1];
    const ofType = (type: string): string[] => Object.keys(all).filter((id) => all[id]!.Type === type);
    expect(ofType('AWS::EC2::SecurityGroupIngress')).toHaveLength(1);
    expect(before).toEqual(expect.arrayContaining([
      ...ofType('AWS::EC2::SecurityGroup'), ...ofType('AWS::EC2::SecurityGroupIngress'),
      ...ofType('AWS::EC2::SecurityGroupEgress'), ...ofType('AWS::IAM::Policy').filter((id) => id.startsWith('PreparationFunctions')),
    ]));
    expect(preparation.slotMetrics?.source).toBe('Test/Preparation');
  });
});

describe('the functions', () => {
  test('may read their secrets, write their log and stand in their network; their code may do nothing to the network', () => {
    const { stack } = prepare({ createUser: Secret.fromSecretCompleteArn(makeStack(), 'User', USER) });
    const write = (group: string): object => ({
      Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      Resource: { 'Fn::GetAtt': [expect.stringMatching(new RegExp(`^Preparation${group}Logs[0-9A-F]{8}$`)), 'Arn'] },
    });
    const denied = (handler: string): object => ({
      Effect: 'Deny', Action: NETWORK, Resource: '*',
      Condition: { ArnEquals: { 'lambda:SourceFunctionArn': {
        'Fn::GetAtt': [expect.stringMatching(new RegExp(`^Preparation${handler}[0-9A-F]{8}$`)), 'Arn'],
      } } },
    });
    const allowed = { Effect: 'Allow', Action: NETWORK, Resource: '*' };
    expect(statements(stack, 'PreparationFunctionsOnEventRole')).toEqual([
      write('Functions'), allowed, readSecret([ADMIN, USER]), denied('FunctionsOnEvent'),
    ]);
    expect(statements(stack, 'PreparationWatchSlotsRole')).toEqual([
      write('Watch'), allowed, readSecret(ADMIN), denied('WatchSlots'),
    ]);
    expect(statements(stack, 'PreparationFunctionsFrameworkRole').map(({ Action }) => Action)).toEqual([
      ['logs:CreateLogStream', 'logs:PutLogEvents'], 'lambda:InvokeFunction', 'lambda:GetFunction',
    ]);
    const roles = Object.values(resources(stack)).filter(({ Type }) => Type === 'AWS::IAM::Role');
    expect(roles).toHaveLength(3);
    roles.forEach(({ Properties }) => expect(Properties['ManagedPolicyArns']).toBeUndefined());
  });

  test('stand in the private subnets, and trust Amazon\'s certificates', () => {
    const { stack } = prepare();
    const template = Template.fromStack(stack);
    for (const Handler of ['index.onEvent', 'index.publishSlotMetrics']) {
      template.hasResourceProperties('AWS::Lambda::Function', {
        Handler,
        Runtime: 'nodejs24.x',
        Architectures: ['arm64'],
        VpcConfig: {
          SubnetIds: ['subnet-a', 'subnet-b'],
          SecurityGroupIds: [{ 'Fn::GetAtt': [Match.stringLikeRegexp('^PreparationSecurityGroup'), 'GroupId'] }],
        },
        Environment: { Variables: { NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem' } },
      });
    }
    // What answers CloudFormation stands outside.
    template.hasResourceProperties('AWS::Lambda::Function', { Handler: 'framework.onEvent', VpcConfig: Match.absent() });
  });
});

describe('the network', () => {
  const rules = (stack: Stack, type: string): unknown[] => Object.values(resources(stack))
    .filter(({ Type }) => Type === `AWS::EC2::SecurityGroup${type}`)
    .map(({ Properties: rule }) => ({
      group: rule['GroupId'],
      ...('SourceSecurityGroupId' in rule ? { from: rule['SourceSecurityGroupId'] } : {}),
      ...('DestinationSecurityGroupId' in rule ? { to: rule['DestinationSecurityGroupId'] } : {}),
      port: rule['FromPort'],
    }));
  const own = { 'Fn::GetAtt': [expect.stringMatching(/^PreparationSecurityGroup/), 'GroupId'] };
  const egress = (stack: Stack): unknown =>
    (only(stack, 'AWS::EC2::SecurityGroup')[1].Properties['SecurityGroupEgress'] as Record<string, unknown>[])
      .map(({ CidrIp: to, FromPort: port }) => ({ to, port }));

  test('lets the functions to the database and to Secrets Manager, and nobody to them', () => {
    const { stack } = prepare();
    expect(rules(stack, 'Ingress')).toEqual([{ group: 'sg-database', from: own, port: 5433 }]);
    expect(rules(stack, 'Egress')).toEqual([{ group: own, to: 'sg-database', port: 5433 }]);
    expect(egress(stack)).toEqual([{ to: '0.0.0.0/0', port: 443 }]);
  });

  test('goes through VPC endpoints where there are some, and nowhere else', () => {
    const stack = makeStack();
    const vpcEndpoints = new DmsVpcEndpoints(stack, 'Endpoints', { vpc: existingVpc(stack) });
    prepare({ vpcEndpoints }, stack);
    const groups = Object.entries(resources(stack)).filter(([, { Type }]) => Type === 'AWS::EC2::SecurityGroup');
    const endpoint = { 'Fn::GetAtt': [expect.stringMatching(/^EndpointsSecretsManagerSecurityGroup/), 'GroupId'] };
    expect(rules(stack, 'Ingress')).toEqual(expect.arrayContaining([{ group: endpoint, from: own, port: 443 }]));
    expect(rules(stack, 'Ingress')).toHaveLength(2);
    expect(rules(stack, 'Egress')).toEqual(expect.arrayContaining([{ group: own, to: endpoint, port: 443 }]));
    const [, group] = groups.find(([id]) => id.startsWith('PreparationSecurityGroup'))!;
    expect(group.Properties['SecurityGroupEgress']).toBeUndefined();
    expect(rules(stack, 'Egress')).toHaveLength(2);
    const { DependsOn: before } = only(stack, 'Custom::DmsSourcePreparation')[1];
    expect(before!.filter((id) => id.startsWith('EndpointsSecretsManager')).length).toBeGreaterThan(0);
  });

  test('lets them to the port of a server without security groups, wherever it is', () => {
    const { stack } = prepare({ database: { connections: new ec2.Connections({ defaultPort: ec2.Port.tcp(6543) }) } });
    expect(egress(stack)).toEqual([{ to: '0.0.0.0/0', port: 6543 }, { to: '0.0.0.0/0', port: 443 }]);
  });
});

describe('watching slots', () => {
  test('happens every five minutes, once the source is prepared', () => {
    const { stack } = prepare({ certificateAuthority: '-----BEGIN CERTIFICATE-----\nAA' });
    const [, rule] = only(stack, 'AWS::Events::Rule');
    expect(rule.Properties).toMatchObject({ ScheduleExpression: 'rate(5 minutes)', State: 'ENABLED' });
    const [target] = rule.Properties['Targets'] as { Input: string; RetryPolicy: unknown }[];
    expect(target!.RetryPolicy).toEqual({ MaximumRetryAttempts: 0 });
    expect(JSON.parse(target!.Input)).toEqual({
      SecretArn: ADMIN, DatabaseName: 'agenda', SslMode: 'verify-full', Source: 'Test/Preparation',
      CertificateAuthority: '-----BEGIN CERTIFICATE-----\nAA',
    });
    expect(rule.DependsOn).toContain(only(stack, 'Custom::DmsSourcePreparation')[0]);
  });

  test('names the source by the stack as it is deployed', () => {
    const stack = new Stack(new App({ context: FEATURE_FLAGS }), 'Test', { stackName: 'shop-of-may' });
    expect(prepare({}, stack).preparation.slotMetrics?.source).toBe('shop-of-may/Preparation');
  });

  test('happens as often as is wished, or not at all', () => {
    expect(only(prepare({ watchInterval: Duration.minutes(1) }).stack, 'AWS::Events::Rule')[1].Properties)
      .toMatchObject({ ScheduleExpression: 'rate(1 minute)' });
    const { stack, preparation } = prepare({ watchSlots: false });
    expect(Object.values(resources(stack)).filter(({ Type }) => Type === 'AWS::Events::Rule')).toEqual([]);
    expect(preparation.slotMetrics).toBeUndefined();
    expect(() => preparation.addSlotAlarms('Alarms', { topic: new sns.Topic(stack, 'Topic') }))
      .toThrow('Test/Preparation: watchSlots is false, so there is nothing to raise an alarm about: leave watchSlots out');
  });

  test('has metrics with the statistic that matters', () => {
    const { slotMetrics: metrics } = prepare().preparation;
    const all = [
      metrics!.metricSlots(), metrics!.metricInactiveSlots(), metrics!.metricLostSlots(), metrics!.metricSlotLag(),
      metrics!.metricUnconfirmedLag(), metrics!.metricLongestInactivity(), metrics!.metricSafeWalSize(),
    ];
    expect(all.map((metric) => [metric.namespace, metric.metricName, metric.statistic, metric.dimensions])).toEqual([
      ['Slots', 'Maximum'], ['InactiveSlots', 'Minimum'], ['LostSlots', 'Maximum'], ['SlotLag', 'Maximum'],
      ['UnconfirmedLag', 'Maximum'], ['LongestInactivity', 'Maximum'], ['SafeWalSize', 'Minimum'],
    ].map(([name, statistic]) => [
      'CdkDmsPipelines/ReplicationSlots', name, statistic, { Source: 'Test/Preparation' },
    ]));
    expect(metrics!.metricSlotLag({ statistic: 'Average' }).statistic).toBe('Average');
  });
});

describe('alarms about slots', () => {
  const GIB = 2 ** 30;
  function alarmsOf(
    options: object = {}, props: Partial<PostgresSourcePreparationProps> = {},
  ): Record<string, Record<string, unknown>> {
    const { stack, preparation } = prepare(props);
    const alarms = preparation.addSlotAlarms('Alarms', { topic: new sns.Topic(stack, 'Topic'), ...options });
    const all = resources(stack);
    return Object.fromEntries(alarms.map((alarm) => [
      alarm.node.id, all[stack.getLogicalId(alarm.node.defaultChild as dms.CfnEndpoint)]!.Properties,
    ]));
  }
  const compared = (alarms: Record<string, Record<string, unknown>>): Record<string, string> =>
    Object.fromEntries(Object.entries(alarms).map(([id, alarm]) => [id, [
      alarm['Statistic'], alarm['MetricName'],
      alarm['ComparisonOperator'] === 'GreaterThanOrEqualToThreshold' ? '>=' : '<=',
      alarm['Threshold'], `${alarm['EvaluationPeriods'] as number}x${alarm['Period'] as number}s`, alarm['TreatMissingData'],
    ].join(' ')]));

  test('have safe thresholds', () => {
    expect(compared(alarmsOf())).toEqual({
      SlotLagWarning: `Maximum SlotLag >= ${5 * GIB} 3x300s ignore`,
      SlotLagCritical: `Maximum SlotLag >= ${20 * GIB} 3x300s ignore`,
      InactiveSlotsWarning: 'Minimum InactiveSlots >= 1 6x300s ignore',
      LostSlotsCritical: 'Maximum LostSlots >= 1 1x300s ignore',
      SlotWatchSilenceWarning: 'SampleCount Slots <= 0 6x300s breaching',
    });
  });

  test('take thresholds, and wait as long as the schedule does', () => {
    expect(compared(alarmsOf(
      { slotLag: { critical: Size.gibibytes(1) }, inactiveSlots: { critical: 3 }, lostSlots: {}, watchSilence: false },
      { watchInterval: Duration.minutes(10) },
    ))).toEqual({
      SlotLagCritical: `Maximum SlotLag >= ${GIB} 3x600s ignore`,
      InactiveSlotsCritical: 'Minimum InactiveSlots >= 3 6x600s ignore',
    });
  });

  test('say what to do, where to read on, and tell who is to be told', () => {
    const alarms = alarmsOf({ runbookUrl: 'https://wiki.example.com/dms/' });
    expect(Object.fromEntries(Object.entries(alarms).map(([id, alarm]) => [id, alarm['AlarmDescription']]))).toMatchObject({
      InactiveSlotsWarning: 'warning: at least 1 replication slot(s) of Test/Preparation are read by nobody and keep its log. '
        + 'First: find the slots with select * from pg_replication_slots where not active, and resume their tasks, or drop '
        + 'the slots of tasks that are gone. Runbook: https://wiki.example.com/dms/slot-lag.md',
      SlotWatchSilenceWarning: 'warning: the slots of Test/Preparation were not looked at for 30 minutes. First: read the log '
        + 'of the function that looks at them: it says why it cannot reach the database. '
        + 'Runbook: https://wiki.example.com/dms/slot-lag.md',
    });
    Object.values(alarms).forEach((alarm) => {
      expect(alarm['AlarmActions']).toEqual([{ Ref: expect.stringMatching(/^Topic/) as string }]);
      expect(alarm['OKActions']).toEqual(alarm['AlarmActions']);
    });
  });

  test('tell of critical ones elsewhere', () => {
    const { stack, preparation } = prepare();
    const [topic, criticalTopic] = ['Tickets', 'Pager'].map((id) => new sns.Topic(stack, id));
    const alarms = preparation.addSlotAlarms('Alarms', { topic: topic!, criticalTopic });
    const all = resources(stack);
    const told = Object.fromEntries(alarms.map(({ node }) => [
      node.id,
      JSON.stringify(all[stack.getLogicalId(node.defaultChild as dms.CfnEndpoint)]!.Properties['AlarmActions']),
    ]));
    expect(told['SlotLagCritical']).toContain('Pager');
    expect(told['SlotLagWarning']).toContain('Tickets');
  });
});

describe('the slots of a task', () => {
  test('are dropped by a resource between the task and what stops it', () => {
    const { stack, preparation } = prepare({}, makeStack(), []);
    preparation.prepareFor(addTask(stack));
    const [, { Properties: properties, DependsOn: before }] = only(stack, 'Custom::DmsSlotCleanup');
    const { ServiceToken: token } = only(stack, 'Custom::DmsSourcePreparation')[1].Properties;
    expect(properties).toEqual({
      ServiceToken: token, SecretArn: ADMIN, DatabaseName: 'agenda', SslMode: 'verify-full',
      ReplicationTaskArn: { Ref: only(stack, 'AWS::DMS::ReplicationTask')[0] }, SlotTimeoutSeconds: '300',
    });
    expect(before).toContain(only(stack, 'Custom::DmsSourcePreparation')[0]);
    const prepared = only(stack, 'Custom::DmsSourcePreparation')[0];
    expect(only(stack, 'AWS::DMS::ReplicationTask')[1].DependsOn).toContain(prepared);
    expect(only(stack, 'Custom::DmsTaskPause')[1].DependsOn).toContain(prepared);
    expect(only(stack, 'Custom::DmsTaskRun')[1].DependsOn).toContain(only(stack, 'Custom::DmsSlotCleanup')[0]);
  });

  test('are none for a task that only loads', () => {
    const { stack, preparation } = prepare({}, makeStack(), []);
    preparation.prepareFor(addTask(stack, { migrationType: MigrationType.FULL_LOAD }));
    Template.fromStack(stack).resourceCountIs('Custom::DmsSlotCleanup', 0);
    expect(only(stack, 'AWS::DMS::ReplicationTask')[1].DependsOn).toContain(only(stack, 'Custom::DmsSourcePreparation')[0]);
  });

  test('of another stack are refused, whose deletions wait for nobody here', () => {
    const { stack, preparation } = prepare();
    const other = new Stack(stack.node.root, 'Other', { env: { account: stack.account, region: stack.region } });
    expect(() => preparation.prepareFor(addTask(other))).toThrow(
      'Test/Preparation: Other/Pipeline/Task is in another stack, whose deletions do not wait for this one: create the '
      + 'preparation beside the task, or only have its tables checked with addTask');
  });
});

describe('contradictions', () => {
  const user = Secret.fromSecretCompleteArn(makeStack(), 'Same', ADMIN);
  test.each<[string, Partial<PostgresSourcePreparationProps>, string]>([
    ['the user is the login', { createUser: user },
      'createUser is the secret that the preparation logs in with: pass the secret of the user to create'],
    ['a schema for no heartbeat', { createHeartbeatSchema: true, heartbeat: false },
      'createHeartbeatSchema is true and heartbeat is false: leave out one of the two'],
    ['an audit for no capture', { createDdlAudit: true, captureDdls: false },
      'createDdlAudit is true and captureDdls is false: leave out one of the two'],
    ['an interval of nothing', { watchSlots: false, watchInterval: Duration.minutes(5) },
      'watchInterval is how often slots are watched, and watchSlots is false: leave out one of the two'],
    ['an authority that nobody asks', { certificateAuthority: '-----BEGIN CERTIFICATE-----', sslMode: PostgresSslMode.REQUIRE },
      'certificateAuthority verifies the server, and sslMode is require, which verifies nothing: leave sslMode out'],
    ['a certificate that is none', { certificateAuthority: 'arn:aws:dms:…' },
      'certificateAuthority is not a certificate in PEM: give the text that starts with -----BEGIN CERTIFICATE-----'],
    ['certificates of half the world', { certificateAuthority: '-----BEGIN CERTIFICATE-----'.padEnd(5_001, 'A') },
      'certificateAuthority has 5001 characters: give the certificate of the one authority, up to 5000'],
    ['a timeout that is too long', { slotTimeout: Duration.minutes(11) }, 'slotTimeout is 11 minutes: give 1 to 10 whole minutes'],
    ['a timeout of no minute', { slotTimeout: Duration.seconds(30) }, 'slotTimeout is 0.5 minutes: give 1 to 10 whole minutes'],
    ['an interval that is too long', { watchInterval: Duration.minutes(61) },
      'watchInterval is 61 minutes: give 1 to 60 whole minutes'],
  ])('%s', (_, props, message) => {
    expect(() => prepare(props)).toThrow(`Test/Preparation: ${message}`);
  });

  test('the master secret that RDS manages is refused', () => {
    const stack = makeStack();
    const secret = Secret.fromSecretCompleteArn(stack, 'Managed', ADMIN.replace('admin', 'rds!db-1'));
    expect(() => prepare({ secret }, stack))
      .toThrow('Test/Preparation: the secret is the master secret that RDS manages');
  });

  test('a source that no task reads from is not prepared', () => {
    const { stack } = prepare({}, makeStack(), []);
    expect(() => Template.fromStack(stack)).toThrow('no task reads from this source: call prepareFor, so that it is known which '
      + 'tables to prepare');
  });
});

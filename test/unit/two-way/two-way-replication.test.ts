import { CfnCertificate } from 'aws-cdk-lib/aws-dms';
import type { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Duration, Size, type Stack } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  ApplyConflicts, MySqlSite, ReplicationInstance, SequenceHandOver, SiteMap, TwoWayReplication, TwoWayReplicationMode,
} from '../../../lib';
import { checkTemplate } from '../../../lib/rules';
import { slotNameOf } from '../../../lib/two-way/two-way-configuration';
import { existingVpc, makeStack } from '../make-stack';
import { oracleSite, postgresSite, twoWay } from './two-way-stack';

interface Resource { readonly Properties: Readonly<Record<string, unknown>> }

function resourceOf(template: Template, type: string, part: string): [string, Resource['Properties']] {
  const found = Object.entries(template.findResources(type)).filter(([id]) => id.includes(part));
  expect(found).toHaveLength(1);
  return [found[0]![0], (found[0]![1] as Resource).Properties];
}

const taskOf = (template: Template, part: string): Resource['Properties'] =>
  resourceOf(template, 'AWS::DMS::ReplicationTask', part)[1];

describe('two sites of PostgreSQL', () => {
  const { stack, replication } = twoWay();
  let template: Template;
  beforeAll(() => { template = Template.fromStack(stack); });

  test('have four endpoints, and a leg each way', () => {
    template.resourceCountIs('AWS::DMS::Endpoint', 4);
    const id = (part: string): object => ({ Ref: resourceOf(template, 'AWS::DMS::Endpoint', part)[0] });
    expect(taskOf(template, 'Forward')).toMatchObject({
      MigrationType: 'full-load-and-cdc', SourceEndpointArn: id('SITEASource'), TargetEndpointArn: id('SITEBTarget'),
    });
    expect(taskOf(template, 'Backward')).toMatchObject({
      MigrationType: 'cdc', SourceEndpointArn: id('SITEBSource'), TargetEndpointArn: id('SITEATarget'),
      CdcStartPosition: '0/1',
    });
    expect(taskOf(template, 'Forward')).not.toHaveProperty('CdcStartPosition');
  });

  test('only the leg without a load reads a slot of ours, whose name PostgreSQL takes as it is', () => {
    const slot = (part: string): unknown => {
      const [, { PostgreSqlSettings: settings }] = resourceOf(template, 'AWS::DMS::Endpoint', part);
      return (settings as Record<string, unknown>)['SlotName'];
    };
    expect(slot('SITEASource')).toBeUndefined();
    expect(slot('SITEBSource')).toMatch(/^dms_two_way_siteb_[0-9a-f]{12}$/);
    expect(replication._configuration.sites.map(({ slotName, slotPlugin }) => [slotName, slotPlugin]))
      .toEqual([[undefined, undefined], [slot('SITEBSource'), 'test_decoding']]);
  });

  test('log in with their own secrets only, through roles of their own', () => {
    const text = JSON.stringify(template.toJSON());
    expect(text).not.toContain('"Password"');
    ['SITEASource', 'SITEATarget', 'SITEBSource', 'SITEBTarget'].forEach((part) => {
      const [, { PostgreSqlSettings: settings }] = resourceOf(template, 'AWS::DMS::Endpoint', part);
      expect(settings).toMatchObject({
        SecretsManagerSecretId: { Ref: expect.stringContaining(`${part.slice(0, 5)}Login`) as unknown },
        SecretsManagerAccessRoleArn: { 'Fn::GetAtt': [expect.stringContaining(part), 'Arn'] },
      });
    });
  });

  test('a deployment starts the forward leg the first time, and the backward leg never', () => {
    const run = (part: string): unknown => resourceOf(template, 'Custom::DmsTaskRun', part)[1];
    expect(run('Forward')).toMatchObject({ StartOnDeploy: 'true', StartStopped: 'false', OnChange: 'RESUME' });
    expect(run('Backward')).toMatchObject({ StartOnDeploy: 'false', StartStopped: 'false', OnChange: 'RESUME' });
  });

  test('the first row is loaded after the switch is there, and with it the fence of site B', () => {
    const runs = template.findResources('Custom::DmsTaskRun') as Record<string, { DependsOn?: string[] }>;
    const waits = (part: string): boolean => Object.entries(runs).filter(([id]) => id.includes(part))
      .some(([, { DependsOn = [] }]) => DependsOn.some((id) => id.includes('SwitchFunctionsBegin')));
    expect([waits('Forward'), waits('Backward')]).toEqual([true, false]);
  });

  test('the map outlives the stack, and can be brought back to any second', () => {
    template.hasResource('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: Match.objectLike({
        KeySchema: [{ AttributeName: 'site', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'site', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        DeletionProtectionEnabled: true,
      }),
    });
  });

  test('what the handlers are told', () => {
    expect(stack.resolve(replication._configuration)).toMatchObject({
      mode: 'prepared',
      sites: [
        { name: 'SITEA', engine: 'postgres', schema: 'public', databaseName: 'shop' },
        { name: 'SITEB', engine: 'postgres', schema: 'public', databaseName: 'shop' },
      ],
      tables: ['%'],
      sequences: { kind: 'resynchronised', gap: 1000 },
      gates: {
        maxLagSeconds: 30, maxValidationAgeHours: 24, maxTransactionSeconds: 60, maxSlotBytes: 10 * 1024 ** 3,
      },
      pauseLimitSeconds: 900,
      needsApproval: false,
      aws: {
        tableName: { Ref: resourceOf(template, 'AWS::DynamoDB::Table', 'SiteMap')[0] },
        forwardTaskArn: { Ref: resourceOf(template, 'AWS::DMS::ReplicationTask', 'Forward')[0] },
        backwardTaskArn: { Ref: resourceOf(template, 'AWS::DMS::ReplicationTask', 'Backward')[0] },
      },
    });
  });

  test('our own rules find nothing in the template', () => {
    expect(checkTemplate(template.toJSON()).filter(({ rule }) => rule.startsWith('two-way/'))).toEqual([]);
  });
});

test('from Oracle to PostgreSQL and back: no slot where none is read, and the names of each', () => {
  const { stack, replication } = twoWay({}, (scope) => [
    postgresSite(scope, 'SITEA', { schema: 'orders' }), oracleSite(scope, 'SITEB', 'ORDERS'),
  ]);
  const template = Template.fromStack(stack);
  expect(taskOf(template, 'Backward')).not.toHaveProperty('CdcStartPosition');
  const settings = (part: string): unknown =>
    (JSON.parse(taskOf(template, part)['ReplicationTaskSettings'] as string) as Record<string, unknown>)
      ['LoopbackPreventionSettings'];
  expect([settings('Forward'), settings('Backward')]).toEqual([
    { EnableLoopbackPrevention: true, SourceSchema: 'orders', TargetSchema: 'ORDERS' },
    { EnableLoopbackPrevention: true, SourceSchema: 'ORDERS', TargetSchema: 'orders' },
  ]);
  expect(stack.resolve(replication._configuration)).toMatchObject({
    sites: [{ engine: 'postgres' }, {
      name: 'SITEB', engine: 'oracle', schema: 'ORDERS', replicationUser: 'DMS',
      functionArn: 'arn:aws:lambda:eu-west-1:111111111111:function:oracle-site',
    }],
  });
  const source = resourceOf(template, 'AWS::DMS::Endpoint', 'SITEBSource')[1];
  expect(source).toMatchObject({
    EngineName: 'oracle', EndpointType: 'source', DatabaseName: 'ORCL', SslMode: 'none',
    OracleSettings: {
      AddSupplementalLogging: true, UseLogminerReader: true, UseBFile: false, FailTasksOnLobTruncation: true,
    },
  });
});

test('from PostgreSQL to MySQL: foreign keys are not checked for what the leg writes', () => {
  const { stack } = twoWay({}, (scope) => [postgresSite(scope, 'SITEA'), new MySqlSite(scope, 'SITEB', {
    siteName: 'SITEB', host: 'b.example.internal', databaseName: 'shop', secret: new Secret(scope, 'LoginB'),
    applicationUser: 'app', replicationUser: 'dms',
    certificate: new CfnCertificate(scope, 'Authority', { certificatePem: '-----BEGIN CERTIFICATE-----\n' }),
  })]);
  expect(resourceOf(Template.fromStack(stack), 'AWS::DMS::Endpoint', 'SITEBTarget')[1]).toMatchObject({
    EngineName: 'mysql', EndpointType: 'target', SslMode: 'verify-ca',
    CertificateArn: { Ref: 'Authority' },
    ExtraConnectionAttributes: 'initstmt=SET FOREIGN_KEY_CHECKS=0',
    MySqlSettings: { TargetDbType: 'multiple-databases' },
  });
});

test('hot mode keeps the numbers of the sites apart for good, logs conflicts and has a shorter pause', () => {
  const { stack, replication: { _configuration: configuration } } = twoWay({ mode: TwoWayReplicationMode.HOT });
  expect([configuration.mode, configuration.sequences, configuration.pauseLimitSeconds])
    .toEqual(['hot', { kind: 'interleaved' }, 120]);
  expect(taskOf(Template.fromStack(stack), 'Forward')['ReplicationTaskSettings'])
    .toContain('"ApplyErrorInsertPolicy":"LOG_ERROR"');
});

test('every option arrives', () => {
  const { stack, replication } = twoWay({
    tables: ['orders'], sequences: SequenceHandOver.resynchronised({ gap: 5 }), conflicts: ApplyConflicts.OVERWRITE,
    lobMaxSize: Size.kibibytes(64), maxLag: Duration.seconds(7), maxValidationAge: Duration.hours(0),
    maxTransactionAge: Duration.seconds(9), maxSlotSize: Size.mebibytes(1), pauseLimit: Duration.seconds(45),
    startTimeout: Duration.minutes(7), stopTimeout: Duration.minutes(8), multiAz: false,
  });
  expect(replication._configuration).toMatchObject({
    tables: ['orders'], sequences: { kind: 'resynchronised', gap: 5 }, pauseLimitSeconds: 45,
    gates: { maxLagSeconds: 7, maxValidationAgeHours: 0, maxTransactionSeconds: 9, maxSlotBytes: 1024 ** 2 },
  });
  const template = Template.fromStack(stack);
  const settings = taskOf(template, 'Backward')['ReplicationTaskSettings'] as string;
  expect(settings).toContain('"LobMaxSize":64');
  expect(settings).toContain('"ApplyErrorInsertPolicy":"INSERT_RECORD"');
  template.resourcePropertiesCountIs('Custom::DmsTaskRun', { TimeoutMinutes: '7' }, 2);
  template.resourcePropertiesCountIs('Custom::DmsTaskPause', { TimeoutMinutes: '8' }, 2);
  template.hasResourceProperties('AWS::DMS::ReplicationInstance', { MultiAZ: false });
});

test('an instance that is there is used', () => {
  const stack = makeStack();
  const vpc = existingVpc(stack);
  const { replication } = twoWay({
    replicationInstance: new ReplicationInstance(stack, 'Instance', { vpc }),
  });
  expect(replication.replicationInstance.node.path).toBe('Test/Instance');
});

test.each<[string, Parameters<typeof twoWay>, string]>([
  ['one name for two sites', [{}, (stack) => [postgresSite(stack, 'SITEA'), postgresSite(stack, 'siteA')]],
    'both sites are called SITEA'],
  ['one database for two sites', [{}, (stack) => [
    postgresSite(stack, 'SITEA', { host: 'h' }), postgresSite(stack, 'SITEB', { host: 'h' }),
  ]], 'both sites are public of shop on one server'],
  ['tables in upper case', [{ tables: ['ORDERS'] }], 'tables holds "ORDERS"'],
  ['a pause of nothing', [{ pauseLimit: Duration.seconds(5) }], 'pauseLimit is 5 seconds: give whole seconds, 30 to 3600'],
  ['part of an hour', [{ maxValidationAge: Duration.minutes(90) }],
    'maxValidationAge is 5400 seconds: give whole hours, 0 to 720'],
  ['a LOB of a gigabyte', [{ lobMaxSize: Size.gibibytes(1) }], 'lobMaxSize is 1048576 KiB: give 1 KiB to 100 MiB'],
  ['an answer that nobody is asked for', [{ approvalTimeout: Duration.hours(1) }], 'approvalTimeout is given without'],
  ['a schema in the wrong case', [{}, (stack) => [postgresSite(stack, 'SITEA'), oracleSite(stack, 'SITEB', 'orders')]],
    'the schema is "orders": give the name as the engine keeps it, at most 30 letters in upper case'],
  ['a name with a space', [{}, (stack) => [postgresSite(stack, 'A', { siteName: 'SITE A' }), postgresSite(stack, 'SITEB')]],
    'siteName is "SITE A"'],
])('refuses %s', (_, args, message) => {
  expect(() => twoWay(...args)).toThrow(message);
});

test('options of a new instance are refused beside one that is there', () => {
  const stack = makeStack();
  const replicationInstance = new ReplicationInstance(stack, 'Instance', { vpc: existingVpc(stack) });
  expect(() => twoWay({ replicationInstance, multiAz: true, allocatedStorage: Size.gibibytes(9) }))
    .toThrow('replicationInstance is given together with allocatedStorage, multiAz');
});

test('a gap of nothing is refused', () => {
  expect(() => SequenceHandOver.resynchronised({ gap: 0 })).toThrow('the gap of the sequences is 0');
});

test('an approval is asked for where there is a topic', () => {
  const stack = makeStack();
  expect(twoWay({ approvalTopic: Topic.fromTopicArn(stack, 'T', 'arn:aws:sns:eu-west-1:111111111111:ask') })
    .replication._configuration.needsApproval).toBe(true);
});

test('two replications of one server have slots of their own, which stay from deployment to deployment', () => {
  const { stack, replication } = twoWay();
  const other = new TwoWayReplication(stack, 'Other', {
    vpc: replication.node.scope!.node.findChild('Vpc') as IVpc,
    siteA: postgresSite(stack, 'SITEC'), siteB: postgresSite(stack, 'SITEB2', { siteName: 'SITEB' }),
  });
  const slotOf = ({ _configuration: { sites } }: TwoWayReplication): string | undefined => sites[1].slotName;
  expect(slotOf(other)).not.toBe(slotOf(replication));
  expect(slotOf(twoWay().replication)).toBe(slotOf(replication));
});

test('the longest name of a site still is a slot that PostgreSQL takes', () => {
  const name = slotNameOf({ siteName: `S-${'x'.repeat(28)}` }, 'here');
  expect(name).toMatch(/^[a-z0-9_]{1,63}$/);
  expect(slotNameOf({ siteName: `S-${'x'.repeat(28)}` }, 'there')).not.toBe(name);
});

describe('alarms of slots', () => {
  const topic = (stack: Stack): Topic => new Topic(stack, 'Topic');

  test('are for both sites of PostgreSQL; that a leg stands still is none', () => {
    const { stack, replication } = twoWay();
    expect(replication.addSlotAlarms('Slots', { topic: topic(stack) })).toHaveLength(8);
    const template = Template.fromStack(stack);
    const metrics = Object.values(template.findResources('AWS::CloudWatch::Alarm'))
      .map(({ Properties: alarm }: { Properties?: Record<string, unknown> }) => alarm?.['MetricName']);
    expect(metrics.filter((name) => name === 'SlotLag')).toHaveLength(4);
    expect(metrics).not.toContain('InactiveSlots');
    template.resourcePropertiesCountIs('AWS::Lambda::Function', { Handler: 'index.publishSlotMetrics' }, 2);
  });

  test('of a site of Oracle there are none', () => {
    const { stack, replication } = twoWay({}, (scope) => [oracleSite(scope, 'SITEA'), oracleSite(scope, 'SITEB')]);
    expect(() => replication.addSlotAlarms('Slots', { topic: topic(stack) })).toThrow('neither site is PostgreSQL');
  });
});

test('a map that is there is used', () => {
  const stack = makeStack();
  const { replication } = twoWay({ siteMap: SiteMap.fromTableName(stack, 'Map', 'appmap') });
  expect(replication._configuration.aws?.tableName).toBe('appmap');
});

import * as dms from 'aws-cdk-lib/aws-dms';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import { App, Duration, Stack, Token } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  DmsReplicationPipeline,
  DmsServiceRoles,
  MigrationType,
  OnTaskChange,
  PostgresCdcSource,
  type ReplicationOptions,
  type ReplicationTaskOptions,
  S3ParquetTarget,
  ServerlessReplication,
  type ServerlessReplicationProps,
  TableMappings,
  TableSelection,
  TaskSettings,
} from '../../../lib';
import { digestOf, loadOf } from '../../../lib/private/replication-digest';
import { existingVpc, makeStack } from '../make-stack';
import { SomeSource, SomeTarget } from './stand-ins';

const orders = TableMappings.of(TableSelection.include('public', 'orders'));

const someDefinition = (stack: Stack): ReplicationOptions =>
  ({ source: new SomeSource(stack), target: new SomeTarget(stack), tableMappings: orders });

const postgresToLake = (stack: Stack, vpc: ec2.IVpc): ReplicationOptions => ({
  source: new PostgresCdcSource(stack, 'Source', { vpc, databaseName: 'shop' }),
  target: new S3ParquetTarget(stack, 'Lake'),
  tableMappings: TableMappings.of(
    TableSelection.include('public', 'orders'), TableSelection.exclude('public', 'orders_old'),
  ),
  taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 64 } }),
});

function addReplication(stack: Stack, props: Partial<ServerlessReplicationProps> = {}): ServerlessReplication {
  const definition = props.source === undefined ? someDefinition(stack) : {};
  return new ServerlessReplication(stack, 'Replication', {
    vpc: props.vpc ?? existingVpc(stack), maxCapacity: 8, ...definition, ...props,
  } as ServerlessReplicationProps);
}

type Resource = { Type: string; Properties: Record<string, unknown>; DependsOn?: string[] };

const resourcesOf = (stack: Stack): Record<string, Resource> =>
  Template.fromStack(stack).toJSON()['Resources'] as Record<string, Resource>;

function only(stack: Stack, type: string): [string, Resource] {
  const found = Object.entries(resourcesOf(stack)).filter(([, resource]) => resource.Type === type);
  expect(found).toHaveLength(1);
  return found[0] as [string, Resource];
}

const CONFIG = 'AWS::DMS::ReplicationConfig';
const configOf = (stack: Stack): Record<string, unknown> => only(stack, CONFIG)[1].Properties;

/** What an identifier begins with; its end is a part of the stack's id. */
const textOf = (identifier: unknown): string => (identifier as { 'Fn::Join': [string, [string]] })['Fn::Join'][1][0];

describe('ServerlessReplication', () => {
  test('connects source, target and compute, and keeps to the capacity', () => {
    const stack = makeStack();
    addReplication(stack, { minCapacity: 2, preferredMaintenanceWindow: 'sun:03:00-sun:04:00' });
    const [subnets] = only(stack, 'AWS::DMS::ReplicationSubnetGroup');
    const [group] = only(stack, 'AWS::EC2::SecurityGroup');
    expect(configOf(stack)).toEqual({
      ReplicationConfigIdentifier: expect.anything() as object,
      ResourceIdentifier: expect.anything() as object,
      ReplicationType: 'full-load-and-cdc',
      SourceEndpointArn: { Ref: 'SomeSource' },
      TargetEndpointArn: { Ref: 'SomeTarget' },
      TableMappings: orders.toJson(),
      ReplicationSettings: expect.objectContaining({
        FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
      }) as object,
      ComputeConfig: {
        MinCapacityUnits: 2,
        MaxCapacityUnits: 8,
        MultiAZ: false,
        PreferredMaintenanceWindow: 'sun:03:00-sun:04:00',
        ReplicationSubnetGroupId: { Ref: subnets },
        VpcSecurityGroupIds: [{ 'Fn::GetAtt': [group, 'GroupId'] }],
      },
    });
    Template.fromStack(stack).resourceCountIs('AWS::DMS::ReplicationInstance', 0);
  });

  test('leaves the least capacity to DMS', () => {
    const stack = makeStack();
    addReplication(stack);
    expect(configOf(stack)['ComputeConfig']).not.toHaveProperty('MinCapacityUnits');
  });

  test.each<[string, (stack: Stack) => Partial<ReplicationOptions>]>([
    ['as it is', () => ({})],
    ['with settings of its own', () => ({ taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 128 } }) })],
    ['of changes only', () => ({ migrationType: MigrationType.CDC })],
  ])('the same definition, %s, moves the same on an instance and on DMS Serverless', (_, more) => {
    const built = <T>(build: (stack: Stack, vpc: ec2.IVpc, definition: ReplicationOptions) => T): Stack => {
      const stack = makeStack();
      const vpc = existingVpc(stack);
      build(stack, vpc, { ...postgresToLake(stack, vpc), ...more(stack) });
      return stack;
    };
    const provisioned = built((stack, vpc, definition) =>
      new DmsReplicationPipeline(stack, 'Pipeline', { ...definition, vpc }));
    const serverless = built((stack, vpc, definition) =>
      new ServerlessReplication(stack, 'Pipeline', { ...definition, vpc, maxCapacity: 4 }));
    const task = only(provisioned, 'AWS::DMS::ReplicationTask')[1].Properties;
    const config = configOf(serverless);
    expect(config['TableMappings']).toEqual(JSON.parse(task['TableMappings'] as string));
    expect(config['ReplicationSettings']).toEqual(JSON.parse(task['ReplicationTaskSettings'] as string));
    expect(config['ReplicationType']).toBe(task['MigrationType']);
    expect(digestOf(loadOf({ task: config }))).toBe(digestOf(loadOf({ task })));
    // The endpoints are the same resources, and differ only in what they wait for.
    const endpointsOf = (stack: Stack): unknown[] => Object.entries(resourcesOf(stack))
      .filter(([, { Type }]) => Type === 'AWS::DMS::Endpoint').map(([id, { Properties }]) => [id, Properties]);
    expect(endpointsOf(serverless)).toEqual(endpointsOf(provisioned));
  });

  test('ranks settings: own, source, target, user', () => {
    const stack = makeStack();
    const rate = (CommitRate: number, more = {}): TaskSettings =>
      TaskSettings.fromJson({ FullLoadSettings: { CommitRate, ...more } });
    const replication = addReplication(stack, {
      source: new SomeSource(stack, rate(1, { MaxFullLoadSubTasks: 1, TransactionConsistencyTimeout: 1 })),
      target: new SomeTarget(stack, rate(2000, { MaxFullLoadSubTasks: 2 })),
      tableMappings: orders,
      taskSettings: rate(3000),
    });
    expect(replication.taskSettings.toJson()).toMatchObject({
      FullLoadSettings: {
        TargetTablePrepMode: 'DO_NOTHING', CommitRate: 3000, MaxFullLoadSubTasks: 2, TransactionConsistencyTimeout: 1,
      },
    });
  });

  test('lets the source open itself to its security group', () => {
    const stack = makeStack();
    const vpc = existingVpc(stack);
    const replication = addReplication(stack, { ...postgresToLake(stack, vpc), vpc });
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      Description: 'DMS replication',
      SourceSecurityGroupId: stack.resolve(replication.connections.securityGroups[0]?.securityGroupId) as object,
    });
  });

  test('takes security groups, a key, a standby and service roles, and waits for the roles', () => {
    const stack = makeStack();
    const key = new kms.Key(stack, 'Key');
    const serviceRoles = new DmsServiceRoles(stack, 'Roles');
    addReplication(stack, {
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-1')], kmsKey: key, multiAz: true, serviceRoles,
    });
    expect(configOf(stack)['ComputeConfig']).toMatchObject({
      MultiAZ: true, KmsKeyId: stack.resolve(key.keyArn) as object, VpcSecurityGroupIds: ['sg-1'],
    });
    const roles = Object.keys(Template.fromStack(stack).findResources('AWS::IAM::Role'))
      .filter((id) => id.startsWith('Roles'));
    expect(roles).toHaveLength(2);
    [CONFIG, 'AWS::DMS::ReplicationSubnetGroup'].forEach((type) =>
      expect(only(stack, type)[1].DependsOn).toEqual(expect.arrayContaining(roles)));
  });

  test('creates VPC endpoints when asked to, open to itself, and waits for them', () => {
    const stack = makeStack();
    const replication = addReplication(stack, { createVpcEndpoints: true });
    expect(replication.vpcEndpoints).toBeDefined();
    const endpoints = Object.keys(Template.fromStack(stack).findResources('AWS::EC2::VPCEndpoint'));
    expect(endpoints).toHaveLength(3);
    expect(only(stack, CONFIG)[1].DependsOn).toEqual(expect.arrayContaining(endpoints));
    Template.fromStack(stack).resourceCountIs('AWS::EC2::SecurityGroupIngress', 2);
  });

  test('says where its logs are', () => {
    const stack = makeStack();
    const { logGroupName } = addReplication(stack);
    const identifier = configOf(stack)['ResourceIdentifier'] as { 'Fn::Join': [string, unknown[]] };
    const [separator, [start, ...rest]] = identifier['Fn::Join'];
    expect(stack.resolve(logGroupName)).toEqual({
      'Fn::Join': [separator, [`dms-serverless-replication-${start as string}`, ...rest]],
    });
  });

  test('warns of nothing in its default form, and of long texts where it is', () => {
    const warningsWith = (taskSettings?: TaskSettings): Annotations => {
      const stack = makeStack();
      const vpc = existingVpc(stack);
      const definition = postgresToLake(stack, vpc);
      addReplication(stack, { ...definition, vpc, ...(taskSettings === undefined ? {} : { taskSettings }) });
      return Annotations.fromStack(stack);
    };
    expect(warningsWith().findWarning('*', Match.anyValue())).toEqual([]);
    jest.spyOn(console, 'error').mockImplementationOnce(() => undefined); // CDK prints its report
    warningsWith(TaskSettings.of({})).hasWarning('/Test/Replication', Match.stringLikeRegexp('LobMaxSize is left out'));
  });
});

describe('the identity of a serverless replication', () => {
  const identifiersWith = (props: Partial<ServerlessReplicationProps> = {}, endpointKey?: string): string[] => {
    const stack = makeStack();
    const definition = someDefinition(stack);
    const { endpoint } = definition.source as SomeSource;
    endpoint.kmsKeyId = endpointKey;
    addReplication(stack, { ...definition, ...props });
    const { ResourceIdentifier, ReplicationConfigIdentifier } = configOf(stack);
    return [textOf(ResourceIdentifier), textOf(ReplicationConfigIdentifier)];
  };
  const [resourceId, identifier] = identifiersWith();

  test('is made of letters, digits and hyphens, and ends with a part of the id of the stack', () => {
    expect(resourceId).toMatch(/^r[0-9a-f]{16}-$/);
    expect(identifier).toMatch(/^test-replication-[0-9a-f]{8}-[0-9a-f]{8}-$/);
    const stack = makeStack();
    addReplication(stack);
    const end = { 'Fn::Select': [0, { 'Fn::Split': ['-', { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] }] }] };
    expect(configOf(stack)['ResourceIdentifier']).toEqual({ 'Fn::Join': ['', [resourceId, end]] });
    expect(configOf(stack)['ReplicationConfigIdentifier']).toEqual({ 'Fn::Join': ['', [identifier, end]] });
  });

  test.each<[string, string[]]>([
    ['its type', identifiersWith({ migrationType: MigrationType.CDC })],
    ['its key', identifiersWith({ kmsKey: kms.Key.fromKeyArn(makeStack(), 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/a') })],
    ['what its endpoint is replaced for', identifiersWith({}, 'arn:aws:kms:eu-west-1:111111111111:key/a')],
  ])('is another after a change of %s: CloudFormation replaces it, under another name', (_, [otherId, otherName]) => {
    expect(otherId).not.toBe(resourceId);
    expect(otherName).not.toBe(identifier);
  });

  test.each<[string, string[]]>([
    ['its capacity', identifiersWith({ maxCapacity: 16, minCapacity: 4 })],
    ['a standby', identifiersWith({ multiAz: true })],
    ['its mappings', identifiersWith({ tableMappings: TableMappings.of(TableSelection.include('public', '%')) })],
    ['its settings', identifiersWith({ taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 63 } }) })],
  ])('stays after a change of %s', (_, identifiers) => {
    expect(identifiers).toEqual([resourceId, identifier]);
  });

  test('two replications of a stack have two', () => {
    const stack = makeStack();
    const definition = someDefinition(stack);
    const vpc = existingVpc(stack);
    ['One', 'Other'].forEach((id) => new ServerlessReplication(stack, id, { ...definition, vpc, maxCapacity: 1 }));
    const ids = Object.values(Template.fromStack(stack).findResources(CONFIG))
      .map(({ Properties }: { Properties?: Record<string, unknown> }) => textOf(Properties?.['ResourceIdentifier']));
    expect(new Set(ids).size).toBe(2);
  });
});

describe('the lifecycle of a serverless replication', () => {
  test('guard, pause, then the replication and its endpoints, then run: in this order', () => {
    const stack = makeStack();
    addReplication(stack);
    const resources = resourcesOf(stack);
    const [pause] = only(stack, 'Custom::DmsTaskPause');
    const [guard] = only(stack, 'Custom::DmsTaskGuard');
    const [config] = only(stack, CONFIG);
    expect(resources[pause]?.DependsOn).toContain(guard);
    [config, 'SomeSource', 'SomeTarget'].forEach((id) => expect(resources[id]?.DependsOn).toContain(pause));
    const [, run] = only(stack, 'Custom::DmsTaskRun');
    const permissions = Object.keys(resources).find((id) => id.startsWith('ReplicationLifecyclePermissions'));
    expect(run.DependsOn).toEqual(expect.arrayContaining([permissions]));
    expect(run.Properties['ReplicationArn']).toEqual({ Ref: config });
  });

  test('tells the three resources what they need, and has as long as CloudFormation waits', () => {
    const stack = makeStack();
    addReplication(stack, { lifecycle: { onChange: OnTaskChange.RELOAD, startOnDeploy: false } });
    const [config] = only(stack, CONFIG);
    const [guardId, { Properties: guard }] = only(stack, 'Custom::DmsTaskGuard');
    const digest = expect.stringMatching(/^[0-9a-f]{32}$/) as string;
    const References = expect.any(Array) as unknown[];
    const common = { ServiceToken: expect.anything() as object, ChangeDigest: digest, References };
    expect(guard).toEqual({
      ...common, TimeoutMinutes: '55', ReplicationLogicalId: config, IdentityDigest: digest, LoadDigest: digest,
      MigrationType: 'full-load-and-cdc', OnChange: 'RELOAD',
    });
    expect(only(stack, 'Custom::DmsTaskPause')[1].Properties).toEqual({
      ...common, TimeoutMinutes: '30', ReplicationLogicalId: config,
    });
    expect(only(stack, 'Custom::DmsTaskRun')[1].Properties).toEqual({
      ...common, TimeoutMinutes: '55', ReplicationArn: { Ref: config }, LoadDigest: digest, OnChange: 'RELOAD',
      StartOnDeploy: 'false', WasRunning: { 'Fn::GetAtt': [guardId, 'WasRunning'] },
    });
  });

  test.each<[string, Partial<ServerlessReplicationProps>, string[]]>([
    ['of capacity', { maxCapacity: 16 }, ['ChangeDigest']],
    ['of tables', { tableMappings: TableMappings.of(TableSelection.include('public', '%')) }, ['ChangeDigest', 'LoadDigest']],
    ['of type', { migrationType: MigrationType.FULL_LOAD }, ['ChangeDigest', 'IdentityDigest', 'MigrationType']],
  ])('a change %s is told from others', (_, change, expected) => {
    const guardWith = (props: Partial<ServerlessReplicationProps>): Record<string, unknown> => {
      const stack = makeStack();
      addReplication(stack, { ...someDefinition(stack), ...props });
      return only(stack, 'Custom::DmsTaskGuard')[1].Properties;
    };
    const [before, after] = [guardWith({}), guardWith(change)];
    expect(Object.keys(after).filter((key) => JSON.stringify(after[key]) !== JSON.stringify(before[key])).sort())
      .toEqual(expected);
  });

  test('may look at replications and at its own stack, and may touch nothing but its own', () => {
    const stack = makeStack();
    addReplication(stack);
    const [config] = only(stack, CONFIG);
    const statements = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Policy'))
      .flatMap(({ Properties }: { Properties?: { PolicyDocument: { Statement: { Action: unknown }[] } } }) =>
        Properties?.PolicyDocument.Statement ?? [])
      .filter(({ Action }) => JSON.stringify(Action).includes('dms:'));
    expect(statements).toHaveLength(2);
    expect(statements).toEqual(expect.arrayContaining([
      { Action: 'dms:DescribeReplications', Effect: 'Allow', Resource: '*' },
      { Action: ['dms:StartReplication', 'dms:StopReplication'], Effect: 'Allow', Resource: { Ref: config } },
    ]));
  });

  test('shares the handler with the tasks of the stack, which may then look at both', () => {
    const stack = makeStack();
    const vpc = existingVpc(stack);
    const definition = someDefinition(stack);
    new DmsReplicationPipeline(stack, 'Pipeline', { ...definition, vpc });
    new ServerlessReplication(stack, 'Replication', { ...definition, vpc, maxCapacity: 1 });
    const template = Template.fromStack(stack);
    template.resourcePropertiesCountIs('AWS::Lambda::Function', { Handler: 'index.isComplete' }, 1);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: Match.objectLike({
        Statement: Match.arrayWith([{
          Action: ['dms:DescribeConnections', 'dms:DescribeReplicationTasks', 'dms:DescribeReplications'],
          Effect: 'Allow',
          Resource: '*',
        }]),
      }),
    });
  });

  test('is left out on request', () => {
    const stack = makeStack();
    addReplication(stack, { manageLifecycle: false });
    const template = Template.fromStack(stack);
    ['Guard', 'Pause', 'Run'].forEach((name) => template.resourceCountIs(`Custom::DmsTask${name}`, 0));
    template.resourceCountIs('AWS::Lambda::Function', 0);
  });
});

describe('a serverless replication refuses', () => {
  test.each<[string, Partial<ServerlessReplicationProps> & Partial<ReplicationTaskOptions>, RegExp]>([
    ['a start position', { cdcStartPosition: '4AF/B00000D0' }, /^Test\/Replication: cdcStartPosition is given/],
    ['a stop position', { cdcStopPosition: 'server_time:2026-12-31T23:59:59' }, /cdcStopPosition is given/],
    ['a lifecycle that is not used', { manageLifecycle: false, lifecycle: {} }, /manageLifecycle is false/],
    ['a reload of changes', { migrationType: MigrationType.CDC, lifecycle: { onChange: OnTaskChange.RELOAD } },
      /onChange is RELOAD and the serverless replication moves changes only/],
    ['more time than there is', { lifecycle: { startTimeout: Duration.minutes(56) } }, /startTimeout is 56 minutes/],
  ])('%s', (_, props, message) => {
    expect(() => addReplication(makeStack(), props)).toThrow(message);
  });

  test('subnets in one zone', () => {
    const stack = makeStack();
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Narrow', {
      vpcId: 'vpc-2', availabilityZones: ['eu-west-1a'], isolatedSubnetIds: ['subnet-a'],
    });
    expect(() => addReplication(stack, { vpc })).toThrow(
      'Test/Replication: the serverless replication has subnets in 1 Availability Zone: DMS needs subnets in at least 2',
    );
  });

  test.each<[string, Partial<ServerlessReplicationProps>, RegExp]>([
    ['a capacity that DMS does not have', { maxCapacity: 3 }, /MaxCapacityUnits is 3: it is 1, 2, 4.*\[serverless\/capacity\]/],
    ['more at least than at most', { minCapacity: 16 }, /MinCapacityUnits is 16 and MaxCapacityUnits is 8/],
    ['views', { tableMappings: TableMappings.fromJson({
      rules: [{
        'rule-type': 'selection', 'rule-id': '1', 'rule-name': '1', 'rule-action': 'include',
        'object-locator': { 'schema-name': 'public', 'table-name': '%', 'table-type': 'view' },
      }],
    }) }, /\[serverless\/views\]/],
    ['no selection', { tableMappings: TableMappings.fromJson({ rules: [] }) }, /selection/],
    ['a window that is none', { preferredMaintenanceWindow: 'sometime' }, /PreferredMaintenanceWindow/],
  ])('%s when the app is synthesized', (_, props, message) => {
    const stack = makeStack();
    addReplication(stack, props);
    const synthesize = (): unknown => (stack.node.root as App).synth();
    expect(synthesize).toThrow('[Test/Replication]');
    expect(synthesize).toThrow(message);
  });

  test('a slot of one\'s own, and an engine that DMS Serverless does not have', () => {
    const stack = makeStack();
    const vpc = existingVpc(stack);
    const slot = addReplication(stack, {
      ...postgresToLake(stack, vpc), vpc,
      source: new PostgresCdcSource(stack, 'Slotted', { vpc, databaseName: 'shop', slotName: 'orders_slot' }),
    });
    (slot.targetEndpoint as dms.CfnEndpoint).addPropertyOverride('EngineName', 'redis');
    const synthesize = (): unknown => (stack.node.root as App).synth();
    expect(synthesize).toThrow(/SlotName.*orders_slot/);
    expect(synthesize).toThrow(/\[serverless\/engine\]/);
  });

  test('nothing that is only known at deployment', () => {
    const stack = makeStack();
    addReplication(stack, { maxCapacity: Token.asNumber({ Ref: 'Capacity' }) });
    expect(configOf(stack)['ComputeConfig']).toMatchObject({ MaxCapacityUnits: { Ref: 'Capacity' } });
  });
});

test.each<[string, { account?: string; region?: string }]>([
  ['China', { account: '111111111111', region: 'cn-north-1' }], ['anywhere', {}],
])('%s: the template names no partition', (_, env) => {
  const stack = makeStack(env);
  addReplication(stack);
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('arn:aws:');
});

import * as dms from 'aws-cdk-lib/aws-dms';
import { App, CfnParameter, type CfnResource, Duration, Lazy, Stack } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  DmsReplicationPipeline,
  MigrationType,
  OnTaskChange,
  type ReplicationTask,
  ReplicationTaskLifecycle,
  type ReplicationTaskLifecycleProps,
  TableMappings,
  TableSelection,
  type TaskLifecycleOptions,
} from '../../../lib';
import { digestOf, loadOf, referencesIn } from '../../../lib/private/replication-digest';
import { existingVpc, makeStack } from '../make-stack';
import { SomeSource, SomeTarget } from './stand-ins';

type Resource = { Type: string; Properties: Record<string, unknown>; DependsOn?: string[] };

function addPipeline(stack: Stack, migrationType?: MigrationType): DmsReplicationPipeline {
  return new DmsReplicationPipeline(stack, 'Pipeline', {
    vpc: existingVpc(stack), source: new SomeSource(stack), target: new SomeTarget(stack), migrationType,
    manageLifecycle: false,
    tableMappings: TableMappings.of(TableSelection.include('public', 'orders')),
  });
}

const cfnTaskOf = (task: ReplicationTask): dms.CfnReplicationTask => task.node.defaultChild as dms.CfnReplicationTask;

function addLifecycle(
  { replicationInstance, task }: Pick<DmsReplicationPipeline, 'replicationInstance' | 'task'>,
  options: TaskLifecycleOptions & Partial<ReplicationTaskLifecycleProps> = {},
): ReplicationTaskLifecycle {
  const { sourceEndpoint, targetEndpoint } = task;
  return new ReplicationTaskLifecycle(task, 'Lifecycle', {
    replicationTask: cfnTaskOf(task), sourceEndpoint, targetEndpoint, replicationInstance, ...options,
  });
}

const resourcesOf = (stack: Stack): Record<string, Resource> =>
  Template.fromStack(stack).toJSON()['Resources'] as Record<string, Resource>;

function only(stack: Stack, type: string): [string, Resource] {
  const found = Object.entries(resourcesOf(stack)).filter(([, resource]) => resource.Type === type);
  expect(found).toHaveLength(1);
  return found[0] as [string, Resource];
}

/** Everything that a resource waits for, however far away. */
function waitsFor(resources: Record<string, Resource>, id: string): Set<string> {
  const found = new Set<string>();
  const visit = (from: string): void => {
    const references = referencesIn(resources[from]?.Properties, new Set())
      .map((to) => Object.values(to).flat()[0] as string);
    [...references, ...resources[from]?.DependsOn ?? []]
      .filter((to) => to in resources && !found.has(to))
      .forEach((to) => { found.add(to); visit(to); });
  };
  visit(id);
  expect([...found]).not.toContain(id); // a circle
  return found;
}

describe('ReplicationTaskLifecycle', () => {
  test('guard, pause, then all that changes, then run: in this order', () => {
    const stack = makeStack();
    addLifecycle(addPipeline(stack));
    const resources = resourcesOf(stack);
    const idOf = (type: string): string[] => Object.keys(resources).filter((id) => resources[id]?.Type === type);
    const [guard, pause, run] = ['Guard', 'Pause', 'Run'].map((name) => idOf(`Custom::DmsTask${name}`)[0] ?? '');
    const guarded = [
      ...idOf('AWS::DMS::ReplicationTask'), ...idOf('AWS::DMS::Endpoint'), ...idOf('AWS::DMS::ReplicationInstance'),
    ];
    expect(guarded).toHaveLength(4);
    expect([...waitsFor(resources, pause as string)]).toContain(guard);
    guarded.forEach((id) => {
      expect(resources[id]?.DependsOn).toContain(pause);
      expect([...waitsFor(resources, run as string)]).toContain(id);
      expect([...waitsFor(resources, pause as string)]).not.toContain(id);
    });
  });

  test('tells the three resources what they need', () => {
    const stack = makeStack();
    addLifecycle(addPipeline(stack), {
      onChange: OnTaskChange.FAIL, startTimeout: Duration.minutes(50), stopTimeout: Duration.minutes(20),
    });
    const [task] = only(stack, 'AWS::DMS::ReplicationTask');
    const [guardId, { Properties: guard }] = only(stack, 'Custom::DmsTaskGuard');
    const digest = expect.stringMatching(/^[0-9a-f]{32}$/) as string;
    const References = expect.arrayContaining([{ 'Fn::GetAtt': [expect.stringContaining('SecurityGroup'), 'GroupId'] }]) as object;
    const common = { ServiceToken: expect.anything() as object, ChangeDigest: digest, References };
    expect(guard).toEqual({
      ...common, TimeoutMinutes: '50', ReplicationLogicalId: task, IdentityDigest: digest, LoadDigest: digest,
      MigrationType: 'full-load-and-cdc', OnChange: 'FAIL',
    });
    expect(only(stack, 'Custom::DmsTaskPause')[1].Properties).toEqual({ ...common, TimeoutMinutes: '20', ReplicationLogicalId: task });
    expect(only(stack, 'Custom::DmsTaskRun')[1].Properties).toEqual({
      ...common, TimeoutMinutes: '50', ReplicationArn: { Ref: task }, LoadDigest: digest, OnChange: 'FAIL',
      StartOnDeploy: 'true', WasRunning: { 'Fn::GetAtt': [guardId, 'WasRunning'] },
    });
  });

  test('may look at tasks and at its own stack, and may touch nothing but its task', () => {
    const stack = makeStack();
    addLifecycle(addPipeline(stack));
    const template = Template.fromStack(stack);
    const [task] = only(stack, 'AWS::DMS::ReplicationTask');
    const [instance] = only(stack, 'AWS::DMS::ReplicationInstance');
    const statements = Object.values(template.findResources('AWS::IAM::Policy'))
      .flatMap(({ Properties }: { Properties?: { PolicyDocument: { Statement: { Action: unknown }[] } } }) =>
        Properties?.PolicyDocument.Statement ?? [])
      .filter(({ Action }) => /dms:|cloudformation:/.test(JSON.stringify(Action)));
    expect(statements).toHaveLength(4);
    expect(statements).toEqual(expect.arrayContaining([
      { Action: ['dms:DescribeConnections', 'dms:DescribeReplicationTasks'], Effect: 'Allow', Resource: '*' },
      {
        Action: ['cloudformation:DescribeStackResource', 'cloudformation:DescribeStacks'],
        Effect: 'Allow',
        Resource: { Ref: 'AWS::StackId' },
      },
      { Action: ['dms:StartReplicationTask', 'dms:StopReplicationTask'], Effect: 'Allow', Resource: { Ref: task } },
      { Action: 'dms:TestConnection', Effect: 'Allow', Resource: [{ Ref: instance }, { Ref: 'SomeSource' }, { Ref: 'SomeTarget' }] },
    ]));
    template.allResourcesProperties('AWS::IAM::Role', Match.not(Match.objectLike({ ManagedPolicyArns: Match.anyValue() })));
    expect(JSON.stringify(template.toJSON())).not.toContain('arn:aws:');
  });

  test('runs on the newest Node, with logs that are kept for three months', () => {
    const stack = makeStack();
    addLifecycle(addPipeline(stack));
    const template = Template.fromStack(stack);
    ['index.onEvent', 'index.isComplete'].forEach((Handler) =>
      template.hasResourceProperties('AWS::Lambda::Function', { Handler, Runtime: 'nodejs24.x', Timeout: 300 }));
    template.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 90 });
  });

  test('two tasks share one handler, and each has its own resources and permissions', () => {
    const alone = makeStack();
    addLifecycle(addPipeline(alone));
    const before = resourcesOf(alone);
    const stack = makeStack();
    const pipeline = addPipeline(stack);
    addLifecycle(pipeline);
    const task = pipeline.addTask('Archive', {
      source: { bind: () => ({ endpoint: pipeline.task.sourceEndpoint }) },
      target: { bind: () => ({ endpoint: pipeline.task.targetEndpoint }) },
      tableMappings: TableMappings.of(TableSelection.include('archive', '%')),
      migrationType: MigrationType.FULL_LOAD,
      manageLifecycle: false,
    });
    addLifecycle({ replicationInstance: pipeline.replicationInstance, task }, { startOnDeploy: false });
    const template = Template.fromStack(stack);
    template.resourcePropertiesCountIs('AWS::Lambda::Function', { Handler: 'index.isComplete' }, 1);
    ['Guard', 'Pause', 'Run'].forEach((name) => template.resourceCountIs(`Custom::DmsTask${name}`, 2));
    template.resourcePropertiesCountIs('Custom::DmsTaskRun', { StartOnDeploy: 'false', StartStopped: Match.absent() }, 1);
    // A further task pauses none that is there: its resources are the same as before.
    const after = resourcesOf(stack);
    Object.keys(before).filter((id) => before[id]?.Type.startsWith('Custom::')).forEach((id) => {
      expect(after[id]).toEqual(before[id]);
    });
    Object.keys(after).forEach((id) => waitsFor(after, id));
  });

  test.each<[string, (pipeline: DmsReplicationPipeline) => CfnResource, string]>([
    ['the task', ({ task }) => cfnTaskOf(task), 'CdcStopPosition'],
    ['an endpoint', ({ task }) => task.sourceEndpoint as dms.CfnEndpoint, 'DatabaseName'],
    ['the instance', ({ replicationInstance }) => replicationInstance.node.defaultChild as CfnResource, 'EngineVersion'],
  ])('pauses for a change to %s, also by an override', (_, resourceOf, property) => {
    const digestWith = (value: string): unknown => {
      const stack = makeStack();
      const pipeline = addPipeline(stack);
      addLifecycle(pipeline);
      resourceOf(pipeline).addPropertyOverride(property, value);
      return only(stack, 'Custom::DmsTaskPause')[1].Properties['ChangeDigest'];
    };
    expect(digestWith('3.6.1')).toBe(digestWith('3.6.1'));
    expect(digestWith('3.6.1')).not.toBe(digestWith('3.5.4'));
  });

  test('hands on no secret of a parameter', () => {
    const stack = makeStack();
    const pipeline = addPipeline(stack);
    addLifecycle(pipeline);
    const parameter = (id: string, noEcho: boolean): string => new CfnParameter(stack, id, { noEcho }).valueAsString;
    const endpoint = pipeline.task.sourceEndpoint as dms.CfnEndpoint;
    endpoint.addPropertyOverride('Password', parameter('Password', true));
    endpoint.addPropertyOverride('ServerName', parameter('Server', false));
    const references = only(stack, 'Custom::DmsTaskPause')[1].Properties['References'];
    expect(references).toContainEqual({ Ref: 'Server' });
    expect(references).not.toContainEqual({ Ref: 'Password' });
  });

  test('waits for an endpoint of another stack only by its ARN', () => {
    const app = new App();
    const [there, here] = ['There', 'Here'].map((id) => new Stack(app, id, { env: { account: '111111111111', region: 'eu-west-1' } })) as [Stack, Stack];
    const source = new SomeSource(there);
    const pipeline = new DmsReplicationPipeline(here, 'Pipeline', {
      vpc: existingVpc(here), source, target: new SomeTarget(here),
      tableMappings: TableMappings.of(TableSelection.include('public', 'orders')),
      manageLifecycle: false,
    });
    addLifecycle(pipeline);
    expect(resourcesOf(there)['SomeSource']?.DependsOn).toBeUndefined();
    expect(JSON.stringify(only(here, 'Custom::DmsTaskPause')[1])).not.toContain('SomeSource"');
  });

  test.each<[string, MigrationType | undefined, TaskLifecycleOptions, RegExp]>([
    ['a reload of changes', MigrationType.CDC, { onChange: OnTaskChange.RELOAD }, /onChange is RELOAD and the replication task moves changes only/],
    ['no time', undefined, { startTimeout: Duration.seconds(0) }, /startTimeout is 0 minutes: give 1 to 55/],
    ['part of a minute', undefined, { stopTimeout: Duration.seconds(90) }, /stopTimeout is 1.5 minutes/],
    ['more than CloudFormation waits', undefined, { stopTimeout: Duration.minutes(56) }, /stopTimeout is 56 minutes/],
    ['a time that is not known yet', undefined, { stopTimeout: Duration.minutes(Lazy.number({ produce: () => 5 })) }, /only known at deployment/],
  ])('refuses %s', (_, migrationType, options, message) => {
    const pipeline = addPipeline(makeStack(), migrationType);
    expect(() => addLifecycle(pipeline, options)).toThrow(message);
  });

  test('refuses a task that another stack creates', () => {
    const pipeline = addPipeline(makeStack());
    const elsewhere = cfnTaskOf(addPipeline(makeStack()).task);
    expect(() => addLifecycle(pipeline, { replicationTask: elsewhere })).toThrow(/is not a resource of this stack/);
  });
});

describe('what needs a load', () => {
  const rule = (more: object = {}): object => ({
    'rule-type': 'selection', 'rule-id': '1', 'rule-name': 'orders', 'rule-action': 'include',
    'object-locator': { 'schema-name': 'public', 'table-name': 'orders' }, ...more,
  });
  const load = (rules: object[] = [rule()], settings: object = {}, s3: object = {}): string => digestOf(loadOf({
    task: { TableMappings: JSON.stringify({ rules }), ReplicationTaskSettings: JSON.stringify(settings) },
    target: { S3Settings: s3 },
  }));

  test.each<[string, string]>([
    ['another table', load([rule({ 'object-locator': { 'schema-name': 'public', 'table-name': 'customers' } })])],
    ['a transformation', load([rule(), rule({ 'rule-id': '2', 'rule-type': 'transformation' })])],
    ['a filter', load([rule({ filters: [{}] })])],
    ['LOB settings of a table', load([rule(), rule({ 'rule-type': 'table-settings', 'lob-settings': {} })])],
    ['longer texts', load([rule()], { TargetMetadata: { LobMaxSize: 64 } })],
    ['another preparation', load([rule()], { FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' } })],
    ['another bucket', load([rule()], {}, { BucketName: 'other' })],
  ])('%s does', (_, digest) => {
    expect(digest).not.toBe(load());
  });

  test.each<[string, string]>([
    ['another name of a rule', load([rule({ 'rule-id': '7', 'rule-name': 'other' })])],
    ['another order of the load', load([rule({ 'load-order': 3 })])],
    ['a parallel load', load([rule(), rule({ 'rule-id': '2', 'rule-type': 'table-settings', 'parallel-load': {} })])],
    ['object tags', load([rule(), rule({ 'rule-id': '2', 'rule-type': 'post-processing' })])],
    ['logging', load([rule()], { Logging: { EnableLogging: true } })],
    ['fewer, larger files of changes', load([rule()], {}, { CdcMaxBatchInterval: 300 })],
  ])('%s does not', (_, digest) => {
    expect(digest).toBe(load());
  });

  test('text that is only known at deployment counts as a whole', () => {
    const mappings = (value: unknown): string => digestOf(loadOf({ task: { TableMappings: value } }));
    expect(mappings({ 'Fn::Join': ['', ['a']] })).not.toBe(mappings({ 'Fn::Join': ['', ['b']] }));
    expect(mappings('no json')).not.toBe(mappings('no json either'));
  });

  test('references are found once, wherever they are, without those that are hidden', () => {
    const value = {
      a: { Ref: 'One' }, b: [{ 'Fn::Join': ['', [{ Ref: 'One' }, { 'Fn::GetAtt': ['Two', 'Arn'] }]] }],
      c: { 'Fn::GetAtt': 'Three.Arn' }, d: { Ref: 'AWS::Region' }, e: { Ref: 'Hidden' }, f: { Ref: 1 },
    };
    expect(referencesIn(value, new Set(['Hidden']))).toEqual([
      { 'Fn::GetAtt': 'Three.Arn' }, { 'Fn::GetAtt': ['Two', 'Arn'] }, { Ref: 'One' },
    ]);
  });
});

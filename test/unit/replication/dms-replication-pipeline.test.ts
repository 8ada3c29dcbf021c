import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { type App, type Stack, Token } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  DmsReplicationPipeline,
  type DmsReplicationPipelineProps,
  MigrationType,
  OnTaskChange,
  PostgresCdcSource,
  S3ParquetTarget,
  TableMappings,
  TableSelection,
  TaskSettings,
} from '../../../lib';
import { existingVpc, makeStack } from '../make-stack';
import { SomeSource, SomeTarget } from './stand-ins';

const orders = TableMappings.of(TableSelection.include('public', 'orders'));
const roomForText = TaskSettings.of({ targetMetadata: { lobMaxSize: 64 } });

function addPipeline(stack: Stack, props: Partial<DmsReplicationPipelineProps> = {}): DmsReplicationPipeline {
  const vpc = props.vpc ?? existingVpc(stack);
  return new DmsReplicationPipeline(stack, 'Pipeline', {
    vpc,
    source: props.source ?? new PostgresCdcSource(stack, 'Source', { vpc, databaseName: 'agenda' }),
    target: props.target ?? new S3ParquetTarget(stack, 'Lake'),
    tableMappings: orders,
    taskSettings: roomForText,
    ...props,
  });
}

function taskOf(template: Template): Record<string, unknown> {
  const tasks = Object.values(template.findResources('AWS::DMS::ReplicationTask'));
  expect(tasks).toHaveLength(1);
  return (tasks[0] as { Properties: Record<string, unknown> }).Properties;
}

const settingsOf = (task: Record<string, unknown>): unknown => JSON.parse(task['ReplicationTaskSettings'] as string);

describe('DmsReplicationPipeline', () => {
  test('connects source, target and instance in a task of full load and changes, without physical names', () => {
    const stack = makeStack();
    addPipeline(stack);
    const template = Template.fromStack(stack);
    const [instance] = Object.keys(template.findResources('AWS::DMS::ReplicationInstance'));
    const endpoints = (type: string): string[] =>
      Object.keys(template.findResources('AWS::DMS::Endpoint', { Properties: { EndpointType: type } }));
    template.hasResourceProperties('AWS::DMS::ReplicationTask', {
      MigrationType: 'full-load-and-cdc',
      ReplicationInstanceArn: { Ref: instance },
      SourceEndpointArn: { Ref: endpoints('source')[0] },
      TargetEndpointArn: { Ref: endpoints('target')[0] },
      ReplicationTaskIdentifier: Match.absent(),
      ResourceIdentifier: Match.absent(),
      CdcStartPosition: Match.absent(),
      CdcStartTime: Match.absent(),
      CdcStopPosition: Match.absent(),
    });
    expect(JSON.parse(taskOf(template)['TableMappings'] as string)).toEqual(orders.toJson());
  });

  test('starts its task once everything is there that DMS connects through', () => {
    const stack = makeStack();
    addPipeline(stack, { lifecycle: { onChange: OnTaskChange.FAIL } });
    const template = Template.fromStack(stack);
    const [run] = Object.values(template.findResources('Custom::DmsTaskRun'));
    const waited = new Set(run!['DependsOn'] as string[]);
    const ofTypes = ['AWS::RDS::DBInstance', 'AWS::SecretsManager::SecretTargetAttachment', 'AWS::EC2::SecurityGroupIngress',
      'AWS::EC2::SecurityGroup', 'AWS::IAM::Policy', 'AWS::S3::Bucket', 'AWS::DMS::ReplicationInstance'];
    const found = ofTypes.flatMap((type) => Object.keys(template.findResources(type)));
    // The handler itself is what runs; the permission of its framework belongs to it.
    expect(found.filter((id) => !id.startsWith('DmsTaskLifecycle') && !waited.has(id))).toEqual([]);
    expect(found.length).toBeGreaterThan(ofTypes.length);
    expect(run!['Properties']).toMatchObject({ OnChange: 'FAIL', StartOnDeploy: 'true' });
  });

  test('leaves its task to people where it is told to', () => {
    const stack = makeStack();
    const { task } = addPipeline(stack, { manageLifecycle: false });
    expect(task.lifecycle).toBeUndefined();
    Template.fromStack(stack).resourceCountIs('AWS::CloudFormation::CustomResource', 0);
    Template.fromStack(stack).resourceCountIs('Custom::DmsTaskRun', 0);
  });

  test('refuses to be told what to do in deployments and to keep out of them', () => {
    expect(() => addPipeline(makeStack(), { manageLifecycle: false, lifecycle: {} })).toThrow(
      'Test/Pipeline/Task: lifecycle says what deployments do to the replication, and manageLifecycle is false: leave out one '
      + 'of the two');
  });

  test('keeps target tables, keeps the lake on TRUNCATE and DROP, and logs capture and apply', () => {
    const stack = makeStack();
    addPipeline(stack);
    const severity = 'LOGGER_SEVERITY_DEFAULT';
    expect(settingsOf(taskOf(Template.fromStack(stack)))).toEqual({
      FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
      Logging: {
        EnableLogging: true,
        LogComponents: [
          { Id: 'SOURCE_UNLOAD', Severity: severity },
          { Id: 'TARGET_LOAD', Severity: severity },
          { Id: 'SOURCE_CAPTURE', Severity: severity },
          { Id: 'TARGET_APPLY', Severity: severity },
          { Id: 'TASK_MANAGER', Severity: severity },
        ],
      },
      TargetMetadata: {
        SupportLobs: true,
        FullLobMode: false,
        LimitedSizeLobMode: true,
        LobMaxSize: 64,
        BatchApplyEnabled: false,
      },
      ChangeProcessingDdlHandlingPolicy: { HandleSourceTableDropped: false, HandleSourceTableTruncated: false },
    });
  });

  test('asks an engine that it does not know to bind, and ranks settings: own, source, target, user', () => {
    const stack = makeStack();
    const commitRate = (rate: number, more = {}): TaskSettings =>
      TaskSettings.fromJson({ FullLoadSettings: { CommitRate: rate, ...more } });
    const source = new SomeSource(stack, commitRate(1, { MaxFullLoadSubTasks: 1, TransactionConsistencyTimeout: 1 }));
    const target = new SomeTarget(stack, commitRate(2000, { MaxFullLoadSubTasks: 2 }));
    const pipeline = addPipeline(stack, { source, target, taskSettings: commitRate(3000) });
    expect(source.bound).toEqual([{ replicator: pipeline.replicationInstance }]);
    expect(settingsOf(taskOf(Template.fromStack(stack)))).toMatchObject({
      FullLoadSettings: {
        TargetTablePrepMode: 'DO_NOTHING',
        CommitRate: 3000,
        MaxFullLoadSubTasks: 2,
        TransactionConsistencyTimeout: 1,
      },
    });
  });

  test('opens the source to its own security group', () => {
    const stack = makeStack();
    const pipeline = addPipeline(stack);
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      Description: 'DMS replication',
      SourceSecurityGroupId: stack.resolve(pipeline.connections.securityGroups[0]?.securityGroupId) as object,
    });
  });

  test('starts where it is told to', () => {
    const stack = makeStack();
    const vpc = existingVpc(stack);
    addPipeline(stack, {
      vpc,
      source: new PostgresCdcSource(stack, 'Source', { vpc, databaseName: 'agenda', slotName: 'orders_slot' }),
      migrationType: MigrationType.CDC,
      cdcStartPosition: '4AF/B00000D0',
      cdcStopPosition: 'server_time:2026-12-31T23:59:59',
    });
    expect(taskOf(Template.fromStack(stack))).toMatchObject({
      MigrationType: 'cdc',
      CdcStartPosition: '4AF/B00000D0',
      CdcStopPosition: 'server_time:2026-12-31T23:59:59',
    });
  });

  test('outputs the ARNs of instance, endpoints and task', () => {
    const stack = makeStack();
    addPipeline(stack);
    const template = Template.fromStack(stack);
    const [task] = Object.keys(template.findResources('AWS::DMS::ReplicationTask'));
    const [instance] = Object.keys(template.findResources('AWS::DMS::ReplicationInstance'));
    const endpoint = (type: string): string | undefined =>
      Object.keys(template.findResources('AWS::DMS::Endpoint', { Properties: { EndpointType: type } }))[0];
    const [source, target] = [endpoint('source'), endpoint('target')];
    expect(Object.values(template.toJSON()['Outputs'] as object).map((output: { Value: unknown }) => output.Value))
      .toEqual([{ Ref: instance }, { Ref: source }, { Ref: target }, { Ref: task }]);
  });

  test('runs further tasks on the same instance, and opens the source to each', () => {
    const stack = makeStack();
    const vpc = existingVpc(stack);
    const source = new PostgresCdcSource(stack, 'Source', { vpc, databaseName: 'agenda' });
    const pipeline = addPipeline(stack, { vpc, source });
    pipeline.addTask('Archive', {
      source,
      target: new S3ParquetTarget(stack, 'Archive'),
      tableMappings: TableMappings.of(TableSelection.include('archive', '%')),
      taskSettings: roomForText,
      migrationType: MigrationType.FULL_LOAD,
    });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::DMS::ReplicationInstance', 1);
    template.resourceCountIs('AWS::DMS::ReplicationTask', 2);
    template.hasResourceProperties('AWS::DMS::ReplicationTask', { MigrationType: 'full-load' });
  });

  test('warns of nothing in its default form', () => {
    const stack = makeStack();
    addPipeline(stack);
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });

  test('warns, where the task is, of long texts and of a heartbeat that is off', () => {
    jest.spyOn(console, 'error').mockImplementationOnce(() => undefined); // CDK prints its report
    const stack = makeStack();
    const vpc = existingVpc(stack);
    const source = new PostgresCdcSource(stack, 'Source', { vpc, databaseName: 'agenda', heartbeat: false });
    addPipeline(stack, { vpc, source, taskSettings: undefined });
    const warnings = Annotations.fromStack(stack);
    warnings.hasWarning('/Test/Pipeline/Task', Match.stringLikeRegexp('LobMaxSize is left out'));
    warnings.hasWarning('/Test/Pipeline/Task', Match.stringLikeRegexp('HeartbeatEnable'));
  });

  test.each<[string, Partial<DmsReplicationPipelineProps>, RegExp]>([
    ['batch apply on S3', { taskSettings: TaskSettings.of({ targetMetadata: { batchApplyEnabled: true } }) }, /BatchApply/],
    ['full LOB mode on S3', { taskSettings: TaskSettings.of({ targetMetadata: { fullLobMode: true } }) }, /FullLobMode/],
    ['a start position without a slot', { cdcStartPosition: '4AF/B00000D0' }, /CdcStartPosition.*SlotName|SlotName.*CdcStartPosition/],
    ['no selection', { tableMappings: TableMappings.fromJson({ rules: [] }) }, /selection/],
  ])('refuses %s when the app is synthesized', (_, props, message) => {
    const stack = makeStack();
    addPipeline(stack, props);
    const synthesize = (): unknown => (stack.node.root as App).synth();
    expect(synthesize).toThrow('[Test/Pipeline/Task]');
    expect(synthesize).toThrow(message);
  });

  test('reports everything that is wrong at once', () => {
    const stack = makeStack();
    addPipeline(stack, {
      taskSettings: TaskSettings.of({ targetMetadata: { batchApplyEnabled: true } }),
      tableMappings: TableMappings.fromJson({ rules: [] }),
    });
    expect(() => (stack.node.root as App).synth()).toThrow(/BatchApply[^]*selection|selection[^]*BatchApply/);
  });

  test('does not compare what is only known at deployment', () => {
    const stack = makeStack();
    addPipeline(stack, { cdcStopPosition: Token.asString({ Ref: 'StopPosition' }) });
    expect(taskOf(Template.fromStack(stack))['CdcStopPosition']).toEqual({ Ref: 'StopPosition' });
  });
});

describe('partitions', () => {
  test.each<[string, { account?: string; region?: string }]>([
    ['China', { account: '111111111111', region: 'cn-north-1' }],
    ['anywhere', {}],
  ])('%s: no template names a partition', (_, env) => {
    const stack = makeStack(env);
    addPipeline(stack, {
      vpc: new ec2.Vpc(stack, 'OwnVpc', {
        availabilityZones: env.region === undefined ? undefined : ['cn-north-1a', 'cn-north-1b'],
        restrictDefaultSecurityGroup: false,
      }),
    });
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('arn:aws:');
  });

  test('DMS of China reads secrets under the principal of its region and partition', () => {
    const stack = makeStack({ account: '111111111111', region: 'cn-north-1' });
    addPipeline(stack);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: Match.objectLike({
        Statement: [Match.objectLike({
          Principal: { Service: { 'Fn::Join': ['', ['dms.cn-north-1.', { Ref: 'AWS::URLSuffix' }]] } },
        })],
      }),
    });
  });
});

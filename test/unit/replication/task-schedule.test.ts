import { Key } from 'aws-cdk-lib/aws-kms';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Duration, Lazy, type Stack, TimeZone } from 'aws-cdk-lib/core';
import {
  DmsReplicationPipeline,
  type DmsReplicationPipelineProps,
  MigrationType,
  type ReplicationTask,
  type ReplicationTaskScheduleOptions,
  TableMappings,
  TableSelection,
  TargetTablePrepMode,
  TaskSettings,
} from '../../../lib';
import { ACCOUNT, existingVpc, makeStack, REGION } from '../make-stack';
import { SomeSource, SomeTarget } from './stand-ins';

const NIGHTLY = ScheduleExpression.cron({ hour: '2', minute: '0', timeZone: TimeZone.EUROPE_BERLIN });

function taskOf(stack: Stack, props: Partial<DmsReplicationPipelineProps> = {}): ReplicationTask {
  return new DmsReplicationPipeline(stack, 'Pipeline', {
    vpc: existingVpc(stack),
    source: new SomeSource(stack),
    target: new SomeTarget(stack),
    migrationType: MigrationType.FULL_LOAD,
    taskSettings: prepare(TargetTablePrepMode.TRUNCATE_BEFORE_LOAD),
    tableMappings: TableMappings.of(TableSelection.include('public', 'orders')),
    ...props,
  }).task;
}

const prepare = (targetTablePrepMode: TargetTablePrepMode): TaskSettings =>
  TaskSettings.of({ fullLoadSettings: { targetTablePrepMode } });

interface Scheduled {
  readonly stack: Stack;
  readonly task: ReplicationTask;
  readonly template: Template;
}

function scheduled(options: Partial<ReplicationTaskScheduleOptions> = {}): Scheduled {
  const stack = makeStack();
  const task = taskOf(stack);
  task.addSchedule('Nightly', { schedule: NIGHTLY, ...options });
  return { stack, task, template: Template.fromStack(stack) };
}

const idOf = (template: Template, type: string, properties: object = {}): string => {
  const [id, ...others] = Object.keys(template.findResources(type, { Properties: properties }));
  expect(others).toEqual([]);
  return id!;
};

describe('ReplicationTask.addSchedule', () => {
  test('lets the scheduler call DMS by itself, in the time of the place', () => {
    const { template } = scheduled();
    const task = idOf(template, 'AWS::DMS::ReplicationTask');
    const role = idOf(template, 'AWS::IAM::Role', { Description: 'Lets EventBridge Scheduler start one replication task' });
    const [schedule] = Object.values(template.findResources('AWS::Scheduler::Schedule')) as { Properties: object }[];
    expect(schedule!.Properties).toEqual({
      Description: 'Loads the tables of an AWS DMS full-load task again',
      ScheduleExpression: 'cron(0 2 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      FlexibleTimeWindow: { Mode: 'OFF' },
      State: 'ENABLED',
      Target: {
        Arn: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':scheduler:::aws-sdk:databasemigration:startReplicationTask']] },
        Input: { 'Fn::Join': ['', ['{"ReplicationTaskArn":"', { Ref: task }, '","StartReplicationTaskType":"reload-target"}']] },
        RoleArn: { 'Fn::GetAtt': [role, 'Arn'] },
        DeadLetterConfig: { Arn: { 'Fn::GetAtt': [idOf(template, 'AWS::SQS::Queue'), 'Arn'] } },
        RetryPolicy: { MaximumEventAgeInSeconds: 1800, MaximumRetryAttempts: 185 },
      },
    });
  });

  test('with a role that may start this task and nothing else, for this account alone', () => {
    const { stack, template } = scheduled();
    const task = idOf(template, 'AWS::DMS::ReplicationTask');
    const role = idOf(template, 'AWS::IAM::Role', { Description: 'Lets EventBridge Scheduler start one replication task' });
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { Service: 'scheduler.amazonaws.com' },
          Condition: {
            StringEquals: {
              'aws:SourceAccount': ACCOUNT,
              'aws:SourceArn': {
                'Fn::Join': ['', [
                  'arn:', { Ref: 'AWS::Partition' }, `:scheduler:${REGION}:${ACCOUNT}:schedule-group/default`,
                ]],
              },
            },
          },
        }],
      },
      ManagedPolicyArns: Match.absent(),
    });
    const policies = Object.values(template.findResources('AWS::IAM::Policy', { Properties: { Roles: [{ Ref: role }] } }));
    expect(policies.map(({ Properties }: { Properties?: { PolicyDocument: { Statement: unknown } } }) =>
      Properties?.PolicyDocument.Statement)).toEqual([[
      { Action: 'dms:StartReplicationTask', Effect: 'Allow', Resource: { Ref: task } },
      { Action: 'sqs:SendMessage', Effect: 'Allow', Resource: { 'Fn::GetAtt': [idOf(template, 'AWS::SQS::Queue'), 'Arn'] } },
    ]]);
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });

  test('two schedules of a stack do not share their permissions', () => {
    const stack = makeStack();
    const task = taskOf(stack);
    task.addSchedule('Nightly', { schedule: NIGHTLY });
    task.addSchedule('Hourly', { schedule: ScheduleExpression.rate(Duration.hours(1)) });
    const template = Template.fromStack(stack);
    const description = 'Lets EventBridge Scheduler start one replication task';
    template.resourcePropertiesCountIs('AWS::IAM::Role', { Description: description }, 2);
    template.hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(1 hour)' });
  });

  test('after the first load, which is the deployment\'s, and with what its role may do', () => {
    const { template } = scheduled();
    const [schedule] = Object.values(template.findResources('AWS::Scheduler::Schedule')) as { DependsOn: string[] }[];
    expect(schedule!.DependsOn).toContain(idOf(template, 'Custom::DmsTaskRun'));
    expect(schedule!.DependsOn.filter((id) => /RoleDefaultPolicy/.test(id))).toHaveLength(1);
  });

  test('keeps the loads that were missed, encrypted, where an alarm can see them', () => {
    const { task, template } = scheduled();
    template.hasResourceProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true, MessageRetentionPeriod: 1_209_600 });
    template.hasResourceProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: { Statement: [Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })] },
    });
    const stack = makeStack();
    const metric = taskOf(stack).addSchedule('Nightly', { schedule: NIGHTLY }).metricMissedLoads({ period: Duration.minutes(15) });
    expect(metric).toMatchObject({
      namespace: 'AWS/SQS', metricName: 'ApproximateNumberOfMessagesVisible', statistic: 'Maximum', period: Duration.minutes(15),
    });
    expect(task.node.tryFindChild('Nightly')).toBeDefined();
  });

  test('shares a queue, also one with a key', () => {
    const stack = makeStack();
    const encryptionMasterKey = new Key(stack, 'Key');
    const deadLetterQueue = new Queue(stack, 'Missed', { encryptionMasterKey });
    taskOf(stack).addSchedule('Nightly', { schedule: NIGHTLY, deadLetterQueue });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::SQS::Queue', 1);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] },
        })]),
      },
    });
  });

  test('can be turned off, and be more or less patient', () => {
    scheduled({ enabled: false, retryFor: Duration.hours(24) }).template.hasResourceProperties('AWS::Scheduler::Schedule', {
      State: 'DISABLED', Target: { RetryPolicy: { MaximumEventAgeInSeconds: 86_400 } },
    });
  });

  test.each<[string, Partial<DmsReplicationPipelineProps>, RegExp]>([
    ['a task that captures changes', { migrationType: MigrationType.FULL_LOAD_AND_CDC },
      /Nightly: the task is of type full-load-and-cdc, .* use MigrationType\.FULL_LOAD, or leave the schedule out/],
    ['a task of changes only', { migrationType: MigrationType.CDC }, /the task is of type cdc/],
    ['rows that would be there twice', { taskSettings: prepare(TargetTablePrepMode.DO_NOTHING) },
      /targetTablePrepMode is DO_NOTHING: .* TRUNCATE_BEFORE_LOAD, .* or to DROP_AND_CREATE/],
    ['the same by default', { taskSettings: undefined }, /targetTablePrepMode is DO_NOTHING/],
    ['a task that nobody starts first', { lifecycle: { startOnDeploy: false } },
      /Pipeline\/Task: a schedule loads tables again, and DMS wants a task to be started once before/],
    ['a task without a lifecycle', { manageLifecycle: false }, /leave out manageLifecycle and lifecycle\.startOnDeploy/],
  ])('refuses %s', (_, props, message) => {
    const task = taskOf(makeStack(), props);
    expect(() => task.addSchedule('Nightly', { schedule: NIGHTLY })).toThrow(message);
  });

  test.each<[string, Duration, RegExp]>([
    ['too little patience', Duration.seconds(59), /retryFor is 59 seconds: give whole seconds, from 1 minute to 24 hours/],
    ['too much patience', Duration.hours(25), /retryFor is 90000 seconds/],
    ['half a second', Duration.millis(90_500), /retryFor is 90\.5 seconds/],
    ['patience that is not known yet', Duration.minutes(Lazy.number({ produce: () => 5 })), /only known at deployment/],
  ])('refuses %s', (_, retryFor, message) => {
    expect(() => scheduled({ retryFor })).toThrow(message);
  });
});

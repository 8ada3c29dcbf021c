import type { CfnReplicationInstance } from 'aws-cdk-lib/aws-dms';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { PipelineMonitoring, ReplicationInstance } from '../../../lib';
import { makeStack } from '../make-stack';
import { makePipeline, monitor, onlyResource, resources } from './monitored-pipeline';

const identifierIn = (template: Template): unknown =>
  onlyResource(template, 'AWS::DMS::ReplicationInstance')['ReplicationInstanceIdentifier'];

/** `{ 'Fn::Join': ['', ['<name>-<hash>-', <part of the stack's id>]] }` */
const namedPart = (identifier: unknown): string => (identifier as { 'Fn::Join': [string, [string]] })['Fn::Join'][1][0];

const ELSEWHERE = {
  replicationInstanceArn: 'arn:aws:dms:eu-west-1:111111111111:rep:ABCDEF',
  replicationInstanceIdentifier: 'Elsewhere',
  securityGroups: [],
};

describe('the identifier of a replication instance', () => {
  test('is given to an instance that has none: its path, what replaces it, and the id of its stack', () => {
    const { stack } = monitor();
    const identifier = identifierIn(Template.fromStack(stack));
    expect(namedPart(identifier)).toMatch(/^test-pipeline-instance-[0-9a-f]{8}-[0-9a-f]{8}-$/);
    expect((identifier as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1][1]).toEqual({
      'Fn::Select': [0, { 'Fn::Split': ['-', {
        'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }],
      }] }],
    });
  });

  test('has at most the 63 characters of DMS, even deep in a tree', () => {
    const stack = makeStack();
    const deep = ['a', 'b', 'c'].reduce<Construct>((scope, id) => new Construct(scope, id.repeat(60)), stack);
    const { pipeline } = makePipeline({}, stack, deep);
    new PipelineMonitoring(stack, 'Monitoring', {
      replicationInstance: pipeline.replicationInstance, task: pipeline.task,
    });
    const named = namedPart(identifierIn(Template.fromStack(stack)));
    expect(named).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*-$/);
    expect(named.length + '01234567'.length).toBeLessThanOrEqual(63);
  });

  test('changes with what replaces the instance, whose successor would meet a name that is taken', () => {
    const before = namedPart(identifierIn(Template.fromStack(monitor().stack)));
    const resized = monitor({}, { multiAz: true });
    const stack = makeStack();
    const { pipeline } = makePipeline({ kmsKey: new kms.Key(stack, 'Key') }, stack);
    new PipelineMonitoring(stack, 'Monitoring', {
      replicationInstance: pipeline.replicationInstance, task: pipeline.task,
    });
    expect(namedPart(identifierIn(Template.fromStack(resized.stack)))).toBe(before);
    expect(namedPart(identifierIn(Template.fromStack(stack)))).not.toBe(before);
  });

  test('stays what the instance was given, in lower case in CloudWatch', () => {
    const { stack, pipeline } = makePipeline();
    (pipeline.replicationInstance.node.defaultChild as CfnReplicationInstance)
      .replicationInstanceIdentifier = 'Shop-Replication'; // an escape hatch
    new PipelineMonitoring(stack, 'Monitoring', {
      replicationInstance: pipeline.replicationInstance, task: pipeline.task,
    });
    const template = Template.fromStack(stack);
    expect(identifierIn(template)).toBe('Shop-Replication');
    template.hasResourceProperties('AWS::Logs::LogGroup', { LogGroupName: 'dms-tasks-shop-replication' });
    template.hasResourceProperties('AWS::DMS::EventSubscription', { SourceIds: ['shop-replication'] });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'CDCLatencySource',
      Dimensions: [{ Name: 'ReplicationInstanceIdentifier', Value: 'shop-replication' }, {}],
    });
  });

  test('is the one that is asked for', () => {
    const template = Template.fromStack(monitor({}, { replicationInstanceIdentifier: 'Shop' }).stack);
    expect(identifierIn(template)).toBe('Shop');
    template.hasResourceProperties('AWS::Logs::LogGroup', { LogGroupName: 'dms-tasks-shop' });
  });

  test('is known of an imported instance, in lower case', () => {
    const elsewhere = ReplicationInstance.fromReplicationInstanceAttributes(makeStack(), 'Elsewhere', ELSEWHERE);
    expect(elsewhere.replicationInstanceIdentifier).toBe('elsewhere');
  });
});

test('a task of another instance is refused, whose metrics would be elsewhere', () => {
  const { stack, pipeline, monitoring } = monitor();
  const other = ReplicationInstance.fromReplicationInstanceAttributes(stack, 'Elsewhere', ELSEWHERE);
  expect(() => new PipelineMonitoring(stack, 'Other', {
    replicationInstance: other, task: pipeline.task,
  })).toThrow('Test/Other: Test/Pipeline/Task does not run on Test/Elsewhere: give each replication instance a '
    + 'PipelineMonitoring of its own');
  expect(() => monitoring.addTask('Again', pipeline.task)).not.toThrow();
});

test('monitoring in another stack than the pipeline leaves the order of the stacks as it is', () => {
  const { stack, pipeline } = makePipeline();
  const other = new Stack(stack.node.root, 'Watch', { env: { account: stack.account, region: stack.region } });
  new PipelineMonitoring(other, 'Monitoring', {
    replicationInstance: pipeline.replicationInstance, task: pipeline.task,
  });
  expect(Object.keys(resources(Template.fromStack(other), 'AWS::CloudWatch::Alarm'))).not.toHaveLength(0);
  expect(other.dependencies).toEqual([stack]);
  expect(stack.dependencies).toEqual([]);
});

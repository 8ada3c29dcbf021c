import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { PipelineMonitoring } from '../../../lib';
import { makePipeline, monitor, onlyResource, resources } from './monitored-pipeline';

describe('the log group of the tasks', () => {
  test('is the one that DMS writes to, kept for three months, and stays', () => {
    const template = Template.fromStack(monitor({}, { replicationInstanceIdentifier: 'shop' }).stack);
    template.hasResource('AWS::Logs::LogGroup', {
      Properties: { LogGroupName: 'dms-tasks-shop', RetentionInDays: 90 },
      DeletionPolicy: 'Retain',
    });
  });

  test('is kept as long as it is told to, and goes when it is told to', () => {
    const template = Template.fromStack(monitor({
      logRetention: RetentionDays.ONE_YEAR, logRemovalPolicy: RemovalPolicy.DESTROY,
    }).stack);
    template.hasResource('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 365 }, DeletionPolicy: 'Delete' });
  });

  test('comes before the instance, whose first task would create it', () => {
    const template = Template.fromStack(monitor().stack);
    const [group] = Object.keys(resources(template, 'AWS::Logs::LogGroup'));
    const [instance] = Object.values(template.findResources('AWS::DMS::ReplicationInstance')) as { DependsOn?: string[] }[];
    expect(instance!.DependsOn).toEqual([group]);
  });

  test('is left alone when it exists, and nothing is created in its place', () => {
    const { stack, pipeline } = makePipeline();
    const logGroup = LogGroup.fromLogGroupName(stack, 'Existing', 'dms-tasks-shop');
    new PipelineMonitoring(stack, 'Monitoring', {
      replicationInstance: pipeline.replicationInstance, task: pipeline.task, logGroup,
    });
    const template = Template.fromStack(stack);
    expect(resources(template, 'AWS::Logs::LogGroup')).toEqual({});
    expect(onlyResource(template, 'AWS::Logs::MetricFilter')['LogGroupName']).toBe('dms-tasks-shop');
  });

  test('cannot exist and be told how to be created', () => {
    const { stack, pipeline } = makePipeline();
    expect(() => new PipelineMonitoring(stack, 'Monitoring', {
      replicationInstance: pipeline.replicationInstance,
      task: pipeline.task,
      logGroup: LogGroup.fromLogGroupName(stack, 'Existing', 'dms-tasks-shop'),
      logRetention: RetentionDays.ONE_DAY,
    })).toThrow('Test/Monitoring: logRetention and logRemovalPolicy are those of the log group that is created, and '
      + 'logGroup is given: leave them out, or leave out logGroup');
  });
});

test('lines that report an error are counted, in a metric that the alarm and nobody else uses', () => {
  const { stack, monitoring } = monitor({}, { replicationInstanceIdentifier: 'shop' });
  const template = Template.fromStack(stack);
  const [group] = Object.keys(resources(template, 'AWS::Logs::LogGroup'));
  const namespace = { 'Fn::Join': ['', ['DmsPipelines/', { Ref: group }]] };
  expect(onlyResource(template, 'AWS::Logs::MetricFilter')).toEqual({
    FilterPattern: '"]E:"',
    LogGroupName: { Ref: group },
    MetricTransformations: [{
      MetricName: 'ErrorLines', MetricNamespace: namespace, MetricValue: '1', Unit: 'Count',
    }],
  });
  template.hasResourceProperties('AWS::CloudWatch::Alarm', { Namespace: namespace, MetricName: 'ErrorLines' });
  expect([monitoring.logErrors.metricName, monitoring.logErrors.statistic]).toEqual(['ErrorLines', 'Sum']);
});

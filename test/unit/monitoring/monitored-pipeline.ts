import type { Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import {
  DmsReplicationPipeline, type DmsReplicationPipelineProps, PipelineMonitoring, type PipelineMonitoringProps,
  PostgresCdcSource, S3ParquetTarget, SourceDatabaseMetrics, TableMappings, TableSelection, TaskSettings,
} from '../../../lib';
import { existingVpc, makeStack } from '../make-stack';

export interface Monitored {
  readonly stack: Stack;
  readonly source: PostgresCdcSource;
  readonly pipeline: DmsReplicationPipeline;
  readonly monitoring: PipelineMonitoring;
}

/** A pipeline. */
export function makePipeline(
  props: Partial<DmsReplicationPipelineProps> = {}, stack: Stack = makeStack(), scope: Construct = stack,
): Omit<Monitored, 'monitoring'> {
  const vpc = existingVpc(stack);
  const source = new PostgresCdcSource(stack, 'Source', { vpc, databaseName: 'agenda' });
  const pipeline = new DmsReplicationPipeline(scope, 'Pipeline', {
    vpc,
    source,
    target: new S3ParquetTarget(stack, 'Lake'),
    tableMappings: TableMappings.of(TableSelection.include('public', 'orders')),
    taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 64 } }),
    manageLifecycle: false,
    ...props,
  });
  return { stack, source, pipeline };
}

/** A pipeline that is watched, with its source. */
export function monitor(
  props: Partial<PipelineMonitoringProps> = {}, pipelineProps: Partial<DmsReplicationPipelineProps> = {},
): Monitored {
  const parts = makePipeline(pipelineProps);
  const { stack, source, pipeline } = parts;
  const monitoring = new PipelineMonitoring(stack, 'Monitoring', {
    replicationInstance: pipeline.replicationInstance,
    task: pipeline.task,
    sourceDatabase: SourceDatabaseMetrics.forInstance(source.database),
    ...props,
  });
  return { ...parts, monitoring };
}

/** The properties of all resources of a type, by logical id. */
export function resources(template: Template, type: string): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(template.findResources(type) as Record<string, { Properties?: Record<string, unknown> }>)
      .map(([id, resource]) => [id, resource.Properties ?? {}]),
  );
}

/** The properties of the only resource of a type. */
export function onlyResource(template: Template, type: string): Record<string, unknown> {
  const found = Object.values(resources(template, type));
  expect(found).toHaveLength(1);
  return found[0]!;
}

/** Where the alarm of this name is in the tree: `InstanceAlarms/FreeStorageCritical`. */
export function alarmsByPath(
  { stack, monitoring }: Pick<Monitored, 'stack' | 'monitoring'>,
): Record<string, Record<string, unknown>> {
  const alarms = resources(Template.fromStack(stack), 'AWS::CloudWatch::Alarm');
  return Object.fromEntries(monitoring.alarms.map((alarm) => {
    const path = alarm.node.path.slice(monitoring.node.path.length + 1);
    const id = stack.getLogicalId(alarm.node.defaultChild as Parameters<Stack['getLogicalId']>[0]);
    return [path, alarms[id]!];
  }));
}

/** The resource id at the end of an ARN that a resource returns. */
export const endOfArn = (logicalId: string): object =>
  ({ 'Fn::Select': [6, { 'Fn::Split': [':', { Ref: logicalId }] }] });

import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { type CfnElement, Stack, Validations } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  DmsReplicationPipeline, PipelineMonitoring, PostgresCdcSource, S3ParquetTarget, SourceDatabaseMetrics, TableMappings,
  TableSelection, TaskSettings,
} from '../../lib';
import { checkTemplate } from '../../lib/rules';
import { strictApp } from './ready-made';

const NAG = 'AwsSolutions::AwsSolutions';

describe('a pipeline that is watched', () => {
  let template: Template;
  beforeAll(() => {
    const app = strictApp();
    // Without a known account and region, so that nothing about them may be written into the template.
    const stack = new Stack(app, 'Watched');
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      isolatedSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'],
      isolatedSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0fedcba9876543210'],
    });
    const source = new PostgresCdcSource(stack, 'Source', { vpc, databaseName: 'shop', port: 5433 });
    const target = new S3ParquetTarget(stack, 'Lake');
    const pipeline = new DmsReplicationPipeline(stack, 'Pipeline', {
      vpc,
      source,
      target,
      tableMappings: TableMappings.of(TableSelection.include('public', 'orders')),
      taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 63 } }),
    });
    new PipelineMonitoring(stack, 'Monitoring', {
      replicationInstance: pipeline.replicationInstance,
      task: pipeline.task,
      sourceDatabase: SourceDatabaseMetrics.forInstance(source.database),
    });
    const bucket = stack.getLogicalId(target.bucket.node.defaultChild as CfnElement);
    Validations.of(source).acknowledge({ id: `${NAG}-SMG4`, reason: 'rotated in a planned stop' });
    Validations.of(target.bucket).acknowledge({ id: `${NAG}-S1`, reason: 'the lake of a test' });
    Validations.of(target.role).acknowledge({
      id: `${NAG}-IAM5[Resource::<${bucket}.Arn>/*]`, reason: 'DMS names the files, in this bucket only',
    });
    // Nothing of the monitoring is acknowledged: nag has no finding there.
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    template = Template.fromStack(stack);
  });

  test('has no finding of our own rules, not even a warning, and names no partition', () => {
    expect(checkTemplate(template.toJSON())).toEqual([]);
    expect(JSON.stringify(template.toJSON())).not.toContain('arn:aws:');
  });

  test('keeps the logical ids of what others refer to, and of what holds logs', () => {
    const ids = (type: string): string[] => Object.keys(template.findResources(type)).sort();
    expect({
      topics: ids('AWS::SNS::Topic'),
      keys: ids('AWS::KMS::Key'),
      logs: ids('AWS::Logs::LogGroup'),
      dashboards: ids('AWS::CloudWatch::Dashboard'),
      instances: ids('AWS::DMS::ReplicationInstance'),
      tasks: ids('AWS::DMS::ReplicationTask'),
    }).toEqual({
      topics: ['MonitoringTopic53EBA00F'],
      keys: ['MonitoringTopicKeyCE7C8059'],
      logs: ['DmsTaskLifecycleLogs04D3419A', 'MonitoringLogs4E38EE43'],
      dashboards: ['MonitoringDashboard0C3675C6'],
      instances: ['PipelineInstanceAF67C867'],
      tasks: ['PipelineTask42C41159'],
    });
  });

  test('creates nothing that runs: no function, no role', () => {
    const types = Object.entries(template.toJSON()['Resources'] as Record<string, { Type: string }>)
      .filter(([id]) => id.startsWith('Monitoring'))
      .map(([, { Type: type }]) => type);
    expect([...new Set(types)].sort()).toEqual([
      'AWS::CloudWatch::Alarm', 'AWS::CloudWatch::Dashboard', 'AWS::DMS::EventSubscription', 'AWS::Events::Rule',
      'AWS::KMS::Key', 'AWS::Logs::LogGroup', 'AWS::Logs::MetricFilter', 'AWS::SNS::Topic', 'AWS::SNS::TopicPolicy',
    ]);
  });
});

import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { type CfnElement, Stack, Validations } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  PostgresCdcSource, S3ParquetTarget, ServerlessReplication, TableMappings, TableSelection, TaskSettings,
} from '../../lib';
import { checkTemplate } from '../../lib/rules';
import { strictApp } from './ready-made';

const NAG = 'AwsSolutions::AwsSolutions';

describe('a serverless replication', () => {
  let template: Template;
  beforeAll(() => {
    const app = strictApp();
    // Without a known account and region, so that nothing about them may be written into the template.
    const stack = new Stack(app, 'Serverless');
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      isolatedSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'],
      isolatedSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0fedcba9876543210'],
    });
    const source = new PostgresCdcSource(stack, 'Source', { vpc, databaseName: 'shop', port: 5433 });
    const target = new S3ParquetTarget(stack, 'Lake');
    new ServerlessReplication(stack, 'Replication', {
      vpc,
      source,
      target,
      tableMappings: TableMappings.of(TableSelection.include('public', 'orders')),
      taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 63 } }),
      maxCapacity: 16,
      minCapacity: 2,
      multiAz: true,
      createVpcEndpoints: true,
    });
    const bucket = stack.getLogicalId(target.bucket.node.defaultChild as CfnElement);
    Validations.of(source).acknowledge({ id: `${NAG}-SMG4`, reason: 'rotated in a planned stop' });
    Validations.of(target.bucket).acknowledge({ id: `${NAG}-S1`, reason: 'the lake of a test' });
    Validations.of(target.role).acknowledge({
      id: `${NAG}-IAM5[Resource::<${bucket}.Arn>/*]`, reason: 'DMS names the files, in this bucket only',
    });
    // Nothing of the replication is acknowledged: nag has no finding there.
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    template = Template.fromStack(stack);
  });

  test('has no finding of our own rules, not even a warning, and names no partition', () => {
    expect(checkTemplate(template.toJSON())).toEqual([]);
    expect(JSON.stringify(template.toJSON())).not.toContain('arn:aws:');
  });

  test('keeps the logical ids of what must not be replaced', () => {
    const ids = (type: string): string[] => Object.keys(template.findResources(type)).sort();
    expect({
      replications: ids('AWS::DMS::ReplicationConfig'),
      endpoints: ids('AWS::DMS::Endpoint'),
      subnets: ids('AWS::DMS::ReplicationSubnetGroup'),
      lifecycle: ['Guard', 'Pause', 'Run'].flatMap((name) => ids(`Custom::DmsTask${name}`)),
    }).toEqual({
      replications: ['Replication7B503FD6'],
      endpoints: ['LakeEndpoint2972B4AC', 'SourceEndpointD47F8A76'],
      subnets: ['ReplicationSubnetGroupE261D8CE'],
      lifecycle: [
        'ReplicationLifecycleGuardF3AE78B9', 'ReplicationLifecyclePause07ABB5C2', 'ReplicationLifecycleRun7E121D89',
      ],
    });
  });

  test('keeps its own id: another one would replace it, and with it load every table again', () => {
    template.hasResourceProperties('AWS::DMS::ReplicationConfig', {
      ResourceIdentifier: { 'Fn::Join': ['', ['ra228b7a5948b1f1d-', Match.anyValue()]] },
    });
  });
});

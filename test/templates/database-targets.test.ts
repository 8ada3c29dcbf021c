import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { type CfnElement, Stack, Validations } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  DmsReplicationPipeline, DmsSecret, type IReplicationTarget, PostgresCdcSource, PostgresTarget, RedshiftTarget,
  RedshiftWarehouse, TableMappings, TableSelection, TaskSettings,
} from '../../lib';
import { checkTemplate } from '../../lib/rules';
import { strictApp } from './ready-made';

const NAG = 'AwsSolutions::AwsSolutions';

/** A pipeline into a target of a stack of its own, which nag has checked. */
function pipelineInto(targetIn: (stack: Stack, vpc: ec2.IVpc) => IReplicationTarget): Template {
  const app = strictApp();
  const stack = new Stack(app, 'Copy', { env: { account: '111111111111', region: 'eu-west-1' } });
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    isolatedSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'],
    isolatedSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0fedcba9876543210'],
  });
  const source = new PostgresCdcSource(stack, 'Source', {
    vpc, databaseName: 'shop', port: 5433, mapBooleanAsBoolean: true,
  });
  new DmsReplicationPipeline(stack, 'Pipeline', {
    vpc,
    source,
    target: targetIn(stack, vpc),
    tableMappings: TableMappings.of(TableSelection.include('public', 'orders')),
    taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 63 } }),
  });
  Validations.of(source).acknowledge({ id: `${NAG}-SMG4`, reason: 'rotated in a planned stop' });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return Template.fromStack(stack);
}

describe('from RDS for PostgreSQL into RDS for PostgreSQL', () => {
  let template: Template;
  beforeAll(() => {
    template = pipelineInto((stack, vpc) => {
      const target = new PostgresTarget(stack, 'Target', { vpc, databaseName: 'copy', port: 5434 });
      Validations.of(target).acknowledge({ id: `${NAG}-SMG4`, reason: 'rotated in a planned stop' });
      return target;
    });
  });

  test('has no finding of our own rules, not even a warning, and names no partition', () => {
    expect(checkTemplate(template.toJSON())).toEqual([]);
    expect(JSON.stringify(template.toJSON())).not.toContain('arn:aws:');
  });

  test('opens the target to the replication instance and to nothing else', () => {
    const rules = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress'))
      .map(({ Properties: rule }: { Properties?: Record<string, unknown> }) =>
        [rule?.['GroupId'], rule?.['SourceSecurityGroupId']]);
    const id = (name: string): string =>
      Object.keys(template.findResources('AWS::EC2::SecurityGroup')).find((logicalId) => logicalId.startsWith(name))!;
    const reference = (name: string): object => ({ 'Fn::GetAtt': [id(name), 'GroupId'] });
    expect(rules).toEqual([
      [reference('SourceDatabase'), reference('PipelineInstance')],
      [reference('TargetDatabase'), reference('PipelineInstance')],
    ]);
  });

  test('keeps the logical ids of what must not be replaced', () => {
    const ids = (type: string): string[] => Object.keys(template.findResources(type)).sort();
    expect({
      endpoints: ids('AWS::DMS::Endpoint'),
      databases: ids('AWS::RDS::DBInstance'),
      parameters: ids('AWS::RDS::DBParameterGroup'),
      logins: ids('AWS::SecretsManager::Secret'),
    }).toEqual({
      endpoints: ['SourceEndpointD47F8A76', 'TargetEndpointEAAFDC87'],
      databases: ['SourceDatabase53862EF5', 'TargetDatabase6C214AF2'],
      parameters: ['SourceParameters604F6B9B', 'TargetParametersECF57126'],
      logins: ['SourceLogin3DB0937A', 'TargetLogin3AA1EDDF'],
    });
  });
});

describe.each(['cluster', 'serverless'] as const)('from RDS for PostgreSQL into Redshift (%s)', (kind) => {
  let template: Template;
  beforeAll(() => {
    template = pipelineInto((stack) => {
      const secret = new DmsSecret(stack, 'Login', { host: 'shop.example.internal', port: 5439, username: 'dms_user' });
      const target = new RedshiftTarget(stack, 'Target', {
        warehouse: RedshiftWarehouse[kind]({
          secret,
          databaseName: 'shop',
          securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'WarehouseGroup', 'sg-0123456789abcdef0')],
        }),
      });
      const bucket = stack.getLogicalId(target.stagingBucket.node.defaultChild as CfnElement);
      Validations.of(target.role).acknowledge({
        id: `${NAG}-IAM5[Resource::<${bucket}.Arn>/*]`, reason: 'DMS names the files, in this bucket only',
      });
      Validations.of(target.stagingBucket).acknowledge({ id: `${NAG}-S1`, reason: 'holds nothing but files in transit' });
      Validations.of(secret).acknowledge({ id: `${NAG}-SMG4`, reason: 'rotated in a planned stop' });
      return target;
    });
  });

  test('has no finding of our own rules, not even a warning, and names no partition', () => {
    expect(checkTemplate(template.toJSON())).toEqual([]);
    expect(JSON.stringify(template.toJSON())).not.toContain('arn:aws:');
  });

  test('keeps the logical ids of what must not be replaced', () => {
    expect(Object.keys(template.findResources('AWS::DMS::Endpoint')))
      .toEqual(['SourceEndpointD47F8A76', 'TargetEndpoint26817DFE']);
    expect(Object.keys(template.findResources('AWS::S3::Bucket'))).toEqual(['TargetStagingBucket17BB5BAB']);
  });
});

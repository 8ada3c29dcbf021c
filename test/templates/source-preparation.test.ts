import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { type CfnElement, Stack, Validations } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  DmsReplicationPipeline, DmsSecret, PostgresCdcSource, PostgresSourcePreparation, S3ParquetTarget, TableMappings,
  TableSelection, TaskSettings,
} from '../../lib';
import { checkTemplate } from '../../lib/rules';
import { strictApp } from './ready-made';

const NAG = 'AwsSolutions::AwsSolutions';

type Resource = { Type: string; Properties?: unknown; DependsOn?: string | string[] };

describe('a pipeline whose source is prepared and cleaned up', () => {
  let template: Template;
  let resources: Record<string, Resource>;
  beforeAll(() => {
    const app = strictApp();
    // Without a known account and region, so that nothing about them may be written into the template.
    const stack = new Stack(app, 'Prepared');
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      isolatedSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'],
      isolatedSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0fedcba9876543210'],
    });
    const source = new PostgresCdcSource(stack, 'Source', { vpc, databaseName: 'shop', port: 5433 });
    const target = new S3ParquetTarget(stack, 'Lake');
    const tableMappings = TableMappings.of(TableSelection.include('public', 'orders'));
    const pipeline = new DmsReplicationPipeline(stack, 'Pipeline', {
      vpc, source, target, tableMappings, createVpcEndpoints: true,
      taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 63 } }),
    });
    const user = new DmsSecret(stack, 'Reader', { host: source.database.dbInstanceEndpointAddress, username: 'dms_reader' });
    const preparation = new PostgresSourcePreparation(stack, 'Preparation', {
      vpc, database: source, secret: source.secret, databaseName: 'shop',
      vpcEndpoints: pipeline.replicationInstance.vpcEndpoints,
      createUser: user, createDdlAudit: true, createHeartbeatSchema: true, heartbeatSchema: 'dms',
    });
    preparation.addSlotAlarms('Alarms', {
      topic: Topic.fromTopicArn(stack, 'Topic', stack.formatArn({ service: 'sns', resource: 'alarms' })),
    });
    preparation.prepareFor(pipeline.task);

    const accept = (scope: Parameters<typeof Validations.of>[0], id: string, reason: string): void =>
      Validations.of(scope).acknowledge({ id: `${NAG}-${id}`, reason });
    const idOf = (element: unknown): string => stack.getLogicalId(element as CfnElement);
    accept(source, 'SMG4', 'rotated in a planned stop');
    accept(user, 'SMG4', 'rotated in a planned stop');
    accept(target.bucket, 'S1', 'the lake of a test');
    accept(target.role, `IAM5[Resource::<${idOf(target.bucket.node.defaultChild)}.Arn>/*]`, 'DMS names the files');
    // Nothing of the preparation is left to acknowledge.
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    template = Template.fromStack(stack);
    resources = template.toJSON()['Resources'] as Record<string, Resource>;
  });

  /** Everything that a resource waits for, however far away: it is deleted before that. */
  function waitsFor(id: string): Set<string> {
    const found = new Set<string>();
    const visit = (from: string): void => {
      const text = JSON.stringify([resources[from]?.Properties, resources[from]?.DependsOn]);
      Object.keys(resources).filter((to) => !found.has(to) && text.includes(`"${to}"`)).forEach((to) => {
        found.add(to);
        visit(to);
      });
    };
    visit(id);
    return found;
  }
  const idOf = (type: string): string => {
    const [id, ...others] = Object.keys(resources).filter((key) => resources[key]!.Type === type);
    expect(others).toEqual([]);
    return id!;
  };

  test('has no finding of our own rules, not even a warning, and names no partition', () => {
    expect(checkTemplate(template.toJSON())).toEqual([]);
    expect(JSON.stringify(template.toJSON())).not.toContain('arn:aws:');
  });

  test('prepares before the task, cleans up between its stop and its end, and drops a named slot after it', () => {
    const [task, preparation, cleanup, run] = ['AWS::DMS::ReplicationTask', 'Custom::DmsSourcePreparation',
      'Custom::DmsSlotCleanup', 'Custom::DmsTaskRun'].map(idOf) as [string, string, string, string];
    expect(waitsFor(task)).toContain(preparation);
    expect(waitsFor(cleanup)).toContain(task);
    expect(waitsFor(run)).toContain(cleanup);
    // A check that fails stops no task.
    expect(waitsFor(idOf('Custom::DmsTaskPause'))).toContain(preparation);
  });

  test('keeps the way to the database and to its secret open until all is cleaned up', () => {
    const before = waitsFor(idOf('Custom::DmsSourcePreparation'));
    expect([...before]).toEqual(expect.arrayContaining([
      idOf('AWS::RDS::DBInstance'), idOf('AWS::SecretsManager::SecretTargetAttachment'),
      ...Object.keys(resources).filter((id) => /^(Preparation|SourceDatabase)SecurityGroup/.test(id)),
      ...Object.keys(resources).filter((id) => /^PreparationFunctions/.test(id)),
      ...Object.keys(resources).filter((id) => /^PipelineInstanceVpcEndpointsSecretsManager/.test(id)),
    ]));
  });

  test('keeps the logical ids of the resources whose replacement would clean up', () => {
    expect([idOf('Custom::DmsSourcePreparation'), idOf('Custom::DmsSlotCleanup')])
      .toEqual(['Preparation54A591CC', 'PreparationSlotsOfPipelineTask6A372AAB']);
  });
});

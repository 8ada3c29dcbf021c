import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Template } from 'aws-cdk-lib/assertions';
import { Stack, Stage, TimeZone, Validations } from 'aws-cdk-lib/core';
import { AwsSolutionsChecks } from 'cdk-nag';
import {
  FleetAssignments, MigrationType, PostgresCdcSource, PostgresTarget, ReplicationFleet, TableMappings, TableSelection,
  TargetTablePrepMode, TaskSettings,
} from '../../lib';
import { checkTemplate } from '../../lib/rules';
import { strictApp } from './ready-made';

const NAG = 'AwsSolutions::AwsSolutions';

describe('a fleet with a nightly load and an assessment', () => {
  let shards: Template[];
  beforeAll(() => {
    const app = strictApp();
    const stage = new Stage(app, 'Prod', { env: { account: '111111111111', region: 'eu-west-1' } });
    const data = new Stack(stage, 'Data');
    const vpc = ec2.Vpc.fromVpcAttributes(data, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      isolatedSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'],
      isolatedSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0fedcba9876543210'],
    });
    const source = new PostgresCdcSource(data, 'Source', {
      vpc, databaseName: 'shop', port: 5433, maxTasks: 2, mapBooleanAsBoolean: true,
    });
    const target = new PostgresTarget(data, 'Target', { vpc, databaseName: 'copy', port: 5434 });
    const fleet = new ReplicationFleet(stage, 'Fleet', {
      vpc, assignments: FleetAssignments.of({ orders: 1, archive: 2 }),
    });
    const loaded = (table: string): TableMappings => TableMappings.of(TableSelection.include('public', table));
    fleet.addTask('orders', {
      source, target, tableMappings: loaded('orders'), lifecycle: { assessment: {} },
      taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 63 } }),
    });
    fleet.addTask('archive', {
      source, target, tableMappings: loaded('archive'), migrationType: MigrationType.FULL_LOAD,
      taskSettings: TaskSettings.of({
        fullLoadSettings: { targetTablePrepMode: TargetTablePrepMode.TRUNCATE_BEFORE_LOAD },
        targetMetadata: { lobMaxSize: 63 },
      }),
    }).addSchedule('Nightly', {
      schedule: ScheduleExpression.cron({ hour: '2', minute: '0', timeZone: TimeZone.EUROPE_BERLIN }),
    });
    [source, target].forEach((database) =>
      Validations.of(database).acknowledge({ id: `${NAG}-SMG4`, reason: 'rotated in a planned stop' }));
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    // The plug-in belongs to the app: a stage that is synthesized by itself does not ask it.
    app.synth();
    shards = fleet.shards.map(({ stack }) => Template.fromStack(stack));
  });

  test('is what CloudFormation takes, without a finding of nag or of our own rules', () => {
    expect(shards).toHaveLength(2);
    shards.forEach((template) => {
      expect(checkTemplate(template.toJSON())).toEqual([]);
      expect(JSON.stringify(template.toJSON())).not.toContain('arn:aws:');
    });
  });
});

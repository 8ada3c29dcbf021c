/**
 * Builds and synthesizes an app with so many tasks of 20 rules, for bench/synth/run.ts, and prints the processor
 * seconds of that. Tasks written by hand are the L1 of the task and nothing around it, in as many stacks.
 */
import * as dms from 'aws-cdk-lib/aws-dms';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { App, Stack, Stage } from 'aws-cdk-lib/core';
import {
  FleetAssignments, PostgresCdcSource, ReplicationFleet, S3ParquetTarget, TableMappings, TableSelection, TaskSettings,
} from '../../lib';

const TASKS_PER_SHARD = 65;
const RULES = 20;

const shardOf = (index: number): number => 1 + Math.floor(index / TASKS_PER_SHARD);

function tableMappings(task: number): TableMappings {
  return TableMappings.of(...Array.from({ length: RULES }, (_, rule) =>
    TableSelection.include(`tenant_${task}`, `table_${rule}`)));
}

function addFleet(stage: Stage, tasks: number, manageLifecycle: boolean): void {
  const base = new Stack(stage, 'Base');
  const vpc = new ec2.Vpc(base, 'Vpc', { maxAzs: 2, restrictDefaultSecurityGroup: false });
  const source = new PostgresCdcSource(base, 'Source', { vpc, databaseName: 'bench', maxTasks: tasks });
  const target = new S3ParquetTarget(base, 'Lake');
  const shards = Array.from({ length: tasks }, (_, index) => [`tenant-${index}`, shardOf(index)]);
  const assignments = FleetAssignments.of(Object.fromEntries(shards) as Record<string, number>);
  const fleet = new ReplicationFleet(stage, 'Fleet', { vpc, assignments });
  Array.from({ length: tasks }, (_, index) => fleet.addTask(`tenant-${index}`, {
    source,
    target,
    manageLifecycle,
    taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 64 } }),
    tableMappings: tableMappings(index),
  }));
}

function addPlainTasks(stage: Stage, tasks: number): void {
  const settings = JSON.stringify(TaskSettings.of({ targetMetadata: { lobMaxSize: 64 } }).toJson());
  const stacks = new Map<number, Stack>();
  for (let index = 0; index < tasks; index++) {
    const number = shardOf(index);
    const stack = stacks.get(number) ?? new Stack(stage, `Stack${number}`);
    stacks.set(number, stack);
    new dms.CfnReplicationTask(stack, `Task${index}`, {
      migrationType: 'full-load-and-cdc',
      replicationInstanceArn: 'arn:aws:dms:eu-west-1:111111111111:rep:A',
      sourceEndpointArn: 'arn:aws:dms:eu-west-1:111111111111:endpoint:A',
      targetEndpointArn: 'arn:aws:dms:eu-west-1:111111111111:endpoint:B',
      tableMappings: JSON.stringify(tableMappings(index).toJson()),
      replicationTaskSettings: settings,
    });
  }
}

const processorSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const [what = '', tasks = ''] = process.argv.slice(2);
const loaded = processorSeconds();
const app = new App({ analyticsReporting: false });
const stage = new Stage(app, 'Prod', { env: { account: '111111111111', region: 'eu-west-1' } });
if (what === 'tasks by hand') addPlainTasks(stage, Number(tasks));
else addFleet(stage, Number(tasks), what === 'fleet');
app.synth();
process.stdout.write(JSON.stringify(processorSeconds() - loaded));

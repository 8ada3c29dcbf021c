import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { App, type CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import {
  DmsReplicationPipeline,
  type DmsReplicationPipelineProps,
  DmsSecret,
  type IReplicationSource,
  PostgresCdcSource,
  ReplicationInstanceClass,
  S3ParquetTarget,
  type S3ParquetTargetProps,
  ServerlessReplication,
  type ServerlessReplicationProps,
  TableMappings,
  TableSelection,
  TaskSettings,
} from '../../../lib';
import { FEATURE_FLAGS } from '../../unit/make-stack';
import { REGION } from './emulator';

/** A synthesized app with one stack. */
export interface Assembly {
  /** The folder, for the CLI. */
  readonly folder: string;
  readonly templateFile: string;
  readonly stackName: string;
}

export interface PipelineChoices
  extends Partial<Omit<DmsReplicationPipelineProps, 'vpc' | 'source' | 'target' | 'tableMappings'>> {
  readonly tables?: string[];
  readonly lake?: S3ParquetTargetProps;
  readonly databaseName?: string;
  /** A resource that fails while the stack is updated, and where in the order. */
  readonly fails?: 'before the task' | 'after the run' | 'before the pause';
}

export const STACK_NAME = 'orders-lake';

/** The network that these stacks find in the account. */
export const NETWORK = {
  region: REGION,
  vpc: 'vpc-0a0a0a0a0a0a0a0a0',
  subnets: ['subnet-0a0a0a0a0a0a0a0a0', 'subnet-0b0b0b0b0b0b0b0b0'],
  routeTables: ['rtb-0a0a0a0a0a0a0a0a0', 'rtb-0b0b0b0b0b0b0b0b0'],
  securityGroups: ['sg-0a0a0a0a0a0a0a0a0'],
};

/** Synthesizes a stack with one pipeline, from a database that is there already into a lake. */
export function pipelineApp(outdir: string, choices: PipelineChoices = {}): Assembly {
  const { tables = ['orders'], lake, databaseName, fails, ...props } = choices;
  return synthesized(outdir, (stack) => {
    const breakable = breakableResource(stack, fails !== undefined);
    const pipeline = new DmsReplicationPipeline(stack, 'Pipeline', {
      vpc: existingVpc(stack),
      source: existingSource(stack, databaseName),
      target: new S3ParquetTarget(stack, 'Lake', { removalPolicy: RemovalPolicy.DESTROY, ...lake }),
      tableMappings: TableMappings.of(...tables.map((table) => TableSelection.include('public', table))),
      taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 64 } }),
      instanceClass: ReplicationInstanceClass.T3_MEDIUM,
      ...props,
    });
    place(breakable, pipeline, fails);
  });
}

export interface ServerlessChoices
  extends Partial<Omit<ServerlessReplicationProps, 'vpc' | 'source' | 'target' | 'tableMappings'>> {
  readonly tables?: string[];
  readonly lake?: S3ParquetTargetProps;
}

/** Synthesizes a stack with one serverless replication, between the same two. */
export function serverlessApp(outdir: string, choices: ServerlessChoices = {}): Assembly {
  const { tables = ['orders'], lake, ...props } = choices;
  return synthesized(outdir, (stack) => {
    new ServerlessReplication(stack, 'Replication', {
      vpc: existingVpc(stack),
      source: existingSource(stack),
      target: new S3ParquetTarget(stack, 'Lake', { removalPolicy: RemovalPolicy.DESTROY, ...lake }),
      tableMappings: TableMappings.of(...tables.map((table) => TableSelection.include('public', table))),
      taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 64 } }),
      maxCapacity: 4,
      ...props,
    });
  });
}

/** Synthesizes a stack that `build` fills. */
export function synthesized(outdir: string, build: (stack: Stack) => void): Assembly {
  const app = new App({ outdir, context: FEATURE_FLAGS, analyticsReporting: false });
  const stack = new Stack(app, STACK_NAME, { env: { region: REGION } });
  build(stack);
  const artifact = app.synth().getStackByName(STACK_NAME);
  return { folder: outdir, templateFile: artifact.templateFullPath, stackName: STACK_NAME };
}

export function existingVpc(stack: Stack): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: NETWORK.vpc,
    availabilityZones: ['us-east-1a', 'us-east-1b'],
    privateSubnetIds: NETWORK.subnets,
    privateSubnetRouteTableIds: NETWORK.routeTables,
  });
}

export function existingSource(stack: Stack, databaseName = 'orders'): IReplicationSource {
  const place = { host: 'orders.example.internal', port: 5432 };
  return PostgresCdcSource.fromDatabaseInstance(stack, 'Source', {
    instance: rds.DatabaseInstance.fromDatabaseInstanceAttributes(stack, 'Orders', {
      instanceIdentifier: 'orders',
      instanceEndpointAddress: place.host,
      port: place.port,
      securityGroups: NETWORK.securityGroups.map((id) => ec2.SecurityGroup.fromSecurityGroupId(stack, 'OrdersAccess', id)),
    }),
    secret: new DmsSecret(stack, 'Login', { ...place, username: 'dms_user', removalPolicy: RemovalPolicy.DESTROY }),
    databaseName,
  });
}

/** A parameter whose type there is not: making it works at first, and changing it to that fails. */
function breakableResource(stack: Stack, broken: boolean): CfnResource {
  return new ssm.CfnParameter(stack, 'Breakable', {
    name: '/breakable', type: 'String', value: broken ? 'broken' : 'whole', tier: broken ? 'Nonsense' : 'Standard',
  });
}

function place(breakable: CfnResource, pipeline: DmsReplicationPipeline, where: PipelineChoices['fails']): void {
  const lifecycle = pipeline.task.lifecycle;
  const resource = (id: string): CfnResource => lifecycle?.node.findChild(id).node.defaultChild as CfnResource;
  if (lifecycle === undefined || where === 'before the pause') return;
  if (where === 'after the run') breakable.addResourceDependency(resource('Run'));
  else breakable.addResourceDependency(resource('Pause'));
}

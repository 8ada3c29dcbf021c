import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CfnResource, Stack, type StackProps } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { DmsVpcEndpoints } from './dms-vpc-endpoints';
import { type ReplicationInstanceProps, ReplicationInstance } from './replication-instance';
import { ReplicationTask, type ReplicationTaskOptions } from './replication-task';
import { type EndpointWeight, Shard, type ShardLoad, type TaskWeight } from './replication-fleet-placement';

/** One stack of a fleet: a replication instance, and the tasks that run on it. */
export interface IReplicationFleetShard {
  /** The stack. Sources and targets that only its tasks use belong in it. */
  readonly stack: Stack;

  /** The compute of the tasks. */
  readonly replicationInstance: ReplicationInstance;

  /** The tasks. */
  readonly tasks: ReplicationTask[];
}

export interface FleetShardProps {
  readonly stack: StackProps;
  readonly instance: Omit<ReplicationInstanceProps, 'securityGroups' | 'createVpcEndpoints'>;
  readonly vpcEndpoints?: DmsVpcEndpoints;
}

/** A database that the instance is let into costs a rule in the stack of the instance. */
const RULES_PER_ENDPOINT = 1;

export class FleetShard extends Stack implements IReplicationFleetShard {
  public readonly replicationInstance: ReplicationInstance;
  public readonly tasks: ReplicationTask[] = [];
  private readonly options = new Map<ReplicationTask, ReplicationTaskOptions>();

  public constructor(scope: Construct, id: string, props: FleetShardProps) {
    super(scope, id, props.stack);
    // Not a part of the instance: each task waits for the instance, and would wait for the rules of all other tasks.
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc: props.instance.vpc,
      description: 'AWS DMS replication instance',
    });
    this.replicationInstance = new ReplicationInstance(this, 'Instance', {
      ...props.instance,
      securityGroups: [securityGroup],
    });
    props.vpcEndpoints?.allowFrom(this.replicationInstance);
  }

  public get stack(): Stack {
    return this;
  }

  public addTask(taskId: string, options: ReplicationTaskOptions): ReplicationTask {
    const task = new ReplicationTask(this, taskId, { ...options, replicationInstance: this.replicationInstance });
    this.tasks.push(task);
    this.options.set(task, options);
    return task;
  }

  /** What the tasks take up. */
  public get weights(): TaskWeight[] {
    return [...this.options].map(([task, options]) => ({
      taskId: task.node.id,
      resources: resourcesIn(task),
      documents: bytesOf(options.tableMappings.toJson()) + bytesOf(task.taskSettings.toJson()),
      endpoints: [this.weightOf(options.source), this.weightOf(options.target)],
    }));
  }

  /** All that the shard has, and how many of its resources belong neither to a task nor to an endpoint. */
  public measure(weights = this.weights): { readonly load: ShardLoad; readonly base: number } {
    const filledWith = (base: number): ShardLoad => {
      const shard = new Shard(base);
      weights.forEach((weight) => shard.add(weight));
      return shard.load;
    };
    const base = Math.max(0, resourcesIn(this) - filledWith(0).resources);
    return { base, load: filledWith(base) };
  }

  private weightOf(endpoint: unknown): EndpointWeight {
    const here = Construct.isConstruct(endpoint) && Stack.of(endpoint) === this;
    return { endpoint, resources: RULES_PER_ENDPOINT + (here ? resourcesIn(endpoint) : 0) };
  }
}

const resourcesIn = (construct: Construct): number =>
  construct.node.findAll().filter((node) => CfnResource.isCfnResource(node)).length;

/** The documents are JSON in a JSON text: each quote in them takes two characters. */
const bytesOf = (document: unknown): number => Buffer.byteLength(JSON.stringify(JSON.stringify(document)));

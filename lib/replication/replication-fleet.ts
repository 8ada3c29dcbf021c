import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { type Environment, type Size, Stack, Token } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { fail, validateWith } from '../private/validation';
import { type Finding, finding } from '../rules/finding';
import { checkAccountQuotas, QUOTA_RULES } from '../rules/quotas';
import type { IDmsServiceRoles } from './dms-service-roles';
import type { DmsVpcEndpoints } from './dms-vpc-endpoints';
import type { FleetAssignments } from './replication-fleet-assignments';
import { excessOf, fillLimits, placeNewTasks, SHARD_LIMITS, type ShardLoad } from './replication-fleet-placement';
import { FleetShard, type FleetShardProps, type IReplicationFleetShard } from './replication-fleet-shard';
import type { ReplicationInstanceClass } from './replication-instance-class';
import type { ReplicationTask, ReplicationTaskOptions } from './replication-task';

const TASKS_PER_SHARD = { least: 1, most: SHARD_LIMITS.tasks, default: 100 };

/** Where the shards of a fleet are, how large they are, and which task is in which. */
export interface ReplicationFleetProps {
  /** Which task is in which shard. */
  readonly assignments: FleetAssignments;

  /** The network of the replication instances, from which they have to reach sources and targets. */
  readonly vpc: ec2.IVpc;

  /**
   * Subnets of the instances, in two Availability Zones or more.
   *
   * @default - the private subnets: those with egress if there are any, else the isolated ones
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * Up to how many tasks a shard is filled, 1 to 200. Changing it moves no task. With a lifecycle for each task a
   * template is full at about 70.
   *
   * @default 100
   */
  readonly tasksPerShard?: number;

  /**
   * Account and region of the stacks.
   *
   * @default - those of the Stage that the fleet is in
   */
  readonly env?: Environment;

  /**
   * Class of the instances. Change capture wants memory: transactions of every task are kept there until they are
   * committed.
   *
   * @default ReplicationInstanceClass.T3_MEDIUM
   */
  readonly instanceClass?: ReplicationInstanceClass;

  /**
   * Storage of each instance, in whole gibibytes, 5 to 6144.
   *
   * @default Size.gibibytes(50)
   */
  readonly allocatedStorage?: Size;

  /**
   * Whether a standby in a second Availability Zone takes over when the first fails. Doubles the price.
   *
   * @default false
   */
  readonly multiAz?: boolean;

  /**
   * Version of DMS, such as `3.6.1`.
   *
   * @default - the version that DMS gives to new instances
   */
  readonly engineVersion?: string;

  /**
   * When DMS may apply minor versions, such as `sun:03:00-sun:04:00` (UTC). Tasks are interrupted and resume.
   *
   * @default - windows that DMS chooses
   */
  readonly preferredMaintenanceWindow?: string;

  /**
   * Key that encrypts the storage of the instances. Changing it replaces the instances and their tasks.
   *
   * @default - the account's `aws/dms` key
   */
  readonly kmsKey?: IKey;

  /**
   * The account's service roles, when they are made in this app: the instances wait for them. Make them in a stack of
   * their own.
   *
   * @default - left alone: `dms-vpc-role` and `dms-cloudwatch-logs-role` exist in the account
   */
  readonly serviceRoles?: IDmsServiceRoles;

  /**
   * VPC endpoints of the network, when they are made in this app: the instances are let in. A network has them once, so
   * make them in a stack of their own. Subnets without a way out need them.
   *
   * @default - none
   */
  readonly vpcEndpoints?: DmsVpcEndpoints;
}

/**
 * Hundreds of replication tasks, spread over as many stacks as they need: each shard is a stack with a replication
 * instance and its tasks, because DMS runs 200 tasks on an instance and CloudFormation takes 500 resources and a
 * megabyte in a template.
 *
 * A task never moves to another shard, whatever is added or removed elsewhere: moving would make it a new task, which
 * loads every table again. So the shard of a task is not computed anew each time but written down once, in
 * `FleetAssignments`, when the task is new; the fleet fills the lowest shard with room.
 *
 * Sources and targets may be shared by all shards; make them in a stack of their own, which is deployed first. Two
 * things to know: deployments stop the tasks of a shard only for changes in the shard, so stop them by hand before you
 * change an endpoint that is shared; and a source goes in the deployment after the one that took its last task away. An
 * endpoint that is made in the shard (`shardOf(…).stack`) knows neither limit.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Limits.html
 */
export class ReplicationFleet extends Construct {
  private readonly props: ReplicationFleetProps;
  private readonly tasksPerShard: number;
  private readonly byNumber = new Map<number, FleetShard>();
  private readonly byTask = new Map<string, ReplicationTask>();
  /** Where tasks wait that have no shard yet. It is never deployed: the synthesis stops. */
  private unassigned?: FleetShard;

  public constructor(scope: Construct, id: string, props: ReplicationFleetProps) {
    super(scope, id);
    this.props = props;
    if (scope.node.scopes.some((parent) => Stack.isStack(parent))) {
      fail(this, 'a fleet is made of stacks, and it is in a stack: create it in the Stage or in the App');
    }
    this.tasksPerShard = tasksPerShardOf(this, props.tasksPerShard);
    this.node.addValidation({ validate: () => [...this.unassignedTasks(), ...this.overfullShards()] });
    validateWith(this, () => this.quotaFindings());
  }

  /** The shards that have tasks, by number. */
  public get shards(): IReplicationFleetShard[] {
    return this.numbered.map(([, shard]) => shard);
  }

  /** A task of the fleet; nothing when it has none of this id. */
  public task(taskId: string): ReplicationTask | undefined {
    return this.byTask.get(taskId);
  }

  /**
   * The shard of a task, before or after the task is added: for a source or target that only this shard uses.
   *
   * A task that is in no assignment yet has a stand-in, which stops the synthesis.
   */
  public shardOf(taskId: string): IReplicationFleetShard {
    return this.shardFor(taskId);
  }

  /**
   * Adds a task, to the shard that the assignments say.
   *
   * @param taskId the name of the task in the fleet: keep it, another name is another task
   */
  public addTask(taskId: string, options: ReplicationTaskOptions): ReplicationTask {
    if (taskId === '' || taskId.includes('/') || Token.isUnresolved(taskId)) {
      fail(this, `the id of a task is '${taskId}': give a name without slashes that is known when the app is synthesized`);
    }
    if (this.byTask.has(taskId)) {
      fail(this, `there are two tasks with the id '${taskId}': give the second another one`);
    }
    const task = this.shardFor(taskId).addTask(taskId, options);
    this.byTask.set(taskId, task);
    return task;
  }

  private get numbered(): [number, FleetShard][] {
    return [...this.byNumber].sort(([one], [other]) => one - other);
  }

  private shardFor(taskId: string): FleetShard {
    const number = this.props.assignments.shardOf(taskId);
    if (number === undefined) {
      return this.unassigned ??= new FleetShard(this, 'Unassigned', this.shardProps('without a place'));
    }
    const existing = this.byNumber.get(number);
    if (existing !== undefined) return existing;
    const shard = new FleetShard(this, `Shard${number}`, this.shardProps(String(number)));
    this.byNumber.set(number, shard);
    return shard;
  }

  private shardProps(name: string): FleetShardProps {
    const { props } = this;
    return {
      stack: { env: props.env, description: `Shard ${name} of a fleet of AWS DMS replication tasks` },
      instance: {
        vpc: props.vpc,
        vpcSubnets: props.vpcSubnets,
        instanceClass: props.instanceClass,
        allocatedStorage: props.allocatedStorage,
        multiAz: props.multiAz,
        engineVersion: props.engineVersion,
        preferredMaintenanceWindow: props.preferredMaintenanceWindow,
        kmsKey: props.kmsKey,
        serviceRoles: props.serviceRoles,
      },
      vpcEndpoints: props.vpcEndpoints,
    };
  }

  private unassignedTasks(): string[] {
    if (this.unassigned === undefined) return [];
    const { assignments } = this.props;
    const measured = [...this.byNumber].map(([number, shard]) => ({ number, shard, weights: shard.weights }));
    const placed = placeNewTasks(
      [...measured.flatMap(({ weights }) => weights), ...this.unassigned.weights],
      new Map(Object.entries(assignments.toJson())),
      fillLimits(this.tasksPerShard),
      new Map(measured.map(({ number, shard, weights }) => [number, shard.measure(weights).base])),
    );
    // A shard was asked for, and no task was added to it.
    if (placed.size === 0) return ['shardOf was asked for a task that was not added: add it, or ask for another one'];
    return [`${count(placed.size, 'task')} of the fleet had no shard: ${assignments._add(placed)}. A task that is `
      + 'deployed already belongs in the shard that it is deployed in'];
  }

  private overfullShards(): string[] {
    return this.numbered.flatMap(([number, shard]) => {
      const { load } = shard.measure();
      // How many endpoints an instance works with may be raised.
      const excess = excessOf(load, { ...SHARD_LIMITS, endpoints: Infinity }).map((what) => EXCESS[what](load));
      return excess.length === 0 ? [] : [`shard ${number} has ${excess.join(', and ')}. Take the lines of tasks that were `
        + 'never deployed out of the assignments, and they get another shard; a deployed task stays, because moving it '
        + 'loads every table again: shorten its table mappings instead, or give it another id to move it on purpose'];
    });
  }

  private quotaFindings(): Finding[] {
    const endpoints = this.numbered.map(([number, shard]) => ({ number, endpoints: shard.measure().load.endpoints }));
    const numbers: Readonly<Record<string, number>> = {
      'AWS::DMS::ReplicationInstance': this.byNumber.size,
      'AWS::DMS::ReplicationSubnetGroup': this.byNumber.size,
      'AWS::DMS::ReplicationTask': this.byTask.size,
    };
    return [
      ...checkAccountQuotas((type) => numbers[type] ?? 0),
      ...endpoints.filter((shard) => shard.endpoints > SHARD_LIMITS.endpoints).map((shard) =>
        finding(QUOTA_RULES['endpoints-per-instance'], '', `the tasks of shard ${shard.number} have ${shard.endpoints} `
          + `endpoints: it is at most ${SHARD_LIMITS.endpoints}`)),
    ];
  }
}

const EXCESS: Readonly<Record<keyof ShardLoad, (load: ShardLoad) => string>> = {
  tasks: ({ tasks }) => `${tasks} tasks, and DMS runs ${SHARD_LIMITS.tasks} on an instance`,
  endpoints: ({ endpoints }) => `${endpoints} endpoints, and an instance works with ${SHARD_LIMITS.endpoints}`,
  resources: ({ resources }) => `${resources} resources, and CloudFormation takes ${SHARD_LIMITS.resources} in a template`,
  bytes: ({ bytes }) => `about ${bytes} bytes, and CloudFormation takes ${SHARD_LIMITS.bytes} in a template`,
};

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

function tasksPerShardOf(scope: Construct, tasksPerShard: number = TASKS_PER_SHARD.default): number {
  const { least, most } = TASKS_PER_SHARD;
  if (!Number.isInteger(tasksPerShard) || tasksPerShard < least || tasksPerShard > most) {
    fail(scope, `tasksPerShard is ${tasksPerShard}: DMS runs ${least} to ${most} tasks on an instance`);
  }
  return tasksPerShard;
}

import type * as dms from 'aws-cdk-lib/aws-dms';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IDependable } from 'constructs';
import { ReplicationLifecycle } from './replication-lifecycle';
import type { IReplicationInstance } from './replication-instance';
import type { TaskLifecycleOptions } from './task-lifecycle-options';

export { AssessmentFailure, OnTaskChange } from './task-lifecycle-api';
export type { TaskLifecycleOptions } from './task-lifecycle-options';

const START_MINUTES = 30;

/** A task, what it works with, and what a deployment does to it. */
export interface ReplicationTaskLifecycleProps extends TaskLifecycleOptions {
  /** The task, of the same stack. */
  readonly replicationTask: dms.IReplicationTaskRef;

  /** The endpoint that the task reads from. */
  readonly sourceEndpoint: dms.IEndpointRef;

  /** The endpoint that the task writes to. */
  readonly targetEndpoint: dms.IEndpointRef;

  /** The instance that the task runs on. */
  readonly replicationInstance: IReplicationInstance;

  /**
   * What has to be there, beside the endpoints and the instance, before DMS can connect: see `connectsThrough` of
   * sources and targets.
   *
   * @default - nothing
   */
  readonly connectsThrough?: IDependable[];
}

/**
 * Lets deployments start, stop and resume a replication task: CloudFormation does none of it, and DMS refuses to change
 * a task, or an endpoint of a task, that runs.
 *
 * Three custom resources stand around the task, in the order in which CloudFormation comes to them:
 *
 * 1. the *guard* refuses a change that must not be made, before anything was stopped. At the end of a rollback it lets
 *    a task run again that ran before, whatever the update had failed at.
 * 2. the *pause* stops the task. Task, endpoints and instance depend on it.
 * 3. the *run* tests both connections and starts, resumes or, only if `onChange` allows it, reloads the task. It is
 *    deleted before the task is, and stops it.
 *
 * Taking the lifecycle away from a task stops the task.
 *
 * Adding it to a task that is deployed and runs: deploy that by itself, without another change to the task. It could
 * not be stopped for that change yet.
 */
export class ReplicationTaskLifecycle extends ReplicationLifecycle {
  public constructor(scope: Construct, id: string, props: ReplicationTaskLifecycleProps) {
    const { sourceEndpoint, targetEndpoint, replicationInstance } = props;
    const arn = props.replicationTask.replicationTaskRef.replicationTaskArn;
    super(scope, id, {
      options: props,
      resource: props.replicationTask,
      kind: 'replication task',
      arn,
      sourceEndpoint,
      targetEndpoint,
      instance: replicationInstance.node.defaultChild,
      startsAfter: [replicationInstance, ...props.connectsThrough ?? []],
      startMinutes: START_MINUTES,
      looks: ['dms:DescribeReplicationTasks', 'dms:DescribeConnections'],
      permissions: [
        new iam.PolicyStatement({
          actions: ['dms:StartReplicationTask', 'dms:StopReplicationTask'],
          resources: [arn],
        }),
        new iam.PolicyStatement({
          actions: ['dms:TestConnection'],
          resources: [
            sourceEndpoint.endpointRef.endpointArn,
            targetEndpoint.endpointRef.endpointArn,
            replicationInstance.replicationInstanceArn,
          ],
        }),
      ],
    });
  }
}

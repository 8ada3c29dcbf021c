import type * as dms from 'aws-cdk-lib/aws-dms';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct, IDependable } from 'constructs';
import { ReplicationLifecycle } from './replication-lifecycle';
import type { TaskLifecycleOptions } from './task-lifecycle-options';

/** As long as CloudFormation lets it: a start takes 40 minutes or more. */
const START_MINUTES = 55;

/** A serverless replication, what it works with, and what a deployment does to it. */
export interface ServerlessReplicationLifecycleProps extends TaskLifecycleOptions {
  readonly replicationConfig: dms.CfnReplicationConfig;
  readonly sourceEndpoint: dms.IEndpointRef;
  readonly targetEndpoint: dms.IEndpointRef;
  /** What has to be there before DMS can connect. */
  readonly startsAfter: IDependable[];
}

/**
 * Lets deployments start, stop and resume a serverless replication, as `ReplicationTaskLifecycle` does with a task. DMS
 * tests the connections by itself.
 */
export class ServerlessReplicationLifecycle extends ReplicationLifecycle {
  public constructor(scope: Construct, id: string, props: ServerlessReplicationLifecycleProps) {
    super(scope, id, {
      options: props,
      resource: props.replicationConfig,
      kind: 'serverless replication',
      arn: props.replicationConfig.ref,
      sourceEndpoint: props.sourceEndpoint,
      targetEndpoint: props.targetEndpoint,
      startsAfter: props.startsAfter,
      startMinutes: START_MINUTES,
      looks: ['dms:DescribeReplications'],
      permissions: [new iam.PolicyStatement({
        actions: ['dms:StartReplication', 'dms:StopReplication'],
        resources: [props.replicationConfig.ref],
      })],
    });
  }
}

import { Fn, Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { fail } from '../private/validation';
import type { IReplicationInstance } from '../replication/replication-instance';
import type { ReplicationTask } from '../replication/replication-task';

/**
 * The resource id of a task or an instance: what its ARN ends with.
 *
 * It is what CloudWatch's dimensions and the names of log streams hold, whatever the resource is called.
 */
export function resourceIdOf(arn: string): string {
  return Fn.select(6, Fn.split(':', arn));
}

/** Refuses a task of another instance, whose metrics would be looked for where they are not. */
export function refuseOtherInstance(scope: IConstruct, task: ReplicationTask, instance: IReplicationInstance): void {
  const resolved = (value: unknown): string => JSON.stringify(Stack.of(task).resolve(value));
  if (resolved(task.replicationInstance.replicationInstanceArn) !== resolved(instance.replicationInstanceArn)) {
    fail(scope, `${task.node.path} does not run on ${instance.node.path}: give each replication instance a `
      + 'PipelineMonitoring of its own');
  }
}

import {
  DatabaseMigrationServiceClient,
  DescribeConnectionsCommand,
  DescribeReplicationTasksCommand,
  StartReplicationTaskCommand,
  StopReplicationTaskCommand,
  TestConnectionCommand,
} from '@aws-sdk/client-database-migration-service';
import type { ConnectionView } from './connections';
import { faultKind } from './faults';
import type { StartType } from './next-step';
import { type TaskView, viewOf } from './task';

const dms = new DatabaseMigrationServiceClient({});

/** The task as it is; nothing when it does not exist. */
export async function lookAt(taskArn: string): Promise<TaskView | undefined> {
  const found = await unlessGone(() => dms.send(new DescribeReplicationTasksCommand({
    Filters: [{ Name: 'replication-task-arn', Values: [taskArn] }],
    WithoutSettings: true,
  })));
  const task = found?.ReplicationTasks?.[0];
  return task === undefined ? undefined : viewOf(task);
}

/** The connections of a task that were ever tested. */
export async function connectionsOf({ instanceArn, endpointArns }: TaskView): Promise<ConnectionView[]> {
  const found = await unlessGone(() => dms.send(new DescribeConnectionsCommand({
    Filters: [
      { Name: 'endpoint-arn', Values: [...endpointArns] },
      { Name: 'replication-instance-arn', Values: [instanceArn] },
    ],
  })));
  return (found?.Connections ?? []).map((connection) => ({
    endpointArn: connection.EndpointArn ?? '',
    status: connection.Status ?? '',
    failure: connection.LastFailureMessage,
  }));
}

export async function testConnection({ instanceArn }: TaskView, endpointArn: string): Promise<void> {
  await dms.send(new TestConnectionCommand({ ReplicationInstanceArn: instanceArn, EndpointArn: endpointArn }));
}

export async function startTask({ arn }: TaskView, type: StartType): Promise<void> {
  await dms.send(new StartReplicationTaskCommand({ ReplicationTaskArn: arn, StartReplicationTaskType: type }));
}

export async function stopTask({ arn }: TaskView): Promise<void> {
  await dms.send(new StopReplicationTaskCommand({ ReplicationTaskArn: arn }));
}

async function unlessGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (faultKind(error) === 'gone') return undefined;
    throw error;
  }
}

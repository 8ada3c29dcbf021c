import {
  DatabaseMigrationServiceClient,
  DescribeConnectionsCommand,
  DescribeReplicationsCommand,
  DescribeReplicationTasksCommand,
  type Replication,
  type ReplicationTask,
  StartReplicationCommand,
  StartReplicationTaskCommand,
  StopReplicationCommand,
  StopReplicationTaskCommand,
  TestConnectionCommand,
} from '@aws-sdk/client-database-migration-service';
import { CLIENT_SETTINGS } from './client-settings';
import type { ConnectionView } from './connections';
import { faultKind } from './faults';
import type { StartType } from './replication';

export const dms = new DatabaseMigrationServiceClient(CLIENT_SETTINGS);

/** What a task connects: an instance with the endpoints of source and target. */
export interface Wired {
  readonly instanceArn: string;
  readonly endpointArns: readonly string[];
}

export async function describeTask(arn: string): Promise<ReplicationTask | undefined> {
  const found = await unlessGone(() => dms.send(new DescribeReplicationTasksCommand({
    Filters: [{ Name: 'replication-task-arn', Values: [arn] }],
    WithoutSettings: true,
  })));
  return found?.ReplicationTasks?.[0];
}

/** @param position where the changes begin, for a task that never ran and has no full load */
export async function startTask(arn: string, type: StartType, position?: string): Promise<void> {
  await dms.send(new StartReplicationTaskCommand({
    ReplicationTaskArn: arn, StartReplicationTaskType: type, CdcStartPosition: position,
  }));
}

export async function stopTask(arn: string): Promise<void> {
  await dms.send(new StopReplicationTaskCommand({ ReplicationTaskArn: arn }));
}

export async function describeReplication(configArn: string): Promise<Replication | undefined> {
  const found = await unlessGone(() => dms.send(new DescribeReplicationsCommand({
    Filters: [{ Name: 'replication-config-arn', Values: [configArn] }],
  })));
  return found?.Replications?.[0];
}

export async function startReplication(configArn: string, type: StartType): Promise<void> {
  await dms.send(new StartReplicationCommand({ ReplicationConfigArn: configArn, StartReplicationType: type }));
}

export async function stopReplication(configArn: string): Promise<void> {
  await dms.send(new StopReplicationCommand({ ReplicationConfigArn: configArn }));
}

/** The connections between an instance and endpoints that were ever tested. */
export async function connectionsOf({ instanceArn, endpointArns }: Wired): Promise<ConnectionView[]> {
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

export async function testConnection(instanceArn: string, endpointArn: string): Promise<void> {
  await dms.send(new TestConnectionCommand({ ReplicationInstanceArn: instanceArn, EndpointArn: endpointArn }));
}

async function unlessGone<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (faultKind(error) === 'gone') return undefined;
    throw error;
  }
}

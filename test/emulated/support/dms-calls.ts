import {
  DatabaseMigrationServiceClient,
  DescribeReplicationsCommand,
  DescribeReplicationTasksCommand,
} from '@aws-sdk/client-database-migration-service';
import type { Call, Emulator } from './emulator';

/**
 * What was done to DMS, in order, with who did it: the functions of the stack, or CloudFormation. What only looks is
 * left out.
 */
export function story(calls: readonly Call[]): string[] {
  return calls
    .filter(({ service, action }) => service === 'dms' && !/^(Describe|List)/.test(action))
    .map(({ caller, action, parameters, error }) => {
      const type = parameters['StartReplicationTaskType'] ?? parameters['StartReplicationType'];
      const how = typeof type === 'string' ? ` ${type}` : '';
      return `${caller.kind}: ${action}${how}${error === '' ? '' : ` (${error})`}`;
    });
}

/** The state of every task of a region. */
export async function statesOfTasks(emulator: Emulator, region: string): Promise<string[]> {
  const dms = new DatabaseMigrationServiceClient(emulator.client(region));
  const { ReplicationTasks } = await dms.send(new DescribeReplicationTasksCommand({}));
  return (ReplicationTasks ?? []).map(({ Status }) => Status ?? '');
}

/** The state of every serverless replication of a region. */
export async function statesOfReplications(emulator: Emulator, region: string): Promise<string[]> {
  const dms = new DatabaseMigrationServiceClient(emulator.client(region));
  const { Replications } = await dms.send(new DescribeReplicationsCommand({}));
  return (Replications ?? []).map(({ Status }) => Status ?? '');
}

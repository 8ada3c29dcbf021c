import { CloudFormationClient, ListStackResourcesCommand, type StackResourceSummary } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoSiteMap } from '../../../lambda/two-way-control/dynamo-site-map';
import { BEGIN_RESOURCE } from '../../../lib/two-way/switch/begin-api';
import { messageOf, UsageError } from '../../errors';
import type { Where } from '../where';

/** A two-way replication on AWS, as far as it was named. */
export interface AwsReplication {
  readonly stateMachineArn?: string;
  readonly tableName?: string;
}

/** Finds the state machine and the table of a stack. */
export async function replicationOf(where: Extract<Where, { kind: 'aws' }>): Promise<AwsReplication> {
  const { stack, stateMachine, table } = where;
  if (stack === undefined) return { stateMachineArn: stateMachine, tableName: table };
  const resources = await resourcesOf(stack);
  const begins = resources.filter(({ ResourceType: type }) => type === BEGIN_RESOURCE);
  const machines = resources.filter(({ ResourceType: type }) => type === 'AWS::StepFunctions::StateMachine');
  if (stateMachine === undefined && machines.length === 0) {
    throw new UsageError(`stack ${stack} has no state machine: give the stack of a TwoWayReplication, or --state-machine and --table`);
  }
  // The map is begun by a resource beside the state machine: of several, the one whose path it shares.
  const [begin] = begins;
  const near = machines.filter(({ LogicalResourceId: id }) => sharesPath(id, begin?.LogicalResourceId));
  const candidates = machines.length === 1 ? machines : near;
  if (stateMachine === undefined && (candidates.length !== 1 || begins.length > 1)) {
    throw new UsageError(`stack ${stack} has ${machines.length} state machines: say which one with --state-machine ARN and --table NAME`);
  }
  return {
    stateMachineArn: stateMachine ?? candidates[0]!.PhysicalResourceId,
    tableName: table ?? begin?.PhysicalResourceId,
  };
}

/** Logical ids begin with the path of the construct. */
function sharesPath(one = '', other = ''): boolean {
  const construct = /^(.*)Switch/.exec(other)?.[1];
  return construct !== undefined && one.startsWith(`${construct}Switch`);
}

async function resourcesOf(stack: string): Promise<StackResourceSummary[]> {
  const client = new CloudFormationClient();
  const found: StackResourceSummary[] = [];
  let NextToken: string | undefined;
  try {
    do {
      const page = await client.send(new ListStackResourcesCommand({ StackName: stack, NextToken }));
      found.push(...page.StackResourceSummaries ?? []);
      ({ NextToken } = page);
    } while (NextToken !== undefined);
    return found;
  } catch (error) {
    throw new UsageError(`cannot read stack ${stack}: ${messageOf(error)}`, { cause: error });
  } finally {
    client.destroy();
  }
}

/** @throws {UsageError} when the replication was named without its map */
export function mapOf({ tableName }: AwsReplication): DynamoSiteMap {
  if (tableName === undefined) {
    throw new UsageError('the site map is not known: give --stack NAME, or the table of the map with --table NAME');
  }
  return new DynamoSiteMap(new DynamoDBClient(), tableName);
}

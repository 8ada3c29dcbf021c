import {
  CloudFormationClient,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { CLIENT_SETTINGS } from './client-settings';

const cloudFormation = new CloudFormationClient(CLIENT_SETTINGS);

/** Whether the stack is on its way back from an update that failed. */
export async function isRollingBack(stackId: string): Promise<boolean> {
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackId }));
  return Stacks?.[0]?.StackStatus?.startsWith('UPDATE_ROLLBACK') ?? false;
}

/** The ARN of a replication of the stack as it is at this moment; nothing when the stack has no such resource. */
export async function replicationArnOf(stackId: string, logicalId: string): Promise<string | undefined> {
  try {
    const { StackResourceDetail } = await cloudFormation.send(
      new DescribeStackResourceCommand({ StackName: stackId, LogicalResourceId: logicalId }),
    );
    const deleted = StackResourceDetail?.ResourceStatus === 'DELETE_COMPLETE';
    return deleted ? undefined : StackResourceDetail?.PhysicalResourceId;
  } catch (error) {
    if (error instanceof Error && error.name === 'ValidationError' && error.message.includes('does not exist')) {
      return undefined;
    }
    throw error;
  }
}

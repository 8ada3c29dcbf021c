import { SendTaskFailureCommand, SendTaskSuccessCommand, SFNClient } from '@aws-sdk/client-sfn';
import { messageOf, UsageError } from '../../errors';

export interface Answer {
  readonly approved: boolean;
}

/** Answers the switch that waits with a token. */
export async function answerApproval(approve: string | undefined, reject: string | undefined): Promise<Answer> {
  const client = new SFNClient();
  try {
    if (approve === undefined) {
      await client.send(new SendTaskFailureCommand({
        taskToken: reject, error: 'NotApproved', cause: 'rejected with `dms switch --reject`',
      }));
      return { approved: false };
    }
    await client.send(new SendTaskSuccessCommand({ taskToken: approve, output: '{}' }));
    return { approved: true };
  } catch (error) {
    throw new UsageError(`the answer was not taken: ${messageOf(error)}; the token may have been used, or its time is over`, { cause: error });
  } finally {
    client.destroy();
  }
}

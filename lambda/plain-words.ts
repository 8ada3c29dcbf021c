import { surroundings } from './surroundings';

/** CloudFormation takes answers of 4,096 bytes, of which CDK's framework needs some. */
export const LONGEST_MESSAGE = 1_500;

/** Lets a handler fail with a message for people, which is in its log as well. */
export async function inPlainWords<T>(handle: () => Promise<T>, explain: (error: unknown) => string): Promise<T> {
  try {
    return await handle();
  } catch (error) {
    const message = explain(error);
    surroundings.log({ failure: message });
    throw new Error(message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message, { cause: error });
  }
}

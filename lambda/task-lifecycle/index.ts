import { advance } from './advance';
import type { Goal, LifecycleEvent, Plan, PlannedEvent } from './event';
import { explain, faultKind } from './faults';
import { lookAt } from './look-at';
import { planFor } from './plan';
import { isActive } from './replication';
import { surroundings } from './surroundings';

/** CloudFormation takes answers of 4,096 bytes, of which the framework needs some. */
const LONGEST_MESSAGE = 1500;

/** For how long `onEvent` asks again when AWS does not answer: nobody calls it a second time. */
const PATIENCE_MILLISECONDS = 180_000;
const PAUSE_MILLISECONDS = 5_000;

/** Begins a request of CloudFormation: decides what it comes down to. */
export function onEvent(event: LifecycleEvent): Promise<Plan> {
  return inPlainWords(async () => {
    const plan = await patiently(() => planFor(event));
    surroundings.log({ request: event.RequestType, resource: event.ResourceType, plan });
    await prepareStart(plan);
    return plan;
  });
}

/** Takes the request a step further. The framework calls it until it is complete. */
export function isComplete(event: PlannedEvent): Promise<{ IsComplete: boolean }> {
  return inPlainWords(async () => {
    const { Goal: goal } = event;
    return { IsComplete: goal === undefined || await unlessMayFail(goal, () => advance(goal), true) };
  });
}

/** What takes a while before a start begins at once. */
async function prepareStart({ Goal: goal }: Plan): Promise<void> {
  if (goal?.wish.state !== 'running') return;
  await unlessMayFail(goal, async () => {
    const replication = await patiently(() => lookAt(goal.arn));
    if (replication !== undefined && !isActive(replication)) await replication.prepare();
  }, undefined);
}

/** Passes over a failure where the goal may fail. */
async function unlessMayFail<T>({ arn, mayFail }: Goal, attempt: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (mayFail !== true) throw error;
    surroundings.log({ arn, leftAsItIs: error instanceof Error ? error.message : String(error) });
    return otherwise;
  }
}

async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  const until = surroundings.now() + PATIENCE_MILLISECONDS;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const kind = faultKind(error);
      if ((kind !== 'again' && kind !== 'denied') || surroundings.now() >= until) throw error;
      surroundings.log({ fault: explain(error) });
      await surroundings.sleep(PAUSE_MILLISECONDS);
    }
  }
}

async function inPlainWords<T>(handle: () => Promise<T>): Promise<T> {
  try {
    return await handle();
  } catch (error) {
    const message = error instanceof Error && error.name === 'Error' ? error.message : explain(error);
    surroundings.log({ failure: message });
    throw new Error(message.length > LONGEST_MESSAGE ? `${message.slice(0, LONGEST_MESSAGE)}…` : message, { cause: error });
  }
}

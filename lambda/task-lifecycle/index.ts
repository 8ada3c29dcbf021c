import { inPlainWords } from '../plain-words';
import { surroundings } from '../surroundings';
import { advance } from './advance';
import type { Goal, LifecycleEvent, Plan, PlannedEvent } from './event';
import { explain, faultKind } from './faults';
import { lookAt } from './look-at';
import { planFor } from './plan';
import { isActive } from './replication';

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
  }, sayOf);
}

/** Takes the request a step further. The framework calls it until it is complete. */
export function isComplete(event: PlannedEvent): Promise<{ IsComplete: boolean }> {
  return inPlainWords(async () => {
    const { Goal: goal } = event;
    return { IsComplete: goal === undefined || await unlessMayFail(goal, () => advance(goal), true) };
  }, sayOf);
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

/** What was decided here is in plain words already. */
const sayOf = (error: unknown): string =>
  (error instanceof Error && error.name === 'Error' ? error.message : explain(error));

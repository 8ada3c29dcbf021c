import { connectionStep, RETEST_SECONDS } from './connections';
import { connectionsOf, lookAt, startTask, stopTask, testConnection } from './dms';
import type { Goal } from './event';
import { explain, faultKind } from './faults';
import { nextStep, type StartType } from './next-step';
import { surroundings } from './surroundings';
import { describe, type TaskView } from './task';

/** Takes a task one step nearer to what it is to become. Returns whether it is there. */
export async function advance(goal: Goal): Promise<boolean> {
  const elapsedSeconds = (surroundings.now() - Date.parse(goal.since)) / 1000;
  let seen = `replication task ${goal.taskArn} could not be looked at`;
  let obstacle: string | undefined;
  try {
    const task = await lookAt(goal.taskArn);
    seen = task === undefined ? `replication task ${goal.taskArn} does not exist` : describe(task);
    const step = nextStep(task, goal.taskArn, goal.wish);
    surroundings.log({ task, wish: goal.wish, step });
    if (step.do === 'done') return true;
    if (step.do === 'fail') throw new Refusal(step.message);
    if (task !== undefined && step.do === 'stop') await stopTask(task);
    if (task !== undefined && step.do === 'start') obstacle = await startWhenConnected(task, step.type, elapsedSeconds);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    surroundings.log({ taskArn: goal.taskArn, fault: explain(error) });
    if (!passes(error, elapsedSeconds)) throw new Error(`${seen}, and AWS answers ${explain(error)}`, { cause: error });
    obstacle = explain(error);
  }
  if (elapsedSeconds < goal.timeoutMinutes * 60) return false;
  throw new Error(`${seen} after ${goal.timeoutMinutes} minutes, and should be ${goal.wish.state}`
    + `${obstacle === undefined ? '' : `; ${obstacle}`}. Look at its log and at its state in DMS, then deploy again; `
    + `if it only needs longer, raise ${goal.wish.state === 'stopped' ? 'stopTimeout' : 'startTimeout'}`);
}

/** A decision of ours: final, and already in plain words. */
class Refusal extends Error {}

/** Starts a task if both connections passed their test; otherwise returns what is in the way. */
async function startWhenConnected(
  task: TaskView, type: StartType, elapsedSeconds: number,
): Promise<string | undefined> {
  const step = connectionStep(task.endpointArns, await connectionsOf(task), elapsedSeconds);
  if (step.do === 'fail') throw new Refusal(`${describe(task)} and is not started: ${step.message}`);
  if (step.do === 'go') {
    await startTask(task, type);
    return undefined;
  }
  if (step.do === 'test') {
    for (const endpointArn of step.endpointArns) await testConnection(task, endpointArn);
  }
  return 'its connections are being tested';
}

function passes(error: unknown, elapsedSeconds: number): boolean {
  switch (faultKind(error)) {
    case 'again': return true;
    case 'denied': return elapsedSeconds < RETEST_SECONDS;
    // What was there a moment ago and is not any more: the next look tells what.
    case 'gone': return elapsedSeconds < RETEST_SECONDS;
    case 'fatal': return false;
  }
}

import { surroundings } from '../surroundings';
import { assessmentGate } from './assessment';
import { RETEST_SECONDS } from './connections';
import type { Goal } from './event';
import { explain, faultKind } from './faults';
import { lookAt } from './look-at';
import { nextStep } from './next-step';
import { Refusal } from './refusals';
import { describe, kindOf } from './replication';

/** Takes a replication one step nearer to what it is to become. Returns whether it is there. */
export async function advance({ arn, wish, since, timeoutMinutes }: Goal): Promise<boolean> {
  const elapsedSeconds = (surroundings.now() - Date.parse(since)) / 1000;
  const isLate = elapsedSeconds >= timeoutMinutes * 60;
  let seen = `${kindOf(arn)} ${arn} could not be looked at`;
  let obstacle: string | undefined;
  try {
    const replication = await lookAt(arn);
    seen = replication === undefined ? `${kindOf(arn)} ${arn} does not exist` : describe(replication);
    const step = nextStep(replication, arn, wish);
    surroundings.log({ replication, wish, step, elapsedSeconds });
    if (step.do === 'done' || (step.do === 'wait' && step.enough === true && isLate)) return true;
    if (step.do === 'fail') throw new Refusal(step.message);
    if (step.do === 'stop') await replication?.stop();
    if (replication !== undefined && step.do === 'start') {
      obstacle = await replication.start(step.type, elapsedSeconds, assessmentGate(replication, step.type, wish));
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    surroundings.log({ arn, fault: explain(error) });
    if (!passes(error, elapsedSeconds)) throw new Error(`${seen}, and AWS answers ${explain(error)}`, { cause: error });
    obstacle = explain(error);
  }
  if (!isLate) return false;
  throw new Error(`${seen} after ${timeoutMinutes} minutes, and should be ${wish.state}`
    + `${obstacle === undefined ? '' : `; ${obstacle}`}. Look at its log and at its state in DMS, then deploy again; `
    + `if it only needs longer, raise ${wish.state === 'stopped' ? 'stopTimeout' : 'startTimeout'}`);
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

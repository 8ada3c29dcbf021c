import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';

/** An item of the map is read by people: a stack trace does not belong there. */
const LONGEST = 1_000;

/** What Step Functions says itself, without a message of a handler. */
const IN_PLAIN_WORDS: Readonly<Record<string, string>> = {
  'States.Timeout': 'a step did not answer in time',
  'States.HeartbeatTimeout': 'a step did not answer in time',
  'Lambda.Unknown': 'a function ended without an answer: it may have run out of memory or time',
  'Sandbox.Timedout': 'a function did not end in time',
};

/** Why a run did not get through, in plain words. */
export function reasonOf({ failure, action, id }: SwitchRun): string {
  if (failure === undefined) {
    return action === 'recover'
      ? `it was interrupted, and ended by the recovery ${id}`
      : 'nobody said why: look at the log of the run';
  }
  const said = messageIn(failure.Cause);
  const reason = [IN_PLAIN_WORDS[failure.Error], said].filter((text) => text !== undefined && text !== '').join(': ');
  return shortened(reason === '' ? failure.Error : reason);
}

/** Lambda wraps the message of an error in JSON. */
function messageIn(cause: string): string {
  try {
    const parsed: unknown = JSON.parse(cause);
    const message = (parsed as { errorMessage?: unknown } | null)?.errorMessage;
    return typeof message === 'string' ? message : cause;
  } catch {
    return cause;
  }
}

const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);

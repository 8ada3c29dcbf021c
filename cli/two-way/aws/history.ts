import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { OUTCOMES, type Outcome, SWITCH_STEPS } from '../../../lib/two-way/switch/switch-steps';
import type { TakenStep } from '../output/switch-report';

/** A step that an execution has left. */
export interface LeftStep extends TakenStep {
  readonly run: Partial<SwitchRun>;
  readonly failure?: string;
}

/** What the history of an execution says so far. */
export interface ExecutionSoFar {
  readonly left: readonly LeftStep[];
  /** The step that it is in. */
  readonly at?: string;
  readonly run: Partial<SwitchRun>;
  readonly outcome?: Outcome;
}

/** Steps in the events of an execution. What waits or decides between them belong to the step before. */
export function executionSoFar(events: readonly HistoryEvent[]): ExecutionSoFar {
  const left: LeftStep[] = [];
  let run: Partial<SwitchRun> = {};
  let outcome: Outcome | undefined;
  let current: { name: string; since: number; failure?: SwitchRun['failure'] } | undefined;
  const leave = (at: Date | undefined): void => {
    if (current === undefined) return;
    const seconds = Math.round((at?.getTime() ?? current.since) - current.since) / 1000;
    const isNew = run.failure !== undefined && run.failure.Cause !== current.failure?.Cause;
    left.push({ step: current.name, seconds, run, ...(isNew ? { failure: messageIn(run.failure!.Cause) } : {}) });
    current = undefined;
  };
  for (const { timestamp, stateEnteredEventDetails: entered, stateExitedEventDetails: exited } of events) {
    run = { ...run, ...runIn(entered?.input ?? exited?.output) };
    const name = entered?.name;
    if (name === undefined) continue;
    outcome = OUTCOMES.find((one) => one === name) ?? outcome;
    if (outcome !== undefined) leave(timestamp);
    if (name in SWITCH_STEPS && name !== current?.name) {
      leave(timestamp);
      current = { name, since: timestamp?.getTime() ?? 0, failure: run.failure };
    }
  }
  return {
    left, run,
    ...(current === undefined ? {} : { at: current.name }),
    ...(outcome === undefined ? {} : { outcome }),
  };
}

function runIn(text: string | undefined): Partial<SwitchRun> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // The service cuts what is too long for it.
    return {};
  }
}

/** Lambda wraps the message of an error in JSON. */
export function messageIn(cause: string): string {
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : cause;
  } catch {
    return cause;
  }
}

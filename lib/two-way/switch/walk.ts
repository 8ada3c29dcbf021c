import { nextStep, retriesAfter, secondsBetween, stepAfterError } from './next-step';
import type { SwitchRun } from './switch-run';
import { FIRST_STEP, OUTCOMES, type Outcome, type SwitchStep } from './switch-steps';

/** What a walk needs from its surroundings. */
export interface Walk {
  /** Does a step with the state of the run, and returns the new one. A failure's `name` decides where the run goes. */
  readonly perform: (step: string, run: SwitchRun) => Promise<SwitchRun>;
  readonly sleep: (seconds: number) => Promise<void>;
  /** Told before every attempt, after a failed one, and when a step is left. */
  readonly onStep?: (event: WalkEvent) => void;
  /** Ends the walk before its next attempt, wherever the run is then: `recover` ends the run. */
  readonly signal?: AbortSignal;
}

export interface WalkEvent {
  readonly kind: 'attempt' | 'failed' | 'left';
  readonly step: string;
  /** The state the step was given; for `left` the one it leaves behind. */
  readonly run: SwitchRun;
  /** Where it goes from here; only for `left`. */
  readonly to?: string;
  readonly failure?: Failure;
}

export interface Failure {
  readonly Error: string;
  readonly Cause: string;
}

export interface WalkEnd {
  readonly outcome: Outcome;
  readonly run: SwitchRun;
}

/**
 * Walks through the steps of a switch, as the state machine on AWS does: attempts, looks and destinations are the same.
 *
 * @param run what `Plan` is given, a request
 * @throws what the signal was aborted with
 */
export async function walk(steps: Readonly<Record<string, SwitchStep>>, run: SwitchRun, by: Walk): Promise<WalkEnd> {
  let state = run;
  let at: string = FIRST_STEP;
  while (!isOutcome(at)) {
    const step = steps[at];
    if (step === undefined) throw new Error(`A step leads to ${at}, which is neither a step nor an outcome`);
    const left = await take(at, step, state, by);
    by.onStep?.({ kind: 'left', step: at, ...left });
    at = left.to;
    state = left.run;
  }
  return { outcome: at, run: state };
}

/** Does a step until it is done or out of attempts. Every look of a step that polls has attempts of its own. */
async function take(
  name: string, step: SwitchStep, entered: SwitchRun, by: Walk,
): Promise<{ readonly to: string; readonly run: SwitchRun }> {
  let run = entered;
  let failures = 0;
  for (;;) {
    by.signal?.throwIfAborted();
    by.onStep?.({ kind: 'attempt', step: name, run });
    const result = await attempt(name, run, by);
    if ('failure' in result) {
      const { failure } = result;
      by.onStep?.({ kind: 'failed', step: name, run, failure });
      failures += 1;
      if (failures > retriesAfter(step, failure.Error)) {
        return { to: stepAfterError(step, failure.Error), run: { ...run, failure } };
      }
    } else {
      // An approval is a yes: nothing that comes with it changes what was planned.
      run = { ...(step.by === 'approval' ? run : result.run), ...step.sets };
      failures = 0;
      if (step.polls !== true || run.done === true) return { to: nextStep(step, run), run };
    }
    await by.sleep(secondsBetween(step));
  }
}

type Attempt = { readonly run: SwitchRun } | { readonly failure: Failure };

async function attempt(name: string, run: SwitchRun, by: Walk): Promise<Attempt> {
  try {
    return { run: await by.perform(name, run) };
  } catch (error) {
    const { name: kind, message } = error instanceof Error ? error : new Error(String(error));
    return { failure: { Error: kind, Cause: message } };
  }
}

function isOutcome(name: string): name is Outcome {
  return OUTCOMES.some((outcome) => outcome === name);
}

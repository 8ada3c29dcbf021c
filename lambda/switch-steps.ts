import type { SwitchRun } from '../lib/two-way/switch/switch-run';
import { SWITCH_STEPS, type StepName, type SwitchStep } from '../lib/two-way/switch/switch-steps';

/** The steps that one of the functions does. */
export type StepsBy<By extends SwitchStep['by']> = {
  [Name in StepName]: (typeof SWITCH_STEPS)[Name]['by'] extends By ? Name : never
}[StepName];

/** Notes in the run that the step has succeeded: a step that polls has when it is done. */
export function noted<Run, Context>(
  name: StepName, step: (run: Run, context: Context) => Promise<SwitchRun>,
): (run: Run, context: Context) => Promise<SwitchRun> {
  const { polls }: SwitchStep = SWITCH_STEPS[name];
  return async (run, context) => {
    const after = await step(run, context);
    return polls === true && after.done !== true ? after : { ...after, lastStep: name };
  };
}

/** The fence of the old side is about to lapse, and what was waited for has not come. */
export class PauseLimitExceeded extends Error {
  public override readonly name = 'PauseLimitExceeded';
}

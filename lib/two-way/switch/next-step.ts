import { FINAL_ERRORS, type Branch, type Destination, type SwitchStep } from './switch-steps';

/** How long the next attempt or the next look waits, in seconds. */
export const secondsBetween = ({ every }: SwitchStep): number => every ?? 1;

/** Where a run goes when a step has succeeded. */
export function nextStep(step: SwitchStep, run: object): Destination {
  if (typeof step.next === 'string') return step.next;
  const taken = step.next.find((branch) => holds(branch, run));
  if (taken === undefined) throw new Error('The last branch of a step has a condition: it has to have none');
  return taken.to;
}

/** Where a run goes when the last attempt of a step has failed with an error of this name. */
export function stepAfterError(step: SwitchStep, name: string): Destination {
  return step.onErrorNamed?.[name] ?? step.onError;
}

/** How many more attempts a step has after its first has failed with an error of this name. */
export function retriesAfter(step: SwitchStep, name: string): number {
  return FINAL_ERRORS.includes(name) ? 0 : step.retries ?? 0;
}

function holds({ when }: Branch, run: object): boolean {
  return when === undefined || new Map(Object.entries(run)).get(when.field) === when.is;
}

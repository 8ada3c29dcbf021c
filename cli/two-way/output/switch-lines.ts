import type { Gate, SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { Paint } from '../../output/style';
import { STEP_WIDTH, wordsOf, type PlannedStep } from './step-words';

/** A step that was left, on one line. */
export function stepLine(
  step: string, seconds: number, run: Pick<SwitchRun, 'from' | 'to' | 'mode'>, failure: string | undefined, paint: Paint,
): string {
  const mark = failure === undefined ? paint('green', '✔') : paint('red', '✖');
  const why = failure === undefined ? '' : `: ${failure}`;
  return `${mark} ${step.padEnd(STEP_WIDTH)} ${seconds.toFixed(2).padStart(7)} s  ${wordsOf(step, run)}${why}`;
}

/** Gates one below the other, those that hold too: what was looked at is worth knowing. */
export function gateLines(gates: readonly Gate[], paint: Paint): string[] {
  const names = gates.map(({ id, site }) => (site === undefined ? id : `${id} (${site})`));
  const width = Math.max(0, ...names.map((name) => name.length));
  return gates.map(({ holds, reason }, index) =>
    `${holds ? paint('green', '✔') : paint('red', '✖')} ${names[index]!.padEnd(width)}  ${reason}`);
}

export function planLines(plan: readonly PlannedStep[]): string[] {
  return plan.map(({ step, does }, index) => `${String(index + 1).padStart(2)}. ${step.padEnd(STEP_WIDTH)}  ${does}`);
}

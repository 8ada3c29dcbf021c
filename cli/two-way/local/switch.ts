import type { SwitchRequest } from '../../../lambda/two-way-control/steps/request';
import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { WalkEvent } from '../../../lib/two-way/switch/walk';
import { plannedSteps } from '../output/step-words';
import { switchReport, type SwitchReport, type TakenStep } from '../output/switch-report';
import type { World } from '../world';
import { drive } from './driver';

/** Told of every step that is left. */
export type StepListener = (step: string, seconds: number, run: SwitchRun, failure: string | undefined) => void;

export interface SwitchHereOptions {
  readonly onStep?: StepListener;
  readonly log?: (text: string) => void;
  readonly signal?: AbortSignal;
}

/** Switches on this machine, and says how it went. */
export async function switchHere(
  world: World, request: SwitchRequest, where: string,
  { onStep, log, signal }: SwitchHereOptions = {},
): Promise<SwitchReport> {
  const steps: TakenStep[] = [];
  let begun = performance.now();
  let failure: SwitchRun['failure'];
  const listen = ({ kind, step, run }: WalkEvent): void => {
    if (kind !== 'left') return;
    const now = performance.now();
    const seconds = Math.round(now - begun) / 1000;
    begun = now;
    steps.push({ step, seconds });
    // A step that was left for a failure has added it to the run.
    const isNew = run.failure !== undefined && run.failure !== failure;
    failure = run.failure;
    onStep?.(step, seconds, run, isNew ? run.failure?.Cause : undefined);
  };
  const { outcome, run } = await drive(world, request, { onStep: listen, log, signal });
  const plan = outcome === 'Planned' ? plannedSteps({ ...run, dryRun: false } as SwitchRun) : undefined;
  return switchReport(outcome, run, steps, where, plan);
}

import type { Gate, SwitchAction, SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { Outcome } from '../../../lib/two-way/switch/switch-steps';
import type { PlannedStep } from './step-words';

export type SwitchOutcome = 'completed' | 'planned' | 'refused' | 'rolled-back' | 'failed';

/** How long a step took, over all of its attempts and looks. */
export interface TakenStep {
  readonly step: string;
  readonly seconds: number;
}

/** What `--json` prints of a switch. */
export interface SwitchReport {
  readonly outcome: SwitchOutcome;
  readonly from?: string;
  readonly to?: string;
  readonly epoch?: number;
  readonly pauseSeconds?: number;
  readonly gates: readonly Gate[];
  /** Of a dry run, what would be done. */
  readonly plan?: readonly PlannedStep[];
  readonly steps: readonly TakenStep[];
  readonly reason?: string;
  /** Commands that one would run next. */
  readonly nextSteps: readonly string[];
}

const OUTCOMES: Readonly<Record<Outcome, SwitchOutcome>> = {
  Planned: 'planned', Refused: 'refused', Completed: 'completed', RolledBack: 'rolled-back', Failed: 'failed',
};

/** @param where the options that name this replication: `--local`, `--stack shop` */
export function switchReport(
  outcome: Outcome, run: Partial<SwitchRun> & Pick<SwitchRun, 'action'>, steps: readonly TakenStep[], where: string,
  plan?: readonly PlannedStep[],
): SwitchReport {
  const { from, to, epoch, pauseSeconds, gates = [], failure } = run;
  const said = outcome === 'Failed' && failure?.Error === 'SwitchRefused' ? 'refused' : OUTCOMES[outcome];
  const open = gates.filter(({ holds }) => !holds);
  const reason = failure?.Cause
    ?? (open.length > 0 ? open.map(({ id, site, reason: why }) => `${id}${site === undefined ? '' : ` of ${site}`}: ${why}`).join('; ') : undefined);
  return {
    outcome: said,
    ...(from === undefined ? {} : { from, to, epoch }),
    ...(pauseSeconds === undefined ? {} : { pauseSeconds }),
    gates,
    ...(plan === undefined ? {} : { plan }),
    steps,
    ...(reason === undefined || said === 'completed' || said === 'planned' ? {} : { reason }),
    nextSteps: nextStepsOf(said, run.action, where),
  };
}

function nextStepsOf(outcome: SwitchOutcome, action: SwitchAction, where: string): string[] {
  const status = `dms status ${where}`;
  switch (outcome) {
    case 'planned': return [`dms ${action === 'complete' ? 'complete' : 'switch'} ${where}`];
    case 'completed': return action === 'complete' ? [status] : [status, `dms reverse ${where}`];
    case 'refused': return [status, `dms switch ${where} --dry-run`];
    case 'rolled-back': return [status, `dms switch ${where} --dry-run`];
    case 'failed': return [status, action === 'complete' ? `dms complete ${where}` : `dms switch ${where} --recover`];
  }
}

/** The last sentence for people. */
export function sentenceOf(
  { outcome, from = '', to = '', pauseSeconds, reason }: SwitchReport, action: SwitchAction,
): string {
  const pause = pauseSeconds === undefined ? '' : `; nobody could write for ${pauseSeconds.toFixed(2)} s`;
  const why = reason === undefined ? '' : `: ${reason}`;
  switch (outcome) {
    case 'completed':
      if (action === 'complete') return `${to} is the only site from now on: there is no way back.`;
      return `${to} is written to now${pause}. The way back to ${from} is open.`;
    case 'planned': return 'Every gate holds: it would be done. Nothing was changed.';
    case 'refused': return `Refused, and nothing was changed${why}`;
    case 'rolled-back': return `Rolled back, ${from} is written to as before${pause}${why}`;
    case 'failed': return `It did not come to an end${why}`;
  }
}

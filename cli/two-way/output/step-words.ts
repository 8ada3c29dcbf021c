import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { nextStep } from '../../../lib/two-way/switch/next-step';
import { FIRST_STEP, OUTCOMES, SWITCH_STEPS, type StepName } from '../../../lib/two-way/switch/switch-steps';

/** What a step does, for somebody who watches. */
type Words = (run: Pick<SwitchRun, 'from' | 'to' | 'mode'>) => string;

const WORDS: Readonly<Record<StepName, Words>> = {
  Plan: ({ from, to }) => `lock the site map for ${from} → ${to}`,
  CheckReplication: () => 'look at the legs: state, lag, validation',
  CheckDatabases: () => 'look at the databases: transactions, fences, slots, keys',
  Approve: () => 'wait for somebody to agree',
  Release: () => 'give the site map back, nothing was changed',
  FenceMap: ({ from }) => `tell applications to stop writing to ${from}`,
  FenceSite: ({ from }) => `fence ${from}: wait for open transactions, let nobody write`,
  WriteMarker: ({ from }) => `write the marker row on ${from}`,
  AwaitMarker: ({ to }) => `wait for the marker on ${to}: everything before it has arrived`,
  Validate: ({ from, to }) => `compare ${from} and ${to}`,
  CapturePosition: ({ to }) => `note where the changes of ${to} begin`,
  StopLeg: ({ from, to, mode }) => (mode === 'hot' ? `see leg ${from} → ${to} run` : `stop leg ${from} → ${to}`),
  HandOver: ({ to }) => `hand over sequences, triggers and foreign keys to ${to}`,
  StartReturnLeg: ({ from, to, mode }) => (mode === 'hot' ? `see leg ${to} → ${from} run` : `start leg ${to} → ${from}`),
  WriteProbe: ({ to }) => `write the probe row on ${to}`,
  AwaitProbe: ({ from }) => `wait for the probe on ${from}: the way back works`,
  KeepFence: ({ from }) => `keep the fence of ${from}: from here on only forward`,
  OpenSite: ({ to }) => `open ${to}: applications write there`,
  OpenSiteForSure: ({ to }) => `open ${to}, whatever became of the last attempt`,
  Record: ({ to }) => `record in the site map that ${to} is written to`,
  Decide: ({ from }) => `ask ${from} whether there is a way back`,
  ReopenSite: ({ from }) => `let applications write to ${from} again`,
  ReopenMap: ({ from }) => `tell applications that they may write to ${from}`,
  StopReturnLeg: ({ from, to, mode }) => (mode === 'hot' ? `leave leg ${to} → ${from} running` : `stop leg ${to} → ${from}`),
  HandBack: ({ to }) => `take back what ${to} was handed over`,
  ResumeLeg: ({ from, to }) => `resume leg ${from} → ${to}`,
  RecordRollback: ({ from }) => `record in the site map that ${from} is written to as before`,
  EndReplication: () => 'stop both legs for good',
  CloseOldSite: ({ from }) => `close ${from} for good, drop the slots`,
  RecordCompletion: ({ to }) => `record in the site map that ${to} is the only site`,
};

/** What a step does; its name when it is a step of another version. */
export const wordsOf = (step: string, run: Pick<SwitchRun, 'from' | 'to' | 'mode'>): string =>
  (step in WORDS ? WORDS[step as StepName](run) : step);

/** The widest name of a step. */
export const STEP_WIDTH = Math.max(...Object.keys(WORDS).map((name) => name.length));

export interface PlannedStep {
  readonly step: string;
  readonly does: string;
}

/** The steps that a run takes when nothing goes wrong. */
export function plannedSteps(
  run: Pick<SwitchRun, 'from' | 'to' | 'mode' | 'action' | 'needsApproval'>,
): PlannedStep[] {
  const planned: PlannedStep[] = [];
  const whenFine = { ...run, dryRun: false, gatesHold: true };
  for (let at: string = FIRST_STEP; !OUTCOMES.some((outcome) => outcome === at);) {
    planned.push({ step: at, does: wordsOf(at, run) });
    at = nextStep(SWITCH_STEPS[at as StepName], whenFine);
  }
  return planned;
}

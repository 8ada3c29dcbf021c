import { AssessmentFailure } from './api';

/** An assessment run as DMS describes it. */
export interface AssessmentRun {
  readonly arn: string;
  readonly status: string;
  readonly failure?: string;
  /** Assessments that are over, and all of them. */
  readonly completed?: number;
  readonly total?: number;
}

/** One assessment of a run. */
export interface IndividualAssessment {
  readonly name: string;
  readonly status: string;
}

/**
 * The states of a run, and what they mean.
 *
 * - `passing`: it is on its way.
 * - `passed`, `warning`, `failed`: it is over.
 * - `broken`: it says nothing of the task.
 *
 * @see https://docs.aws.amazon.com/dms/latest/APIReference/API_ReplicationTaskAssessmentRun.html
 */
export const RUN_STATUSES = {
  starting: 'passing',
  provisioning: 'passing',
  running: 'passing',
  passed: 'passed',
  warning: 'warning',
  failed: 'failed',
  'error-provisioning': 'broken',
  'error-executing': 'broken',
  'invalid state': 'broken',
  cancelling: 'broken',
  deleting: 'broken',
} as const;

/** What a run means to a deployment. */
export type RunOutcome = typeof RUN_STATUSES[keyof typeof RUN_STATUSES];

export function outcomeOf({ status }: AssessmentRun): RunOutcome {
  // A state that DMS has invented since: it may pass, and the time limit names it if it does not.
  return (RUN_STATUSES as Partial<Record<string, RunOutcome>>)[status] ?? 'passing';
}

/** Whether a deployment fails for it. */
export function failsFor(outcome: RunOutcome, failOn: AssessmentFailure): boolean {
  switch (failOn) {
    case AssessmentFailure.NEVER: return false;
    case AssessmentFailure.ERROR: return outcome === 'failed' || outcome === 'broken';
    case AssessmentFailure.WARNING: return outcome !== 'passed' && outcome !== 'passing';
  }
}

/** Statuses of single assessments that are worth a word, the worst first. Those that were skipped found nothing. */
const WORTH_A_WORD = ['failed', 'error', 'warning', 'cancelled'];

/** CloudFormation takes messages of about 1,500 characters, of which the rest of the message needs some. */
const LONGEST_LIST = 600;
const LONGEST_FAILURE = 250;

/** `failed: postgres-check-pk, postgres-check-wallevel; warning: …`; nothing when nothing was found. */
export function findingsOf(assessments: readonly IndividualAssessment[]): string {
  const found = WORTH_A_WORD.flatMap((status) => assessments
    .filter((assessment) => assessment.status === status)
    .map(({ name }) => ({ name, status }))
    .sort((one, other) => (one.name < other.name ? -1 : 1)));
  let text = '';
  let last = '';
  for (const [index, { name, status }] of found.entries()) {
    const more = status === last ? `, ${name}` : `${text === '' ? '' : '; '}${status}: ${name}`;
    if (text.length + more.length > LONGEST_LIST) return `${text}, and ${found.length - index} more`;
    text += more;
    last = status;
  }
  return text;
}

/** What was found, what DMS says of it, and where the whole report lies. */
export function reportOf(
  run: AssessmentRun, assessments: readonly IndividualAssessment[],
  place: { readonly Bucket: string; readonly Folder: string; readonly RunName: string },
): string {
  const findings = findingsOf(assessments);
  const failure = run.failure === undefined || run.failure.length <= LONGEST_FAILURE
    ? run.failure
    : `${run.failure.slice(0, LONGEST_FAILURE)}…`;
  return [
    `the assessment ${place.RunName} is '${run.status}'`,
    ...(findings === '' ? [] : [` (${findings})`]),
    ...(failure === undefined ? [] : [`; DMS says: ${failure}`]),
    `. The whole report is in s3://${place.Bucket}/${place.Folder}`,
  ].join('');
}

import { surroundings } from '../surroundings';
import { AssessmentFailure } from './api';
import { applicableTo, assessmentsOf, findRun, startRun } from './assessment-calls';
import { failsFor, outcomeOf, reportOf } from './assessment-step';
import type { Assessment, Wish } from './event';
import { Refusal } from './refusals';
import { describe, type Gate, type ReplicationView, type StartType } from './replication';

/** The assessment that a first start has to pass; nothing when none was asked for. */
export function assessmentGate(replication: ReplicationView, type: StartType, wish: Wish): Gate | undefined {
  const assessment = wish.state === 'running' && type === 'start-replication' ? wish.assessment : undefined;
  return assessment && (() => assess(replication, assessment));
}

/**
 * Takes an assessment a step further. There is no memory between calls: the run has the name of the request, so that a
 * call that was made again finds it.
 *
 * @returns what is in the way for the moment; nothing when the task may start
 * @throws Refusal when it may not
 */
async function assess(task: ReplicationView, assessment: Assessment): Promise<string | undefined> {
  const { RunName: runName, FailOn: failOn } = assessment;
  const run = await findRun(task.arn, runName);
  if (run === undefined) return begin(task, assessment);
  const outcome = outcomeOf(run);
  if (outcome === 'passing') {
    const progress = run.total === undefined ? '' : `, ${run.completed ?? 0} of ${run.total} done`;
    return `its assessment ${runName} is '${run.status}'${progress}`;
  }
  const report = reportOf(run, await assessmentsOf(run.arn), assessment);
  surroundings.log({ arn: task.arn, assessment: run, outcome, failOn, report });
  if (!failsFor(outcome, failOn)) return undefined;
  throw new Refusal(`${describe(task)} and is not started: ${report}. ${outcome === 'broken'
    ? 'It says nothing of the task: deploy again'
    : 'Correct what was found and deploy again, leave an assessment out with exclude, or start in spite of it with failOn'}`);
}

async function begin(task: ReplicationView, assessment: Assessment): Promise<string | undefined> {
  const problem = problemOf(assessment, await applicableTo(task.arn));
  if (problem !== undefined) {
    surroundings.log({ arn: task.arn, assessment, problem });
    if (assessment.FailOn === AssessmentFailure.NEVER) return undefined;
    throw new Refusal(`${describe(task)} and is not started: ${problem}`);
  }
  try {
    await startRun(task.arn, assessment);
  } catch (error) {
    // A call that had no answer had begun it.
    if (!(error instanceof Error) || error.name !== 'ResourceAlreadyExistsFault') throw error;
  }
  return `its assessment ${assessment.RunName} begins`;
}

/** Why the assessment cannot be made as it was asked for. */
function problemOf({ IncludeOnly = [], Exclude = [] }: Assessment, applicable: readonly string[]): string | undefined {
  if (applicable.length === 0) {
    return 'DMS has no assessment for a task between these engines: leave out assessment';
  }
  const unknown = [...IncludeOnly, ...Exclude].filter((name) => !applicable.includes(name));
  if (unknown.length > 0) {
    return `DMS does not have the assessments ${unknown.join(', ').slice(0, 400)} for this task: correct includeOnly or `
      + `exclude; it has ${applicable.join(', ').slice(0, 600)}`;
  }
  return undefined;
}

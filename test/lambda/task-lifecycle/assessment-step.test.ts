import { AssessmentFailure } from '../../../lambda/task-lifecycle/api';
import {
  failsFor, findingsOf, type IndividualAssessment, outcomeOf, reportOf, type RunOutcome,
} from '../../../lambda/task-lifecycle/assessment-step';

const PLACE = { Bucket: 'reports', Folder: 'assessments', RunName: 'deployment-1' };
const found = (status: string, ...names: string[]): IndividualAssessment[] => names.map((name) => ({ name, status }));

describe('the outcome of an assessment', () => {
  test.each<[string, RunOutcome]>([
    ['starting', 'passing'],
    ['provisioning', 'passing'],
    ['running', 'passing'],
    ['passed', 'passed'],
    ['warning', 'warning'],
    ['failed', 'failed'],
    ['error-provisioning', 'broken'],
    ['error-executing', 'broken'],
    ['invalid state', 'broken'],
    ['cancelling', 'broken'],
    ['deleting', 'broken'],
    ['invented since', 'passing'],
  ])('%s means %s', (status, outcome) => {
    expect(outcomeOf({ arn: 'run', status })).toBe(outcome);
  });

  test.each<[AssessmentFailure, RunOutcome[]]>([
    [AssessmentFailure.NEVER, []],
    [AssessmentFailure.ERROR, ['failed', 'broken']],
    [AssessmentFailure.WARNING, ['warning', 'failed', 'broken']],
  ])('fails a deployment, if it is to fail on %s, for %j', (failOn, failing) => {
    const all: RunOutcome[] = ['passing', 'passed', 'warning', 'failed', 'broken'];
    expect(all.filter((outcome) => failsFor(outcome, failOn))).toEqual(failing);
  });
});

describe('what was found', () => {
  test('is listed by how bad it is, and by name', () => {
    expect(findingsOf([
      ...found('passed', 'a'), ...found('warning', 'w'), ...found('skipped', 's'), ...found('error', 'e'),
      ...found('failed', 'postgres-check-wallevel', 'postgres-check-pk'), ...found('cancelled', 'c'),
    ])).toBe('failed: postgres-check-pk, postgres-check-wallevel; error: e; warning: w; cancelled: c');
  });

  test('is nothing when all of it passed', () => {
    expect(findingsOf(found('passed', 'a', 'b'))).toBe('');
  });

  test('is cut where a message would become too long, and says how much is missing', () => {
    const many = Array.from({ length: 60 }, (_, index) => `postgres-check-number-${String(index).padStart(3, '0')}`);
    const text = findingsOf(found('failed', ...many));
    expect(text.length).toBeLessThan(620);
    const listed = text.match(/postgres-check-number/g) ?? [];
    expect(text).toMatch(new RegExp(`postgres-check-number-0${listed.length - 1}, and ${60 - listed.length} more$`));
  });

  test('is reported with what DMS says and where the whole report lies', () => {
    expect(reportOf({ arn: 'run', status: 'failed', failure: 'no key' }, found('failed', 'postgres-check-pk'), PLACE))
      .toBe('the assessment deployment-1 is \'failed\' (failed: postgres-check-pk); DMS says: no key. The whole report is in '
        + 's3://reports/assessments');
    expect(reportOf({ arn: 'run', status: 'warning' }, [], PLACE))
      .toBe('the assessment deployment-1 is \'warning\'. The whole report is in s3://reports/assessments');
  });

  test('fits into a message of CloudFormation, whatever DMS says', () => {
    const many = Array.from({ length: 99 }, (_, index) => `postgres-check-${index}-${'x'.repeat(40)}`);
    const report = reportOf({ arn: 'run', status: 'failed', failure: 'y'.repeat(5_000) }, found('failed', ...many), PLACE);
    expect(report.length).toBeLessThan(1_000);
    expect(report).toContain(`${'y'.repeat(250)}…. The whole report`);
  });
});

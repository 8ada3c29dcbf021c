import {
  DatabaseMigrationServiceClient,
  DescribeApplicableIndividualAssessmentsCommand,
  DescribeConnectionsCommand,
  DescribeReplicationTaskAssessmentRunsCommand,
  DescribeReplicationTaskIndividualAssessmentsCommand,
  DescribeReplicationTasksCommand,
  type ReplicationTask,
  type ReplicationTaskAssessmentRun,
  StartReplicationTaskAssessmentRunCommand,
  StartReplicationTaskCommand,
  TestConnectionCommand,
} from '@aws-sdk/client-database-migration-service';
import { mockClient } from 'aws-sdk-client-mock';
import { AssessmentFailure, type AssessmentProperties } from '../../../lambda/task-lifecycle/api';
import type { PlannedEvent } from '../../../lambda/task-lifecycle/event';
import { isComplete, onEvent } from '../../../lambda/task-lifecycle/index';
import { surroundings } from '../../../lambda/surroundings';
import { fault, INSTANCE_ARN, request, SOURCE_ARN, standStill, TARGET_ARN, TASK_ARN } from './requests';

const dms = mockClient(DatabaseMigrationServiceClient);
const RUN_NAME = 'deployment-request-1';
const RUN_ARN = 'arn:aws:dms:eu-west-1:111111111111:assessment-run:RUN';
const NAMES = ['postgres-check-pk', 'postgres-check-wallevel'];
const ASSESSMENT: AssessmentProperties = {
  RoleArn: 'arn:aws:iam::111111111111:role/reports', Bucket: 'reports', Folder: 'assessments', FailOn: AssessmentFailure.ERROR,
};
let clock: ReturnType<typeof standStill>;
let logged: object[];

beforeEach(() => {
  dms.reset();
  clock = standStill();
  logged = [];
  surroundings.log = (entry) => { logged.push(entry); };
  dms.on(TestConnectionCommand).resolves({});
  dms.on(DescribeConnectionsCommand).resolves({
    Connections: [{ EndpointArn: SOURCE_ARN, Status: 'successful' }, { EndpointArn: TARGET_ARN, Status: 'successful' }],
  });
  dms.on(DescribeApplicableIndividualAssessmentsCommand).resolves({ IndividualAssessmentNames: NAMES });
  dms.on(StartReplicationTaskAssessmentRunCommand).resolves({});
  individuals();
});

/** A task that waits for its first start, and runs once it was started. */
function newTask(more: ReplicationTask = {}): void {
  let started = false;
  dms.on(StartReplicationTaskCommand).callsFake(() => { started = true; return {}; });
  dms.on(DescribeReplicationTasksCommand).callsFake(() => ({
    ReplicationTasks: [{
      ReplicationTaskArn: TASK_ARN, ReplicationTaskIdentifier: 'orders', ReplicationInstanceArn: INSTANCE_ARN,
      SourceEndpointArn: SOURCE_ARN, TargetEndpointArn: TARGET_ARN, Status: started ? 'running' : 'ready',
      ...(started ? { ReplicationTaskStats: { StartDate: new Date(clock.now()) } } : {}), ...more,
    }],
  }));
}

/** The states of the run of this request, one for each look after it has begun; the last one stays. */
function runIs(...statuses: string[]): void {
  const others: ReplicationTaskAssessmentRun[] = [{ AssessmentRunName: 'somebody', Status: 'failed' }];
  let begun = false;
  dms.on(StartReplicationTaskAssessmentRunCommand).callsFake(() => { begun = true; return {}; });
  dms.on(DescribeReplicationTaskAssessmentRunsCommand).callsFake(() => ({
    ReplicationTaskAssessmentRuns: !begun ? others : [...others, {
      AssessmentRunName: RUN_NAME, ReplicationTaskAssessmentRunArn: RUN_ARN,
      Status: statuses.length > 1 ? statuses.shift() : statuses[0],
      AssessmentProgress: { IndividualAssessmentCount: 2, IndividualAssessmentCompletedCount: 1 },
    }],
  }));
}

function individuals(...statuses: string[]): void {
  dms.on(DescribeReplicationTaskIndividualAssessmentsCommand).resolves({
    ReplicationTaskIndividualAssessments: statuses.map((Status, index) => ({
      IndividualAssessmentName: NAMES[index], Status,
    })),
  });
}

async function create(assessment: Partial<AssessmentProperties> = {}): Promise<void> {
  const event = request('RUN', 'Create', { Assessment: { ...ASSESSMENT, ...assessment } });
  const plan = await onEvent(event);
  for (let polls = 0; polls < 1000; polls += 1) {
    const handedOn = JSON.parse(JSON.stringify({ ...event, ...plan })) as PlannedEvent;
    if ((await isComplete(handedOn)).IsComplete) return;
    clock.pass(10_000);
  }
  throw new Error('it hangs');
}

const starts = (): unknown[] => dms.commandCalls(StartReplicationTaskCommand).map(({ args: [{ input }] }) => input);
const runs = (): unknown[] =>
  dms.commandCalls(StartReplicationTaskAssessmentRunCommand).map(({ args: [{ input }] }) => input);

const FIRST_START = [{ ReplicationTaskArn: TASK_ARN, StartReplicationTaskType: 'start-replication' }];

describe('an assessment before the first start', () => {
  test('is begun once, waited for, and lets the task start when it passed', async () => {
    newTask();
    runIs('starting', 'provisioning', 'running', 'running', 'passed');
    individuals('passed', 'passed');
    await create();
    expect(runs()).toEqual([{
      ReplicationTaskArn: TASK_ARN, ServiceAccessRoleArn: ASSESSMENT.RoleArn, ResultLocationBucket: 'reports',
      ResultLocationFolder: 'assessments', ResultEncryptionMode: 'SSE_S3', AssessmentRunName: RUN_NAME,
    }]);
    expect(starts()).toEqual(FIRST_START);
    expect(dms.commandCalls(DescribeReplicationTaskIndividualAssessmentsCommand)[0]?.args[0].input).toEqual({
      Filters: [{ Name: 'replication-task-assessment-run-arn', Values: [RUN_ARN] }],
    });
  });

  test('hands on what was chosen, and the key of the bucket', async () => {
    newTask();
    runIs('passed');
    await create({ IncludeOnly: ['postgres-check-pk'], KeyArn: 'arn:key' });
    expect(runs()).toEqual([expect.objectContaining({
      IncludeOnly: ['postgres-check-pk'], ResultEncryptionMode: 'SSE_KMS', ResultKmsKeyArn: 'arn:key',
    })]);
  });

  test('fails the deployment with what it found', async () => {
    newTask();
    runIs('running', 'failed');
    individuals('failed', 'passed');
    await expect(create()).rejects.toThrow(`replication task orders (${TASK_ARN}) is ready and is not started: the assessment `
      + `${RUN_NAME} is 'failed' (failed: postgres-check-pk). The whole report is in s3://reports/assessments. Correct what `
      + 'was found and deploy again');
    expect(starts()).toEqual([]);
  });

  test.each<[string, AssessmentFailure, boolean]>([
    ['failed', AssessmentFailure.ERROR, false],
    ['failed', AssessmentFailure.WARNING, false],
    ['failed', AssessmentFailure.NEVER, true],
    ['warning', AssessmentFailure.ERROR, true],
    ['warning', AssessmentFailure.WARNING, false],
    ['error-executing', AssessmentFailure.ERROR, false],
    ['error-provisioning', AssessmentFailure.NEVER, true],
  ])('with %s and failOn %s starts the task: %s', async (status, FailOn, started) => {
    newTask();
    runIs(status);
    individuals(status, 'passed');
    const outcome = await create({ FailOn }).then(() => 'started', (error: Error) => error.message);
    expect(outcome === 'started').toBe(started);
    expect(starts()).toEqual(started ? FIRST_START : []);
    // What is let pass is not lost.
    expect(logged).toContainEqual(expect.objectContaining({ report: expect.stringContaining(status) as string }));
  });

  test('says that a run which broke off says nothing of the task', async () => {
    newTask();
    runIs('error-provisioning');
    await expect(create()).rejects.toThrow(/is 'error-provisioning'.*It says nothing of the task: deploy again/);
  });

  test('is found by a call that is made again, and not begun twice', async () => {
    newTask();
    runIs('running', 'passed');
    dms.on(StartReplicationTaskAssessmentRunCommand).rejects(fault('ResourceAlreadyExistsFault'));
    let looks = 0;
    dms.on(DescribeReplicationTaskAssessmentRunsCommand).callsFake(() => ({
      // The list is behind at first.
      ReplicationTaskAssessmentRuns: looks++ === 0 ? [] : [{ AssessmentRunName: RUN_NAME, Status: 'passed' }],
    }));
    await create();
    expect(runs()).toHaveLength(1);
    expect(starts()).toEqual(FIRST_START);
  });

  test('is looked for on every page', async () => {
    newTask();
    const second = ({ Marker }: { Marker?: string }): boolean => Marker === 'more';
    dms.on(DescribeReplicationTaskAssessmentRunsCommand).callsFake((input: { Marker?: string }) => (!second(input)
      ? { Marker: 'more', ReplicationTaskAssessmentRuns: [{ AssessmentRunName: 'somebody', Status: 'failed' }] }
      : { ReplicationTaskAssessmentRuns: [{ AssessmentRunName: RUN_NAME, Status: 'passed' }] }));
    await create();
    expect(runs()).toEqual([]);
    expect(starts()).toEqual(FIRST_START);
  });

  test.each(['ThrottlingException', 'InvalidResourceStateFault', 'S3AccessDeniedFault', 'AccessDeniedFault'])(
    'is begun again after %s', async (name) => {
      newTask();
      runIs('passed');
      let tried = 0;
      const begin = dms.on(StartReplicationTaskAssessmentRunCommand);
      begin.callsFake(() => {
        tried += 1;
        if (tried === 1) throw fault(name);
        dms.on(DescribeReplicationTaskAssessmentRunsCommand).resolves({
          ReplicationTaskAssessmentRuns: [{ AssessmentRunName: RUN_NAME, Status: 'passed' }],
        });
        return {};
      });
      await create();
      expect(tried).toBe(2);
      expect(starts()).toEqual(FIRST_START);
    },
  );

  test.each(['S3ResourceNotFoundFault', 'KMSDisabledFault'])('fails for %s, which does not pass', async (name) => {
    newTask();
    runIs('passed');
    dms.on(StartReplicationTaskAssessmentRunCommand).rejects(fault(name));
    await expect(create()).rejects.toThrow(`AWS answers ${name}`);
    expect(starts()).toEqual([]);
  });

  test('gives up when the time is up, and says what it waits for', async () => {
    newTask();
    runIs('running');
    await expect(create()).rejects.toThrow(
      `is ready after 30 minutes, and should be running; its assessment ${RUN_NAME} is 'running', 1 of 2 done`,
    );
  });

  test('waits while DMS says that the task is being tested', async () => {
    newTask({ Status: 'testing' });
    await expect(create()).rejects.toThrow(/is testing after 30 minutes/);
    expect(runs()).toEqual([]);
  });

  test('is refused where DMS has none, or does not know a name', async () => {
    newTask();
    runIs('passed');
    await expect(create({ Exclude: ['postgres-check-key'] })).rejects.toThrow('DMS does not have the assessments '
      + 'postgres-check-key for this task: correct includeOnly or exclude; it has postgres-check-pk, postgres-check-wallevel');
    dms.on(DescribeApplicableIndividualAssessmentsCommand).resolves({});
    await expect(create()).rejects.toThrow('DMS has no assessment for a task between these engines: leave out assessment');
    await create({ FailOn: AssessmentFailure.NEVER });
    expect(runs()).toEqual([]);
    expect(starts()).toEqual(FIRST_START);
  });

  test('comes after the test of the connections', async () => {
    newTask();
    runIs('passed');
    dms.on(DescribeConnectionsCommand).resolves({ Connections: [{ EndpointArn: SOURCE_ARN, Status: 'failed' }] });
    await expect(create()).rejects.toThrow(/cannot connect/);
    expect(runs()).toEqual([]);
  });

  test('is not made for a task that has run before', async () => {
    const EARLIER = new Date('2026-11-01T00:00:00Z');
    newTask();
    let resumed = false;
    dms.on(StartReplicationTaskCommand).callsFake(() => { resumed = true; return {}; });
    dms.on(DescribeReplicationTasksCommand).callsFake(() => ({
      ReplicationTasks: [{
        ReplicationTaskArn: TASK_ARN, Status: resumed ? 'running' : 'stopped',
        ReplicationTaskStats: { StartDate: resumed ? new Date(clock.now()) : EARLIER },
      }],
    }));
    dms.on(DescribeConnectionsCommand).resolves({ Connections: [{ EndpointArn: '', Status: 'successful' }] });
    await create();
    expect(runs()).toEqual([]);
    expect(starts()).toEqual([{ ReplicationTaskArn: TASK_ARN, StartReplicationTaskType: 'resume-processing' }]);
  });
});

import {
  CloudFormationClient,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
  type StackStatus,
} from '@aws-sdk/client-cloudformation';
import {
  DatabaseMigrationServiceClient,
  DescribeConnectionsCommand,
  DescribeReplicationsCommand,
  DescribeReplicationTasksCommand,
  StartReplicationCommand,
  StartReplicationTaskCommand,
  StopReplicationCommand,
  StopReplicationTaskCommand,
  TestConnectionCommand,
} from '@aws-sdk/client-database-migration-service';
import { mockClient } from 'aws-sdk-client-mock';
import * as fc from 'fast-check';
import { OnTaskChange } from '../../../lambda/task-lifecycle/api';
import type { LifecycleEvent } from '../../../lambda/task-lifecycle/event';
import { isComplete, onEvent } from '../../../lambda/task-lifecycle/index';
import { SERVERLESS_PHASES } from '../../../lambda/task-lifecycle/serverless-replication';
import { TASK_PHASES } from '../../../lambda/task-lifecycle/task';
import { holdsFor, propertyTimeout } from '../../support/property-runs';
import {
  CONFIG_ARN, fault, INSTANCE_ARN, request, SOURCE_ARN, standStill, TARGET_ARN, TASK_ARN,
} from './requests';

const dms = mockClient(DatabaseMigrationServiceClient);
const cloudFormation = mockClient(CloudFormationClient);

/** What one call of DMS answers: the state of the replication then, or a fault. */
interface Answer {
  readonly status: string;
  readonly hasRun: boolean;
  readonly startedNow: boolean;
  readonly stopReason?: string;
  readonly connection: string;
  readonly capacity?: string;
  readonly fault?: string;
}

const FAULTS = [
  'InvalidResourceStateFault', 'ResourceNotFoundFault', 'ThrottlingException', 'AccessDeniedFault', 'TimeoutError',
  'KMSKeyNotAccessibleFault', 'SomethingNewFault',
];

const answersWith = (statuses: object): fc.Arbitrary<Answer[]> => fc.array(fc.record<Answer>({
  status: fc.constantFrom(...Object.keys(statuses), 'hibernating'),
  hasRun: fc.boolean(),
  startedNow: fc.boolean(),
  stopReason: fc.constantFrom('Stop Reason NORMAL', 'Stop Reason FULL_LOAD_ONLY_FINISHED', 'Stop Reason FATAL_ERROR'),
  connection: fc.constantFrom('successful', 'successful', 'testing', 'failed', 'deleting'),
  capacity: fc.constantFrom(undefined, undefined, 'provisioned', 'deprovisioning', 'deprovisioned'),
  fault: fc.oneof(
    { weight: 4, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.constantFrom(...FAULTS) },
  ),
}), { minLength: 1, maxLength: 40 });

const requests = fc.record({
  what: fc.constantFrom<['RUN' | 'PAUSE' | 'GUARD', LifecycleEvent['RequestType']]>(
    ['RUN', 'Create'], ['RUN', 'Update'], ['RUN', 'Delete'], ['PAUSE', 'Update'], ['GUARD', 'Update'], ['GUARD', 'Delete'],
  ),
  onChange: fc.constantFrom(...Object.values(OnTaskChange)),
  loadChanged: fc.boolean(),
  replaced: fc.boolean(),
  stackStatus: fc.constantFrom<StackStatus>(
    'UPDATE_IN_PROGRESS', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'DELETE_IN_PROGRESS',
  ),
});

/** DMS that answers every call with the next of `given`, and with the last from then on. Returns the starts. */
function dmsAnswers(given: Answer[]): { starts: { type: string; seen?: Answer }[] } {
  const starts: { type: string; seen?: Answer }[] = [];
  let next = 0;
  let seen: Answer | undefined;
  const answer = (): Answer => {
    const current = given[Math.min(next, given.length - 1)] as Answer;
    next += 1;
    if (current.fault !== undefined) throw fault(current.fault);
    return current;
  };
  const look = (): { Status: string; StopReason?: string; stats: { StartDate?: Date }; capacity?: string } => {
    seen = answer();
    const started = seen.startedNow ? '2026-11-25T08:01:00Z' : '2026-11-01T00:00:00Z';
    const StartDate = seen.hasRun ? new Date(started) : undefined;
    return { Status: seen.status, StopReason: seen.stopReason, stats: { StartDate }, capacity: seen.capacity };
  };
  dms.on(DescribeReplicationTasksCommand).callsFake(() => {
    const { Status, StopReason, stats } = look();
    return {
      ReplicationTasks: [{
        ReplicationTaskArn: TASK_ARN, ReplicationInstanceArn: INSTANCE_ARN, SourceEndpointArn: SOURCE_ARN,
        TargetEndpointArn: TARGET_ARN, Status, StopReason, ReplicationTaskStats: stats,
      }],
    };
  });
  dms.on(DescribeReplicationsCommand).callsFake(() => {
    const { Status, StopReason, stats, capacity } = look();
    return {
      Replications: [{
        ReplicationConfigArn: CONFIG_ARN, Status, StopReason, ReplicationStats: stats,
        ProvisionData: { ProvisionState: capacity },
      }],
    };
  });
  dms.on(DescribeConnectionsCommand).callsFake(() => {
    const Status = answer().connection;
    return { Connections: [{ EndpointArn: SOURCE_ARN, Status }, { EndpointArn: TARGET_ARN, Status }] };
  });
  const start = (type: string): object => {
    starts.push({ type, seen });
    answer();
    return {};
  };
  dms.on(StartReplicationTaskCommand)
    .callsFake((input: { StartReplicationTaskType: string }) => start(input.StartReplicationTaskType));
  dms.on(StartReplicationCommand)
    .callsFake((input: { StartReplicationType: string }) => start(input.StartReplicationType));
  [StopReplicationTaskCommand, StopReplicationCommand, TestConnectionCommand].forEach((command) =>
    dms.on(command as typeof StopReplicationTaskCommand).callsFake(() => { answer(); return {}; }));
  return { starts };
}

test.each<[string, string, object, string[]]>([
  ['a task', TASK_ARN, TASK_PHASES, ['ready', 'stopped', 'failed']],
  ['a serverless replication', CONFIG_ARN, SERVERLESS_PHASES,
    ['created', 'ready', 'stopped', 'deprovisioned', 'failed', 'failed_provision']],
])('%s: whatever DMS answers, a request ends, starts nothing that runs, and loads again only if allowed', async (
  _, arn, statuses, startable,
) => {
  await holdsFor(fc.tuple(answersWith(statuses), requests), 200, async ([given, asked]) => {
    const { what, onChange, loadChanged, replaced, stackStatus } = asked;
    dms.reset();
    cloudFormation.reset();
    const clock = standStill();
    cloudFormation.on(DescribeStacksCommand).resolves({
      Stacks: [{ StackName: 'Pipelines', CreationTime: new Date(), StackStatus: stackStatus }],
    });
    cloudFormation.on(DescribeStackResourceCommand).resolves({
      StackResourceDetail: {
        PhysicalResourceId: arn, LogicalResourceId: 'Task', ResourceType: 'AWS::DMS::ReplicationTask',
        LastUpdatedTimestamp: new Date(), ResourceStatus: 'UPDATE_COMPLETE',
      },
    });
    const { starts } = dmsAnswers(given);
    const [kind, type] = what;
    const of = kind === 'RUN' ? { ReplicationArn: arn } : {};
    const event = request(kind, type, { ...of, OnChange: onChange, ...(loadChanged ? { LoadDigest: 'other' } : {}) },
      replaced && kind === 'RUN' ? { ReplicationArn: `${arn}-OLD` } : of, 'GUARD-0123-ran');
    const began = clock.now();
    let outcome = 'complete';
    try {
      const plan = await onEvent(event);
      while (!(await isComplete({ ...event, ...plan })).IsComplete) clock.pass(30_000);
    } catch (error) {
      outcome = (error as Error).message;
    }
    expect(outcome).not.toBe('');
    // 3 minutes of patience at the beginning at most (twice), then the time limit of 30.
    expect(clock.now() - began).toBeLessThanOrEqual((6 + 30) * 60_000 + 60_000);

    starts.forEach(({ type: start, seen }) => {
      expect(startable).toContain(seen?.status);
      const lost = arn === CONFIG_ARN && [seen?.capacity, seen?.status].includes('deprovisioned');
      if (start === 'start-replication') expect(seen?.hasRun).toBe(false);
      if (start === 'start-replication' && lost) expect(['created', 'ready']).toContain(seen?.status);
      if (start === 'resume-processing') expect(lost).toBe(false);
      if (start === 'reload-target') {
        expect([kind, type, onChange]).toEqual(['RUN', 'Update', OnTaskChange.RELOAD]);
        expect(loadChanged || lost).toBe(true);
      }
    });
    if (kind === 'PAUSE' || type === 'Delete' && kind === 'RUN' || type === 'Update' && kind === 'GUARD') {
      expect(starts).toEqual([]);
    }
  });
}, propertyTimeout);

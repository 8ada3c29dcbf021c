import {
  CloudFormationClient,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
  type StackStatus,
} from '@aws-sdk/client-cloudformation';
import {
  DatabaseMigrationServiceClient,
  DescribeReplicationsCommand,
  type Replication,
  StartReplicationCommand,
  StopReplicationCommand,
} from '@aws-sdk/client-database-migration-service';
import { mockClient } from 'aws-sdk-client-mock';
import { OnTaskChange } from '../../../lambda/task-lifecycle/api';
import type { LifecycleEvent, Plan, PlannedEvent } from '../../../lambda/task-lifecycle/event';
import { isComplete, onEvent } from '../../../lambda/task-lifecycle/index';
import { CONFIG_ARN, fault, request, STACK_ID, standStill } from './requests';

const dms = mockClient(DatabaseMigrationServiceClient);
const cloudFormation = mockClient(CloudFormationClient);
const EARLIER = new Date('2026-11-01T00:00:00Z');
const LATER = new Date('2026-11-25T08:00:05Z');
const SERVERLESS = { ReplicationArn: CONFIG_ARN, TimeoutMinutes: '55' };
const PREPARING = ['initializing', 'preparing_metadata_resources', 'testing_connection'];
const PROVISIONING = ['fetching_metadata', 'calculating_capacity', 'provisioning_capacity', 'replication_starting'];
let clock: ReturnType<typeof standStill>;

beforeEach(() => {
  dms.reset();
  cloudFormation.reset();
  clock = standStill();
  inStack('UPDATE_IN_PROGRESS');
  dms.on(StartReplicationCommand).resolves({});
  dms.on(StopReplicationCommand).resolves({});
});

function inStack(status: StackStatus): void {
  cloudFormation.on(DescribeStacksCommand, { StackName: STACK_ID }).resolves({
    Stacks: [{ StackName: 'Pipelines', CreationTime: EARLIER, StackStatus: status }],
  });
  cloudFormation.on(DescribeStackResourceCommand, { StackName: STACK_ID, LogicalResourceId: 'Task' }).resolves({
    StackResourceDetail: {
      LogicalResourceId: 'Task', PhysicalResourceId: CONFIG_ARN, ResourceType: 'AWS::DMS::ReplicationConfig',
      LastUpdatedTimestamp: EARLIER, ResourceStatus: 'UPDATE_COMPLETE',
    },
  });
}

/** The states of the replication, one for each look; the last one stays. */
function replicationIs(...looks: Replication[]): void {
  const queue = looks.map((look) => ({
    Replications: [{ ReplicationConfigArn: CONFIG_ARN, ReplicationConfigIdentifier: 'orders', ...look }],
  }));
  dms.on(DescribeReplicationsCommand).callsFake(() => (queue.length > 1 ? queue.shift() : queue[0]));
}

const ran = (Status: string, StartDate: Date = EARLIER, more: Replication = {}): Replication =>
  ({ Status, ReplicationStats: { StartDate, FreshStartDate: EARLIER }, ...more });

/** The calls so far that change something. */
const calls = (): string[] => dms.calls()
  .map(({ args: [command] }) => {
    const input = command.input as unknown as Record<string, string | undefined>;
    const { StartReplicationType, ReplicationConfigArn } = input;
    const name = command.constructor.name.replace(/Command$/, '');
    if (!name.startsWith('Describe')) expect(ReplicationConfigArn).toBe(CONFIG_ARN);
    return StartReplicationType === undefined ? name : `${name} ${StartReplicationType}`;
  })
  .filter((name) => !name.startsWith('Describe'));

/** Follows a request to its end as the framework does. */
async function follow(event: LifecycleEvent): Promise<{ plan: Plan; polls: number }> {
  const plan = await onEvent(event);
  for (let polls = 1; ; polls += 1) {
    const handedOn = JSON.parse(JSON.stringify({ ...event, ...plan })) as PlannedEvent;
    if ((await isComplete(handedOn)).IsComplete) return { plan, polls };
    clock.pass(10_000);
    if (polls > 1000) throw new Error('it hangs');
  }
}

const minutes = (): number => (clock.now() - Date.parse('2026-11-25T08:00:00Z')) / 60_000;

describe('the run of a serverless replication', () => {
  test('starts it, tests no connection, and waits until it runs', async () => {
    const created = { Status: 'created' };
    const onItsWay = [...PREPARING, ...PROVISIONING].map((Status) => ({ Status }));
    replicationIs(created, created, created, ...onItsWay, ran('running', LATER));
    const { plan, polls } = await follow(request('RUN', 'Create', SERVERLESS));
    expect(plan.PhysicalResourceId).toBe(CONFIG_ARN);
    expect(calls()).toEqual(['StartReplication start-replication']);
    expect(polls).toBe(9);
    expect(dms.commandCalls(DescribeReplicationsCommand)[0]?.args[0].input).toEqual({
      Filters: [{ Name: 'replication-config-arn', Values: [CONFIG_ARN] }],
    });
  });

  test.each(PROVISIONING)('leaves one that is %s when the time is up to itself', async (Status) => {
    replicationIs({ Status: 'created' }, { Status: 'created' }, { Status: 'created' }, { Status });
    await follow(request('RUN', 'Create', SERVERLESS));
    expect(minutes()).toBe(55);
    expect(calls()).toEqual(['StartReplication start-replication']);
  });

  test.each(PREPARING)('gives up one that is %s when the time is up', async (Status) => {
    replicationIs({ Status: 'created' }, { Status: 'created' }, { Status: 'created' }, { Status });
    await expect(follow(request('RUN', 'Create', SERVERLESS))).rejects.toThrow(
      `serverless replication orders (${CONFIG_ARN}) is ${Status} after 55 minutes, and should be running`,
    );
  });

  test('reports one whose connection fails at once, and starts it no second time', async () => {
    const created = { Status: 'created' };
    const failed = { Status: 'failed', FailureMessages: ['Test connection failed for endpoint SOURCE.'] };
    replicationIs(created, created, created, { Status: 'testing_connection' }, failed);
    await expect(follow(request('RUN', 'Create', SERVERLESS))).rejects.toThrow(
      'is failed (FailureMessages: Test connection failed for endpoint SOURCE.) right after its start',
    );
    expect(calls()).toEqual(['StartReplication start-replication']);
  });

  test('starts one that a deployment before could not start', async () => {
    const failed = { Status: 'failed', FailureMessages: ['no route to host'] };
    replicationIs(failed, failed, failed, { Status: 'initializing' }, ran('running', LATER));
    await follow(request('RUN', 'Update', SERVERLESS, SERVERLESS));
    expect(calls()).toEqual(['StartReplication start-replication']);
  });

  test('starts such a one once, if it fails again for the same reason', async () => {
    const failed = (ReplicationUpdateTime: Date): Replication =>
      ({ Status: 'failed', FailureMessages: ['no route to host'], ReplicationUpdateTime });
    const before = failed(EARLIER);
    replicationIs(before, before, before, { Status: 'initializing' }, failed(LATER));
    await expect(follow(request('RUN', 'Update', SERVERLESS, SERVERLESS))).rejects.toThrow('right after its start');
    expect(calls()).toEqual(['StartReplication start-replication']);
  });

  test.each<[string, object, object, string]>([
    ['what needs no load', { OnChange: OnTaskChange.RELOAD }, {}, 'resume-processing'],
    ['what needs a load, with RESUME', { LoadDigest: 'other' }, {}, 'resume-processing'],
    ['what needs a load, with RELOAD', { LoadDigest: 'other', OnChange: OnTaskChange.RELOAD }, {}, 'reload-target'],
  ])('after a change of %s', async (_, after, before, type) => {
    replicationIs(ran('stopped'), ran('stopped'), ran('stopped'), { Status: 'initializing' }, ran('running', LATER));
    await follow(request('RUN', 'Update', { ...SERVERLESS, ...after }, { ...SERVERLESS, ...before }));
    expect(calls()).toEqual([`StartReplication ${type}`]);
  });

  test('waits for a modification', async () => {
    replicationIs(ran('modifying'), ran('modifying'), ran('modifying'), ran('stopped'), ran('running', LATER));
    await follow(request('RUN', 'Update', SERVERLESS, SERVERLESS));
    expect(calls()).toEqual(['StartReplication resume-processing']);
  });

  test('does not load everything into one that replaces another, unless that is allowed', async () => {
    replicationIs({ Status: 'created' });
    const before = { ...SERVERLESS, ReplicationArn: `${CONFIG_ARN}-OLD` };
    await expect(onEvent(request('RUN', 'Update', SERVERLESS, before)))
      .rejects.toThrow(/^serverless replication arn:.* replaces another one.*onChange RELOAD/);
    expect(calls()).toEqual([]);
  });

  test('on delete, stops it on its way and wherever it is, however often DMS refuses', async () => {
    replicationIs({ Status: 'initializing' }, ...PROVISIONING.map((Status) => ({ Status })), ran('running'),
      ran('stopping'), ran('stopped'));
    dms.on(StopReplicationCommand)
      .rejectsOnce(fault('InvalidResourceStateFault')).rejectsOnce(fault('InvalidResourceStateFault')).resolves({});
    await follow(request('RUN', 'Delete', SERVERLESS, {}, CONFIG_ARN));
    expect(new Set(calls())).toEqual(new Set(['StopReplication']));
    expect(calls()).toHaveLength(6);
  });
});

describe('the pause of a serverless replication', () => {
  test('stops it and waits until it is stopped, and its capacity is no more in the middle of being taken away', async () => {
    const leaving = ran('stopped', EARLIER, { ProvisionData: { ProvisionState: 'deprovisioning' } });
    replicationIs(ran('running'), ran('stopping'), leaving, leaving, ran('stopped'));
    const { polls } = await follow(request('PAUSE', 'Update'));
    expect(calls()).toEqual(['StopReplication']);
    expect(polls).toBe(5);
  });

  test.each(['created', 'ready', 'stopped', 'failed', 'failed_provision'])('has nothing to do when it is %s', async (status) => {
    replicationIs(ran(status));
    await follow(request('PAUSE', 'Update'));
    expect(calls()).toEqual([]);
  });

  test('has nothing to do when it does not exist', async () => {
    dms.on(DescribeReplicationsCommand).rejects(fault('ResourceNotFoundFault'));
    await follow(request('PAUSE', 'Update'));
    expect(calls()).toEqual([]);
  });
});

describe('the guard of a serverless replication', () => {
  test.each<[string, string]>([
    ['running', 'true'], ['provisioning_capacity', 'true'], ['stopped', 'false'], ['failed', 'false'], ['created', 'false'],
  ])('remembers whether it ran, or was about to: %s', async (status, expected) => {
    replicationIs(ran(status));
    expect((await onEvent(request('GUARD', 'Update'))).Data).toEqual({ WasRunning: expected });
  });

  test('puts it back at the end of a rollback', async () => {
    inStack('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    replicationIs(ran('stopped'), ran('stopped'), ran('stopped'), { Status: 'initializing' }, ran('running', LATER));
    await follow(request('GUARD', 'Delete', {}, {}, 'GUARD-0123-ran'));
    expect(calls()).toEqual(['StartReplication resume-processing']);
  });
});

describe('faults of serverless replications', () => {
  test.each(['ThrottlingException', 'InvalidResourceStateFault', 'AccessDeniedFault'])('%s of a start passes', async (name) => {
    replicationIs(ran('stopped'), ran('stopped'), ran('stopped'), ran('stopped'), ran('running', LATER));
    dms.on(StartReplicationCommand).rejectsOnce(fault(name)).resolves({});
    await follow(request('RUN', 'Update', SERVERLESS, SERVERLESS));
    expect(calls()).toEqual(['StartReplication resume-processing', 'StartReplication resume-processing']);
  });

  test.each(['InvalidParameterCombinationException', 'KMSKeyNotAccessibleFault'])('%s of a start is reported at once', async (name) => {
    replicationIs(ran('stopped'));
    dms.on(StartReplicationCommand).rejects(fault(name));
    await expect(follow(request('RUN', 'Update', SERVERLESS, SERVERLESS))).rejects.toThrow(
      `serverless replication orders (${CONFIG_ARN}) is stopped, and AWS answers ${name}: so it is`,
    );
    expect(calls()).toHaveLength(1);
  });
});

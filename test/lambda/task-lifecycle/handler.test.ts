import {
  CloudFormationClient,
  DescribeStackResourceCommand,
  DescribeStacksCommand,
  type StackStatus,
} from '@aws-sdk/client-cloudformation';
import {
  DatabaseMigrationServiceClient,
  DescribeConnectionsCommand,
  DescribeReplicationTasksCommand,
  type ReplicationTask,
  StartReplicationTaskCommand,
  StopReplicationTaskCommand,
  TestConnectionCommand,
} from '@aws-sdk/client-database-migration-service';
import { mockClient } from 'aws-sdk-client-mock';
import { OnTaskChange } from '../../../lambda/task-lifecycle/api';
import type { Goal, LifecycleEvent, Plan, PlannedEvent } from '../../../lambda/task-lifecycle/event';
import { isComplete, onEvent } from '../../../lambda/task-lifecycle/index';
import {
  fault, INSTANCE_ARN, request, SOURCE_ARN, STACK_ID, standStill, TARGET_ARN, TASK_ARN,
} from './requests';

const dms = mockClient(DatabaseMigrationServiceClient);
const cloudFormation = mockClient(CloudFormationClient);
const EARLIER = new Date('2026-11-01T00:00:00Z');
const LATER = new Date('2026-11-25T08:00:05Z');
let clock: ReturnType<typeof standStill>;

beforeEach(() => {
  dms.reset();
  cloudFormation.reset();
  clock = standStill();
  inStack('UPDATE_IN_PROGRESS');
  connected('successful', 'successful');
  dms.on(StartReplicationTaskCommand).resolves({});
  dms.on(StopReplicationTaskCommand).resolves({});
  dms.on(TestConnectionCommand).resolves({});
});

function inStack(status: StackStatus, taskArn: string | undefined = TASK_ARN): void {
  cloudFormation.on(DescribeStacksCommand, { StackName: STACK_ID }).resolves({
    Stacks: [{ StackName: 'Pipelines', CreationTime: EARLIER, StackStatus: status }],
  });
  cloudFormation.on(DescribeStackResourceCommand, { StackName: STACK_ID, LogicalResourceId: 'Task' }).resolves({
    StackResourceDetail: {
      LogicalResourceId: 'Task', PhysicalResourceId: taskArn, ResourceType: 'AWS::DMS::ReplicationTask',
      LastUpdatedTimestamp: EARLIER, ResourceStatus: 'UPDATE_COMPLETE',
    },
  });
}

/** The states of the task, one for each look; the last one stays. */
function taskIs(...looks: ReplicationTask[]): void {
  const queue = looks.map((look) => ({
    ReplicationTasks: [{
      ReplicationTaskArn: TASK_ARN, ReplicationTaskIdentifier: 'orders', ReplicationInstanceArn: INSTANCE_ARN,
      SourceEndpointArn: SOURCE_ARN, TargetEndpointArn: TARGET_ARN, ...look,
    }],
  }));
  dms.on(DescribeReplicationTasksCommand).callsFake(() => (queue.length > 1 ? queue.shift() : queue[0]));
}

/** Lets the first call of each kind fail. */
function firstCallsFail(name: string): void {
  const failed = new Set<string>();
  const client = DatabaseMigrationServiceClient.prototype as unknown as { send(command: object): Promise<unknown> };
  const answer = client.send.bind(client);
  jest.spyOn(client, 'send').mockImplementation((command) => {
    const kind = command.constructor.name;
    if (failed.has(kind)) return answer(command);
    failed.add(kind);
    return Promise.reject(fault(name));
  });
}

const ran = (Status: string, StartDate: Date = EARLIER, more: ReplicationTask = {}): ReplicationTask =>
  ({ Status, ReplicationTaskStats: { StartDate, FreshStartDate: EARLIER }, ...more });

function connected(source: string | undefined, target: string | undefined): void {
  dms.on(DescribeConnectionsCommand).resolves({
    Connections: [
      { EndpointArn: SOURCE_ARN, Status: source, LastFailureMessage: 'no route to host' },
      { EndpointArn: TARGET_ARN, Status: target, LastFailureMessage: 'no such bucket' },
    ].filter(({ Status }) => Status !== undefined),
  });
}

/** The calls so far, by name, without the looks. */
const calls = (): string[] => dms.calls()
  .map(({ args: [command] }) => {
    const name = command.constructor.name.replace(/Command$/, '');
    const { EndpointArn, StartReplicationTaskType } = command.input as unknown as Record<string, string | undefined>;
    const what = EndpointArn?.split(':').pop() ?? StartReplicationTaskType;
    return what === undefined ? name : `${name} ${what}`;
  })
  .filter((name) => !name.startsWith('Describe'));

/** Follows a request to its end as the framework does, and says what it answers to each look. */
async function follow(event: LifecycleEvent): Promise<{ plan: Plan; polls: number }> {
  const plan = await onEvent(event);
  for (let polls = 1; ; polls += 1) {
    const handedOn = JSON.parse(JSON.stringify({ ...event, ...plan })) as PlannedEvent;
    if ((await isComplete(handedOn)).IsComplete) return { plan, polls };
    clock.pass(10_000);
    if (polls > 1000) throw new Error('it hangs');
  }
}

const TESTS = ['TestConnection SOURCE', 'TestConnection TARGET'];

describe('the run, on create', () => {
  test('tests both connections, waits for them, and starts the task', async () => {
    const ready = { Status: 'ready' };
    taskIs(ready, ready, ready, ready, { Status: 'starting' }, ran('running', LATER));
    dms.on(DescribeConnectionsCommand)
      .resolvesOnce({ Connections: [{ EndpointArn: SOURCE_ARN, Status: 'testing' }] })
      .resolves({
        Connections: [{ EndpointArn: SOURCE_ARN, Status: 'successful' }, { EndpointArn: TARGET_ARN, Status: 'successful' }],
      });
    const { plan, polls } = await follow(request('RUN', 'Create'));
    expect(plan.PhysicalResourceId).toBe(TASK_ARN);
    expect(calls()).toEqual([...TESTS, 'TestConnection TARGET', 'StartReplicationTask start-replication']);
    expect(polls).toBe(4);
    expect(dms.commandCalls(DescribeConnectionsCommand)[0]?.args[0].input).toEqual({
      Filters: [
        { Name: 'endpoint-arn', Values: [SOURCE_ARN, TARGET_ARN] },
        { Name: 'replication-instance-arn', Values: [INSTANCE_ARN] },
      ],
    });
  });

  test('says why a connection fails, once it has failed for two minutes', async () => {
    taskIs({ Status: 'ready' });
    connected('failed', 'successful');
    await expect(follow(request('RUN', 'Create'))).rejects.toThrow(
      `replication task orders (${TASK_ARN}) is ready and is not started: the replication instance cannot connect to `
      + `${SOURCE_ARN}: no route to host`,
    );
    expect(calls()).not.toContain('StartReplicationTask start-replication');
    expect(clock.now() - Date.parse('2026-11-25T08:00:00Z')).toBe(120_000);
  });

  test('leaves alone what runs already', async () => {
    taskIs(ran('running'));
    await follow(request('RUN', 'Create'));
    expect(calls()).toEqual([]);
  });

  test('looks at nothing when the task is not to be started', async () => {
    expect(await follow(request('RUN', 'Create', { StartOnDeploy: 'false' }))).toEqual({
      plan: { PhysicalResourceId: TASK_ARN }, polls: 1,
    });
    expect(dms.calls()).toEqual([]);
  });
});

describe('the run, on update', () => {
  test('resumes a task that was stopped', async () => {
    taskIs(ran('stopped'), ran('stopped'), ran('stopped'), ran('running', LATER));
    await follow(request('RUN', 'Update', { ChangeDigest: 'other' }));
    expect(calls()).toEqual([...TESTS, 'StartReplicationTask resume-processing']);
  });

  test.each<[string, object, object, string]>([
    ['what needs no load, with RELOAD', { OnChange: OnTaskChange.RELOAD }, {}, 'resume-processing'],
    ['what needs a load, with RESUME', { LoadDigest: 'other' }, {}, 'resume-processing'],
    ['what needs a load, with RELOAD', { LoadDigest: 'other', OnChange: OnTaskChange.RELOAD }, {}, 'reload-target'],
    ['back what needed a load, with FAIL', { OnChange: OnTaskChange.FAIL }, { LoadDigest: 'other' }, 'resume-processing'],
  ])('changes %s', async (_, after, before, type) => {
    taskIs(ran('stopped'), ran('stopped'), ran('stopped'), ran('running', LATER));
    await follow(request('RUN', 'Update', after, before));
    expect(calls()).toEqual([...TESTS, `StartReplicationTask ${type}`]);
  });

  test('leaves a full load that is over as it is', async () => {
    taskIs(ran('stopped', EARLIER, { StopReason: 'Stop Reason FULL_LOAD_ONLY_FINISHED' }));
    await follow(request('RUN', 'Update'));
    expect(calls()).toEqual(TESTS);
  });

  test('reports a task that fails right after it was resumed', async () => {
    taskIs(ran('stopped'), ran('stopped'), ran('stopped'), ran('failed', LATER, { LastFailureMessage: 'slot is gone' }));
    await expect(follow(request('RUN', 'Update'))).rejects.toThrow('LastFailureMessage: slot is gone) right after its start');
  });

  test.each([['ran before', 'true', ['StartReplicationTask resume-processing']], ['did not', 'false', []]])(
    'without startOnDeploy, a task that %s', async (_, WasRunning, expected) => {
      taskIs(ran('stopped'), ran('stopped'), ran('stopped'), ran('running', LATER));
      await follow(request('RUN', 'Update', { StartOnDeploy: 'false', WasRunning }));
      expect(calls().filter((call) => call.startsWith('Start'))).toEqual(expected);
    },
  );

  describe('without startStopped', () => {
    const without = { StartStopped: 'false' };
    const starts = (): string[] => calls().filter((call) => call.startsWith('Start'));

    test.each([['ran before', 'true', ['StartReplicationTask resume-processing']], ['had been stopped', 'false', []]])(
      'a task that %s', async (_, WasRunning, expected) => {
        taskIs(ran('stopped'), ran('stopped'), ran('stopped'), ran('running', LATER));
        await follow(request('RUN', 'Update', { ...without, WasRunning }));
        expect(starts()).toEqual(expected);
      },
    );

    test('a task that never ran is started, by an update too', async () => {
      taskIs({ Status: 'ready' }, { Status: 'ready' }, { Status: 'ready' }, { Status: 'ready' }, ran('running', LATER));
      await follow(request('RUN', 'Update', { ...without, WasRunning: 'false' }));
      expect(starts()).toEqual(['StartReplicationTask start-replication']);
    });

    test('a lifecycle that is put around a task that had been stopped leaves it stopped', async () => {
      taskIs(ran('stopped'));
      await follow(request('RUN', 'Create', without));
      expect(starts()).toEqual([]);
    });

    test('a new task is started', async () => {
      taskIs({ Status: 'ready' }, { Status: 'ready' }, { Status: 'ready' }, { Status: 'ready' }, ran('running', LATER));
      await follow(request('RUN', 'Create', without));
      expect(starts()).toEqual(['StartReplicationTask start-replication']);
    });
  });

  test('does not load everything into a task that replaces another one, unless that is allowed', async () => {
    taskIs({ Status: 'ready' });
    const before = { ReplicationArn: `${TASK_ARN}-OLD` };
    await expect(onEvent(request('RUN', 'Update', {}, before))).rejects.toThrow(/replaces another one.*onChange RELOAD/);
    expect(calls()).toEqual([]);

    taskIs({ Status: 'ready' }, { Status: 'ready' }, { Status: 'ready' }, ran('running', LATER));
    const { plan } = await follow(request('RUN', 'Update', { OnChange: OnTaskChange.RELOAD }, before));
    expect(plan.PhysicalResourceId).toBe(TASK_ARN);
    expect(calls()).toEqual([...TESTS, 'StartReplicationTask start-replication']);
  });

  test('a rollback resumes the task that was replaced, and leaves one that never ran', async () => {
    inStack('UPDATE_ROLLBACK_IN_PROGRESS');
    const before = { ReplicationArn: `${TASK_ARN}-NEW` };
    taskIs(ran('stopped'), ran('stopped'), ran('stopped'), ran('stopped'), ran('running', LATER));
    await follow(request('RUN', 'Update', {}, before));
    expect(calls()).toEqual([...TESTS, 'StartReplicationTask resume-processing']);

    dms.resetHistory();
    taskIs({ Status: 'ready' });
    await follow(request('RUN', 'Update', {}, before));
    expect(calls()).toEqual([]);
  });

  test('a rollback goes through, also when its task cannot be started', async () => {
    inStack('UPDATE_ROLLBACK_IN_PROGRESS');
    taskIs(ran('stopped'), ran('stopped'), ran('stopped'), ran('failed', LATER));
    const { plan } = await follow(request('RUN', 'Update'));
    expect(calls()).toEqual([...TESTS, 'StartReplicationTask resume-processing']);
    expect(plan.Goal).toMatchObject({ arn: TASK_ARN, mayFail: true });
  });

  test('a task that was deleted by hand is not passed over', async () => {
    dms.on(DescribeReplicationTasksCommand).rejects(fault('ResourceNotFoundFault'));
    await expect(follow(request('RUN', 'Update'))).rejects.toThrow('was deleted outside CloudFormation');
  });
});

describe.each<[string, LifecycleEvent, string]>([
  ['the run, on delete', request('RUN', 'Delete', {}, {}, TASK_ARN), TASK_ARN],
  ['the pause, on update', request('PAUSE', 'Update'), 'id'],
])('%s', (_, event, id) => {
  test('stops the task and waits until it is stopped', async () => {
    taskIs(ran('running'), ran('stopping'), ran('stopped'));
    const { plan, polls } = await follow(event);
    expect(plan.PhysicalResourceId).toBe(id);
    expect(calls()).toEqual(['StopReplicationTask']);
    expect(polls).toBe(3);
  });

  test.each(['stopped', 'failed', 'ready'])('has nothing to do when it is %s', async (status) => {
    taskIs(ran(status));
    await follow(event);
    expect(calls()).toEqual([]);
  });

  test('has nothing to do when it does not exist', async () => {
    dms.on(DescribeReplicationTasksCommand).rejects(fault('ResourceNotFoundFault'));
    await follow(event);
    expect(calls()).toEqual([]);
  });
});

describe('the pause', () => {
  test.each(['Create', 'Delete'] as const)('on %s does nothing: the task is not there yet, or any more', async (type) => {
    await follow(request('PAUSE', type));
    expect([...dms.calls(), ...cloudFormation.calls()]).toEqual([]);
  });

  test('does nothing when the stack has no such task', async () => {
    cloudFormation.on(DescribeStackResourceCommand)
      .rejects(fault('ValidationError', "Resource Task does not exist for stack Pipelines"));
    await follow(request('PAUSE', 'Update'));
    expect(dms.calls()).toEqual([]);
  });
});

describe('the guard', () => {
  const idOf = async (event: LifecycleEvent): Promise<string> => (await onEvent(event)).PhysicalResourceId;

  test('has another id after every change, so that CloudFormation deletes it when it rolls back', async () => {
    taskIs(ran('running'));
    const created = await idOf(request('GUARD', 'Create'));
    const changed = await idOf(request('GUARD', 'Update', { ChangeDigest: 'other' }));
    expect(created).toMatch(/^GUARD-[0-9a-f]{32}-idle$/);
    expect(changed).toMatch(/^GUARD-[0-9a-f]{32}-ran$/);
    expect(changed.slice(0, -4)).not.toBe(created.slice(0, -5));
  });

  test.each<[string, string]>([
    ['running', 'true'], ['starting', 'true'], ['stopped', 'false'], ['failed', 'false'], ['ready', 'false'],
  ])('remembers whether the task ran: %s', async (status, expected) => {
    taskIs(ran(status));
    expect((await onEvent(request('GUARD', 'Update'))).Data).toEqual({ WasRunning: expected });
  });

  test('refuses before anything was looked at, and never in a rollback', async () => {
    const change = request('GUARD', 'Update', { LoadDigest: 'other', OnChange: OnTaskChange.FAIL });
    await expect(onEvent(change)).rejects.toThrow('onChange is FAIL');
    expect(dms.calls()).toEqual([]);
    inStack('UPDATE_ROLLBACK_IN_PROGRESS');
    expect(await idOf(change)).toMatch(/-idle$/);
  });

  test('puts the task back at the end of a rollback', async () => {
    inStack('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    taskIs(ran('stopped'), ran('stopped'), ran('stopped'), ran('running', LATER));
    await follow(request('GUARD', 'Delete', {}, {}, 'GUARD-0123-ran'));
    expect(calls()).toEqual([...TESTS, 'StartReplicationTask resume-processing']);
  });

  test('never loads anything in a rollback', async () => {
    inStack('UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS');
    taskIs({ Status: 'ready' });
    await follow(request('GUARD', 'Delete', { OnChange: OnTaskChange.RELOAD }, {}, 'GUARD-0123-ran'));
    expect(calls().filter((call) => call.startsWith('Start'))).toEqual([]);
  });

  test.each<[string, StackStatus, string]>([
    ['the task did not run', 'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS', 'GUARD-0123-idle'],
    ['the update went well', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS', 'GUARD-0123-ran'],
    ['the stack is deleted', 'DELETE_IN_PROGRESS', 'GUARD-0123-ran'],
    ['the stack was never finished', 'ROLLBACK_IN_PROGRESS', 'GUARD-0123-ran'],
  ])('goes without a trace when %s', async (_, status, id) => {
    inStack(status);
    await follow(request('GUARD', 'Delete', {}, {}, id));
    expect(dms.calls()).toEqual([]);
  });
});

describe('faults', () => {
  const resumed = (): void => taskIs(ran('stopped'), ran('stopped'), ran('stopped'), ran('running', LATER));
  const passing = ['InvalidResourceStateFault', 'ThrottlingException', 'TimeoutError', 'AccessDeniedException'];

  test.each(passing)('%s of any call passes', async (name) => {
    taskIs(ran('stopped'), ran('stopped'), ran('stopped'), ran('stopped'), ran('stopped'), ran('running', LATER));
    firstCallsFail(name);
    await follow(request('RUN', 'Update'));
    jest.restoreAllMocks();
    expect(calls()).toEqual(['TestConnection TARGET', 'StartReplicationTask resume-processing']);
  });

  test.each(['KMSKeyNotAccessibleFault', 'KMSDisabledFault', 'ResourceQuotaExceededFault', 'SomethingNewFault'])(
    '%s of a start is reported at once', async (name) => {
      resumed();
      dms.on(StartReplicationTaskCommand).rejects(fault(name));
      await expect(follow(request('RUN', 'Update'))).rejects.toThrow(
        `replication task orders (${TASK_ARN}) is stopped, and AWS answers ${name}: so it is`,
      );
      expect(calls().filter((call) => call.startsWith('Start'))).toHaveLength(1);
    },
  );

  test('a permission that is missing for two minutes is reported', async () => {
    taskIs(ran('running'));
    dms.on(StopReplicationTaskCommand).rejects(fault('AccessDeniedException'));
    await expect(follow(request('PAUSE', 'Update'))).rejects.toThrow(/AccessDeniedException: so it is; the role of/);
    expect(calls().length).toBe(13);
  });

  test('a state that never passes ends with the time limit, and says what was in the way', async () => {
    taskIs(ran('running'));
    dms.on(StopReplicationTaskCommand).rejects(fault('InvalidResourceStateFault', 'busy'));
    await expect(follow(request('PAUSE', 'Update', { TimeoutMinutes: '5' }))).rejects.toThrow(
      `replication task orders (${TASK_ARN}) is running after 5 minutes, and should be stopped; `
      + 'InvalidResourceStateFault: busy. Look at its log and at its state in DMS, then deploy again; if it only needs '
      + 'longer, raise stopTimeout',
    );
  });

  test('a connection that is tested for ever ends with the time limit', async () => {
    taskIs({ Status: 'ready' });
    connected('testing', 'successful');
    await expect(follow(request('RUN', 'Create'))).rejects.toThrow('its connections are being tested');
  });

  test('an endpoint that does not exist is reported', async () => {
    taskIs({ Status: 'ready' });
    connected(undefined, undefined);
    dms.on(TestConnectionCommand).rejects(fault('ResourceNotFoundFault', 'no such endpoint'));
    await expect(follow(request('RUN', 'Create'))).rejects.toThrow('AWS answers ResourceNotFoundFault: no such endpoint');
  });

  test('the stack that cannot be looked at holds the update up for three minutes at most', async () => {
    cloudFormation.on(DescribeStacksCommand).rejects(fault('Throttling'));
    await expect(onEvent(request('GUARD', 'Update'))).rejects.toThrow('Throttling: so it is');
    expect(cloudFormation.calls()).toHaveLength(37);
  });

  test('a message fits into what CloudFormation takes', async () => {
    taskIs(ran('failed-move', EARLIER, { LastFailureMessage: 'x'.repeat(5000) }));
    await expect(follow(request('RUN', 'Update'))).rejects.toThrow(/^.{1500}…$/);
  });

  test('a resource that is not one of these is refused', async () => {
    const event = { ...request('RUN', 'Create'), ResourceType: 'Custom::Other' };
    await expect(onEvent(event)).rejects.toThrow("'Custom::Other' is not a resource of this handler");
  });
});

test('the plan of a request is all that travels to the next call', async () => {
  taskIs(ran('stopped'));
  const goal = (await onEvent(request('RUN', 'Update'))).Goal;
  expect(goal).toEqual<Goal>({
    arn: TASK_ARN, since: '2026-11-25T08:00:00.000Z', timeoutMinutes: 30,
    wish: { state: 'running', load: 'first', startedBefore: EARLIER.toISOString() },
  });
});

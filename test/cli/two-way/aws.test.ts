import { authorityItem, historyItem, siteItem } from '../../../lib/two-way/switch/map-items';
import { runDms, startDms } from '../../support/dms';
import { AwsFake, stackXml } from './aws-fake';

const MACHINE = 'arn:aws:states:eu-west-1:123456789012:stateMachine:switch';
const EXECUTION = 'arn:aws:states:eu-west-1:123456789012:execution:switch:one';
const STACK = stackXml([
  ['ShopSwitchFF4FA1DC', 'AWS::StepFunctions::StateMachine', MACHINE],
  ['ShopSwitchFunctionsBegin5083DF53', 'Custom::DmsTwoWayBegin', 'shop-map'],
  ['DmsTaskLifecycleFrameworkwaiterstatemachineFEA85456', 'AWS::StepFunctions::StateMachine', `${MACHINE}-of-something-else`],
]);
const RUN = { id: 'one', action: 'switch', from: 'SITEA', to: 'SITEB', mode: 'prepared', epoch: 2, gates: [] };
const SITES = ['SITEA', 'SITEB'].map((site) => siteItem({
  site, dbengine: 'postgresql', username: 'app', endpoint: `${site.toLowerCase()}.example.com`, port: '5432', dbname: 'orders',
}));
const AUTHORITY = { version: 7, activeSite: 'SITEB', epoch: 2, state: 'steady', updatedAt: '2026-11-25T09:00:00.000Z' } as const;
const SWITCHED = {
  epoch: 2, id: 'one', from: 'SITEA', to: 'SITEB', outcome: 'completed', startedAt: '2026-11-25T08:59:00.000Z',
  endedAt: '2026-11-25T09:00:00.000Z', pauseSeconds: 2.5,
} as const;

const aws = new AwsFake();

/** The events of an execution that goes through these states, each a second long; the run it has as it enters them. */
const events = (...states: (readonly [name: string, run: object])[]): object => ({
  events: states.map(([name, run], index) => ({
    id: index + 1, previousEventId: index, type: 'TaskStateEntered', timestamp: 1_800_000_000 + index,
    stateEnteredEventDetails: { name, input: JSON.stringify(run) },
  })),
});

const scan = (input: Record<string, unknown>): object => {
  const wantsHistory = !String(input.FilterExpression).startsWith('NOT');
  return { Items: wantsHistory ? [historyItem(SWITCHED)] : SITES };
};

beforeEach(() => {
  aws.answers = {
    ListStackResources: () => STACK,
    StartExecution: () => ({ executionArn: EXECUTION, startDate: 1_800_000_000 }),
    DescribeExecution: () => ({ executionArn: EXECUTION, stateMachineArn: MACHINE, status: 'SUCCEEDED', startDate: 1_800_000_000 }),
    GetExecutionHistory: () => events(
      ['Plan', { action: 'switch' }], ['CheckReplication', RUN], ['FenceMap', RUN], ['FenceSite', RUN], ['FenceSiteWait', RUN],
      ['Record', { ...RUN, pauseSeconds: 2.5 }], ['CompletedOutcome', RUN], ['Completed', { ...RUN, pauseSeconds: 2.5, outcome: 'Completed' }],
    ),
    GetItem: () => ({ Item: authorityItem(AUTHORITY) }),
    Scan: scan,
  };
});

test('a switch starts the state machine of the stack and is followed to its end', async () => {
  const { exitCode, stdout, stderr } = await runDms(['switch', '--stack', 'shop', '--to', 'SITEB', '--json'], aws.environment);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    outcome: 'completed', from: 'SITEA', to: 'SITEB', epoch: 2, pauseSeconds: 2.5, gates: [],
    steps: [
      { step: 'Plan', seconds: 1 }, { step: 'CheckReplication', seconds: 1 }, { step: 'FenceMap', seconds: 1 },
      // What waits between two looks belongs to the step.
      { step: 'FenceSite', seconds: 2 }, { step: 'Record', seconds: 2 },
    ],
    nextSteps: ['dms status --stack shop', 'dms reverse --stack shop'],
  });
  expect(stderr).toContain('fence SITEA: wait for open transactions, let nobody write');
  const [started] = aws.called('StartExecution');
  expect(started).toMatchObject({ stateMachineArn: MACHINE });
  expect(JSON.parse(started!.input as string)).toEqual({ action: 'switch', to: 'SITEB' });
  expect(started!.name).toMatch(/^switch-\d{17}-[0-9a-f]{6}$/);
});

test('a switch that was rolled back says why, and fails', async () => {
  const failure = { Error: 'PauseLimitExceeded', Cause: JSON.stringify({ errorMessage: 'the limit of 60 s is up' }) };
  aws.answers = {
    ...aws.answers,
    DescribeExecution: () => ({ executionArn: EXECUTION, status: 'FAILED', startDate: 1, error: 'RolledBack', cause: 'as before' }),
    GetExecutionHistory: () => events(['AwaitMarker', RUN], ['Decide', { ...RUN, failure }], ['RolledBack', { ...RUN, failure }]),
  };
  const { exitCode, stdout } = await runDms(['switch', '--stack', 'shop', '--json'], aws.environment);
  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    outcome: 'rolled-back', reason: 'the limit of 60 s is up', nextSteps: ['dms status --stack shop', 'dms switch --stack shop --dry-run'],
  });
});

test('Ctrl-C stops following, not the switch', async () => {
  aws.answers = {
    ...aws.answers,
    DescribeExecution: () => ({ executionArn: EXECUTION, status: 'RUNNING', startDate: 1 }),
    GetExecutionHistory: () => events(['Plan', { action: 'switch' }], ['CheckReplication', RUN]),
  };
  const running = startDms(['switch', '--state-machine', MACHINE, '--json'], aws.environment);
  await running.says('Plan');
  running.child.kill('SIGINT');
  const { exitCode, stdout, stderr } = await running.result;
  expect(exitCode).toBe(1);
  expect(stderr).toContain('stopped following: the switch goes on');
  expect(JSON.parse(stdout)).toMatchObject({ reason: `not followed to its end: ${EXECUTION} goes on` });
  expect(aws.called('StopExecution')).toEqual([]);
});

test('reverse goes back to where the map says that one came from', async () => {
  await runDms(['reverse', '--stack', 'shop', '--json'], aws.environment);
  expect(JSON.parse(aws.called('StartExecution')[0]!.input as string)).toEqual({ action: 'switch', to: 'SITEA' });
});

test('reverse says so when there is nothing to reverse, and starts nothing', async () => {
  aws.answers = { ...aws.answers, GetItem: () => ({ Item: authorityItem({ ...AUTHORITY, activeSite: 'SITEA' }) }) };
  const { exitCode, stdout } = await runDms(['reverse', '--stack', 'shop'], aws.environment);
  expect(exitCode).toBe(1);
  expect(stdout).toContain('there is nothing to reverse');
  expect(aws.called('StartExecution')).toEqual([]);
});

test('status shows the sites, who is written to and the last switches, without asking a database', async () => {
  const { exitCode, stdout } = await runDms(['status', '--stack', 'shop', '--json'], aws.environment);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    writable: 'SITEB', activeSite: 'SITEB', epoch: 2, state: 'steady', history: [SWITCHED],
    sites: [{ site: 'SITEA', address: 'sitea.example.com:5432/orders' }, { site: 'SITEB', address: 'siteb.example.com:5432/orders' }],
    nextSteps: ['dms switch --stack shop --dry-run', 'dms reverse --stack shop'],
  });
});

test.each([
  ['--approve', 'SendTaskSuccess', { taskToken: 'AAAA', output: '{}' }],
  ['--reject', 'SendTaskFailure', { taskToken: 'AAAA', error: 'NotApproved' }],
])('%s answers the switch that waits', async (option, call, input) => {
  aws.answers = { ...aws.answers, SendTaskSuccess: () => ({}), SendTaskFailure: () => ({}) };
  const { exitCode } = await runDms(['switch', '--stack', 'shop', option, 'AAAA'], aws.environment);
  expect(exitCode).toBe(0);
  expect(aws.called(call)).toEqual([expect.objectContaining(input)]);
});

test('a stack without a two-way replication is bad input', async () => {
  aws.answers = { ...aws.answers, ListStackResources: () => stackXml([]) };
  const { exitCode, stderr } = await runDms(['switch', '--stack', 'shop'], aws.environment);
  expect(exitCode).toBe(2);
  expect(stderr).toContain('dms: stack shop has no state machine: give the stack of a TwoWayReplication, or --state-machine and '
    + '--table\n');
});

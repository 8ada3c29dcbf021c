import { TemporaryFolders } from '../support/temporary-folder';
import { emulatedAccount } from './support/account';
import { deployed } from './support/cdk';
import { type Assembly, NETWORK, pipelineApp, type PipelineChoices, STACK_NAME } from './support/pipeline-app';
import { DeployedStack } from './support/stack';

// Every call that the handlers make while they stop, change and resume a task meets every kind of fault.
const folders = new TemporaryFolders();
const account = emulatedAccount();
const app = (choices?: PipelineChoices): Assembly => pipelineApp(folders.create(), choices);
const stack = (): DeployedStack => new DeployedStack(account(), STACK_NAME);

const CALLS = [
  { service: 'cloudformation', action: 'DescribeStacks' },
  { service: 'cloudformation', action: 'DescribeStackResource' },
  { service: 'dms', action: 'DescribeReplicationTasks' },
  { service: 'dms', action: 'StopReplicationTask' },
  { service: 'dms', action: 'TestConnection' },
  { service: 'dms', action: 'DescribeConnections' },
  { service: 'dms', action: 'StartReplicationTask' },
];
const DMS_CALLS = CALLS.filter(({ service }) => service === 'dms');

/** The two definitions that updates change between. */
const definitions: Assembly[] = [];
let deployedOne = 0;

async function update(): ReturnType<DeployedStack['update']> {
  const next = 1 - deployedOne;
  const outcome = await stack().update(definitions[next] ?? app());
  if (outcome.status === 'UPDATE_COMPLETE') deployedOne = next;
  return outcome;
}

beforeAll(async () => {
  definitions.push(app(), app({ tables: ['orders', 'items'] }));
  await account().createNetwork(NETWORK);
  await deployed(account(), definitions[0]?.folder ?? '');
}, 180_000);

afterEach(async () => {
  expect((await stack().task()).Status).toBe('running');
});

// The SDK tries three times by itself: a handler meets what is left.
test.each(CALLS)('$service:$action is throttled five times: it is tried again', async ({ service, action }) => {
  const code = service === 'dms' ? 'ThrottlingException' : 'Throttling';
  await account().inject({ service, action, times: 5, code, message: 'Rate exceeded' });

  const { status, failures } = await update();

  expect({ status, failures, left: await account().clearFaults() }).toEqual({ status: 'UPDATE_COMPLETE', failures: {}, left: 0 });
});

test.each(DMS_CALLS)('$service:$action meets a wrong state twice: it is tried again', async ({ service, action }) => {
  await account().inject({ service, action, times: 2, code: 'InvalidResourceStateFault', message: 'is being moved' });

  const { status, failures } = await update();

  expect({ status, failures, left: await account().clearFaults() }).toEqual({ status: 'UPDATE_COMPLETE', failures: {}, left: 0 });
});

test.each(CALLS)('$service:$action gets no answer: it is tried again', async ({ service, action }) => {
  await account().inject({ service, action });

  const { status, failures } = await update();

  expect({ status, failures, left: await account().clearFaults() }).toEqual({ status: 'UPDATE_COMPLETE', failures: {}, left: 0 });
});

test.each(CALLS)('$service:$action fails inside AWS: it is tried again', async ({ service, action }) => {
  await account().inject({ service, action, times: 4, code: 'InternalFailure', status: 500, message: 'internal' });

  const { status, failures } = await update();

  expect({ status, failures, left: await account().clearFaults() }).toEqual({ status: 'UPDATE_COMPLETE', failures: {}, left: 0 });
});

// What cannot be tested is not tested: then the last test of the connections counts, which DMS itself asks for.
const NEEDED = CALLS.filter(({ action }) => action !== 'TestConnection');

test.each(NEEDED)('$service:$action is denied: the update fails and says so, and is rolled back', async ({ service, action }) => {
  const code = service === 'dms' ? 'AccessDeniedException' : 'AccessDenied';
  const message = `User: the-role is not authorized to perform: ${service}:${action}`;
  await account().inject({ service, action, times: 10_000, code, message, during: 'UPDATE_IN_PROGRESS' });

  const { status, failures } = await update();
  await account().clearFaults();

  expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
  const said = Object.entries(failures).map(([id, reason]) => `${id}: ${reason}`).join();
  expect(said).toContain(message);
  expect(said).toMatch(/PipelineTask/);
});

test('dms:TestConnection is denied: the last test of the connections counts', async () => {
  const message = 'User: the-role is not authorized to perform: dms:TestConnection';
  await account().inject({ service: 'dms', action: 'TestConnection', times: 10_000, code: 'AccessDeniedException', message });

  const { status, failures } = await update();
  await account().clearFaults();

  expect({ status, failures }).toEqual({ status: 'UPDATE_COMPLETE', failures: {} });
});

test('what stays denied while the update is rolled back ends in a failure, not in a wait', async () => {
  const message = 'User: the-role is not authorized to perform: cloudformation:DescribeStacks';
  await account().inject({
    service: 'cloudformation', action: 'DescribeStacks', times: 10_000, code: 'AccessDenied', message,
  });

  const { status, failures } = await update();
  await account().clearFaults();

  expect(status).toBe('UPDATE_ROLLBACK_FAILED');
  expect(Object.values(failures).join()).toContain(message);
});

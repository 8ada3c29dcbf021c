import {
  DatabaseMigrationServiceClient,
  DescribeConnectionsCommand,
  StartReplicationTaskCommand,
  StopReplicationTaskCommand,
  TestConnectionCommand,
} from '@aws-sdk/client-database-migration-service';
import { OnTaskChange } from '../../lib';
import { TemporaryFolders } from '../support/temporary-folder';
import { emulatedAccount } from './support/account';
import { deployed } from './support/cdk';
import { story } from './support/dms-calls';
import { REGION } from './support/emulator';
import { type Assembly, NETWORK, pipelineApp, type PipelineChoices, STACK_NAME } from './support/pipeline-app';
import { DeployedStack } from './support/stack';

// What people decide: when a task runs, and what may be loaded again.
const folders = new TemporaryFolders();
const account = emulatedAccount();
const app = (choices?: PipelineChoices): Assembly => pipelineApp(folders.create(), choices);
const stack = (): DeployedStack => new DeployedStack(account(), STACK_NAME);
const dms = (): DatabaseMigrationServiceClient => new DatabaseMigrationServiceClient(account().client(REGION));
const BY_HAND: PipelineChoices = { lifecycle: { startOnDeploy: false } };

async function storyOf(work: () => Promise<unknown>): Promise<string[]> {
  const last = await account().lastCall();
  await work();
  return story(await account().calls(last)).filter((step) => !step.startsWith('user'));
}

async function state(wanted: string): Promise<void> {
  for (let look = 0; look < 20; look += 1) {
    if ((await stack().task()).Status === wanted) return;
  }
  expect((await stack().task()).Status).toBe(wanted);
}

async function startByHand(): Promise<void> {
  const task = await stack().task();
  const endpoints = [task.SourceEndpointArn, task.TargetEndpointArn];
  for (const EndpointArn of endpoints) {
    await dms().send(new TestConnectionCommand({ EndpointArn, ReplicationInstanceArn: task.ReplicationInstanceArn }));
  }
  for (let look = 0; look < 3; look += 1) await dms().send(new DescribeConnectionsCommand({}));
  await dms().send(new StartReplicationTaskCommand({
    ReplicationTaskArn: task.ReplicationTaskArn, StartReplicationTaskType: 'start-replication',
  }));
  await state('running');
}

async function stopByHand(): Promise<void> {
  await dms().send(new StopReplicationTaskCommand({ ReplicationTaskArn: (await stack().task()).ReplicationTaskArn }));
  await state('stopped');
}

beforeAll(() => account().createNetwork(NETWORK));

test('without startOnDeploy a new task is left to be started by hand', async () => {
  const told = await storyOf(() => deployed(account(), app(BY_HAND).folder));

  expect(told.filter((step) => step.startsWith('function'))).toEqual([]);
  expect((await stack().task()).Status).toBe('ready');
});

test('without startOnDeploy a task that never ran is changed and not started', async () => {
  const told = await storyOf(() => stack().update(app({ ...BY_HAND, tables: ['orders', 'items'] })));

  expect(told).toEqual(['cloudformation: ModifyReplicationTask']);
  expect((await stack().task()).Status).toBe('ready');
});

test('without startOnDeploy a task that runs is resumed after a change', async () => {
  await startByHand();

  const told = await storyOf(() => stack().update(app(BY_HAND)));

  expect(told).toEqual([
    'function: StopReplicationTask',
    'cloudformation: ModifyReplicationTask',
    'function: TestConnection',
    'function: TestConnection',
    'function: StartReplicationTask resume-processing',
  ]);
});

test('without startOnDeploy a task that somebody stopped stays stopped', async () => {
  await stopByHand();

  const told = await storyOf(() => stack().update(app({ ...BY_HAND, tables: ['orders', 'items'] })));

  expect(told).toEqual(['cloudformation: ModifyReplicationTask']);
  expect((await stack().task()).Status).toBe('stopped');
});

test('with startOnDeploy a task that somebody stopped runs after a change', async () => {
  const told = await storyOf(() => stack().update(app()));

  expect(told.at(-1)).toBe('function: StartReplicationTask resume-processing');
  await state('running');
});

test('with FAIL, other tables are refused before anything was stopped', async () => {
  const told = await storyOf(async () => {
    const outcome = await stack().update(app({ tables: ['orders', 'items'], lifecycle: { onChange: OnTaskChange.FAIL } }));
    expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(Object.values(outcome.failures).join()).toContain('onChange is FAIL');
  });

  expect(told).toEqual([]);
  expect((await stack().task()).Status).toBe('running');
});

test('a connection that does not work fails the deployment with what DMS says of it', async () => {
  const task = await stack().task();
  await account().setReachable(task.TargetEndpointArn ?? '', 'Test Endpoint failed: Access denied to bucket');

  const outcome = await stack().update(app({ tables: ['orders', 'items'] }));

  const said = Object.values(outcome.failures).join();
  expect(said).toContain('Test Endpoint failed: Access denied to bucket');
  expect(said).toContain(task.ReplicationTaskArn);
  // It does not work for the old definition either. The rollback goes through, and somebody has to mend it.
  expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect((await stack().task()).Status).toBe('stopped');
});

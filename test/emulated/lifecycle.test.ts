import { MigrationType, OnTaskChange, ReplicationInstanceClass } from '../../lib';
import { TemporaryFolders } from '../support/temporary-folder';
import { emulatedAccount } from './support/account';
import { cdk, deployed, destroyed } from './support/cdk';
import { statesOfTasks, story } from './support/dms-calls';
import { REGION } from './support/emulator';
import { type Assembly, NETWORK, pipelineApp, type PipelineChoices, STACK_NAME } from './support/pipeline-app';
import { DeployedStack } from './support/stack';

// One task lives through this file, from test to test: the CLI creates, changes and destroys it; what is between goes
// the shorter way.
const folders = new TemporaryFolders();
const account = emulatedAccount();
const app = (choices: PipelineChoices = {}): Assembly => pipelineApp(folders.create(), choices);

const TESTED_AND_STARTED = ['function: TestConnection', 'function: TestConnection'];

/** What is done to DMS while `work` goes on. */
async function storyOf(work: () => Promise<unknown>): Promise<string[]> {
  const last = await account().lastCall();
  await work();
  return story(await account().calls(last));
}

async function update(assembly: Assembly): Promise<void> {
  const { status, failures } = await stack().update(assembly);
  expect({ status, failures }).toEqual({ status: 'UPDATE_COMPLETE', failures: {} });
}

const stack = (): DeployedStack => new DeployedStack(account(), STACK_NAME);

beforeAll(() => account().createNetwork(NETWORK));

test('a new task is started when both connections have passed their test', async () => {
  const { folder } = app();

  expect(await storyOf(() => deployed(account(), folder))).toEqual([
    'cloudformation: CreateReplicationSubnetGroup',
    'cloudformation: CreateEndpoint',
    'cloudformation: CreateEndpoint',
    'cloudformation: CreateReplicationInstance',
    'cloudformation: CreateReplicationTask',
    ...TESTED_AND_STARTED,
    'function: StartReplicationTask start-replication',
  ]);

  expect((await stack().task()).Status).toBe('running');
});

test('other tables: the task is stopped, modified and resumed', async () => {
  const { folder } = app({ tables: ['orders', 'customers'] });
  const started = (await stack().task()).ReplicationTaskStats;

  expect(await storyOf(() => deployed(account(), folder))).toEqual([
    'function: StopReplicationTask',
    'cloudformation: ModifyReplicationTask',
    ...TESTED_AND_STARTED,
    'function: StartReplicationTask resume-processing',
  ]);

  const task = await stack().task();
  expect(task.Status).toBe('running');
  expect(task.TableMappings).toContain('customers');
  expect(task.ReplicationTaskStats?.FreshStartDate).toEqual(started?.FreshStartDate);
  expect(task.ReplicationTaskStats?.StartDate?.getTime()).toBeGreaterThan(started?.StartDate?.getTime() ?? Infinity);
});

test('another setting of an endpoint: the task is stopped while the endpoint is modified', async () => {
  const changed = app({ tables: ['orders', 'customers'], lake: { prefix: 'raw' } });

  expect(await storyOf(() => update(changed))).toEqual([
    'function: StopReplicationTask',
    'cloudformation: ModifyEndpoint',
    ...TESTED_AND_STARTED,
    'function: StartReplicationTask resume-processing',
  ]);

  expect((await stack().task()).Status).toBe('running');
});

const CURRENT: PipelineChoices = {
  tables: ['orders', 'customers'], lake: { prefix: 'raw' }, instanceClass: ReplicationInstanceClass.R6I_LARGE,
};

test('another class of the instance: the task is stopped while the instance is modified', async () => {
  const changed = app(CURRENT);

  expect(await storyOf(() => update(changed))).toEqual([
    'function: StopReplicationTask',
    'cloudformation: ModifyReplicationInstance',
    ...TESTED_AND_STARTED,
    'function: StartReplicationTask resume-processing',
  ]);

  expect((await stack().task()).Status).toBe('running');
});

test('a change that would replace the task is refused before anything was stopped', async () => {
  const { folder } = app({ ...CURRENT, migrationType: MigrationType.CDC });
  const before = await stack().task();

  const last = await account().lastCall();
  const { code, output } = await cdk(account(), 'deploy', folder);

  expect(code).toBe(1);
  expect(output.replace(/\s+/g, ' ')).toContain('the change replaces replication');
  expect(story(await account().calls(last))).toEqual([]);
  expect(await stack().task()).toEqual(before);
  expect(before.Status).toBe('running');
});

test('the refusal is over with the change: the next deployment works', async () => {
  const changed = app({ ...CURRENT, tables: ['orders'] });

  expect(await storyOf(() => update(changed))).toEqual([
    'function: StopReplicationTask',
    'cloudformation: ModifyReplicationTask',
    ...TESTED_AND_STARTED,
    'function: StartReplicationTask resume-processing',
  ]);
});

test('with RELOAD, other tables are loaded again', async () => {
  const changed = app({ ...CURRENT, lifecycle: { onChange: OnTaskChange.RELOAD } });
  const before = await stack().task();

  expect(await storyOf(() => update(changed))).toEqual([
    'function: StopReplicationTask',
    'cloudformation: ModifyReplicationTask',
    ...TESTED_AND_STARTED,
    'function: StartReplicationTask reload-target',
  ]);

  const task = await stack().task();
  expect(task.ReplicationTaskArn).toBe(before.ReplicationTaskArn);
  expect(task.ReplicationTaskStats?.FreshStartDate?.getTime())
    .toBeGreaterThan(before.ReplicationTaskStats?.FreshStartDate?.getTime() ?? Infinity);
});

test('with RELOAD, a change may replace the task: the new one loads, and the old one is stopped and deleted', async () => {
  const changed = app({
    ...CURRENT, migrationType: MigrationType.FULL_LOAD, lifecycle: { onChange: OnTaskChange.RELOAD },
  });
  const before = await stack().task();

  expect(await storyOf(() => update(changed))).toEqual([
    'function: StopReplicationTask',
    'cloudformation: CreateReplicationTask',
    ...TESTED_AND_STARTED,
    'function: StartReplicationTask start-replication',
    'cloudformation: DeleteReplicationTask',
  ]);

  expect((await stack().task()).ReplicationTaskArn).not.toBe(before.ReplicationTaskArn);
  expect(await statesOfTasks(account(), REGION)).toEqual(['running']);
});

test('a load that is over stays over when something else changes', async () => {
  const arn = (await stack().task()).ReplicationTaskArn ?? '';
  await account().setTask(arn, { status: 'stopped', stopReason: 'Stop Reason FULL_LOAD_ONLY_FINISHED' });
  const changed = app({
    ...CURRENT, migrationType: MigrationType.FULL_LOAD, instanceClass: ReplicationInstanceClass.T3_LARGE,
  });

  const told = await storyOf(() => update(changed));

  expect(told.filter((step) => step.includes('Start'))).toEqual([]);
  expect(told).toContain('cloudformation: ModifyReplicationInstance');
  expect((await stack().task()).Status).toBe('stopped');
});

test('a stack that is destroyed stops its task before it deletes it, and leaves nothing', async () => {
  const { folder } = app(CURRENT);
  const arn = (await stack().task()).ReplicationTaskArn ?? '';
  await account().setTask(arn, { status: 'running' });

  expect(await storyOf(() => destroyed(account(), folder))).toEqual([
    'function: StopReplicationTask',
    'cloudformation: DeleteReplicationTask',
    'cloudformation: DeleteReplicationInstance',
    'cloudformation: DeleteEndpoint',
    'cloudformation: DeleteEndpoint',
    'cloudformation: DeleteReplicationSubnetGroup',
  ]);

  expect(await account().remains()).toEqual([]);
});

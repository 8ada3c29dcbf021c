import { MigrationType, OnTaskChange } from '../../lib';
import { TemporaryFolders } from '../support/temporary-folder';
import { emulatedAccount } from './support/account';
import { cdk, deployed } from './support/cdk';
import { statesOfTasks, story } from './support/dms-calls';
import { REGION } from './support/emulator';
import { type Assembly, NETWORK, pipelineApp, type PipelineChoices, STACK_NAME } from './support/pipeline-app';
import { DeployedStack, type Outcome } from './support/stack';

const folders = new TemporaryFolders();
const account = emulatedAccount();
const app = (choices?: PipelineChoices): Assembly => pipelineApp(folders.create(), choices);
const stack = (): DeployedStack => new DeployedStack(account(), STACK_NAME);

async function updated(choices: PipelineChoices): Promise<{ outcome: Outcome; told: string[] }> {
  const last = await account().lastCall();
  const outcome = await stack().update(app(choices));
  return { outcome, told: story(await account().calls(last)) };
}

const RESUMED = ['function: TestConnection', 'function: TestConnection', 'function: StartReplicationTask resume-processing'];

beforeAll(async () => {
  await account().createNetwork(NETWORK);
  await deployed(account(), app().folder);
}, 180_000);

afterEach(async () => {
  expect((await stack().task()).Status).toBe('running');
});

test('what fails before the pause never stops the task', async () => {
  const { outcome, told } = await updated({ tables: ['orders', 'items'], fails: 'before the pause' });

  expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(outcome.failures['Breakable']).toContain("Tier is 'Nonsense'");
  expect(told).toEqual([]);
});

test('what fails after the task was stopped lets it run again, resumed and not loaded', async () => {
  const before = await stack().task();

  const { outcome, told } = await updated({ tables: ['orders', 'items'], fails: 'before the task' });

  expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(told).toEqual(['function: StopReplicationTask', ...RESUMED]);
  const after = await stack().task();
  expect(after.ReplicationTaskStats?.FreshStartDate).toEqual(before.ReplicationTaskStats?.FreshStartDate);
  expect(after.TableMappings).toBe(before.TableMappings);
});

test('what fails after the task runs again stops it, changes it back and resumes it', async () => {
  const before = await stack().task();

  const { outcome, told } = await updated({ tables: ['orders', 'items'], fails: 'after the run' });

  expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  const changed = ['function: StopReplicationTask', 'cloudformation: ModifyReplicationTask', ...RESUMED];
  expect(told).toEqual([...changed, ...changed]);
  expect((await stack().task()).TableMappings).toBe(before.TableMappings);
});

test('a task that was replaced gives way to the old one, which is resumed', async () => {
  const before = await stack().task();

  const { outcome, told } = await updated({
    migrationType: MigrationType.FULL_LOAD, lifecycle: { onChange: OnTaskChange.RELOAD }, fails: 'after the run',
  });

  expect(outcome.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(told).toEqual([
    'function: StopReplicationTask',
    'cloudformation: CreateReplicationTask',
    'function: TestConnection',
    'function: TestConnection',
    'function: StartReplicationTask start-replication',
    'function: StopReplicationTask',
    ...RESUMED,
    'cloudformation: DeleteReplicationTask',
  ]);
  const after = await stack().task();
  expect(after.ReplicationTaskArn).toBe(before.ReplicationTaskArn);
  expect(after.ReplicationTaskStats?.FreshStartDate).toEqual(before.ReplicationTaskStats?.FreshStartDate);
  expect(await statesOfTasks(account(), REGION)).toEqual(['running']);
});

test('the CLI fails with the reason, and leaves a stack that can be deployed again', async () => {
  const failed = await cdk(account(), 'deploy', app({ tables: ['orders', 'items'], fails: 'before the task' }).folder);
  expect(failed.code).toBe(1);
  expect(failed.output).toContain('Nonsense');

  const { outcome } = await updated({ tables: ['orders', 'items'] });
  expect(outcome.status).toBe('UPDATE_COMPLETE');
  expect((await stack().task()).TableMappings).toContain('items');
});

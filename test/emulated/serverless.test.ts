import { OnTaskChange } from '../../lib';
import { TemporaryFolders } from '../support/temporary-folder';
import { emulatedAccount } from './support/account';
import { deployed, destroyed } from './support/cdk';
import { statesOfReplications, story } from './support/dms-calls';
import { REGION } from './support/emulator';
import { type Assembly, NETWORK, serverlessApp, type ServerlessChoices, STACK_NAME } from './support/pipeline-app';
import { allows, elsewhere, rolesOf } from './support/policy';
import { DeployedStack } from './support/stack';

// One serverless replication lives through this file.
const folders = new TemporaryFolders();
const account = emulatedAccount();
const app = (choices?: ServerlessChoices): Assembly => serverlessApp(folders.create(), choices);
const stack = (): DeployedStack => new DeployedStack(account(), STACK_NAME);

async function storyOf(work: () => Promise<unknown>): Promise<string[]> {
  const last = await account().lastCall();
  await work();
  return story(await account().calls(last));
}

beforeAll(() => account().createNetwork(NETWORK));

test('a new replication is started', async () => {
  const told = await storyOf(() => deployed(account(), app().folder));

  expect(told.slice(-2)).toEqual([
    'cloudformation: CreateReplicationConfig', 'function: StartReplication start-replication',
  ]);
  expect((await stack().replication()).Status).toBe('running');
});

test('other tables: the replication is stopped, modified and resumed', async () => {
  const told = await storyOf(() => stack().update(app({ tables: ['orders', 'items'] })));

  expect(told).toEqual([
    'function: StopReplication',
    'cloudformation: ModifyReplicationConfig',
    'function: StartReplication resume-processing',
  ]);
  expect((await stack().replication()).Status).toBe('running');
});

test('another setting of an endpoint: the replication is stopped while the endpoint is modified', async () => {
  const told = await storyOf(() => stack().update(app({ tables: ['orders', 'items'], lake: { prefix: 'raw' } })));

  expect(told).toEqual([
    'function: StopReplication',
    'cloudformation: ModifyEndpoint',
    'function: StartReplication resume-processing',
  ]);
});

test('with FAIL, other tables are refused before anything was stopped', async () => {
  const told = await storyOf(async () => {
    const { status, failures } = await stack().update(app({ lake: { prefix: 'raw' }, lifecycle: { onChange: OnTaskChange.FAIL } }));
    expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
    expect(Object.values(failures).join()).toContain('onChange is FAIL');
  });

  expect(told).toEqual([]);
  expect((await stack().replication()).Status).toBe('running');
});

test('every call of a function is allowed by its own role, and no role allows it on something else', async () => {
  const roles = await rolesOf(account(), await account().calls());

  expect(roles.flatMap(({ asked }) => asked.map(({ action }) => action))).toEqual(
    expect.arrayContaining(['dms:DescribeReplications', 'dms:StartReplication', 'dms:StopReplication']),
  );
  for (const { policies, asked } of roles) {
    expect(asked.filter((question) => !allows(policies.policies, question))).toEqual([]);
    const others = asked.filter(({ resource }) => resource !== '*').map(elsewhere);
    expect(others.filter((question) => allows(policies.policies, question))).toEqual([]);
  }
});

test('a stack that is destroyed stops its replication before it deletes it, and leaves nothing', async () => {
  const told = await storyOf(() => destroyed(account(), app().folder));

  expect(told.slice(0, 2)).toEqual(['function: StopReplication', 'cloudformation: DeleteReplicationConfig']);
  expect(await account().remains()).toEqual([]);
  expect(await statesOfReplications(account(), REGION)).toEqual([]);
});

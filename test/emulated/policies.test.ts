import { ReplicationInstanceClass } from '../../lib';
import { TemporaryFolders } from '../support/temporary-folder';
import { emulatedAccount } from './support/account';
import { deployed } from './support/cdk';
import { ACCOUNT, REGION } from './support/emulator';
import { NETWORK, pipelineApp, type PipelineChoices, STACK_NAME } from './support/pipeline-app';
import { allows, elsewhere, type Question, rolesOf } from './support/policy';
import { DeployedStack } from './support/stack';

const folders = new TemporaryFolders();
const account = emulatedAccount();
const app = (choices?: PipelineChoices) => pipelineApp(folders.create(), choices);

let roles: Awaited<ReturnType<typeof rolesOf>>;

beforeAll(async () => {
  await account().createNetwork(NETWORK);
  await deployed(account(), app().folder);
  const stack = new DeployedStack(account(), STACK_NAME);
  const changed = await stack.update(app({ tables: ['orders', 'items'], instanceClass: ReplicationInstanceClass.R6I_LARGE }));
  expect(changed.status).toBe('UPDATE_COMPLETE');
  const failed = await stack.update(app({ fails: 'after the run' }));
  expect(failed.status).toBe('UPDATE_ROLLBACK_COMPLETE');
  roles = await rolesOf(account(), await account().calls());
}, 180_000);

const questions = (): Question[] => roles.flatMap(({ asked }) => asked);

test('every action that the lifecycle has was called', () => {
  expect([...new Set(questions().map(({ action }) => action))].sort()).toEqual([
    'cloudformation:DescribeStackResource',
    'cloudformation:DescribeStacks',
    'dms:DescribeConnections',
    'dms:DescribeReplicationTasks',
    'dms:StartReplicationTask',
    'dms:StopReplicationTask',
    'dms:TestConnection',
    'lambda:InvokeFunction',
    'states:StartExecution',
  ]);
});

test('every call of a function is allowed by its own role', () => {
  const refused = roles.flatMap(({ role, policies, asked }) =>
    asked.filter((question) => !allows(policies.policies, question)).map((question) => ({ role, ...question })));

  expect(refused).toEqual([]);
  expect(questions().length).toBeGreaterThan(50);
});

test('no role allows the same action on something else', () => {
  const allowed = roles.flatMap(({ role, policies, asked }) => asked
    .filter(({ resource }) => resource !== '*')
    .map(elsewhere)
    .filter((question) => allows(policies.policies, question))
    .map((question) => ({ role, ...question })));

  expect(allowed).toEqual([]);
});

const arn = (service: string, rest: string): string => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;

test.each<Question>([
  { action: 'dms:StartReplicationTask', resource: arn('dms', 'task:ANOTHER') },
  { action: 'dms:DeleteReplicationTask', resource: '*' },
  { action: 'dms:ModifyReplicationTask', resource: arn('dms', 'task:ANOTHER') },
  { action: 's3:GetObject', resource: 'arn:aws:s3:::another-bucket/key' },
  { action: 's3:PutObject', resource: 'arn:aws:s3:::another-bucket/key' },
  { action: 'secretsmanager:GetSecretValue', resource: arn('secretsmanager', 'secret:another-AbCdEf') },
  { action: 'iam:PassRole', resource: `arn:aws:iam::${ACCOUNT}:role/another` },
  { action: 'iam:CreateUser', resource: `arn:aws:iam::${ACCOUNT}:user/another` },
  { action: 'iam:*', resource: '*' },
  { action: 'cloudformation:UpdateStack', resource: arn('cloudformation', 'stack/another/id') },
])('no role allows $action on $resource', (question) => {
  expect(roles.filter(({ policies }) => allows(policies.policies, question)).map(({ role }) => role)).toEqual([]);
});

test('only Lambda may assume the roles of functions', () => {
  expect(roles.map(({ policies }) => JSON.stringify(policies.trust.Statement))).toEqual(roles.map(() =>
    JSON.stringify([{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } }])));
});

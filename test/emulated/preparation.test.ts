import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import {
  DmsReplicationPipeline, PostgresCdcSource, PostgresSourcePreparation, S3ParquetTarget, TableMappings, TableSelection,
  TaskSettings,
} from '../../lib';
import { selfSigned } from '../support/certificate';
import { type SourceDatabase, SourceServer } from '../support/source-server';
import { TemporaryFolders } from '../support/temporary-folder';
import { tlsParameters } from '../support/tls-parameters';
import { emulatedAccount } from './support/account';
import { cdk, deployed, destroyed } from './support/cdk';
import { story } from './support/dms-calls';
import { type Call, REGION } from './support/emulator';
import { type Assembly, existingVpc, NETWORK, STACK_NAME, synthesized } from './support/pipeline-app';
import { allows, elsewhere, rolesOf } from './support/policy';
import { DeployedStack } from './support/stack';

// The function that prepares a source logs in to a real PostgreSQL, over TLS.
const HOST = 'localhost';
const signed = selfSigned(HOST);
const server = new SourceServer(tlsParameters(signed), 18);
const folders = new TemporaryFolders();
const account = emulatedAccount();
const stack = (): DeployedStack => new DeployedStack(account(), STACK_NAME);

let database: SourceDatabase;
let secretArn: string;

const databaseName = (): string => new URL(database.url).pathname.slice(1);

function app(...tables: string[]): Assembly {
  return synthesized(folders.create(), (stack) => {
    const vpc = existingVpc(stack);
    const secret = Secret.fromSecretCompleteArn(stack, 'Login', secretArn);
    const source = PostgresCdcSource.fromSelfManaged(stack, 'Source', {
      secret, username: 'postgres', databaseName: databaseName(), port: server.server.port, replicationCidrs: ['10.0.0.0/16'],
      securityGroups: NETWORK.securityGroups.map((id) => ec2.SecurityGroup.fromSecurityGroupId(stack, 'Access', id)),
    });
    const { task } = new DmsReplicationPipeline(stack, 'Pipeline', {
      vpc, source,
      target: new S3ParquetTarget(stack, 'Lake', { removalPolicy: RemovalPolicy.DESTROY }),
      tableMappings: TableMappings.of(...tables.map((table) => TableSelection.include('public', table))),
      taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 64 } }),
    });
    const preparation = new PostgresSourcePreparation(stack, 'Preparation', {
      vpc, database: source, secret, databaseName: databaseName(), certificateAuthority: signed.certificate,
    });
    preparation.prepareFor(task);
  });
}

/** What is done to DMS, and when somebody asks for the login of the source. */
const storyWithLogins = (calls: readonly Call[]): string[] =>
  calls.flatMap((call) => (call.action === 'GetSecretValue' ? ['function: GetSecretValue'] : story([call])));

const slots = (): Promise<unknown[]> => database.column(
  'SELECT slot_name::text FROM pg_replication_slots WHERE database = current_database() ORDER BY 1',
);

beforeAll(async () => {
  await account().createNetwork(NETWORK);
  database = await server.database();
  await database.query(`
    CREATE TABLE public.orders (id bigint PRIMARY KEY);
    CREATE TABLE public.events (id bigint PRIMARY KEY) PARTITION BY RANGE (id);
    CREATE TABLE public.events_old PARTITION OF public.events FOR VALUES FROM (0) TO (1000)`);
  const { username, password, port } = new URL(server.server.url);
  const { ARN } = await new SecretsManagerClient(account().client(REGION)).send(new CreateSecretCommand({
    Name: 'source', SecretString: JSON.stringify({ username, password, host: HOST, port: Number(port) }),
  }));
  secretArn = ARN!;
}, 180_000);

test('a source that DMS can work with is looked at before its task is made', async () => {
  const last = await account().lastCall();

  await deployed(account(), app('orders').folder);

  const told = storyWithLogins(await account().calls(last));
  expect(told.indexOf('function: GetSecretValue')).toBeGreaterThan(-1);
  expect(told.indexOf('function: GetSecretValue')).toBeLessThan(told.indexOf('cloudformation: CreateReplicationTask'));
  expect((await stack().task()).Status).toBe('running');
});

test('tables that DMS would load twice fail the deployment before the task is stopped', async () => {
  const last = await account().lastCall();

  const { code, output } = await cdk(account(), 'deploy', app('orders', 'events', 'events_old').folder);

  expect(code).toBe(1);
  expect(output.replace(/\s+/g, ' ')).toContain(
    'partitioned tables public.events are selected together with their partitions');
  expect(story(await account().calls(last))).toEqual([]);
  expect((await stack().task()).Status).toBe('running');
});

test('every call of a function is allowed by its own role, and on no other secret', async () => {
  const roles = await rolesOf(account(), await account().calls());
  const preparing = roles.filter(({ asked }) => asked.some(({ action }) => action === 'secretsmanager:GetSecretValue'));
  expect(preparing).toHaveLength(1);
  const refused = roles.flatMap(({ policies: own, asked }) =>
    asked.filter((question) => !allows(own.policies, question)));
  expect(refused).toEqual([]);
  const [{ policies: { policies }, asked }] = preparing as [typeof preparing[number]];
  expect(asked.every((question) => !allows(policies, elsewhere(question)))).toBe(true);
  for (const action of ['dms:StopReplicationTask', 'dms:StartReplicationTask', 's3:GetObject', 'iam:PassRole', 'iam:CreateRole']) {
    expect(allows(policies, { action, resource: '*' })).toBe(false);
  }
});

const GET_SECRET = { service: 'secretsmanager', action: 'GetSecretValue' };

test.each([
  ['is throttled', { times: 5, code: 'ThrottlingException', message: 'Rate exceeded' }],
  ['fails inside AWS', { times: 4, code: 'InternalServiceError', status: 500, message: 'internal' }],
  ['gets no answer', {}],
])('a look at the login that %s is made again', async (_, fault) => {
  await account().inject({ ...GET_SECRET, ...fault });

  const { status, failures } = await stack().update(app('orders', `items_${Object.keys(fault).length}`));

  expect({ status, failures }).toEqual({ status: 'UPDATE_COMPLETE', failures: {} });
  expect(await account().clearFaults()).toBe(0);
  expect((await stack().task()).Status).toBe('running');
});

test('a look at the login that is denied fails the update, and stops no task', async () => {
  const message = 'User: the-role is not authorized to perform: secretsmanager:GetSecretValue';
  await account().inject({ ...GET_SECRET, times: 10_000, code: 'AccessDeniedException', message, during: 'UPDATE_IN_PROGRESS' });
  const last = await account().lastCall();

  const { status, failures } = await stack().update(app('orders', 'customers'));
  await account().clearFaults();

  expect(status).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(Object.values(failures).join()).toContain(message);
  expect(story(await account().calls(last))).toEqual([]);
});

test('a task that is deleted is stopped, its slot is dropped, and nobody else\'s', async () => {
  const [oid] = await database.column('SELECT oid::int8 FROM pg_database WHERE datname = current_database()');
  const id = (await stack().task()).ReplicationTaskArn!.split(':').at(-1)!.toLowerCase();
  const nameOf = (task: string): string =>
    `${task.slice(0, 16)}_${String(oid).padStart(8, '0')}_9a4d6293_8534_4d50_a069_549a129627a8`;
  const foreign = nameOf('abcdefghijklmnop');
  for (const name of [nameOf(id), foreign]) {
    await database.query('SELECT pg_create_logical_replication_slot($1, $2)', [name, 'test_decoding']);
  }
  const last = await account().lastCall();

  await destroyed(account(), app('orders').folder);

  expect(await slots()).toEqual([foreign]);
  const told = storyWithLogins(await account().calls(last));
  expect(told.slice(0, 3)).toEqual([
    'function: StopReplicationTask', 'function: GetSecretValue', 'cloudformation: DeleteReplicationTask',
  ]);
  expect(await account().remains()).toEqual([]);
  await database.query('SELECT pg_drop_replication_slot($1)', [foreign]);
});

import {
  DynamoDBClient, GetItemCommand, PutItemCommand, TransactionCanceledException, TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { handler, onStep } from '../../../lambda/two-way-control';
import type { BeginEvent } from '../../../lambda/two-way-control/begin';
import { surroundings } from '../../../lambda/surroundings';
import { BEGIN_RESOURCE, type BeginProperties } from '../../../lib/two-way/switch/begin-api';
import { CONFIGURATION_VARIABLE } from '../../../lib/two-way/two-way-api';
import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { CONFIGURATION, NOW } from './pair';

const dynamo = mockClient(DynamoDBClient);
const aws = { tableName: 'sites', forwardTaskArn: 'arn:f', backwardTaskArn: 'arn:b' };
const logged: object[] = [];
const STEADY_ITEM = {
  site: { S: '$authority' }, version: { N: '1' }, activeSite: { S: 'A' }, epoch: { N: '1' }, state: { S: 'steady' },
  updatedAt: { S: NOW },
};

beforeEach(() => {
  dynamo.reset();
  dynamo.on(TransactWriteItemsCommand).resolves({});
  dynamo.on(PutItemCommand).resolves({});
  logged.length = 0;
  surroundings.now = () => Date.parse(NOW);
  surroundings.log = (entry) => { logged.push(entry); };
  process.env[CONFIGURATION_VARIABLE] = JSON.stringify({ ...CONFIGURATION, aws });
});
afterAll(() => { delete process.env[CONFIGURATION_VARIABLE]; });

const written = (): (string | undefined)[] => dynamo.commandCalls(TransactWriteItemsCommand)
  .map(({ args }) => args[0].input.TransactItems?.[0]?.Put?.Item?.state?.S);

describe('a step', () => {
  test('plans a switch that was begun without an id under the name of its execution', async () => {
    dynamo.on(GetItemCommand).resolves({ Item: STEADY_ITEM });
    const run = await handler({ step: 'Plan', run: { action: 'switch' } as SwitchRun, id: 'execution-1' });
    expect(run).toMatchObject({ id: 'execution-1', from: 'A', to: 'B', epoch: 2, lastStep: 'Plan' });
    expect(written()).toEqual(['checking']);
    expect(logged.at(-1)).toEqual({ step: 'Plan', run });
  });

  test('fails under the name of its error, and says it in the log', async () => {
    dynamo.on(GetItemCommand).resolves({ Item: { ...STEADY_ITEM, state: { S: 'completed' } } });
    await expect(onStep({ step: 'Plan', run: { id: 'x', action: 'switch' } as SwitchRun })).rejects
      .toMatchObject({ name: 'SwitchRefused' });
    expect(logged.at(-1)).toMatchObject({ step: 'Plan', failure: expect.stringContaining('no way back') as string });
  });

  test.each(['FenceSite', 'toString', ''])('that is none of this function is refused: %p', async (step) => {
    await expect(onStep({ step: step as 'Plan', run: {} as SwitchRun })).rejects.toThrow('is not a step of this function; it has Plan');
  });

  test.each<[string, string | undefined, string]>([
    ['there is no configuration', undefined, 'the environment variable TWO_WAY is not set'],
    ['it is one without AWS', JSON.stringify(CONFIGURATION), 'the configuration has no table: it is one for a local replication'],
  ])('says so when %s', async (_, value, message) => {
    if (value === undefined) delete process.env[CONFIGURATION_VARIABLE];
    else process.env[CONFIGURATION_VARIABLE] = value;
    await expect(onStep({ step: 'Plan', run: {} as SwitchRun })).rejects.toThrow(message);
  });
});

describe('the beginning of the map', () => {
  const site = (name: string): BeginProperties['sites'][0] =>
    ({ site: name, dbengine: 'postgresql', username: 'u', endpoint: `${name}.example`, port: '5432', dbname: 'shop' });
  const request = (RequestType: BeginEvent['RequestType'], sites = [site('A'), site('B')]): BeginEvent & { ResourceType: string } =>
    ({ RequestType, ResourceType: BEGIN_RESOURCE, ResourceProperties: { action: 'begin', sites } });
  const sitesPut = (): unknown[] =>
    dynamo.commandCalls(PutItemCommand).map(({ args }) => args[0].input.Item?.endpoint?.S);

  test('writes both sites, and that the first one is written to', async () => {
    dynamo.on(GetItemCommand).resolves({});
    expect(await handler(request('Create'))).toEqual({ PhysicalResourceId: 'sites' });
    expect(sitesPut()).toEqual(['A.example', 'B.example']);
    expect(dynamo.commandCalls(TransactWriteItemsCommand)[0]?.args[0].input.TransactItems).toEqual([{
      Put: { TableName: 'sites', Item: STEADY_ITEM, ConditionExpression: 'attribute_not_exists(site)' },
    }]);
  });

  test.each<BeginEvent['RequestType']>(['Create', 'Update'])('leaves the authority of a map that is there (%s)', async (type) => {
    dynamo.on(GetItemCommand).resolves({ Item: { ...STEADY_ITEM, activeSite: { S: 'B' }, epoch: { N: '9' } } });
    await handler(request(type));
    expect(sitesPut()).toEqual(['A.example', 'B.example']);
    expect(written()).toEqual([]);
  });

  test('is content when somebody else was faster', async () => {
    dynamo.on(GetItemCommand).resolves({});
    dynamo.on(TransactWriteItemsCommand).rejects(new TransactionCanceledException({
      $metadata: {}, message: 'no', CancellationReasons: [{ Code: 'ConditionalCheckFailed' }],
    }));
    expect(await handler(request('Create'))).toEqual({ PhysicalResourceId: 'sites' });
  });

  test('is refused for sites of other names than the map is about', async () => {
    dynamo.on(GetItemCommand).resolves({ Item: STEADY_ITEM });
    await expect(handler(request('Update', [site('OLD'), site('NEW')]))).rejects
      .toThrow('the site map says that A is written to, and the sites are now OLD and NEW');
  });

  test('ends without a trace: the map outlives its stack', async () => {
    expect(await handler({ ...request('Delete'), PhysicalResourceId: 'sites' })).toEqual({ PhysicalResourceId: 'sites' });
    expect(dynamo.calls()).toHaveLength(0);
  });

  test('says in plain words what is missing', async () => {
    dynamo.on(PutItemCommand).rejects(Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' }));
    await expect(handler(request('Create'))).rejects.toThrow(/^AccessDeniedException: not authorized/);
  });
});


import {
  DynamoDBClient, GetItemCommand, PutItemCommand, ScanCommand, TransactionCanceledException, TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { DynamoSiteMap } from '../../../lambda/two-way-control/dynamo-site-map';
import { MapChanged } from '../../../lambda/two-way-control/ports';
import type { HistoryItem } from '../../../lib/two-way/switch/site-map';
import { at, NOW, STEADY, SWITCHING } from './pair';

const dynamo = mockClient(DynamoDBClient);
const map = new DynamoSiteMap(new DynamoDBClient({}), 'sites');
beforeEach(() => dynamo.reset());

const SWITCHING_ITEM = {
  site: { S: '$authority' }, version: { N: '6' }, activeSite: { S: 'A' }, epoch: { N: '8' }, state: { S: 'switching' },
  run: { M: { id: { S: 'run-1' }, to: { S: 'B' }, startedAt: { S: at(-20) } } }, lapsesAt: { S: at(140) },
  updatedAt: { S: at(-10) },
};
const COMPLETED: HistoryItem = {
  epoch: 8, id: 'run-1', from: 'A', to: 'B', outcome: 'completed', startedAt: at(-20), endedAt: NOW, pauseSeconds: 2.5,
};
const COMPLETED_ITEM = {
  site: { S: '$history#0000000008' }, epoch: { N: '8' }, id: { S: 'run-1' }, from: { S: 'A' }, to: { S: 'B' },
  outcome: { S: 'completed' }, startedAt: { S: at(-20) }, endedAt: { S: NOW }, pauseSeconds: { N: '2.5' },
};

test('the authority is read consistently', async () => {
  dynamo.on(GetItemCommand).resolves({ Item: SWITCHING_ITEM });
  expect(await map.authority()).toEqual(SWITCHING);
  expect(dynamo.commandCalls(GetItemCommand)[0]?.args[0].input)
    .toEqual({ TableName: 'sites', Key: { site: { S: '$authority' } }, ConsistentRead: true });
});

test('an authority and its history are written together, on condition of the version', async () => {
  dynamo.on(TransactWriteItemsCommand).resolves({});
  await map.replace(STEADY, { ...SWITCHING, version: 7 }, COMPLETED);
  expect(dynamo.commandCalls(TransactWriteItemsCommand).map(({ args }) => args[0].input)).toEqual([{
    TransactItems: [
      {
        Put: {
          TableName: 'sites', Item: { ...SWITCHING_ITEM, version: { N: '7' } },
          ConditionExpression: 'version = :version', ExpressionAttributeValues: { ':version': { N: '6' } },
        },
      },
      { Put: { TableName: 'sites', Item: COMPLETED_ITEM } },
    ],
  }]);
});

test('the first authority is written on condition that there is none', async () => {
  dynamo.on(TransactWriteItemsCommand).resolves({});
  await map.replace(undefined, STEADY);
  const [item, ...rest] = dynamo.commandCalls(TransactWriteItemsCommand)[0]!.args[0].input.TransactItems!;
  expect(item?.Put?.ConditionExpression).toBe('attribute_not_exists(site)');
  expect(rest).toEqual([]);
});

test.each<[string, boolean]>([
  ['ConditionalCheckFailed', true], ['TransactionConflict', true], ['ThrottlingError', false], ['ValidationError', false],
])('a transaction that was cancelled for %s means that the map has changed: %s', async (Code, hasChanged) => {
  const error = new TransactionCanceledException({
    $metadata: {}, message: 'cancelled', CancellationReasons: [{ Code: 'None' }, { Code }],
  });
  dynamo.on(TransactWriteItemsCommand).rejects(error);
  const thrown: unknown = await map.replace(STEADY, SWITCHING).catch((reason: unknown) => reason);
  expect(thrown instanceof MapChanged).toBe(hasChanged);
  if (!hasChanged) expect(thrown).toBe(error);
});

test('sites are read from all pages, with those of the original appmap', async () => {
  const site = (name: string, extra: object = {}): Record<string, { S: string }> => ({
    site: { S: name }, dbengine: { S: 'oracle' }, username: { S: 'u' }, endpoint: { S: 'e' }, port: { S: '1521' },
    dbname: { S: 'd' }, ...extra,
  });
  dynamo.on(ScanCommand).resolvesOnce({ Items: [site('SITEA')], LastEvaluatedKey: { site: { S: 'SITEA' } } })
    .resolvesOnce({ Items: [site('SITEB', { secretArn: { S: 'arn' } })] });
  const plain = { dbengine: 'oracle', username: 'u', endpoint: 'e', port: '1521', dbname: 'd' };
  expect(await map.sites()).toEqual([{ site: 'SITEA', ...plain }, { site: 'SITEB', ...plain, secretArn: 'arn' }]);
  const [first, second] = dynamo.commandCalls(ScanCommand).map(({ args }) => args[0].input);
  expect(first).toMatchObject({ ConsistentRead: true, FilterExpression: 'NOT begins_with(site, :prefix)' });
  expect(second?.ExclusiveStartKey).toEqual({ site: { S: 'SITEA' } });
});

test('the history is the newest first, and no more than was asked for', async () => {
  const item = (name: string, epoch: string): object => ({ ...COMPLETED_ITEM, site: { S: name }, epoch: { N: epoch } });
  dynamo.on(ScanCommand).resolves({
    Items: [
      item('$history#0000000009', '9'), SWITCHING_ITEM, item('$history#0000000010', '10'), item('$history#0000000008', '8'),
    ] as never[],
  });
  expect((await map.history(2)).map(({ epoch }) => epoch)).toEqual([10, 9]);
  expect((await map.history(9))[2]).toEqual(COMPLETED);
});

test('a site is put without a condition', async () => {
  dynamo.on(PutItemCommand).resolves({});
  await map.putSite({ site: 'A', dbengine: 'mysql', username: 'u', endpoint: 'e', port: '3306', dbname: 'd' });
  expect(dynamo.commandCalls(PutItemCommand)[0]?.args[0].input).toEqual({
    TableName: 'sites',
    Item: {
      site: { S: 'A' }, dbengine: { S: 'mysql' }, username: { S: 'u' }, endpoint: { S: 'e' }, port: { S: '3306' }, dbname: { S: 'd' },
    },
  });
});

import { CreateTableCommand, DynamoDB } from '@aws-sdk/client-dynamodb';
import { DynamoReader } from '../../client/src';
import { DynamoSiteMap } from '../../lambda/two-way-control/dynamo-site-map';
import type { SiteItem } from '../../lib/two-way/switch/site-map';
import { describeSiteMap } from '../support/site-map-contract';
import { emulatedAccount } from './support/account';
import { REGION } from './support/emulator';

// The conditions and transactions of the map, judged by an implementation of DynamoDB that is not ours.
const account = emulatedAccount();
let tables = 0;

async function table(): Promise<{ dynamo: DynamoDB; name: string }> {
  const dynamo = new DynamoDB(account().client(REGION));
  const name = `sites-${tables += 1}`;
  await dynamo.send(new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'site', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'site', KeyType: 'HASH' }],
  }));
  return { dynamo, name };
}

describeSiteMap('DynamoDB', async () => {
  const { dynamo, name } = await table();
  const another = (): DynamoSiteMap => new DynamoSiteMap(new DynamoDB(account().client(REGION)), name);
  return { map: new DynamoSiteMap(dynamo, name), another };
});

describe('what is in the table', () => {
  const SITEA: SiteItem = {
    site: 'SITEA', dbengine: 'oracle', username: 'customer_orders', endpoint: 'old.example', port: '1521', dbname: 'orders',
  };

  test('can be read by a program of the original appmap: a site by its name, all of it text', async () => {
    const { dynamo, name } = await table();
    const map = new DynamoSiteMap(dynamo, name);
    await map.putSite({ ...SITEA, secretArn: 'arn:secret' });
    const { Item: item } = await dynamo.getItem({ TableName: name, Key: { site: { S: 'SITEA' } } });
    expect(item).toEqual({
      site: { S: 'SITEA' }, dbengine: { S: 'oracle' }, username: { S: 'customer_orders' }, endpoint: { S: 'old.example' },
      port: { S: '1521' }, dbname: { S: 'orders' }, secretArn: { S: 'arn:secret' },
    });
  });

  test('can have been written by one', async () => {
    const { dynamo, name } = await table();
    await dynamo.putItem({
      TableName: name,
      Item: Object.fromEntries(Object.entries(SITEA).map(([key, value]: [string, string]) => [key, { S: value }])),
    });
    expect(await new DynamoSiteMap(dynamo, name).sites()).toEqual([SITEA]);
  });

  test('is what applications see', async () => {
    const { dynamo, name } = await table();
    const map = new DynamoSiteMap(dynamo, name);
    const reader = new DynamoReader(dynamo, name);
    expect(await reader.authority()).toBeUndefined();
    const authority = { version: 1, activeSite: 'SITEA', epoch: 1, state: 'steady', updatedAt: 'then' } as const;
    await map.replace(undefined, authority);
    await map.putSite(SITEA);
    expect(await reader.authority()).toEqual(authority);
    expect(await reader.site('SITEA')).toEqual(SITEA);
    expect(await reader.site('SITEB')).toBeUndefined();
  });
});

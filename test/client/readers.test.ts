import { link, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoReader, FolderReader, type ItemSource } from '../../client/src';
import type { Authority, SiteItem } from '../../lib/two-way/switch/site-map';
import { TemporaryFolders } from '../support/temporary-folder';

const folders = new TemporaryFolders();
const STEADY: Authority = { version: 9, activeSite: 'SITEA', epoch: 3, state: 'steady', updatedAt: '2026-11-25T11:00:00.000Z' };
const SITEA: SiteItem = {
  site: 'SITEA', dbengine: 'oracle', username: 'customer_orders', endpoint: 'old.example', port: '1521', dbname: 'orders',
};

describe('the map in DynamoDB', () => {
  const ITEMS: Readonly<Record<string, object>> = {
    $authority: {
      site: { S: '$authority' }, version: { N: '9' }, activeSite: { S: 'SITEA' }, epoch: { N: '3' }, state: { S: 'steady' },
      updatedAt: { S: STEADY.updatedAt },
    },
    SITEA: {
      site: { S: 'SITEA' }, dbengine: { S: 'oracle' }, username: { S: 'customer_orders' }, endpoint: { S: 'old.example' },
      port: { S: '1521' }, dbname: { S: 'orders' },
    },
  };
  const requests: unknown[] = [];
  const source: ItemSource = {
    getItem: (request) => {
      requests.push(request);
      return Promise.resolve({ Item: ITEMS[request.Key.site!.S] as never });
    },
  };

  test('is read consistently, item by item', async () => {
    const reader = new DynamoReader(source, 'sites');
    expect(await reader.authority()).toEqual(STEADY);
    expect(await reader.site('SITEA')).toEqual(SITEA);
    expect(await reader.site('SITEB')).toBeUndefined();
    expect(requests[0]).toEqual({ TableName: 'sites', Key: { site: { S: '$authority' } }, ConsistentRead: true });
  });

  test.each<[string, object, string]>([
    ['a state that is none', { state: { S: 'done' } }, 'state = {"S":"done"}; it has to be one of steady, checking, switching'],
    ['no epoch', { epoch: undefined }, 'epoch = nothing; it has to be a number'],
    ['words for an epoch', { epoch: { S: 'seven' } }, 'epoch = {"S":"seven"}; it has to be a number'],
  ])('is not believed with %s', async (_, change, message) => {
    const spoilt: ItemSource = { getItem: () => Promise.resolve({ Item: { ...ITEMS['$authority'], ...change } as never }) };
    await expect(new DynamoReader(spoilt, 'sites').authority()).rejects
      .toThrow(`the item $authority of the site map has ${message}`);
  });

  test('is believed when somebody has written a number as a text', async () => {
    const byHand: ItemSource = { getItem: () => Promise.resolve({ Item: { ...ITEMS['$authority'], epoch: { S: '3' } } as never }) };
    expect(await new DynamoReader(byHand, 'sites').authority()).toEqual(STEADY);
  });
});

describe('the map in a folder', () => {
  test('is that of the greatest version; unfinished files do not count', async () => {
    const folder = join(folders.create(), 'map');
    const reader = new FolderReader(folder);
    expect(await reader.authority()).toBeUndefined();
    expect(await reader.site('SITEA')).toBeUndefined();
    await mkdir(folder);
    await writeFile(join(folder, 'v0000000009.json'), JSON.stringify({ authority: STEADY }));
    await writeFile(join(folder, '.v0000000011'), '{"auth');
    expect(await reader.authority()).toEqual(STEADY);
    await writeFile(join(folder, '.v0000000010'), JSON.stringify({ authority: { ...STEADY, version: 10 } }));
    await link(join(folder, '.v0000000010'), join(folder, 'v0000000010.json'));
    expect(await reader.authority()).toEqual({ ...STEADY, version: 10 });
    await writeFile(join(folder, 'sites.json'), JSON.stringify([SITEA]));
    expect(await reader.site('SITEA')).toEqual(SITEA);
    expect(await reader.site('SITEB')).toBeUndefined();
  });
});

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FileSiteMap } from '../../../cli/two-way/map/file-site-map';
import { MapChanged } from '../../../lambda/two-way-control/ports';
import type { Authority } from '../../../lib/two-way/switch/site-map';
import { describeSiteMap } from '../../support/site-map-contract';
import { TemporaryFolders } from '../../support/temporary-folder';

const folders = new TemporaryFolders();

describeSiteMap('a folder', () => {
  const folder = join(folders.create(), 'map');
  return Promise.resolve({ map: new FileSiteMap(folder), another: () => new FileSiteMap(folder) });
});

const version = (number: number, epoch = 1): Authority => ({
  version: number, activeSite: 'SITEA', epoch, state: 'steady', updatedAt: '2026-11-25T08:00:00.000Z',
});

test('a version that was not finished when its writer was killed is not there', async () => {
  const folder = folders.create();
  const map = new FileSiteMap(folder);
  await map.replace(undefined, version(1));
  writeFileSync(join(folder, '.4711-abc.unfinished'), '{"authority": {"version": 2, "activeS');
  expect(await map.authority()).toEqual(version(1));
  await map.replace(version(1), version(2));
  expect(await map.authority()).toEqual(version(2));
});

test('whoever is late by several versions fails, and leaves nothing behind', async () => {
  const folder = folders.create();
  const map = new FileSiteMap(folder);
  await map.replace(undefined, version(1));
  await map.replace(version(1), version(2));
  await map.replace(version(2), version(3));
  const late = map.replace(version(1), version(2, 9));
  await expect(late).rejects.toThrow(MapChanged);
  await expect(late).rejects.toThrow('the site map is not at version 1 any more: read it again');
  expect(await map.authority()).toEqual(version(3));
  expect(readdirSync(folder).sort()).toEqual(['v0000000001.json', 'v0000000002.json', 'v0000000003.json']);
});

test('sites are said again without touching who is written to', async () => {
  const map = new FileSiteMap(join(folders.create(), 'map'));
  const site = { site: 'SITEA', dbengine: 'postgresql', username: 'app', endpoint: '127.0.0.1', port: '5432', dbname: 'orders' };
  await map.putSites([site]);
  await map.replace(undefined, version(1));
  await map.putSites([{ ...site, port: '5433' }]);
  expect(await map.sites()).toEqual([{ ...site, port: '5433' }]);
  expect(await map.authority()).toEqual(version(1));
});

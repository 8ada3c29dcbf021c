import { MapChanged, type SiteMap } from '../../lambda/two-way-control/ports';
import type { Authority, HistoryItem } from '../../lib/two-way/switch/site-map';

/** A new map without an authority, and a way to open the same one again, as another process does. */
export interface MapUnderTest {
  readonly map: SiteMap;
  readonly another: () => SiteMap;
}

const STEADY: Authority = {
  version: 1, activeSite: 'SITEA', epoch: 1, state: 'steady', updatedAt: '2026-11-25T08:00:00.000Z',
};
const SWITCHING: Authority = {
  version: 2, activeSite: 'SITEA', epoch: 2, state: 'switching',
  run: { id: 'run-1', to: 'SITEB', startedAt: '2026-11-25T09:00:00.000Z' },
  lapsesAt: '2026-11-25T09:02:30.000Z', updatedAt: '2026-11-25T09:00:01.000Z',
};
const COMPLETED: HistoryItem = {
  epoch: 2, id: 'run-1', from: 'SITEA', to: 'SITEB', outcome: 'completed', startedAt: '2026-11-25T09:00:00.000Z',
  endedAt: '2026-11-25T09:00:05.250Z', pauseSeconds: 3.25,
};

const versioned = (version: number, change: Partial<Authority> = {}): Authority => ({ ...STEADY, version, ...change });
const epochs = (items: readonly HistoryItem[]): number[] => items.map(({ epoch }) => epoch);

/** What every site map keeps, wherever it is kept. */
export function describeSiteMap(name: string, create: () => Promise<MapUnderTest>): void {
  describe(`the site map in ${name}`, () => {
    test('has no authority before it was begun, and one afterwards', async () => {
      const { map, another } = await create();
      expect(await map.authority()).toBeUndefined();
      await map.replace(undefined, STEADY);
      expect(await another().authority()).toEqual(STEADY);
    });

    test('is begun once', async () => {
      const { map, another } = await create();
      await map.replace(undefined, STEADY);
      await expect(another().replace(undefined, versioned(1, { activeSite: 'SITEB' }))).rejects.toThrow(MapChanged);
      expect(await map.authority()).toEqual(STEADY);
    });

    test('gives back everything that was said, and nothing of what was said before', async () => {
      const { map, another } = await create();
      await map.replace(undefined, STEADY);
      await map.replace(STEADY, SWITCHING);
      expect(await another().authority()).toEqual(SWITCHING);
      await map.replace(SWITCHING, versioned(3, { epoch: 2 }));
      expect(await another().authority()).toEqual(versioned(3, { epoch: 2 }));
    });

    test('is not changed by somebody who has read an older version', async () => {
      const { map, another } = await create();
      await map.replace(undefined, STEADY);
      await map.replace(STEADY, SWITCHING);
      await expect(another().replace(STEADY, versioned(2))).rejects.toThrow(MapChanged);
      expect(await map.authority()).toEqual(SWITCHING);
    });

    test('lets exactly one of many win who change the same version', async () => {
      const { map, another } = await create();
      await map.replace(undefined, STEADY);
      const attempts = Array.from({ length: 8 }, (_, index) =>
        another().replace(STEADY, versioned(2, { activeSite: `SITE${index}` })).then(() => index, (error: unknown) => error));
      const results = await Promise.all(attempts);
      const winners = results.filter((result) => typeof result === 'number');
      expect(winners).toHaveLength(1);
      for (const result of results) if (typeof result !== 'number') expect(result).toBeInstanceOf(MapChanged);
      expect(await map.authority()).toEqual(versioned(2, { activeSite: `SITE${String(winners[0])}` }));
    });

    test('writes the history together with the authority, or neither', async () => {
      const { map, another } = await create();
      await map.replace(undefined, STEADY);
      await map.replace(STEADY, SWITCHING);
      await map.replace(SWITCHING, versioned(3, { activeSite: 'SITEB', epoch: 2 }), COMPLETED);
      await expect(another().replace(SWITCHING, versioned(3), { ...COMPLETED, epoch: 3, id: 'run-2' })).rejects
        .toThrow(MapChanged);
      expect(await another().history(10)).toEqual([COMPLETED]);
    });

    test('has the newest switch first, by its epoch, and as many as were asked for', async () => {
      const { map, another } = await create();
      await map.replace(undefined, STEADY);
      for (let version = 2; version <= 12; version += 1) {
        const item: HistoryItem = { ...COMPLETED, epoch: version, id: `run-${version}`, outcome: 'rolled-back', reason: 'lag' };
        await map.replace(versioned(version - 1), versioned(version), item);
      }
      expect(epochs(await another().history(20))).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
      expect(epochs(await map.history(3))).toEqual([12, 11, 10]);
    });

    test('keeps the last switch beside the end of the replication, which has the same epoch', async () => {
      const { map, another } = await create();
      const ended: HistoryItem = {
        epoch: 2, id: 'run-2', from: 'SITEA', to: 'SITEB', outcome: 'ended', startedAt: '2026-11-26T09:00:00.000Z',
        endedAt: '2026-11-26T09:01:00.000Z',
      };
      await map.replace(undefined, STEADY, COMPLETED);
      await map.replace(STEADY, versioned(2, { state: 'completed' }), ended);
      expect(await another().history(10)).toEqual([ended, COMPLETED]);
    });

    test('does not take what is its own for a site', async () => {
      const { map } = await create();
      const before = await map.sites();
      await map.replace(undefined, STEADY, COMPLETED);
      expect(await map.sites()).toEqual(before);
    });
  });
}

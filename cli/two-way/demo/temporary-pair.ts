import { chmod, mkdtemp, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TwoWayMode } from '../../../lib/two-way/switch/switch-run';
import { WorkFolderLock } from '../../engine/run/work-folder-lock';
import { serverAccount, temporaryRoot } from '../../server/account';
import { LocalLegs } from '../leg/local-legs';
import { runPair } from '../local/pair-process';
import { onlyMessages } from '../output/only-messages';
import { builtInPair } from '../pair/built-in-pair';
import { EmbeddedSites } from '../pair/embedded-sites';
import { EXAMPLE_SCHEMA } from '../pair/example-schema';
import { preparePair } from '../pair/prepare-pair';
import { legsOf, World } from '../world';

export const SITES = ['SITEA', 'SITEB'] as const;

/** What is thrown away afterwards need not survive a power cut. */
const FAST = { fsync: 'off', full_page_writes: 'off' };

export interface TemporaryPair {
  readonly world: World;
  readonly urls: Readonly<Record<string, string>>;
  /** @returns when the legs that have to run do, and the load is done */
  readonly follows: () => Promise<void>;
}

/** Two servers with the example and the legs between them, for as long as `work` goes on: nothing of them stays. */
export async function withTemporaryPair(
  mode: TwoWayMode, pauseLimitSeconds: number, signal: AbortSignal, work: (pair: TemporaryPair) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(await realpath(temporaryRoot(serverAccount())), 'dms-two-way-'));
  // The servers of root run as another user, who has to find his folder.
  await chmod(folder, 0o711);
  const lock = await WorkFolderLock.acquire(folder);
  const world = new World(folder);
  try {
    const pair = builtInPair({ sites: SITES, schema: EXAMPLE_SCHEMA, mode, pauseLimitSeconds });
    const servers = await EmbeddedSites.start(world, pair.configuration, FAST);
    try {
      const { urls } = servers;
      await world.keepUrls(urls);
      await preparePair(world, pair, urls);
      await world.keepPair(pair);
      const ended = new AbortController();
      const legs = runPair(world, pair, onlyMessages(() => undefined), AbortSignal.any([ended.signal, signal]));
      try {
        await work({ world, urls, follows: () => follows(world, signal) });
      } finally {
        ended.abort();
        await legs;
      }
    } finally {
      await servers.stop();
    }
  } finally {
    await lock.release();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function follows(world: World, signal: AbortSignal): Promise<void> {
  const { configuration } = await world.pair();
  const legs = new LocalLegs(world, configuration);
  for (;;) {
    signal.throwIfAborted();
    const active = (await world.map.authority())?.activeSite;
    const wanted = legsOf(configuration).filter(({ from }) => configuration.mode === 'hot' || from === active);
    const states = await Promise.all(wanted.map((leg) => legs.status(leg)));
    const failed = states.find(({ state }) => state === 'failed');
    if (failed !== undefined) throw new Error(`a leg failed: ${failed.reason ?? 'nobody said why'}`);
    const isMeasured = states.every(({ state, loaded, lagSeconds }) => state === 'running' && loaded && lagSeconds !== undefined);
    if (isMeasured) return;
    await sleep(25);
  }
}

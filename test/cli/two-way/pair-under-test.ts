import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgres, type PostgresVersion } from '../../../cli/server/embedded-postgres';
import { Application } from '../../../cli/two-way/demo/application';
import { LocalLegs } from '../../../cli/two-way/leg/local-legs';
import { createExample } from '../../../cli/two-way/pair/example-schema';
import { withSite } from '../../../cli/two-way/pair/prepare-pair';
import { legsOf, siteOf, World } from '../../../cli/two-way/world';
import type { FenceState } from '../../../lambda/two-way-database/site-database';
import type { Authority } from '../../../lib/two-way/switch/site-map';
import { type RunningDms, startDms } from '../../support/dms';
import { TemporaryFolders } from '../../support/temporary-folder';

export type SiteName = 'SITEA' | 'SITEB';
export const SITES: readonly SiteName[] = ['SITEA', 'SITEB'];

/** The release that the seed uses, and the newest: a switch is how one gets from the one to the other. */
const VERSIONS: Readonly<Record<SiteName, PostgresVersion>> = { SITEA: 14, SITEB: 18 };

/** A crash of the process is not one of the machine: what is written is there. */
const FAST = { wal_level: 'logical', fsync: 'off', full_page_writes: 'off' };

export interface PairOfTest {
  readonly mode?: 'prepared' | 'hot';
  readonly pauseLimit: number;
}

/** Two servers with the example, and `dms two-way` between them as a process of its own: all of it can be killed. */
export class PairUnderTest {
  public readonly world: World;
  public urls: Readonly<Record<string, string>> = {};
  private readonly servers = new Map<SiteName, EmbeddedPostgres>();
  private readonly folder: string;
  private engine: RunningDms | undefined;

  /** For one file: from before its first test until after its last. */
  public constructor(private readonly options: PairOfTest, folders = new TemporaryFolders()) {
    this.folder = folders.create();
    // The servers of root run as another user, who has to find his folder.
    chmodSync(this.folder, 0o711);
    this.world = new World(join(this.folder, 'world'));
    folders.endFirst(() => this.stop());
    beforeAll(() => this.start());
  }

  /** Kills `dms two-way` as nobody can prepare for. */
  public async killEngine(): Promise<void> {
    this.engine?.child.kill('SIGKILL');
    await this.engine?.result;
  }

  public startEngine(): void {
    const { mode = 'prepared', pauseLimit } = this.options;
    this.engine = startDms([
      'two-way', '--workdir', this.world.folder, '--schema', 'customer_orders', '--mode', mode, '--pause-limit', String(pauseLimit),
      ...SITES.flatMap((site) => ['--site', `${site}=${this.urls[site]}`]),
    ]);
  }

  public killServer(site: SiteName): void {
    process.kill(this.servers.get(site)!.pid, 'SIGKILL');
  }

  /** Starts a server again on what its killed predecessor left, at the same port. */
  public async startServer(site: SiteName): Promise<void> {
    const before = this.servers.get(site);
    await before?.stop();
    this.servers.set(site, await EmbeddedPostgres.start({
      version: VERSIONS[site], database: 'orders', parameters: FAST, port: before?.port, dataDirectory: join(this.folder, site),
    }));
  }

  public application(writers = 4, pauseMilliseconds = 15): Application {
    return new Application({ map: join(this.world.folder, 'map'), urls: () => Promise.resolve(this.urls), writers, pauseMilliseconds });
  }

  public async authority(): Promise<Authority> {
    return (await this.world.map.authority())!;
  }

  /** @returns the authority when no switch is going on any more */
  public async steady(): Promise<Authority> {
    for (;;) {
      const authority = await this.authority();
      if (authority.run === undefined) return authority;
      await sleep(20);
    }
  }

  public async fence(site: SiteName): Promise<FenceState> {
    const { configuration } = await this.world.pair();
    return withSite(siteOf(configuration, site), configuration, this.urls, (open) => open.fenceState());
  }

  /** @returns when the leg away from the site that is written to runs, and its load is done */
  public async running(): Promise<void> {
    const { configuration } = await this.world.pair();
    const legs = new LocalLegs(this.world, configuration);
    for (;;) {
      const { activeSite } = await this.authority();
      const wanted = legsOf(configuration).filter(({ from }) => configuration.mode === 'hot' || from === activeSite);
      const states = await Promise.all(wanted.map((leg) => legs.status(leg)));
      if (states.every(({ state, loaded, lagSeconds }) => state === 'running' && loaded && lagSeconds !== undefined)) return;
      await sleep(20);
    }
  }

  private async start(): Promise<void> {
    await Promise.all(SITES.map((site) => this.startServer(site)));
    this.urls = Object.fromEntries([...this.servers].map(([site, { url }]) => [site, url]));
    await Promise.all(SITES.map((site) => createExample(this.urls[site]!, site === 'SITEA')));
    this.startEngine();
    await this.engine!.says('Ctrl-C stops');
    await this.running();
  }

  private async stop(): Promise<void> {
    this.engine?.child.kill('SIGTERM');
    await this.engine?.result;
    await Promise.all([...this.servers.values()].map((server) => server.stop()));
  }
}

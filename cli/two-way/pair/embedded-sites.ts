import { join } from 'node:path';
import { EmbeddedPostgres, type PostgresVersion } from '../../server/embedded-postgres';
import { databaseFolder } from '../../rehearsal/database-folder';
import type { TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { readWhole, writeWhole } from '../files';
import type { World } from '../world';
import { createExample } from './example-schema';

const DATABASE = 'orders';
const NEWEST: PostgresVersion = 18;

/** What a restart has to find again: applications know the ports from the site map. */
type Ports = Readonly<Record<string, number>>;

/** The databases of a replication that was given none: two servers in its folder, with the example in them. */
export class EmbeddedSites {
  private constructor(private readonly servers: ReadonlyMap<string, EmbeddedPostgres>) {}

  /** Whether the replication in this folder has begun with databases of its own. */
  public static async areIn(world: World): Promise<boolean> {
    return await portsIn(world) !== undefined;
  }

  /** @param configuration whose first site is written to at the beginning */
  public static async start(
    world: World, { sites: configured }: Pick<TwoWayConfiguration, 'sites'>,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<EmbeddedSites> {
    const ports = await portsIn(world);
    const started = await Promise.allSettled(configured.map(async ({ name }) => [name, await EmbeddedPostgres.start({
      version: NEWEST,
      dataDirectory: databaseFolder(world.serverFolder(name)),
      port: ports?.[name],
      database: DATABASE,
      parameters: { wal_level: 'logical', ...parameters },
    })] as const));
    const servers = new Map(started.flatMap((server) => (server.status === 'fulfilled' ? [server.value] : [])));
    const sites = new EmbeddedSites(servers);
    try {
      const failed = started.find((server) => server.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      if (ports === undefined) {
        await Promise.all(configured.map(({ name, schema }, index) =>
          createExample(servers.get(name)!.url, index === 0, schema)));
        await writeWhole(portsFile(world), Object.fromEntries([...servers].map(([name, { port }]) => [name, port])));
      }
      return sites;
    } catch (error) {
      await sites.stop();
      throw error;
    }
  }

  public get urls(): Readonly<Record<string, string>> {
    return Object.fromEntries([...this.servers].map(([name, { url }]) => [name, url]));
  }

  public get pids(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.servers].map(([name, { pid }]) => [name, pid]));
  }

  public async stop(): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.stop()));
  }
}

const portsFile = (world: World): string => join(world.folder, 'servers.json');
const portsIn = (world: World): Promise<Ports | undefined> => readWhole<Ports>(portsFile(world));

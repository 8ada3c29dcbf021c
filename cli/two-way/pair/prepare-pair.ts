import type { PostgresSite } from '../../../lambda/two-way-database/postgres/postgres-site';
import { openPostgresSite } from '../../../lambda/two-way-database/postgres/open';
import { isSelected, OWN_TABLES } from '../../../lambda/two-way-database/names';
import type { Authority, SiteItem } from '../../../lib/two-way/switch/site-map';
import type { SiteConfiguration, TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { preparePublication } from '../../engine/source/publication';
import { UsageError } from '../../errors';
import { withSession } from '../leg/comparison';
import { MapChanged } from '../../../lambda/two-way-control/ports';
import type { Pair, World } from '../world';

/** Fences, heartbeat and sequences of both databases, the publication that the way back is read through, the map. */
export async function preparePair(
  world: World, { configuration }: Pair, urls: Readonly<Record<string, string>>,
): Promise<void> {
  const { sites: [first, second] } = configuration;
  await refuseDifferentTables(configuration, urls);
  await withSite(first, configuration, urls, (site) => site.prepare('active'));
  await withSite(second, configuration, urls, (site) => site.prepare('passive'));
  await publish(second, configuration, urls[second.name]!);
  await world.map.putSites([first, second].map(({ name }) => siteItem(name, urls[name]!)));
  await begin(world, first.name);
}

export async function withSite<T>(
  site: SiteConfiguration, configuration: TwoWayConfiguration, urls: Readonly<Record<string, string>>,
  work: (site: PostgresSite) => Promise<T>,
): Promise<T> {
  const open = await openPostgresSite(site, configuration, { connectionString: urls[site.name] });
  try {
    return await work(open);
  } finally {
    await open.close();
  }
}

/** How applications find a site; the password is not for a map. */
export function siteItem(site: string, url: string): SiteItem {
  const { hostname, port, username, pathname } = new URL(url);
  return {
    site, dbengine: 'postgresql', username: decodeURIComponent(username), endpoint: hostname,
    port: port === '' ? '5432' : port, dbname: decodeURIComponent(pathname.slice(1)),
  };
}

/** The legs make no tables: what the fence would not be on could be written to at both sides. */
async function refuseDifferentTables(
  { sites, tables }: TwoWayConfiguration, urls: Readonly<Record<string, string>>,
): Promise<void> {
  const [first, second] = sites;
  const [one, other] = await Promise.all([
    tablesOf(first, tables, urls[first.name]!), tablesOf(second, tables, urls[second.name]!),
  ]);
  if (one.length === 0) {
    throw new UsageError(`schema ${first.schema} of site ${first.name} has none of the tables ${tables.join(', ')}: create them, `
      + 'or name others in the template');
  }
  for (const [has, lacks, names] of [[first, second, one.filter((name) => !other.includes(name))],
    [second, first, other.filter((name) => !one.includes(name))]] as const) {
    if (names.length > 0) {
      throw new UsageError(`site ${lacks.name} has no table ${names.map((name) => `${lacks.schema}.${name}`).join(', ')}, which `
        + `${has.name} has: create it there, both sites need the same tables`);
    }
  }
}

function tablesOf({ schema }: SiteConfiguration, patterns: readonly string[], url: string): Promise<string[]> {
  return withSession(url, async (client) => {
    const { rows } = await client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1)
        ORDER BY relname`, [schema]);
    return rows.map(({ name }) => name).filter((name) => isSelected(name, patterns));
  });
}

/** Before any slot is made: a slot is read through what the catalog said at the time of each change. */
async function publish(site: SiteConfiguration, { tables }: TwoWayConfiguration, url: string): Promise<void> {
  const { schema, slotName } = site;
  if (slotName === undefined) return;
  const names = [...await tablesOf(site, tables, url), ...OWN_TABLES.filter((name) => name !== 'dms_fence')];
  const published = names.map((name) => ({ schema, name }));
  await withSession(url, (client) => preparePublication(client, slotName, published, schema));
}

async function begin({ map }: World, activeSite: string): Promise<void> {
  const first: Authority = { version: 1, activeSite, epoch: 1, state: 'steady', updatedAt: new Date().toISOString() };
  if (await map.authority() !== undefined) return;
  try {
    await map.replace(undefined, first);
  } catch (error) {
    // Somebody has begun it meanwhile.
    if (!(error instanceof MapChanged)) throw error;
  }
}

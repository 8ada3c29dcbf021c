import type { BeginProperties } from '../../lib/two-way/switch/begin-api';
import type { Authority } from '../../lib/two-way/switch/site-map';
import type { DynamoSiteMap } from './dynamo-site-map';
import { MapChanged } from './ports';

/** What CloudFormation asks, as CDK's provider framework passes it on. */
export interface BeginEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Readonly<Record<string, unknown>>;
}

/**
 * Writes the items of a new map. The sites are data of the template, so they follow it. Who is written to is not: an
 * authority that is there, also one that outlived its stack, stays as it is.
 */
export async function begin(
  { RequestType: request, PhysicalResourceId: id, ResourceProperties: properties }: BeginEvent,
  map: DynamoSiteMap, tableName: string, now: Date,
): Promise<{ PhysicalResourceId: string }> {
  if (request === 'Delete') return { PhysicalResourceId: id ?? tableName };
  const { sites } = properties as unknown as BeginProperties;
  for (const site of sites) await map.putSite(site);
  const first: Authority = {
    version: 1, activeSite: sites[0].site, epoch: 1, state: 'steady', updatedAt: now.toISOString(),
  };
  const authority = await map.authority();
  if (authority !== undefined) {
    refuseStranger(authority, sites.map(({ site }) => site));
  } else {
    await unlessThere(() => map.replace(undefined, first));
  }
  return { PhysicalResourceId: tableName };
}

/** Sites of other names would leave the one that is written to without an item that is kept up to date. */
function refuseStranger({ activeSite }: Authority, sites: readonly string[]): void {
  if (sites.includes(activeSite)) return;
  throw new Error(`the site map says that ${activeSite} is written to, and the sites are now ${sites.join(' and ')}: keep the `
    + 'name of a site, or give the map to another replication');
}

async function unlessThere(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof MapChanged)) throw error;
  }
}

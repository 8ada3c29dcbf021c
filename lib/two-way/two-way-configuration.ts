import { createHash } from 'node:crypto';
import type { SiteItem } from './switch/site-map';
import type {
  AwsConfiguration, GateLimits, SequenceStrategy, SiteConfiguration, TwoWayConfiguration,
} from './two-way-api';
import type { TwoWayReplicationMode } from './two-way-mode';
import { type ITwoWaySite, TwoWaySiteEngine } from './two-way-site';

/** What the configuration of the handlers is made of. */
export interface ConfigurationParts {
  readonly mode: TwoWayReplicationMode;
  /** The first is the one that the forward leg reads. */
  readonly sites: readonly [ITwoWaySite, ITwoWaySite];
  /** The slot of the leg that reads the second site, when that is PostgreSQL. */
  readonly slotName: string;
  readonly tables: readonly string[];
  readonly sequences: SequenceStrategy;
  readonly gates: GateLimits;
  readonly pauseLimitSeconds: number;
  readonly needsApproval: boolean;
  readonly aws: AwsConfiguration;
}

/** What the handlers are told. Values of a deployment are tokens in it, so it is rendered with `Stack.toJsonString`. */
export function twoWayConfiguration(all: ConfigurationParts): TwoWayConfiguration {
  const { sites: [first, second], slotName, ...parts } = all;
  return {
    ...parts,
    sites: [siteConfiguration(first), siteConfiguration(second, slotName)],
  };
}

/**
 * Only a leg without a load reads a slot of our own: DMS uses one from a given position on, and a leg that loads begins
 * with its load.
 */
function siteConfiguration(site: ITwoWaySite, slotName?: string): SiteConfiguration {
  const slot = readsOwnSlot(site) && slotName !== undefined ? { slotName, slotPlugin: 'test_decoding' } : {};
  return {
    name: site.siteName,
    engine: site.engine,
    schema: site.schema,
    secretArn: site.secret.secretArn,
    databaseName: site.databaseName,
    sslMode: site.sslMode,
    certificateAuthority: site.certificateAuthority,
    replicationUser: site.replicationUser,
    functionArn: site.switchFunction?.functionArn,
    ...slot,
  };
}

/** Whether a leg that starts at a position reads it through a slot. */
export const readsOwnSlot = ({ engine }: Pick<ITwoWaySite, 'engine'>): boolean => engine === TwoWaySiteEngine.POSTGRES;

/** What the item of a site is called in its `dbengine`, as in the original map. */
const ENGINE_IN_MAP: Readonly<Record<TwoWaySiteEngine, string>> = {
  [TwoWaySiteEngine.POSTGRES]: 'postgresql',
  [TwoWaySiteEngine.ORACLE]: 'oracle',
  [TwoWaySiteEngine.MYSQL]: 'mysql',
};

/** The item of a site in the site map. */
export function siteItem(site: ITwoWaySite): SiteItem {
  const { applicationSecret: secret } = site;
  return {
    site: site.siteName,
    dbengine: ENGINE_IN_MAP[site.engine],
    username: site.applicationUser,
    endpoint: site.host,
    port: String(site.port),
    dbname: site.databaseName,
    ...(secret === undefined ? {} : { secretArn: secret.secretArn }),
  };
}

/** Of PostgreSQL; the server cuts longer names without a word. */
const MOST_CHARACTERS_OF_A_SLOT = 63;

/**
 * The name of a slot: the site that is read for people, and a hash of what tells this replication from others that
 * read the same server.
 */
export function slotNameOf(site: Pick<ITwoWaySite, 'siteName'>, identity: string): string {
  const name = site.siteName.toLowerCase().replaceAll('-', '_');
  const hash = createHash('sha256').update(`${site.siteName}\n${identity}`).digest('hex').slice(0, 12);
  return `dms_two_way_${name}_${hash}`.slice(0, MOST_CHARACTERS_OF_A_SLOT);
}

import { statusReport, type StatusReport } from '../output/status-report';
import { type AwsReplication, mapOf } from './replication';

/** Switches that are shown. */
const SHOWN = 5;

/**
 * What the site map says. Databases and tasks are not asked from here: a person at a terminal should not need their
 * secrets; a dry run asks them, in their network.
 */
export async function statusThere(replication: AwsReplication, where: string): Promise<StatusReport> {
  const map = mapOf(replication);
  const [authority, items, history] = await Promise.all([map.authority(), map.sites(), map.history(SHOWN)]);
  return statusReport({
    where, authority, history, legs: [],
    isAbandoned: authority?.lapsesAt !== undefined && Date.parse(authority.lapsesAt) < Date.now(),
    sites: items.map(({ site, endpoint, port, dbname }) => ({ site, address: `${endpoint}:${port}/${dbname}` })),
  });
}

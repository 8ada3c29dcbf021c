import { SiteNotReached } from '../../../lambda/two-way-database/site-database';
import type { Leg } from '../../../lib/two-way/switch/switch-run';
import type { SiteItem } from '../../../lib/two-way/switch/site-map';
import type { TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import { livingHolder } from '../../engine/run/work-folder-lock';
import { messageOf } from '../../errors';
import { LocalLegs } from '../leg/local-legs';
import { statusReport, type ShownLeg, type ShownSite, type StatusReport } from '../output/status-report';
import { withSite } from '../pair/prepare-pair';
import { legsOf, siteOf, type World } from '../world';

/** Switches that are shown. */
const SHOWN = 5;

/** How a replication on this machine is, as far as its databases answer. */
export async function statusHere(world: World, where: string): Promise<StatusReport> {
  const { configuration } = await world.pair();
  const [authority, items, history, runner] = await Promise.all([
    world.map.authority(), world.map.sites(), world.map.history(SHOWN), world.runner(),
  ]);
  const legs = new LocalLegs(world, configuration);
  const [sites, shownLegs, driver] = await Promise.all([
    Promise.all(items.map((item) => shownSite(item, configuration, world))),
    Promise.all(legsOf(configuration).map((leg) => shownLeg(leg, legs))),
    authority?.run === undefined ? undefined : livingHolder(world.runFolder(authority.run.id)),
  ]);
  return statusReport({
    where, mode: configuration.mode, authority, sites, legs: shownLegs, history,
    isAbandoned: authority?.run !== undefined && driver === undefined,
    begin: runner === undefined ? `dms two-way --workdir ${world.folder}` : undefined,
  });
}

async function shownSite(item: SiteItem, configuration: TwoWayConfiguration, world: World): Promise<ShownSite> {
  const { site, endpoint, port, dbname } = item;
  const shown = { site, address: `${endpoint}:${port}/${dbname}` };
  try {
    const { writable, kept, epoch, lapsesAt } = await withSite(
      siteOf(configuration, site), configuration, await world.urls(), (open) => open.fenceState());
    return { ...shown, reachable: true, writable, kept, epoch, ...(lapsesAt === undefined ? {} : { lapsesAt }) };
  } catch (error) {
    const reason = error instanceof SiteNotReached ? error.message : `it does not say whether it is fenced: ${messageOf(error)}`;
    return { ...shown, reachable: false, reason };
  }
}

async function shownLeg(leg: Leg, legs: LocalLegs): Promise<ShownLeg> {
  return { ...leg, ...await legs.status(leg) };
}

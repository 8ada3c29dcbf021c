import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { DatabaseContext } from '../site-database';
import { withBoth, withSite } from './with-sites';

export async function fenceSite(run: SwitchRun, context: DatabaseContext): Promise<SwitchRun> {
  const { lapsesAt, now } = await withSite(context, run.from, (from) => from.fence(run.epoch, run.pauseLimitSeconds));
  if (lapsesAt === undefined) return run;
  // Since the wait for writers began: the limit was counted from there.
  const since = new Date(Date.parse(lapsesAt) - run.pauseLimitSeconds * 1_000).toISOString();
  return { ...run, fence: { since: since < now ? since : now, lapsesAt } };
}

export async function capturePosition(run: SwitchRun, context: DatabaseContext): Promise<SwitchRun> {
  const captured = await withSite(context, run.to, (to) => to.capturePosition(run.epoch));
  return { ...run, ...captured };
}

export async function handOver(run: SwitchRun, context: DatabaseContext): Promise<SwitchRun> {
  await withBoth(context, run, async (from, to) => {
    await to.raiseSequences(from, run.epoch);
    await to.armTriggers();
    await from.disarmTriggers();
  });
  return run;
}

/**
 * Undoes what the steps before the fence was kept have done to the two sides; sequences stay where they are. Where
 * nothing was done to the new side, it need not answer: it may be what the switch has failed of.
 */
export async function handBack(run: SwitchRun, context: DatabaseContext): Promise<SwitchRun> {
  // A leg that has run goes on from its slot at the next switch.
  const dropsSlot = run.createdSlot === true && run.returnLegRan === false;
  const changed = dropsSlot || !sessionsDecide(context, run.to);
  // A later switch may have come to need what is undone here: it cannot fence while this goes on.
  await withSite(context, run.from, (from) => from.holding(run.epoch, async () => {
    if (!changed) return;
    await withSite(context, run.to, async (to) => {
      await to.disarmTriggers();
      if (dropsSlot) await to.dropPosition();
    });
  }));
  if (!sessionsDecide(context, run.from)) await withSite(context, run.from, (from) => from.armTriggers());
  return run;
}

/** Whether a session says itself that triggers and foreign keys do not apply to it. */
const sessionsDecide = ({ configuration }: DatabaseContext, site: string): boolean =>
  configuration.sites.some(({ name, engine }) => name === site && engine === 'postgres');

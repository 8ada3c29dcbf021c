import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { type DatabaseContext, type SiteDatabase } from '../site-database';
import { ifReached, withSite } from './with-sites';

export async function keepFence(run: SwitchRun, context: DatabaseContext): Promise<SwitchRun> {
  await withSite(context, run.from, (from) => from.keepFence(run.epoch));
  return run;
}

/**
 * Opens the new side. Before it asks for that, it notes on the old side that it does: so whoever fails to reach the new
 * side knows whether anybody has asked for it before.
 *
 * @throws {SiteNotReached} only when the new side was certainly never asked to open
 */
export async function openSite(run: SwitchRun, context: DatabaseContext): Promise<SwitchRun> {
  const to = await reach(run, context);
  try {
    return await certainly(run.from, context, async (from) => {
      await from.passOn(run.epoch);
      await to.open(run.epoch);
      return paused(run, from);
    });
  } finally {
    await to.close();
  }
}

/** The same for a switch of which only the way forward is left; the old side need not answer any more. */
export async function openSiteForSure(run: SwitchRun, context: DatabaseContext): Promise<SwitchRun> {
  await ifReached(context, run.from, (from) => from.passOn(run.epoch));
  await withSite(context, run.to, (to) => to.open(run.epoch));
  let after = run;
  await ifReached(context, run.from, async (from) => { after = await paused(run, from); });
  return after;
}

/**
 * Asks the old side which way an interrupted switch goes. When it does not answer, only a new side that is open
 * already tells; otherwise it is asked again, since whoever guesses may open both.
 */
export async function decide(run: SwitchRun, context: DatabaseContext): Promise<SwitchRun> {
  try {
    const decision = await withSite(context, run.from, (from) => from.decide(run.epoch));
    return { ...run, decision };
  } catch (error) {
    if ((error as Error).name !== 'SiteNotReached') throw error;
    const { writable, epoch } = await withSite(context, run.to, (to) => to.fenceState());
    if (!writable || epoch !== run.epoch) throw error;
    return { ...run, decision: 'forward' };
  }
}

export async function reopenSite(run: SwitchRun, context: DatabaseContext): Promise<SwitchRun> {
  await withSite(context, run.from, (from) => from.reopen(run.epoch));
  return run;
}

/** `complete`: the side that is written to needs no leg away from it any more, and the other one is closed for good. */
export async function closeOldSite(run: SwitchRun, context: DatabaseContext): Promise<SwitchRun> {
  await withSite(context, run.to, async (active) => {
    await active.holding(run.epoch, () => active.dropPosition());
  });
  await ifReached(context, run.from, async (old) => {
    const { kept, writable } = await old.fenceState();
    if (!kept) {
      throw new Error(`site ${run.from} is ${writable ? 'open' : 'fenced for a while only'}, and should have been kept fenced since the last switch: `
        + 'find out who opened it, and end what writes there');
    }
    await old.dropPosition();
  });
  return run;
}

async function reach(run: SwitchRun, context: DatabaseContext): Promise<SiteDatabase> {
  try {
    return await context.open(run.to);
  } catch (error) {
    if ((error as Error).name !== 'SiteNotReached') throw error;
    const { passedOn } = await certainly(run.from, context, (from) => from.fenceState());
    if (!passedOn) throw error;
    throw new Error(`${(error as Error).message}; it may be open by an earlier attempt`, { cause: error });
  }
}

/** A failure to reach the old side says nothing about the new one. */
async function certainly<T>(
  site: string, context: DatabaseContext, work: (site: SiteDatabase) => Promise<T>,
): Promise<T> {
  try {
    return await withSite(context, site, work);
  } catch (error) {
    if ((error as Error).name !== 'SiteNotReached') throw error;
    throw new Error((error as Error).message, { cause: error });
  }
}

/** By the clock of the old side, which has also said when the pause began. */
async function paused(run: SwitchRun, from: SiteDatabase): Promise<SwitchRun> {
  if (run.fence === undefined) return run;
  const { now } = await from.fenceState();
  return { ...run, pauseSeconds: Math.max(0, Date.parse(now) - Date.parse(run.fence.since)) / 1_000 };
}

import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import { PauseLimitExceeded } from '../../switch-steps';
import type { DatabaseContext, FenceState, SiteDatabase } from '../site-database';
import { withBoth, withSite } from './with-sites';

/** One call asks for so long before it answers that nothing has come: starting a function takes longer than asking. */
const PATIENCE_MILLISECONDS = 5_000;
const POLL_MILLISECONDS = 25;

/** Before the fence lapses there has to be time for what is left: a tenth of the limit, and a second at most. */
const PART_LEFT = 0.1;
const MOST_LEFT_MILLISECONDS = 1_000;

/** Written after the fence, so it is the last row of the old side: when it has arrived, everything has. */
export async function writeMarker(run: SwitchRun, context: DatabaseContext): Promise<SwitchRun> {
  await withSite(context, run.from, (from) => from.writeMarker(run.id, run.epoch));
  return run;
}

export function awaitMarker(run: SwitchRun, context: DatabaseContext): Promise<SwitchRun> {
  return withBoth(context, run, (from, to) => awaitRow(run, { fenced: from, reader: to, writer: run.from }, context));
}

/** The same the other way: proves that the way back works before anybody needs it. */
export async function writeProbe(run: SwitchRun, context: DatabaseContext): Promise<SwitchRun> {
  await withSite(context, run.to, (to) => to.writeMarker(run.id, run.epoch));
  return run;
}

export function awaitProbe(run: SwitchRun, context: DatabaseContext): Promise<SwitchRun> {
  return withSite(context, run.from, (from) => awaitRow(run, { fenced: from, reader: from, writer: run.to }, context));
}

interface Wait {
  /** Whose fence and clock decide how long there is. */
  readonly fenced: SiteDatabase;
  readonly reader: SiteDatabase;
  /** The site whose row has to arrive. */
  readonly writer: string;
}

async function awaitRow(
  run: SwitchRun, { fenced, reader, writer }: Wait, context: DatabaseContext,
): Promise<SwitchRun> {
  const until = context.now().getTime() + PATIENCE_MILLISECONDS;
  for (;;) {
    if (await reader.readMarker(writer) === run.id) return { ...run, done: true };
    refuseTooLate(run, await fenced.fenceState(), `the row that was written on ${writer} has not arrived on ${reader.site.name}`);
    if (context.now().getTime() >= until) return { ...run, done: false };
    await new Promise((resolve) => { setTimeout(resolve, POLL_MILLISECONDS); });
  }
}

function refuseTooLate(run: SwitchRun, { epoch, kept, writable, lapsesAt, now }: FenceState, what: string): void {
  const left = lapsesAt === undefined ? 0 : Date.parse(lapsesAt) - Date.parse(now);
  const needed = Math.min(MOST_LEFT_MILLISECONDS, run.pauseLimitSeconds * 1_000 * PART_LEFT);
  if (epoch === run.epoch && !kept && !writable && left > needed) return;
  throw new PauseLimitExceeded(`${what}, and ${run.from} is fenced for ${Math.max(0, left / 1_000).toFixed(1)} more seconds of `
    + `${run.pauseLimitSeconds}: see why replication lags, or give the switch a longer pause`);
}

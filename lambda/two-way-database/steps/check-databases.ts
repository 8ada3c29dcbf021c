import type { Gate, SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { DatabaseContext, SiteDatabase } from '../site-database';
import { withSite } from './with-sites';

interface Seen {
  readonly gates: readonly Gate[];
  /** How far the clock of the database is before the one of this machine, in milliseconds. */
  readonly ahead?: number;
}

/**
 * Looks at the gates of both databases. For `complete`, `to` is the side that is written to and stays so, and `from`
 * the one that is closed.
 */
export async function checkDatabases(run: SwitchRun, context: DatabaseContext): Promise<SwitchRun> {
  const [active, passive] = run.action === 'complete' ? [run.to, run.from] : [run.from, run.to];
  const [one, other] = await Promise.all([look(active, 'from', context), look(passive, 'to', context)]);
  const gates = [...run.gates, ...one.gates, ...other.gates, ...clocks(one, other, context)];
  return { ...run, gates, gatesHold: gates.every(({ holds }) => holds) };
}

async function look(site: string, role: 'from' | 'to', context: DatabaseContext): Promise<Seen> {
  try {
    return await withSite(context, site, async (database) => {
      const reached = { id: 'reachable', site, holds: true, reason: 'the database answers' };
      const gates = await database.gates(role, context.configuration.gates);
      const isPrepared = gates.every(({ id, holds }) => id !== 'prepared' || holds);
      return { gates: [reached, ...gates], ...(isPrepared ? { ahead: await clockOf(database, context) } : {}) };
    });
  } catch (error) {
    if ((error as Error).name !== 'SiteNotReached') throw error;
    return { gates: [{ id: 'reachable', site, holds: false, reason: (error as Error).message }] };
  }
}

async function clockOf(database: SiteDatabase, context: DatabaseContext): Promise<number> {
  const asked = context.now().getTime();
  const { now } = await database.fenceState();
  return Date.parse(now) - (asked + context.now().getTime()) / 2;
}

/** Lag is measured between the two clocks, so a difference counts as one. */
function clocks(one: Seen, other: Seen, { configuration: { gates: { maxLagSeconds } } }: DatabaseContext): Gate[] {
  if (one.ahead === undefined || other.ahead === undefined) return [];
  const limit = Math.max(1, maxLagSeconds);
  const seconds = Math.abs(one.ahead - other.ahead) / 1_000;
  const shown = `the clocks of the two databases differ by ${seconds.toFixed(1)} seconds`;
  const holds = seconds <= limit;
  return [{ id: 'clocks', holds, reason: holds ? shown : `${shown}, more than ${limit}: lag cannot be told; set the clocks` }];
}

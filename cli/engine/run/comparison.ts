import type { Client } from 'pg';
import type { TablePlan } from '../plan/table-plan';
import { openSession, readSnapshot } from '../source/session';
import type { Run } from './run';

/** Compares the tables with what the source held in an exported snapshot. */
export async function compareAt(snapshot: string, run: Run, plans: readonly TablePlan[]): Promise<void> {
  const session = await openSession(run.options.sourceUrl);
  try {
    await readSnapshot(session, snapshot);
    await compareTables(run, plans, session);
  } finally {
    await session.end();
  }
}

/** Compares the tables with what the source holds in this session's transaction, and writes down what came of it. */
export async function compareTables(run: Run, plans: readonly TablePlan[], session: Client): Promise<void> {
  const { task, options, state, target } = run;
  if (task.migrationType === 'cdc') {
    state.warn(`a cdc task copies only changes: source and ${target.noun} are not compared`);
    return;
  }
  options.progress.message(`comparing source and ${target.noun}`);
  await target.compare(run, plans.filter((plan) => !state.isSuspended(plan)), session);
}

import { UsageError } from '../../errors';
import type { LoadOptions } from '../load/load-tables';
import { loadTables } from '../load/load-tables';
import type { TablePlan } from '../plan/table-plan';
import { readCatalog } from '../source/catalog';
import { titleOf } from '../source/names';
import { checkPrivileges } from '../source/preflight';
import { openSession, readSnapshot } from '../source/session';
import { prepareTables } from './beginning';
import { planCreated } from './planning';
import type { Run } from './run';

/**
 * Loads the selected tables that the source has got since the run began, as it held them in an exported snapshot: that
 * of the end, so that none of their rows is missing and none comes twice. A run that is interrupted before that loads
 * them again.
 *
 * @param kept the tables that the run has already
 * @returns their plans
 */
export async function loadCreated(snapshot: string, run: Run, kept: readonly TablePlan[]): Promise<TablePlan[]> {
  const { task, options, state, target } = run;
  if (!task.captureDdls) return [];
  const plans = await plansOfCreated(snapshot, run, kept);
  if (plans.length === 0) return [];
  plans.forEach((plan) => state.begin(plan));
  // What an earlier try has loaded goes.
  await target.removeTables(state, plans);
  await prepareTables(run, plans);
  const { sourceUrl, progress, signal, partBytes } = options;
  const context = { task, sourceUrl, snapshot, startedAt: new Date(state.checkpoint.startedAt) };
  const open: LoadOptions['open'] = (...args) => target.openLoad(...args);
  await loadTables(plans, context, { open, progress, signal, partBytes }, async (plan, result) => {
    state.statisticsOf(plan).ddls = 1;
    await target.tableLoaded(state, plan, result);
  }, (plan, error) => state.suspend(plan, error));
  return plans;
}

async function plansOfCreated(snapshot: string, run: Run, kept: readonly TablePlan[]): Promise<TablePlan[]> {
  const { task, options, state } = run;
  const known = new Set(state.checkpoint.sources.map(({ oid }) => oid));
  const session = await openSession(options.sourceUrl);
  try {
    await readSnapshot(session, snapshot);
    const created = (await readCatalog(session)).filter(({ oid }) => !known.has(oid));
    const plans = [...kept];
    for (const table of created) {
      try {
        const plan = await planCreated(task, table, plans);
        if (plan === undefined) continue;
        refuseKeptFiles(run, plan);
        await checkPrivileges(session, [table]);
        plans.push(plan);
      } catch (error) {
        // The tables that the run began with are whole: what is wrong with a new one does not undo them.
        if (!(error instanceof UsageError)) throw error;
        state.warn(`${titleOf(table)}, created since the run began, is left out: ${error.message}`);
      }
    }
    return plans.slice(kept.length);
  } finally {
    await session.end();
  }
}

/** A table that was dropped and created again has the folder of the one before, whose files a task may have to keep. */
function refuseKeptFiles({ task, state, target }: Run, plan: TablePlan): void {
  const title = titleOf(plan.source);
  const before = state.checkpoint.sources.some((source) => titleOf(source) === title);
  if (before && !task.handleDropped && target.holds(state, plan)) {
    throw new UsageError('HandleSourceTableDropped is off, so the files of the table of that name before it stay');
  }
}

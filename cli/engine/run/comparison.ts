import { join } from 'node:path';
import type { Client } from 'pg';
import { escapeLiteral } from 'pg';
import type { TablePlan } from '../plan/table-plan';
import { titleOf } from '../source/names';
import { openSession } from '../source/session';
import { LakeComparison } from '../validation/compare';
import { asItIsNow } from './planning';
import type { Run } from './run';

/** Compares the tables with what the source held in an exported snapshot. */
export async function compareAt(snapshot: string, run: Run, plans: readonly TablePlan[]): Promise<void> {
  const session = await openSession(run.options.sourceUrl);
  try {
    await session.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await session.query(`SET TRANSACTION SNAPSHOT ${escapeLiteral(snapshot)}`);
    await compareTables(run, plans, session);
  } finally {
    await session.end();
  }
}

/** Compares the tables with what the source holds in this session's transaction, and writes down what came of it. */
export async function compareTables(run: Run, plans: readonly TablePlan[], session: Client): Promise<void> {
  const { task, options, state, lake } = run;
  if (task.migrationType === 'cdc') {
    state.warn('a cdc task copies only changes: source and lake are not compared');
    return;
  }
  options.progress.message('comparing source and lake');
  const comparison = await LakeComparison.open(join(options.workdir, 'comparison'));
  try {
    for (const plan of plans) {
      const result = await comparison.compare(session, await asItIsNow(session, plan), {
        files: state.filesOf(plan).map(({ path }) => join(lake.root, path)),
        hasOperations: !task.lake.insertsOnly && !task.lake.insertsAndUpdates,
      });
      const statistics = state.statisticsOf(plan);
      statistics.validationState = result.state;
      statistics.validationFailed = result.failed;
      if (result.reason !== undefined && plan.source.key.length > 0) {
        state.warn(`${titleOf(plan.source)} is not compared: ${result.reason}`);
      }
      for (const example of result.examples) state.warn(`${titleOf(plan.source)}: ${example}`);
    }
  } finally {
    await comparison.close();
  }
}

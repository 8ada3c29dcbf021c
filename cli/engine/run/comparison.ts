import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import { escapeLiteral } from 'pg';
import type { TablePlan } from '../plan/table-plan';
import { titleOf } from '../source/names';
import { openSession } from '../source/session';
import { isLoadFile } from '../target/layout';
import { TableBatch } from '../target/table-batch';
import { LakeComparison } from '../validation/compare';
import type { CsvLake } from '../validation/lake-rows';
import { asItIsNow } from './planning';
import type { ReplicationTask } from '../task/replication-task';
import type { Run } from './run';
import type { TableStatistics } from '../task/statistics';

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
  await state.refuseMissingFiles();
  const comparison = await LakeComparison.open(join(options.workdir, 'comparison'));
  const copies = join(options.workdir, 'copies');
  try {
    for (const plan of plans.filter((table) => !state.isSuspended(table))) {
      const statistics = state.statisticsOf(plan);
      const paths = state.filesOf(plan).map(({ path }) => path);
      const now = await asItIsNow(session, plan);
      const result = await comparison.compare(session, task.comparesLobs ? now : withoutLobs(now), {
        files: await lake.localFiles(paths, copies),
        hasOperations: !task.lake.insertsOnly && !task.lake.insertsAndUpdates,
        csv: csvLake(task, plan, paths),
        obstacle: obstacleOf(task, statistics),
      });
      statistics.validationState = result.state;
      statistics.validationFailed = result.failed;
      if (result.reason !== undefined && plan.key.length > 0) {
        state.warn(`${titleOf(plan.source)} is not compared: ${result.reason}`);
      }
      if (result.failed > 0) {
        const { schema, name: table } = plan.source;
        state.differences.push({ schema, table, failed: result.failed, examples: result.examples });
      }
      await rm(copies, { recursive: true, force: true });
    }
  } finally {
    await rm(copies, { recursive: true, force: true });
    await comparison.close();
  }
}

/** What the engine knows of files of lines and they do not say. */
function csvLake({ lake }: ReplicationTask, plan: TablePlan, paths: readonly string[]): CsvLake | undefined {
  if (lake.format.kind !== 'csv') return undefined;
  const [load, changes] = [lake.loadColumns, lake.changeColumns].map((columns) => new TableBatch(plan, columns).schema);
  return { options: lake.format, columnsOf: paths.map((path) => (isLoadFile(path) ? load! : changes!)) };
}

function obstacleOf({ lake }: ReplicationTask, statistics: TableStatistics): string | undefined {
  const { inserts, updates, deletes, ddls } = statistics;
  if (lake.transactions !== undefined && inserts + updates + deletes > 0) {
    return 'its changes are in the transaction files, among those of others';
  }
  return lake.format.kind === 'csv' && ddls > 0
    ? 'its definition has changed, and CSV files do not say which columns they have'
    : undefined;
}

/** `SkipLobColumns`: their values are taken for equal. */
function withoutLobs(plan: TablePlan): TablePlan {
  return {
    ...plan,
    copied: plan.copied.map((column) =>
      (column.type.dms.endsWith('LOB') ? { ...column, type: { ...column.type, compareAs: undefined } } : column)),
  };
}

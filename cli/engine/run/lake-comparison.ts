import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from 'pg';
import type { TablePlan } from '../plan/table-plan';
import { isLoadFile } from '../target/layout';
import { TableBatch } from '../target/table-batch';
import { LakeComparison } from '../validation/compare';
import type { CsvLake } from '../validation/lake-rows';
import { asItIsNow } from './planning';
import type { LakeTask } from '../task/replication-task';
import type { LakeTarget } from './lake-target';
import type { Run } from './run';
import type { TableStatistics } from '../task/statistics';

/** Compares tables with what the source holds in a session's transaction, and writes down what came of it. */
export async function compareWithLake(
  { options, state }: Run, target: LakeTarget, task: LakeTask, plans: readonly TablePlan[], session: Client,
): Promise<void> {
  const { lake } = target;
  await target.refuseMissingFiles(state);
  const comparison = await LakeComparison.open(join(options.workdir, 'comparison'));
  const copies = join(options.workdir, 'copies');
  try {
    for (const plan of plans) {
      const statistics = state.statisticsOf(plan);
      const paths = target.filesOf(state, plan).map(({ path }) => path);
      const now = await asItIsNow(session, plan);
      const result = await comparison.compare(session, task.comparesLobs ? now : withoutLobs(now), {
        files: await lake.localFiles(paths, copies),
        hasOperations: !task.lake.insertsOnly && !task.lake.insertsAndUpdates,
        csv: csvLake(task, plan, paths),
        obstacle: obstacleOf(task, statistics),
      });
      state.compared(plan, result);
      await rm(copies, { recursive: true, force: true });
    }
  } finally {
    await rm(copies, { recursive: true, force: true });
    await comparison.close();
  }
}

/** What the engine knows of files of lines and they do not say. */
function csvLake({ lake }: LakeTask, plan: TablePlan, paths: readonly string[]): CsvLake | undefined {
  if (lake.format.kind !== 'csv') return undefined;
  const [load, changes] = [lake.loadColumns, lake.changeColumns].map((columns) => new TableBatch(plan, columns).schema);
  return { options: lake.format, columnsOf: paths.map((path) => (isLoadFile(path) ? load! : changes!)) };
}

function obstacleOf({ lake }: LakeTask, statistics: TableStatistics): string | undefined {
  const { inserts, updates, deletes, ddls } = statistics;
  if (lake.transactions !== undefined && inserts + updates + deletes > 0) {
    return 'its changes are in the transaction files, among those of others';
  }
  return lake.format.kind === 'csv' && ddls > 0
    ? 'its definition has changed, and CSV files do not say which columns they have'
    : undefined;
}

/** `SkipLobColumns`: their values are taken for equal. */
export function withoutLobs(plan: TablePlan): TablePlan {
  return {
    ...plan,
    copied: plan.copied.map((column) =>
      (column.type.dms.endsWith('LOB') ? { ...column, type: { ...column.type, compareAs: undefined } } : column)),
  };
}

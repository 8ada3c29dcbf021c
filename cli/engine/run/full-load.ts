import { escapeIdentifier, escapeLiteral } from 'pg';
import type { ProgressSink } from '../../output/progress';
import { asText } from '../columns/postgres-types';
import { rowQuery } from '../plan/row-query';
import type { TablePlan } from '../plan/table-plan';
import { copyRows } from '../source/copy';
import { titleOf } from '../source/names';
import { openSession } from '../source/session';
import { loadFileName } from '../target/layout';
import type { LakeFolder } from '../target/lake-folder';
import type { ChangeOrigin, Loss } from '../target/table-batch';
import { expressionInputs } from '../target/table-batch';
import type { LakeFile } from '../target/table-file';
import { TableFile } from '../target/table-file';
import type { ReplicationTask } from './replication-task';
import { folderOf } from './replication-task';
import { formatMicros } from './moment';

export interface LoadedTable {
  readonly rows: number;
  readonly files: readonly LakeFile[];
  readonly losses: readonly Loss[];
}

export interface LoadContext {
  readonly task: ReplicationTask;
  readonly sourceUrl: string | undefined;
  /** All tables are read in this one snapshot. */
  readonly snapshot: string;
  readonly startedAt: Date;
  readonly lake: LakeFolder;
  readonly progress: ProgressSink;
  readonly signal: AbortSignal;
}

/**
 * Loads tables side by side, as many as `MaxFullLoadSubTasks` allows, in load order. The first failure ends the others.
 *
 * @param loaded called for each table when its files are complete
 */
export async function loadTables(
  plans: readonly TablePlan[],
  context: LoadContext,
  loaded: (plan: TablePlan, result: LoadedTable) => Promise<void>,
): Promise<void> {
  const queue = [...plans];
  const failed = new AbortController();
  const signal = AbortSignal.any([context.signal, failed.signal]);
  const work = async (): Promise<void> => {
    for (let plan = queue.shift(); plan !== undefined; plan = queue.shift()) {
      await loaded(plan, await loadTable(plan, { ...context, signal }));
    }
  };
  const workers = Array.from({ length: Math.min(context.task.maxFullLoadSubTasks, plans.length) }, () =>
    work().catch((error: unknown) => {
      // With its reason, so that the tables that stop because of it do not tell a story of their own.
      failed.abort(error);
      throw error;
    }));
  const results = await Promise.allSettled(workers);
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason as Error;
}

async function loadTable(plan: TablePlan, context: LoadContext): Promise<LoadedTable> {
  const { task, lake, progress, signal } = context;
  const title = titleOf(plan.source);
  const folder = folderOf(task, plan);
  const file = new TableFile(`${folder}/${loadFileName(1)}`, lake, task.lake.parquet, plan, task.lake.loadColumns);
  const begin = Date.now();
  progress.tableStarted(title, plan.source.estimatedRows);
  const client = await openSession(context.sourceUrl);
  // The server may make the query wait, for a lock: nobody should have to wait with it.
  const interrupt = (): void => void client.end();
  signal.addEventListener('abort', interrupt, { once: true });
  let rows = 0;
  try {
    signal.throwIfAborted();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    await client.query(`SET TRANSACTION SNAPSHOT ${escapeLiteral(context.snapshot)}`);
    const fields = plan.copied.length + expressionInputs(plan).length;
    for await (const chunk of copyRows(client, loadQuery(plan), fields)) {
      const origin = loadOrigin(task.lake.useTaskStartTime ? context.startedAt : new Date());
      for (const row of chunk) {
        file.batch.appendLoaded(row, origin);
        rows++;
        if (file.isFull) await file.writeOut();
      }
      signal.throwIfAborted();
      progress.tableProgress(title, rows);
    }
    const losses = file.batch.losses();
    const written = await file.close();
    progress.tableFinished(title, rows, (Date.now() - begin) / 1000);
    return { rows, files: written === undefined ? [] : [written], losses };
  } catch (error) {
    await file.abandon();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', interrupt);
    await client.end();
  }
}

/** The copied columns in their binary form, then what expressions need as text. */
function loadQuery(plan: TablePlan): string {
  return rowQuery(plan, [
    ...plan.copied.map(({ source, type }) => type.copyAs(escapeIdentifier(source))),
    ...expressionInputs(plan).map((column) => asText(escapeIdentifier(column))),
  ]);
}

function loadOrigin(moment: Date): ChangeOrigin {
  return { timestamp: formatMicros(BigInt(moment.getTime()) * 1000n), streamPosition: '', changeSequence: '' };
}

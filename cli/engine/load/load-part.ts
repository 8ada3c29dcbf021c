import { escapeIdentifier } from 'pg';
import { asText } from '../columns/postgres-types';
import { rowQuery } from '../plan/row-query';
import type { TablePlan } from '../plan/table-plan';
import { formatMicros } from '../target/moment';
import type { LakeTask } from '../task/replication-task';
import { folderOf } from '../task/replication-task';
import { CopyReader } from '../source/copy';
import { openSession, readSnapshot } from '../source/session';
import { fileExtension } from '../target/file-format';
import type { Lake } from '../target/lake';
import type { ChangeOrigin } from '../target/table-batch';
import { expressionInputs } from '../target/table-batch';
import { TableFile } from '../target/table-file';
import type { Loaded, LoadContext } from './load-context';
import type { LoadPart } from './parts';
import { partFileName } from './parts';

/**
 * Loads one part of a table over a connection of its own.
 *
 * @param progress told the rows and bytes since it was told last
 */
export async function loadPart(
  plan: TablePlan,
  part: LoadPart,
  { task, sourceUrl, snapshot, startedAt }: LoadContext<LakeTask>,
  lake: Lake,
  progress: (rows: number, bytes: number) => void,
  signal: AbortSignal,
): Promise<Loaded> {
  const { format, loadColumns: metadata, useTaskStartTime } = task.lake;
  const extension = fileExtension(format);
  const file = new TableFile(plan, {
    lake, format, metadata,
    pathOf: (n) => `${folderOf(task, plan)}/${partFileName(part, n, extension)}`,
    maxFileBytes: format.kind === 'csv' ? format.maxFileBytes : undefined,
  });
  const client = await openSession(sourceUrl);
  // The server may make the query wait, for a lock: nobody should have to wait with it.
  const interrupt = (): void => void client.end();
  signal.addEventListener('abort', interrupt, { once: true });
  let rows = 0;
  try {
    signal.throwIfAborted();
    await readSnapshot(client, snapshot);
    const fields = plan.copied.length + expressionInputs(plan).length;
    const copy = new CopyReader(client, loadQuery(plan, part), fields);
    for (let block = await copy.next(); block !== undefined; block = await copy.next()) {
      const origin = loadOrigin(useTaskStartTime ? startedAt : new Date());
      for (let from = 0, to; from < block.rows; from = to) {
        to = Math.min(block.rows, from + file.room);
        file.batch.appendLoaded(block, from, to, origin);
        if (file.isFull) await file.writeOut();
      }
      rows += block.rows;
      progress(block.rows, block.size);
      signal.throwIfAborted();
    }
    const losses = file.batch.losses();
    return { rows, files: await file.close(), losses };
  } catch (error) {
    await file.abandon();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', interrupt);
    await client.end();
  }
}

/** The copied columns in their binary form, then what expressions need as text. */
function loadQuery(plan: TablePlan, { condition }: LoadPart): string {
  const values = [
    ...plan.copied.map(({ source, type }) => type.copyAs(escapeIdentifier(source))),
    ...expressionInputs(plan).map((column) => asText(escapeIdentifier(column))),
  ];
  return rowQuery(plan, values, condition);
}

function loadOrigin(moment: Date): ChangeOrigin {
  return { timestamp: formatMicros(BigInt(moment.getTime()) * 1000n), streamPosition: '', changeSequence: '' };
}

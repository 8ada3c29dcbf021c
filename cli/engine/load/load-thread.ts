/** A thread of the full load: loads parts of tables, several at a time, until it is told that no more will come. */
import { parentPort, workerData } from 'node:worker_threads';
import { planTable } from '../plan/table-plan';
import { openLake } from '../target/open-lake';
import { loadPart } from './load-part';
import type { News, Order, ThreadData } from './thread-messages';
import { failureOf } from './thread-messages';

/** Progress is told at most this often: each message costs both sides something. */
const NEWS_INTERVAL_MS = 100;

const { context, lake: location } = workerData as ThreadData;
const lake = openLake(location);
const aborted = new AbortController();
const port = parentPort!;

async function load({ id, table, part }: Order & { kind: 'load' }): Promise<void> {
  const tell = (news: News): void => port.postMessage(news);
  const told = { rows: 0, bytes: 0, at: 0 };
  const progress = (rows: number, bytes: number): void => {
    told.rows += rows;
    told.bytes += bytes;
    if (Date.now() - told.at < NEWS_INTERVAL_MS) return;
    tell({ id, kind: 'progress', rows: told.rows, bytes: told.bytes });
    Object.assign(told, { rows: 0, bytes: 0, at: Date.now() });
  };
  try {
    const plan = await planTable(context.task.mappings, table, context.task.types);
    const result = await loadPart(plan, part, context, await lake, progress, aborted.signal);
    tell({ id, kind: 'progress', rows: told.rows, bytes: told.bytes });
    tell({ id, kind: 'loaded', result });
  } catch (error) {
    tell({ id, kind: 'failed', failure: failureOf(error) });
  }
}

port.on('message', (order: Order) => {
  if (order.kind === 'load') void load(order);
  else if (order.kind === 'abort') aborted.abort();
  else port.close();
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checkpoint } from '../../cli/engine/run/checkpoint';
import type { TaskReport } from '../../cli/engine/run/report';
import { newStatistics } from '../../cli/engine/task/statistics';
import { readCatalog } from '../../cli/engine/source/catalog';
import { openSession } from '../../cli/engine/source/session';
import type { EngineRunOptions } from '../../test/support/engine-run';
import { runEngine } from '../../test/support/engine-run';
import { PUBLICATION } from './source';

/** The target of the ready-made stack; its intervals and sizes are DMS's defaults. */
const READY_MADE = {
  CompressionType: 'gzip', DatePartitionEnabled: true, EnableStatistics: true, ParquetTimestampInMillisecond: true,
  TimestampColumnName: 'dms_timestamp',
};

/** `CdcMaxBatchInterval` of the ready-made stack. */
export const BATCH_SECONDS = 60;

/** Captures what a slot has into a folder, as a run that goes on: the slot and the publication are there already. */
export async function captureFrom(
  url: string, slot: string, folder: string, options: Omit<EngineRunOptions, 'folder'> = {},
): Promise<TaskReport> {
  const client = await openSession(url);
  const sources = (await readCatalog(client)).filter(({ name }) => name === 'orders');
  await client.end();
  const previous: Checkpoint = {
    version: 3, task: 'Task', definition: '', slot, publications: [PUBLICATION], isGiven: false,
    target: { kind: 'folder', path: `${folder}/lake` }, folders: [], startedAt: new Date().toISOString(),
    phase: 'capture', lsn: '0/0', changes: 0, stopsAfterCachedChanges: false, fullLoadSeconds: 0,
    files: [], removed: [], emptyBefore: [],
    tables: [newStatistics({ schema: 'public', name: 'orders' })], sources, losses: {}, warnings: [],
  };
  const { report } = await runEngine(url, { migrationType: 'cdc', s3: READY_MADE }, { folder, previous, ...options });
  return report;
}

/** Calls `work` with a folder that is removed afterwards. */
export async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'capture-bench-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

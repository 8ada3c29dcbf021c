import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { UsageError } from '../../errors';
import type { TablePlan } from '../plan/table-plan';
import { titleOf } from '../source/names';
import { checkPrivileges, checkServer } from '../source/preflight';
import { openSession } from '../source/session';
import { dropSourceObjects, releasedSlot } from '../source/slot';
import { LakeFolder } from '../target/lake-folder';
import type { Checkpoint } from './checkpoint';
import { CheckpointFile } from './checkpoint';
import { planTables } from './planning';
import type { ReplicationTask } from './replication-task';
import { folderOf } from './replication-task';
import type { RehearsalOptions, Run } from './run';
import { captures } from './run';
import { RunState } from './run-state';
import { newStatistics } from './statistics';

/** A name that no other run uses: of slot and publications. */
export function rehearsalName(): string {
  return `dms_rehearsal_${randomBytes(4).toString('hex')}`;
}

/**
 * Checks source and target before anything is changed, then begins anew or goes on where the last run stopped.
 *
 * @throws {UsageError} when source, target or task do not allow it
 */
export async function beginRun(task: ReplicationTask, options: RehearsalOptions, client: Client): Promise<Run> {
  const { previous } = options;
  const resumed = previous?.phase === 'capture' ? previous : undefined;
  const capturing = captures(task, options.until);
  if (resumed !== undefined && !capturing) {
    throw new UsageError('the full load of this rehearsal is done: --until full-load has nothing left to do');
  }
  await checkServer(client, capturing, previous?.slot);
  const plans = ofRun(resumed, await planTables(client, task));
  await checkPrivileges(client, plans.map((plan) => plan.source));
  const lake = await LakeFolder.open(options.lake);
  const store = new CheckpointFile(options.workdir);
  if (previous !== undefined && resumed === undefined) {
    await undoLoad(options, previous, lake);
    await store.remove();
    options.progress.message('the full load was interrupted: it begins again');
  }
  const state = new RunState(resumed ?? newCheckpoint(task, plans, capturing), store, lake, task);
  const run: Run = { task, options, client, plans, lake, store, state };
  if (resumed === undefined) await prepareTables(run);
  else await recover(run);
  return run;
}

/**
 * Takes away what a load that was not finished has made. A load has no middle to go on from: its snapshot ended with
 * the process that held it.
 */
export async function undoLoad(options: RehearsalOptions, checkpoint: Checkpoint, lake: LakeFolder): Promise<void> {
  await lake.remove(checkpoint.files.map(({ path }) => path));
  // A connection of its own: the failure may have been that of the run's.
  const client = await openSession(options.sourceUrl);
  try {
    await dropSourceObjects(client, checkpoint);
  } finally {
    await client.end();
  }
}

/** A run that goes on has the tables that it began with: the slot knows no others. */
function ofRun(resumed: Checkpoint | undefined, plans: readonly TablePlan[]): readonly TablePlan[] {
  return resumed === undefined ? plans : plans.filter(({ source }) =>
    resumed.tables.some(({ schema, table }) => schema === source.schema && table === source.name));
}

function newCheckpoint(task: ReplicationTask, plans: readonly TablePlan[], capturing: boolean): Checkpoint {
  const name = rehearsalName();
  return {
    version: 1,
    task: task.id,
    definition: task.fingerprint,
    slot: name,
    publications: capturing ? [name, `${name}_inserts`] : [],
    startedAt: new Date().toISOString(),
    phase: 'full-load',
    lsn: '0/0',
    changes: 0,
    fullLoadSeconds: 0,
    files: [],
    removed: [],
    tables: plans.map((plan) => newStatistics(plan.source)),
  };
}

/** Publishes what the last run finished and removes what it did not. */
async function recover({ task, options, client, plans, lake, state }: Run): Promise<void> {
  const { slot, files, removed, lsn } = state.checkpoint;
  if (!(await releasedSlot(client, slot))) {
    throw new UsageError(
      `the source has no replication slot ${slot} any more, so what changed since is lost: ` +
      'give the rehearsal up with --clean',
    );
  }
  await lake.remove(removed);
  await lake.publish(files.map(({ path }) => path));
  await lake.sweep(plans.map((plan) => folderOf(task, plan)));
  options.progress.message(`going on from ${lsn} with ${files.length} files`);
}

/** `TargetTablePrepMode`, as it shows in a bucket: files of earlier runs stay or go. */
async function prepareTables({ task, plans, lake, state }: Run): Promise<void> {
  for (const plan of plans) {
    if (plan.source.key.length === 0) {
      state.warn(`${titleOf(plan.source)} has no primary key: DMS replicates no UPDATE and DELETE of it`);
    }
    const folder = folderOf(task, plan);
    await lake.sweep([folder]);
    const files = await lake.list(folder);
    if (task.targetTablePrepMode !== 'DO_NOTHING') await lake.remove(files);
    else if (files.length > 0) {
      state.warn(`${folder} has ${files.length} files of before: TargetTablePrepMode DO_NOTHING keeps them`);
    }
  }
}

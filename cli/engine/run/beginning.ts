import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { UsageError } from '../../errors';
import type { TablePlan } from '../plan/table-plan';
import { titleOf } from '../source/names';
import { checkIdentities, checkPrivileges, checkServer } from '../source/preflight';
import { openSession } from '../source/session';
import { dropSourceObjects, refuseInvalidatedSlot, releasedSlot } from '../source/slot';
import type { Lake } from '../target/lake';
import type { LakeLocation } from '../target/location';
import { isSameLake, titleOfLake } from '../target/location';
import { openLake } from '../target/open-lake';
import type { Checkpoint } from './checkpoint';
import { CheckpointFile } from './checkpoint';
import { planAsBefore, planTables } from './planning';
import type { ReplicationTask } from '../task/replication-task';
import { folderOf, foldersOf } from '../task/replication-task';
import type { RehearsalOptions, Run } from './run';
import { captures } from './run';
import { RunState } from './run-state';
import { newStatistics } from '../task/statistics';

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
  const plans = await (resumed === undefined ? planTables(client, task) : planAsBefore(task, resumed.sources));
  await checkPrivileges(client, plans.map((plan) => plan.source));
  if (capturing) await checkIdentities(client, plans.map((plan) => plan.source));
  if (previous !== undefined) refuseOtherLake(previous.lake, options.lake);
  const lake = await openLake(options.lake);
  await lake.check();
  const store = new CheckpointFile(options.workdir);
  if (previous !== undefined && resumed === undefined) {
    await undoLoad(options, previous, lake);
    await store.remove();
    options.progress.message('the full load was interrupted: it begins again');
  }
  const state = new RunState(resumed ?? newCheckpoint(task, options.lake, plans, capturing), store, lake, task);
  const run: Run = { task, options, client, plans, lake, store, state };
  if (resumed === undefined) await prepareTables(run);
  else await recover(run);
  return run;
}

/**
 * Takes away what a load that was not finished has made. A load has no middle to go on from: its snapshot ended with
 * the process that held it.
 */
export async function undoLoad(options: RehearsalOptions, checkpoint: Checkpoint, lake: Lake): Promise<void> {
  try {
    await lake.discard(checkpoint.files);
    await lake.remove(checkpoint.files.map(({ path }) => path));
  } finally {
    // A connection of its own: the failure may have been that of the run's.
    const client = await openSession(options.sourceUrl);
    try {
      await dropSourceObjects(client, checkpoint);
    } finally {
      await client.end();
    }
  }
}

/** What was written already is there, and the position that the source was told counts on it. */
function refuseOtherLake(before: LakeLocation, now: LakeLocation): void {
  if (isSameLake(before, now)) return;
  const [one, other] = [before, now].map((lake) =>
    `${titleOfLake(lake)}${lake.kind === 's3' && lake.endpoint !== undefined ? ` at ${lake.endpoint}` : ''}`);
  throw new UsageError(`the rehearsal writes to ${one}: go on with that --target, not ${other}, or abandon it with --clean`);
}

function newCheckpoint(
  task: ReplicationTask, lake: LakeLocation, plans: readonly TablePlan[], capturing: boolean,
): Checkpoint {
  const name = rehearsalName();
  return {
    version: 2,
    task: task.id,
    definition: task.fingerprint,
    slot: name,
    publications: capturing ? [name, `${name}_inserts`] : [],
    lake,
    folders: foldersOf(task, plans),
    startedAt: new Date().toISOString(),
    phase: 'full-load',
    lsn: '0/0',
    changes: 0,
    stopsAfterCachedChanges: task.stopAfter === 'cached-changes',
    fullLoadSeconds: 0,
    files: [],
    removed: [],
    tables: plans.map((plan) => newStatistics(plan.source)),
    sources: plans.map((plan) => plan.source),
    losses: {},
    warnings: [],
  };
}

/** Publishes what the last run finished and removes what it did not. */
async function recover({ options, client, lake, state }: Run): Promise<void> {
  const { slot, files, removed, lsn } = state.checkpoint;
  if (!(await releasedSlot(client, slot))) {
    throw new UsageError(
      `the source has no replication slot ${slot} any more, so what changed since is lost: ` +
      'give the rehearsal up with --clean',
    );
  }
  await refuseInvalidatedSlot(client, slot);
  await lake.remove(removed);
  await state.publish(files);
  await lake.sweep(state.checkpoint.folders);
  await state.refuseMissingFiles();
  options.progress.message(`going on from ${lsn} with ${files.length} files`);
}

/** `TargetTablePrepMode`, as it shows in a bucket: files of earlier runs stay or go. */
export async function prepareTables({ task, plans, lake, state }: Run): Promise<void> {
  for (const path of task.withoutCounterpart) {
    state.warn(`${path} leaves nothing in the lake: DMS documents its tables for databases only; the report has what they hold`);
  }
  for (const key of lake.location.kind === 's3' ? lake.location.objects.unknown : []) {
    state.warn(`S3Settings.${key} is not known before deployment: the objects are written without it`);
  }
  await lake.sweep(state.checkpoint.folders);
  for (const plan of plans) {
    if (plan.source.key.length === 0 && !plan.source.isView) {
      state.warn(`${titleOf(plan.source)} has no primary key: DMS replicates no UPDATE and DELETE of it`);
    }
    const folder = folderOf(task, plan);
    const files = await lake.list(folder);
    if (task.targetTablePrepMode !== 'DO_NOTHING') await lake.remove(files);
    else if (files.length > 0) {
      state.warn(`${folder} has ${files.length} files of before: TargetTablePrepMode DO_NOTHING keeps them`);
    }
  }
}

import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { UsageError } from '../../errors';
import type { TablePlan } from '../plan/table-plan';
import { checkIdentities, checkPrivileges, checkServer } from '../source/preflight';
import { openSession } from '../source/session';
import { dropSourceObjects, refuseInvalidatedSlot, releasedSlot } from '../source/slot';
import type { TargetLocation } from '../target/target-location';
import { isSameTarget, titleOfTarget, withoutPassword } from '../target/target-location';
import type { ReplicationTask } from '../task/replication-task';
import { newStatistics } from '../task/statistics';
import type { Checkpoint } from './checkpoint';
import { CheckpointFile } from './checkpoint';
import { planAsBefore, planTables } from './planning';
import type { RehearsalOptions, Run, RunStart } from './run';
import { captures } from './run';
import { RunState } from './run-state';
import type { RunTarget } from './run-target';
import { startOf } from './start';

/** A name that no other run uses: of slot and publications. */
export function rehearsalName(): string {
  return `dms_rehearsal_${randomBytes(4).toString('hex')}`;
}

/**
 * Checks source and target before anything is changed, then begins anew or goes on where the last run stopped.
 *
 * @throws {UsageError} when source, target or task do not allow it
 */
export async function beginRun(
  task: ReplicationTask, options: RehearsalOptions, client: Client, target: RunTarget,
): Promise<Run> {
  const { previous } = options;
  const resumed = previous?.phase === 'capture' ? previous : undefined;
  const capturing = captures(task, options.until);
  if (resumed !== undefined && !capturing) {
    throw new UsageError('the full load of this rehearsal is done: --until full-load has nothing left to do');
  }
  const start = resumed === undefined && capturing ? await startOf(client, task, givenBefore(options)) : undefined;
  await checkServer(client, capturing, previous?.slot ?? start?.slot);
  const plans = await (resumed === undefined ? planTables(client, task) : planAsBefore(task, resumed.sources));
  await checkPrivileges(client, plans.map((plan) => plan.source));
  if (capturing) await checkIdentities(client, plans.map((plan) => plan.source));
  if (previous !== undefined) refuseOtherTarget(previous.target, options.target);
  await target.check(plans);
  const store = new CheckpointFile(options.workdir);
  if (previous !== undefined && resumed === undefined) {
    await undoLoad(options, previous, target);
    await store.remove();
    options.progress.message('the full load was interrupted: it begins again');
  }
  const checkpoint = resumed ?? {
    ...newCheckpoint(task, options.target, plans, capturing),
    folders: target.foldersOf(plans),
    ...(start && { slot: start.slot, publications: start.publications, isGiven: true, lsn: start.lsn }),
  };
  const state = new RunState(checkpoint, store, task);
  const run: Run = { task, options, client, plans, target, store, state };
  if (resumed === undefined) await prepareTables(run, plans);
  else await recover(run);
  return run;
}

/**
 * Takes away what a load that was not finished has made. A load has no middle to go on from: its snapshot ended with
 * the process that held it.
 */
export async function undoLoad(options: RehearsalOptions, checkpoint: Checkpoint, target: RunTarget): Promise<void> {
  try {
    await target.undoLoad(checkpoint);
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

/** A run that had not got to its first change begins where it was told to. */
function givenBefore({ start, previous }: RehearsalOptions): RunStart | undefined {
  if (previous?.isGiven !== true) return start;
  const { slot, lsn, publications } = previous;
  return { slot, lsn, publications };
}

/** Makes tables ready for their load. */
export async function prepareTables({ target, state, client }: Run, plans: readonly TablePlan[]): Promise<void> {
  await target.prepareTables(state, plans, client);
}

/** What was written already is there, and the position that the source was told counts on it. */
function refuseOtherTarget(before: TargetLocation, now: TargetLocation): void {
  if (isSameTarget(before, now)) return;
  const [one, other] = [before, now].map((target) =>
    `${titleOfTarget(target)}${target.kind === 's3' && target.endpoint !== undefined ? ` at ${target.endpoint}` : ''}`);
  throw new UsageError(`the rehearsal writes to ${one}: go on with that --target, not ${other}, or abandon it with --clean`);
}

function newCheckpoint(
  task: ReplicationTask, target: TargetLocation, plans: readonly TablePlan[], capturing: boolean,
): Checkpoint {
  const name = rehearsalName();
  return {
    version: 3,
    task: task.id,
    definition: task.fingerprint,
    slot: name,
    publications: capturing ? [name, `${name}_inserts`] : [],
    isGiven: false,
    target: withoutPassword(target),
    folders: [],
    startedAt: new Date().toISOString(),
    phase: 'full-load',
    lsn: '0/0',
    changes: 0,
    stopsAfterCachedChanges: task.stopAfter === 'cached-changes',
    fullLoadSeconds: 0,
    files: [],
    removed: [],
    emptyBefore: [],
    tables: plans.map((plan) => newStatistics(plan.source)),
    sources: plans.map((plan) => plan.source),
    losses: {},
    warnings: [],
  };
}

async function recover({ options, client, target, state }: Run): Promise<void> {
  const { slot } = state.checkpoint;
  if (!(await releasedSlot(client, slot))) {
    throw new UsageError(
      `the source has no replication slot ${slot} any more, so what changed since is lost: ` +
      'give the rehearsal up with --clean',
    );
  }
  await refuseInvalidatedSlot(client, slot);
  await target.recover(state);
  const { lsn, files } = state.checkpoint;
  options.progress.message(`going on from ${lsn}${target.noun === 'lake' ? ` with ${files.length} files` : ''}`);
}

import { rm } from 'node:fs/promises';
import { UsageError } from '../../errors';
import { openSession } from '../source/session';
import { dropSourceObjects } from '../source/slot';
import { forgetPosition } from '../database/control-tables';
import { openLake } from '../target/open-lake';
import type { Checkpoint } from './checkpoint';
import { CheckpointFile } from './checkpoint';
import type { ReplicationTask } from '../task/replication-task';

/**
 * The unfinished run in a work folder that is to go on; `undefined` to begin anew.
 *
 * @throws {UsageError} when there is one and it is not to go on, or there is none, or its task has changed since
 */
export async function previousRun(
  workdir: string,
  task: ReplicationTask,
  resume: boolean,
): Promise<Checkpoint | undefined> {
  const checkpoint = await new CheckpointFile(workdir).read();
  const unfinished = checkpoint?.phase === 'finished' ? undefined : checkpoint;
  if (!resume) {
    if (unfinished === undefined) return undefined;
    throw new UsageError(`${workdir} holds a rehearsal that is not finished: go on with --resume, or abandon it with --clean`);
  }
  if (unfinished === undefined) {
    throw new UsageError(`there is nothing to resume in ${workdir}: leave --resume out`);
  }
  if (unfinished.definition !== task.fingerprint) {
    throw new UsageError(`the task has changed since the rehearsal in ${workdir} began: abandon that one with --clean`);
  }
  return unfinished;
}

/**
 * Gives up the rehearsal in a work folder: its slot and publications go, what it has not finished in its lake, and the
 * folder. Published files, and rows that were committed, stay where they are.
 *
 * @param source URL of the database that it reads, or `embedded` for one that goes with the rehearsal
 * @param target URL of the database that it writes to, if it does; the checkpoint has it without password
 * @returns whether there was any
 * @throws {UsageError} when its slot is in a database that was not given
 */
export async function abandon(workdir: string, source: string | undefined, target?: string): Promise<boolean> {
  const checkpoint = await new CheckpointFile(workdir).read();
  if (checkpoint !== undefined && checkpoint.phase !== 'finished' && source !== 'embedded') {
    if (source === undefined) {
      throw new UsageError(`the rehearsal in ${workdir} has slot ${checkpoint.slot} in its source: give that database with --source`);
    }
    const client = await openSession(source);
    try {
      await dropSourceObjects(client, checkpoint);
    } finally {
      await client.end();
    }
  }
  if (checkpoint !== undefined && checkpoint.phase !== 'finished') {
    if (checkpoint.target.kind === 'postgres') {
      await forgetPosition({ kind: 'postgres', url: target ?? checkpoint.target.url }, checkpoint.slot);
    } else {
      const lake = await openLake(checkpoint.target);
      await lake.discard(checkpoint.files);
      await lake.sweep(checkpoint.folders);
    }
  }
  await rm(workdir, { recursive: true, force: true });
  return checkpoint !== undefined;
}

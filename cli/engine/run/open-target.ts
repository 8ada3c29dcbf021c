import { UsageError } from '../../errors';
import type { TargetLocation } from '../target/target-location';
import { titleOfTarget } from '../target/target-location';
import type { ReplicationTask } from '../task/replication-task';
import { isLakeTask } from '../task/replication-task';
import { DatabaseTarget } from './database-target';
import { LakeTarget } from './lake-target';
import type { RunTarget } from './run-target';

/**
 * Opens the target of a task. Nothing is changed yet.
 *
 * @throws {UsageError} when the task was read for a target of another kind
 */
export async function openTarget(task: ReplicationTask, location: TargetLocation): Promise<RunTarget> {
  if (isLakeTask(task)) {
    if (location.kind !== 'postgres') return LakeTarget.open(task, location);
    throw new UsageError(`task ${task.id} writes files: ${titleOfTarget(location)} is a database`);
  }
  if (location.kind === 'postgres') return DatabaseTarget.open(task, location);
  throw new UsageError(`task ${task.id} has a PostgreSQL target: give a database with --target, not ${titleOfTarget(location)}`);
}

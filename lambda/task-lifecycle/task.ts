import type { ReplicationTask } from '@aws-sdk/client-database-migration-service';

/**
 * The states of a task.
 *
 * @see https://docs.aws.amazon.com/dms/latest/APIReference/API_ReplicationTask.html
 */
export const TASK_STATUSES = [
  'creating', 'ready', 'starting', 'running', 'stopping', 'stopped', 'failed',
  'modifying', 'moving', 'failed-move', 'testing', 'deleting',
] as const;

export type TaskStatus = typeof TASK_STATUSES[number];

/** What the next step depends on. */
export interface TaskView {
  readonly arn: string;
  readonly name: string;
  /** One of `TASK_STATUSES`, unless DMS has invented another. */
  readonly status: string;
  readonly stopReason?: string;
  readonly failure?: string;
  /** When it was last started, afresh or not, in ISO 8601. */
  readonly startedAt?: string;
  readonly instanceArn: string;
  /** Source and target. */
  readonly endpointArns: readonly string[];
}

export function viewOf(task: ReplicationTask): TaskView {
  const started = task.ReplicationTaskStats?.StartDate ?? task.ReplicationTaskStats?.FreshStartDate;
  return {
    arn: task.ReplicationTaskArn ?? '',
    name: task.ReplicationTaskIdentifier ?? task.ReplicationTaskArn ?? 'without a name',
    status: task.Status ?? 'unknown',
    stopReason: task.StopReason,
    failure: task.LastFailureMessage,
    startedAt: started?.toISOString(),
    instanceArn: task.ReplicationInstanceArn ?? '',
    endpointArns: [task.SourceEndpointArn ?? '', task.TargetEndpointArn ?? ''],
  };
}

/** Whether the task has ever been started: from then on, starting it from scratch loads everything again. */
export const hasRun = (task: TaskView): boolean => task.startedAt !== undefined;

/** Whether it moves rows, or is about to. */
export const isActive = ({ status }: TaskView): boolean => status === 'running' || status === 'starting';

/** Stopped because its settings say so: a load that is over, or one that waits for somebody to go on. */
export const stoppedByDesign = ({ stopReason = '' }: TaskView): boolean =>
  /FULL_LOAD_ONLY_FINISHED|STOPPED_AFTER_FULL_LOAD|STOPPED_AFTER_CACHED_EVENTS/.test(stopReason);

/** Stopped where its stop position told it to. */
export const reachedItsEnd = ({ stopReason = '' }: TaskView): boolean =>
  /STOPPED_AT_(SERVER|COMMIT)_TIME/.test(stopReason);

/** The task with everything that DMS says of it, for messages. */
export function describe(task: TaskView): string {
  const said = [
    task.stopReason && `StopReason: ${task.stopReason}`,
    task.failure && `LastFailureMessage: ${task.failure}`,
  ].filter(Boolean);
  return `replication task ${task.name} (${task.arn}) is ${task.status}${said.length > 0 ? ` (${said.join('; ')})` : ''}`;
}

import type { ReplicationTask } from '@aws-sdk/client-database-migration-service';
import { surroundings } from '../surroundings';
import { connectionStep } from './connections';
import { connectionsOf, describeTask, startTask, stopTask, testConnection, type Wired } from './dms';
import { explain, faultKind } from './faults';
import { Refusal } from './refusals';
import { describe, type Phase, type Replication, type ReplicationView } from './replication';

/**
 * The states of a task.
 *
 * @see https://docs.aws.amazon.com/dms/latest/APIReference/API_ReplicationTask.html
 */
export const TASK_PHASES = {
  creating: 'passing',
  ready: 'ready',
  starting: 'starting',
  running: 'running',
  stopping: 'passing',
  stopped: 'stopped',
  failed: 'failed',
  modifying: 'passing',
  moving: 'passing',
  'failed-move': 'stuck',
  testing: 'passing',
  deleting: 'leaving',
} as const satisfies Record<string, Phase>;

/** The task as it is; nothing when it does not exist. */
export async function lookAtTask(arn: string): Promise<Replication | undefined> {
  const task = await describeTask(arn);
  return task === undefined ? undefined : controllable(task);
}

export function viewOfTask(task: ReplicationTask): ReplicationView {
  const started = task.ReplicationTaskStats?.StartDate ?? task.ReplicationTaskStats?.FreshStartDate;
  const status = task.Status ?? 'unknown';
  return {
    kind: 'replication task',
    arn: task.ReplicationTaskArn ?? '',
    name: task.ReplicationTaskIdentifier ?? task.ReplicationTaskArn ?? 'without a name',
    status,
    // A state that DMS has invented since: it may pass, and the time limit names it if it does not.
    phase: (TASK_PHASES as Partial<Record<string, Phase>>)[status] ?? 'passing',
    stopReason: task.StopReason,
    failure: task.LastFailureMessage && `LastFailureMessage: ${task.LastFailureMessage}`,
    hasRun: started !== undefined,
    canResume: true,
    lastStart: started?.toISOString(),
  };
}

function controllable(task: ReplicationTask): Replication {
  const view = viewOfTask(task);
  const wired = wiringOf(task);
  return {
    ...view,
    prepare: () => testAfresh(wired),
    start: async (type, elapsedSeconds, gate) => {
      const obstacle = await untilConnected(view, wired, elapsedSeconds) ?? await gate?.();
      if (obstacle === undefined) await startTask(view.arn, type);
      return obstacle;
    },
    stop: () => stopTask(view.arn),
  };
}

export const wiringOf = (task: ReplicationTask): Wired => ({
  instanceArn: task.ReplicationInstanceArn ?? '',
  endpointArns: [task.SourceEndpointArn ?? '', task.TargetEndpointArn ?? ''],
});

/** A test of yesterday says nothing of an endpoint changed today. What cannot be tested now is tested later. */
async function testAfresh({ instanceArn, endpointArns }: Wired): Promise<void> {
  for (const endpointArn of endpointArns) {
    try {
      await testConnection(instanceArn, endpointArn);
    } catch (error) {
      if (faultKind(error) === 'fatal') throw error;
      surroundings.log({ instanceArn, endpointArn, fault: explain(error) });
    }
  }
}

/**
 * DMS starts no task whose connections did not both pass their test.
 *
 * @returns what is in the way of a start for the moment
 */
export async function untilConnected(
  view: ReplicationView, wired: Wired, elapsedSeconds: number,
): Promise<string | undefined> {
  const step = connectionStep(wired.endpointArns, await connectionsOf(wired), elapsedSeconds);
  if (step.do === 'fail') throw new Refusal(`${describe(view)} and is not started: ${step.message}`);
  if (step.do === 'go') return undefined;
  if (step.do === 'test') {
    for (const endpointArn of step.endpointArns) await testConnection(wired.instanceArn, endpointArn);
  }
  return 'its connections are being tested';
}

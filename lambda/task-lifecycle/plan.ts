import { createHash } from 'node:crypto';
import {
  type GuardProperties,
  LifecycleResource,
  OnTaskChange,
  type PauseProperties,
  type RunProperties,
  WAS_RUNNING,
} from './api';
import { lookAt } from './dms';
import type { Goal, LifecycleEvent, Plan, Wish } from './event';
import { refusalOf, replacedTask } from './refusals';
import { isRollingBack, taskArnOf } from './stack';
import { surroundings } from './surroundings';
import { hasRun, isActive } from './task';

const RAN = 'ran';

/** What a request comes down to. Changes nothing. */
export async function planFor(event: LifecycleEvent): Promise<Plan> {
  switch (event.ResourceType) {
    case LifecycleResource.GUARD: return planForGuard(event);
    case LifecycleResource.PAUSE: return planForPause(event);
    case LifecycleResource.RUN: return planForRun(event);
    default: throw new Error(`'${event.ResourceType}' is not a resource of this handler`);
  }
}

/**
 * The guard has a new id after every change, for what CloudFormation then does: it deletes the *old* guard at the end
 * of an update that went well, and the *new* one at the end of a rollback, when everything else is as it was. That is
 * the only moment of a rollback in which the task can be put back whatever it was that failed: resources that the
 * update had not reached are not asked again.
 */
async function planForGuard(event: LifecycleEvent): Promise<Plan> {
  const properties = propertiesOf<GuardProperties>(event.ResourceProperties);
  if (event.RequestType === 'Create') return guard(event, false);
  const rollingBack = await isRollingBack(event.StackId);
  if (event.RequestType === 'Delete') {
    const PhysicalResourceId = event.PhysicalResourceId ?? '';
    const toPutBack = rollingBack && PhysicalResourceId.endsWith(`-${RAN}`);
    const taskArn = toPutBack ? await taskArnOf(event.StackId, properties.TaskLogicalId) : undefined;
    return taskArn === undefined
      ? { PhysicalResourceId }
      : { PhysicalResourceId, Goal: await runningGoal(taskArn, properties, 'never') };
  }
  // A rollback must go through, whatever it changes.
  if (rollingBack) return guard(event, false);
  const refusal = refusalOf(propertiesOf<GuardProperties>(event.OldResourceProperties), properties);
  if (refusal !== undefined) throw new Error(refusal);
  const taskArn = await taskArnOf(event.StackId, properties.TaskLogicalId);
  const task = taskArn === undefined ? undefined : await lookAt(taskArn);
  return guard(event, task !== undefined && isActive(task));
}

function guard(event: LifecycleEvent, wasRunning: boolean): Plan {
  const digest = createHash('sha256').update(JSON.stringify(event.ResourceProperties)).digest('hex').slice(0, 32);
  return {
    PhysicalResourceId: `${event.LogicalResourceId}-${digest}-${wasRunning ? RAN : 'idle'}`,
    Data: { [WAS_RUNNING]: String(wasRunning) },
  };
}

async function planForPause(event: LifecycleEvent): Promise<Plan> {
  const PhysicalResourceId = event.PhysicalResourceId ?? event.LogicalResourceId;
  // Created before the task, and deleted after it.
  if (event.RequestType !== 'Update') return { PhysicalResourceId };
  const properties = propertiesOf<PauseProperties>(event.ResourceProperties);
  const taskArn = await taskArnOf(event.StackId, properties.TaskLogicalId);
  return taskArn === undefined
    ? { PhysicalResourceId }
    : { PhysicalResourceId, Goal: goal(taskArn, properties, { state: 'stopped' }) };
}

/** The resource is the task: a task that replaces another one is another resource, and the old one is stopped. */
async function planForRun(event: LifecycleEvent): Promise<Plan> {
  const properties = propertiesOf<RunProperties>(event.ResourceProperties);
  const taskArn = properties.ReplicationTaskArn;
  const PhysicalResourceId = taskArn;
  const startOnDeploy = properties.StartOnDeploy === 'true';
  if (event.RequestType === 'Delete') {
    const stopped = goal(taskArn, properties, { state: 'stopped' });
    return { PhysicalResourceId: event.PhysicalResourceId ?? taskArn, Goal: stopped };
  }
  if (event.RequestType === 'Create') {
    return startOnDeploy
      ? { PhysicalResourceId, Goal: await runningGoal(taskArn, properties, 'first') }
      : { PhysicalResourceId };
  }
  const before = propertiesOf<RunProperties>(event.OldResourceProperties);
  const mayReload = properties.OnChange === OnTaskChange.RELOAD;
  if (before.ReplicationTaskArn !== taskArn && !mayReload) {
    const task = await lookAt(taskArn);
    // A rollback brings back the old task, which has run; if it has not, there is nothing to resume.
    if (task !== undefined && !hasRun(task)) {
      if (await isRollingBack(event.StackId)) return { PhysicalResourceId };
      throw new Error(replacedTask(taskArn));
    }
  }
  if (!startOnDeploy && properties.WasRunning !== 'true') return { PhysicalResourceId };
  const load = mayReload && before.LoadDigest !== properties.LoadDigest ? 'again' : 'first';
  return { PhysicalResourceId, Goal: await runningGoal(taskArn, properties, load) };
}

async function runningGoal(
  taskArn: string, properties: { readonly TimeoutMinutes: string }, load: 'never' | 'first' | 'again',
): Promise<Goal> {
  const startedBefore = (await lookAt(taskArn))?.startedAt;
  return goal(taskArn, properties, { state: 'running', load, startedBefore });
}

function goal(taskArn: string, { TimeoutMinutes }: { readonly TimeoutMinutes: string }, wish: Wish): Goal {
  return { taskArn, wish, since: new Date(surroundings.now()).toISOString(), timeoutMinutes: Number(TimeoutMinutes) };
}

/** The construct writes the properties; nothing else makes these resources. */
const propertiesOf = <T>(properties: Readonly<Record<string, unknown>> = {}): T => properties as T;

import { createHash } from 'node:crypto';
import { surroundings } from '../surroundings';
import {
  type GuardProperties,
  type LifecycleProperties,
  LifecycleResource,
  OnTaskChange,
  type PauseProperties,
  type RunProperties,
  WAS_RUNNING,
} from './api';
import type { Assessment, Goal, LifecycleEvent, Load, Plan, Wish } from './event';
import { lookAt } from './look-at';
import { refusalOf, replaced } from './refusals';
import { isActive, kindOf } from './replication';
import { isRollingBack, replicationArnOf } from './stack';

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
 * the only moment of a rollback in which the replication can be put back whatever it was that failed: resources that
 * the update had not reached are not asked again.
 */
async function planForGuard(event: LifecycleEvent): Promise<Plan> {
  const properties = propertiesOf<GuardProperties>(event.ResourceProperties);
  if (event.RequestType === 'Create') return guard(event, false);
  const rollingBack = await isRollingBack(event.StackId);
  if (event.RequestType === 'Delete') {
    const PhysicalResourceId = event.PhysicalResourceId ?? '';
    const toPutBack = rollingBack && PhysicalResourceId.endsWith(`-${RAN}`);
    const arn = toPutBack ? await replicationArnOf(event.StackId, properties.ReplicationLogicalId) : undefined;
    return arn === undefined
      ? { PhysicalResourceId }
      : { PhysicalResourceId, Goal: await runningGoal(arn, properties, 'never') };
  }
  // A rollback must go through, whatever it changes.
  if (rollingBack) return guard(event, false);
  const refusal = refusalOf(propertiesOf<GuardProperties>(event.OldResourceProperties), properties);
  if (refusal !== undefined) throw new Error(refusal);
  const arn = await replicationArnOf(event.StackId, properties.ReplicationLogicalId);
  const replication = arn === undefined ? undefined : await lookAt(arn);
  return guard(event, replication !== undefined && isActive(replication));
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
  // Created before the replication, and deleted after it.
  if (event.RequestType !== 'Update') return { PhysicalResourceId };
  const properties = propertiesOf<PauseProperties>(event.ResourceProperties);
  const arn = await replicationArnOf(event.StackId, properties.ReplicationLogicalId);
  return arn === undefined
    ? { PhysicalResourceId }
    : { PhysicalResourceId, Goal: goal(arn, properties, { state: 'stopped' }) };
}

/** The resource is the replication: one that replaces another is another resource, and the old one is stopped. */
async function planForRun(event: LifecycleEvent): Promise<Plan> {
  const properties = propertiesOf<RunProperties>(event.ResourceProperties);
  const arn = properties.ReplicationArn;
  const PhysicalResourceId = arn;
  const startOnDeploy = properties.StartOnDeploy === 'true';
  if (event.RequestType === 'Delete') {
    const stopped = goal(arn, properties, { state: 'stopped' });
    return { PhysicalResourceId: event.PhysicalResourceId ?? arn, Goal: stopped };
  }
  const startStopped = properties.StartStopped === undefined ? startOnDeploy : properties.StartStopped === 'true';
  const startFirst = async (): Promise<boolean> => startOnDeploy && (await lookAt(arn))?.hasRun !== true;
  if (event.RequestType === 'Create') {
    // A lifecycle that is put around a task later finds one that may have been stopped on purpose.
    return startOnDeploy && (startStopped || await startFirst())
      ? { PhysicalResourceId, Goal: await runningGoal(arn, properties, 'first', assessmentOf(event, properties)) }
      : { PhysicalResourceId };
  }
  const before = propertiesOf<RunProperties>(event.OldResourceProperties);
  const rollingBack = await isRollingBack(event.StackId);
  const mayReload = properties.OnChange === OnTaskChange.RELOAD;
  if (before.ReplicationArn !== arn && !mayReload) {
    const replication = await lookAt(arn);
    // A rollback brings back the old one, which has run; if it has not, there is nothing to resume.
    if (replication?.hasRun === false) {
      if (rollingBack) return { PhysicalResourceId };
      throw new Error(replaced(kindOf(arn), arn));
    }
  }
  if (!startStopped && properties.WasRunning !== 'true' && !await startFirst()) return { PhysicalResourceId };
  const needsLoad = before.LoadDigest !== properties.LoadDigest;
  const load = !mayReload ? 'first' : needsLoad ? 'again' : 'allowed';
  const Goal = await runningGoal(arn, properties, load, assessmentOf(event, properties));
  return { PhysicalResourceId, Goal: rollingBack ? { ...Goal, mayFail: true } : Goal };
}

async function runningGoal(
  arn: string, properties: Limited, load: Load, assessment?: Assessment,
): Promise<Goal> {
  const replication = await lookAt(arn);
  return goal(arn, properties, { state: 'running', load, startedBefore: replication?.lastStart, assessment });
}

function assessmentOf(event: LifecycleEvent, { Assessment: properties }: RunProperties): Assessment | undefined {
  return properties === undefined ? undefined : { ...properties, RunName: `deployment-${event.RequestId}` };
}

function goal(arn: string, { TimeoutMinutes }: Limited, wish: Wish): Goal {
  return { arn, wish, since: new Date(surroundings.now()).toISOString(), timeoutMinutes: Number(TimeoutMinutes) };
}

type Limited = Pick<LifecycleProperties, 'TimeoutMinutes'>;

/** The construct writes the properties; nothing else makes these resources. */
const propertiesOf = <T>(properties: Readonly<Record<string, unknown>> = {}): T => properties as T;

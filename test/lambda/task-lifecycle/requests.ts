import {
  type GuardProperties,
  LifecycleResource,
  OnTaskChange,
  type PauseProperties,
  type RunProperties,
} from '../../../lambda/task-lifecycle/api';
import type { LifecycleEvent } from '../../../lambda/task-lifecycle/event';
import type { Step } from '../../../lambda/task-lifecycle/next-step';
import { surroundings } from '../../../lambda/surroundings';

export const TASK_ARN = 'arn:aws:dms:eu-west-1:111111111111:task:ORDERS';
export const CONFIG_ARN = 'arn:aws:dms:eu-west-1:111111111111:replication-config:ORDERS';
export const STACK_ID = 'arn:aws:cloudformation:eu-west-1:111111111111:stack/Pipelines/0a1b';
export const SOURCE_ARN = 'arn:aws:dms:eu-west-1:111111111111:endpoint:SOURCE';
export const TARGET_ARN = 'arn:aws:dms:eu-west-1:111111111111:endpoint:TARGET';
export const INSTANCE_ARN = 'arn:aws:dms:eu-west-1:111111111111:rep:INSTANCE';

const COMMON = { ServiceToken: 'token', ChangeDigest: 'change', References: [], TimeoutMinutes: '30' };
export const PAUSE: PauseProperties = { ...COMMON, ReplicationLogicalId: 'Task' };
export const GUARD: GuardProperties = {
  ...PAUSE, IdentityDigest: 'identity', LoadDigest: 'load', MigrationType: 'full-load-and-cdc',
  OnChange: OnTaskChange.RESUME,
};
export const RUN: RunProperties = {
  ...COMMON, ReplicationArn: TASK_ARN, LoadDigest: 'load', OnChange: OnTaskChange.RESUME, StartOnDeploy: 'true',
  WasRunning: 'true',
};

type Kind = keyof typeof LifecycleResource;
const DEFAULTS = { GUARD, PAUSE, RUN };

/** A request of CloudFormation: what changes, over the properties of before. */
export function request(
  kind: Kind, RequestType: LifecycleEvent['RequestType'], after: object = {}, before: object = {}, id?: string,
): LifecycleEvent {
  return {
    RequestType,
    ResourceType: LifecycleResource[kind],
    RequestId: 'request-1',
    StackId: STACK_ID,
    LogicalResourceId: kind,
    ...(RequestType === 'Create' ? {} : { PhysicalResourceId: id ?? 'id' }),
    ResourceProperties: { ...DEFAULTS[kind], ...after },
    ...(RequestType === 'Update' ? { OldResourceProperties: { ...DEFAULTS[kind], ...before } } : {}),
  };
}

/** A step in a word: the type of a start, or what else to do. `enough` is a wait that is enough when the time is up. */
export const short = (step: Step): string =>
  (step.do === 'start' ? step.type : step.do === 'wait' && step.enough === true ? 'enough' : step.do);

/** Time that passes only when somebody waits, and no log. */
export function standStill(): { pass(milliseconds: number): void; now(): number } {
  let time = Date.parse('2026-11-25T08:00:00Z');
  surroundings.now = () => time;
  surroundings.sleep = (milliseconds) => { time += milliseconds; return Promise.resolve(); };
  surroundings.log = () => undefined;
  return { pass: (milliseconds) => { time += milliseconds; }, now: () => time };
}

export const fault = (name: string, message = 'so it is'): Error => Object.assign(new Error(message), { name });

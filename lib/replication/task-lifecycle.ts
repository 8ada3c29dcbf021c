import * as dms from 'aws-cdk-lib/aws-dms';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnParameter, CfnResource, CustomResource, type Duration, Lazy, Stack } from 'aws-cdk-lib/core';
import { Construct, type IDependable } from 'constructs';
import type { Json } from '../private/json';
import { fail, renderedProperties } from '../private/validation';
import { MigrationType } from './migration-type';
import type { IReplicationInstance } from './replication-instance';
import {
  type GuardProperties,
  type LifecycleProperties,
  LifecycleResource,
  OnTaskChange,
  type PauseProperties,
  type RunProperties,
  WAS_RUNNING,
} from './task-lifecycle-api';
import { digestOf, identityOf, type LifecycleSubject, loadOf, referencesIn } from './task-lifecycle-digest';
import { TaskLifecycleProvider } from './task-lifecycle-provider';

export { OnTaskChange } from './task-lifecycle-api';

/** The framework waits for an hour; the handler has to give up, and to say why, before that. */
const TIMEOUT_MINUTES = { least: 1, most: 55, default: 30 };

/** What a deployment does to a replication task. */
export interface TaskLifecycleOptions {
  /**
   * Whether a deployment leaves the task running: a new task is started once both connections have passed their test,
   * and a task that a deployment changed runs afterwards, also if somebody had stopped it before.
   *
   * Without it a new task waits to be started by hand, and a task that is changed is resumed only if it ran before. A
   * full load that is over, or one that its settings stopped, stays as it is either way.
   *
   * @default true
   */
  readonly startOnDeploy?: boolean;

  /**
   * What happens when a change needs the tables to be loaded again.
   *
   * @default OnTaskChange.RESUME
   */
  readonly onChange?: OnTaskChange;

  /**
   * How long testing the connections and starting the task may take, in whole minutes, 1 to 55. The load itself is not
   * waited for.
   *
   * @default Duration.minutes(30)
   */
  readonly startTimeout?: Duration;

  /**
   * How long stopping the task may take, in whole minutes, 1 to 55. DMS first finishes what it is writing.
   *
   * @default Duration.minutes(30)
   */
  readonly stopTimeout?: Duration;
}

/** A task, what it works with, and what a deployment does to it. */
export interface ReplicationTaskLifecycleProps extends TaskLifecycleOptions {
  /** The task, of the same stack. */
  readonly replicationTask: dms.IReplicationTaskRef;

  /** The endpoint that the task reads from. */
  readonly sourceEndpoint: dms.IEndpointRef;

  /** The endpoint that the task writes to. */
  readonly targetEndpoint: dms.IEndpointRef;

  /** The instance that the task runs on. */
  readonly replicationInstance: IReplicationInstance;

  /**
   * What has to be there, beside the endpoints and the instance, before DMS can connect: see `connectsThrough` of
   * sources and targets.
   *
   * @default - nothing
   */
  readonly connectsThrough?: IDependable[];
}

/**
 * Lets deployments start, stop and resume a replication task: CloudFormation does none of it, and DMS refuses to change
 * a task, or an endpoint of a task, that runs.
 *
 * Three custom resources stand around the task, in the order in which CloudFormation comes to them:
 *
 * 1. the *guard* refuses a change that must not be made, before anything was stopped. At the end of a rollback it lets
 *    a task run again that ran before, whatever the update had failed at.
 * 2. the *pause* stops the task. Task, endpoints and instance depend on it.
 * 3. the *run* tests both connections and starts, resumes or, only if `onChange` allows it, reloads the task. It is
 *    deleted before the task is, and stops it.
 *
 * Taking the lifecycle away from a task stops the task.
 *
 * Adding it to a task that is deployed and runs: deploy that by itself, without another change to the task. It could
 * not be stopped for that change yet.
 */
export class ReplicationTaskLifecycle extends Construct {
  public constructor(scope: Construct, id: string, props: ReplicationTaskLifecycleProps) {
    super(scope, id);
    const { replicationTask: task, sourceEndpoint, targetEndpoint, replicationInstance } = props;
    if (!CfnResource.isCfnResource(task) || task.stack !== Stack.of(this)) {
      fail(this, 'the replication task is not a resource of this stack: only the stack that creates a task can start '
        + 'and stop it; create the lifecycle beside the task');
    }
    const onChange = props.onChange ?? OnTaskChange.RESUME;
    const migrationType = renderedProperties(task)['MigrationType'] as string;
    refuseReloadOfChanges(this, onChange, migrationType);
    const startMinutes = minutesOf(this, 'startTimeout', props.startTimeout);
    const stopMinutes = minutesOf(this, 'stopTimeout', props.stopTimeout);

    const provider = TaskLifecycleProvider.of(this);
    const instance = replicationInstance.node.defaultChild;
    const subject = once((): LifecycleSubject => ({
      task: renderedProperties(task),
      source: renderedIfOwn(sourceEndpoint),
      target: renderedIfOwn(targetEndpoint),
      instance: renderedIfOwn(instance),
    }));
    const guarded = [task, sourceEndpoint, targetEndpoint, instance]
      .filter((resource): resource is CfnResource => resource !== undefined && CfnResource.isCfnResource(resource))
      .filter((resource) => resource.stack === Stack.of(this));
    const startOnDeploy = String(props.startOnDeploy ?? true);
    const loadDigest = lazyDigest(() => loadOf(subject()));
    const common = (minutes: number): LifecycleProperties => ({
      ChangeDigest: lazyDigest(subject),
      References: lazyList(() => referencesIn(subject(), hidden(this, guarded))),
      TimeoutMinutes: String(minutes),
    });

    const guard = this.createResource('Guard', provider, LifecycleResource.GUARD, {
      ...common(startMinutes),
      TaskLogicalId: task.logicalId,
      IdentityDigest: lazyDigest(() => identityOf(subject())),
      LoadDigest: loadDigest,
      MigrationType: migrationType,
      OnChange: onChange,
    } satisfies GuardProperties);

    const pause = this.createResource('Pause', provider, LifecycleResource.PAUSE, {
      ...common(stopMinutes),
      TaskLogicalId: task.logicalId,
    } satisfies PauseProperties);
    pause.node.addDependency(guard);
    guarded.forEach((resource) => resource.addResourceDependency(pause.node.defaultChild as CfnResource));

    const permissions = this.createPermissions(provider, props);
    const run = this.createResource('Run', provider, LifecycleResource.RUN, {
      ...common(startMinutes),
      ReplicationTaskArn: task.replicationTaskRef.replicationTaskArn,
      LoadDigest: loadDigest,
      OnChange: onChange,
      StartOnDeploy: startOnDeploy,
      WasRunning: guard.getAttString(WAS_RUNNING),
    } satisfies RunProperties);
    run.node.addDependency(permissions, replicationInstance, ...props.connectsThrough ?? []);
  }

  private createResource(
    id: string, provider: TaskLifecycleProvider, resourceType: string, properties: Json,
  ): CustomResource {
    return new CustomResource(this, id, {
      serviceToken: provider.serviceToken,
      resourceType,
      properties,
    });
  }

  /**
   * A policy of its own, not a part of the role's: the pause has to be there before the task, and so cannot wait for a
   * policy that names it. In an update it has the one of the last deployment.
   */
  private createPermissions(provider: TaskLifecycleProvider, props: ReplicationTaskLifecycleProps): iam.Policy {
    return new iam.Policy(this, 'Permissions', {
      roles: [provider.role],
      statements: [
        new iam.PolicyStatement({
          actions: ['dms:StartReplicationTask', 'dms:StopReplicationTask'],
          resources: [props.replicationTask.replicationTaskRef.replicationTaskArn],
        }),
        new iam.PolicyStatement({
          actions: ['dms:TestConnection'],
          resources: [
            props.sourceEndpoint.endpointRef.endpointArn,
            props.targetEndpoint.endpointRef.endpointArn,
            props.replicationInstance.replicationInstanceArn,
          ],
        }),
      ],
    });
  }
}

/*
 * What a template shows is known when it is written, and not before: properties may be overridden until then, and a
 * value of another stack has its import only after the app was prepared.
 */
const lazyDigest = (of: () => unknown): string =>
  Lazy.uncachedString({ produce: ({ preparing }) => (preparing ? '' : digestOf(of())) });

const lazyList = (of: () => unknown[]): unknown[] =>
  Lazy.uncachedAny({ produce: ({ preparing }) => (preparing ? [] : of()) }) as unknown as unknown[];

/** Rendering takes long enough to do it once for seven values. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

/** The properties of a resource of this app; of an imported one only the ARN is known. */
const renderedIfOwn = (construct: unknown): Json | undefined =>
  (construct instanceof Construct && CfnResource.isCfnResource(construct) ? renderedProperties(construct) : undefined);

/** What the lifecycle must not refer to: what waits for it, and secrets. */
function hidden(scope: Construct, guarded: CfnResource[]): ReadonlySet<string> {
  const stack = Stack.of(scope);
  return new Set([
    ...guarded.map((resource) => stack.resolve(resource.logicalId) as string),
    ...stack.node.findAll()
      .filter((node): node is CfnParameter => node instanceof CfnParameter && node.noEcho)
      .map((parameter) => stack.resolve(parameter.logicalId) as string),
  ]);
}

function refuseReloadOfChanges(scope: Construct, onChange: OnTaskChange, migrationType: unknown): void {
  if (onChange === OnTaskChange.RELOAD && migrationType === MigrationType.CDC as string) {
    fail(scope, 'onChange is RELOAD and the task moves changes only: DMS loads no rows for it, so nothing can be loaded '
      + 'again; leave onChange out, or use MigrationType.FULL_LOAD_AND_CDC');
  }
}

function minutesOf(scope: Construct, name: string, timeout?: Duration): number {
  const { least, most } = TIMEOUT_MINUTES;
  if (timeout === undefined) return TIMEOUT_MINUTES.default;
  if (timeout.isUnresolved()) {
    fail(scope, `${name} is only known at deployment: give a duration that is known when the app is synthesized`);
  }
  const minutes = timeout.toMinutes({ integral: false });
  if (!Number.isInteger(minutes) || minutes < least || minutes > most) {
    fail(scope, `${name} is ${minutes} minutes: give ${least} to ${most} whole minutes, because CloudFormation waits for `
      + 'an hour at most');
  }
  return minutes;
}

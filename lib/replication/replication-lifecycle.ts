import type * as dms from 'aws-cdk-lib/aws-dms';
import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnParameter, CfnResource, CustomResource, Lazy, Stack } from 'aws-cdk-lib/core';
import { Construct, type IConstruct, type IDependable } from 'constructs';
import type { Json } from '../private/json';
import { minutesOf } from '../private/minutes';
import { fail, renderedIfOwn, renderedProperties } from '../private/validation';
import { MigrationType } from './migration-type';
import type { ReplicationOptions } from './replication-options';
import { ASSESSMENT_LOOKS, TaskAssessment } from './task-assessment';
import {
  type GuardProperties,
  type LifecycleProperties,
  LifecycleResource,
  OnTaskChange,
  type PauseProperties,
  type RunProperties,
  WAS_RUNNING,
} from './task-lifecycle-api';
import { digestOf, identityOf, type LifecycleSubject, loadOf, referencesIn } from '../private/replication-digest';
import type { TaskLifecycleOptions } from './task-lifecycle-options';
import { TaskLifecycleProvider } from './task-lifecycle-provider';

/** The framework waits for an hour; the handler has to give up, and to say why, before that. */
const TIMEOUT_MINUTES = { least: 1, most: 55, because: 'CloudFormation waits for an hour at most' };
const STOP_MINUTES = 30;

/** A task or a serverless replication, what a deployment does to it, and in what the two differ. */
export interface ManagedReplicationProps {
  readonly options: TaskLifecycleOptions;
  /** The resource that a deployment changes. */
  readonly resource: IConstruct;
  /** What it is called in messages. */
  readonly kind: string;
  readonly arn: string;
  readonly sourceEndpoint: dms.IEndpointRef;
  readonly targetEndpoint: dms.IEndpointRef;
  /** The compute, where it is a resource of its own. */
  readonly instance?: IConstruct;
  /** What has to be there before it can be started. */
  readonly startsAfter: IDependable[];
  readonly startMinutes: number;
  /** The calls with which the handler looks at it: DMS knows no resources for them. */
  readonly looks: string[];
  /** What the handler may do to it. */
  readonly permissions: iam.PolicyStatement[];
}

/**
 * The three custom resources around a replication: see `ReplicationTaskLifecycle`.
 *
 * @internal
 */
export abstract class ReplicationLifecycle extends Construct {
  private readonly pause: CustomResource;
  private readonly run: CustomResource;

  protected constructor(scope: Construct, id: string, props: ManagedReplicationProps) {
    super(scope, id);
    const { options, kind, resource, sourceEndpoint, targetEndpoint, instance } = props;
    if (!CfnResource.isCfnResource(resource) || resource.stack !== Stack.of(this)) {
      fail(this, `the ${kind} is not a resource of this stack: only the stack that creates it can start and `
        + 'stop it; create the lifecycle beside it');
    }
    const onChange = options.onChange ?? OnTaskChange.RESUME;
    const properties = renderedProperties(resource);
    const migrationType = (properties['MigrationType'] ?? properties['ReplicationType']) as string;
    refuseReloadOfChanges(this, kind, onChange, migrationType);
    const startMinutes = minutesOf(this, 'startTimeout', options.startTimeout, {
      ...TIMEOUT_MINUTES, usual: props.startMinutes,
    });
    const stopMinutes = minutesOf(this, 'stopTimeout', options.stopTimeout, {
      ...TIMEOUT_MINUTES, usual: STOP_MINUTES,
    });

    const assessment = this.createAssessment(props);
    const provider = TaskLifecycleProvider.of(this);
    provider.allowLooking(assessment === undefined ? props.looks : [...props.looks, ...ASSESSMENT_LOOKS]);
    const guarded = [resource, sourceEndpoint, targetEndpoint, instance]
      .filter((found): found is CfnResource => found !== undefined && CfnResource.isCfnResource(found))
      .filter((found) => found.stack === Stack.of(this));
    const rendered = once(() =>
      new Map<IConstruct | undefined, Json>(guarded.map((found) => [found, renderedProperties(found)])));
    const shown = (construct?: IConstruct): Json | undefined => rendered().get(construct) ?? renderedIfOwn(construct);
    const subject = once((): LifecycleSubject => ({
      task: shown(resource) ?? {},
      source: shown(sourceEndpoint),
      target: shown(targetEndpoint),
      instance: shown(instance),
    }));
    const changeDigest = lazyDigest(subject);
    const loadDigest = lazyDigest(() => loadOf(subject()));
    // What another stack refers to is not there in this one.
    const references = lazyList(() => referencesIn([...rendered().values()], hidden(this, guarded)));
    const common = (minutes: number): LifecycleProperties => ({
      ChangeDigest: changeDigest,
      References: references,
      TimeoutMinutes: String(minutes),
    });

    const guard = this.createResource('Guard', provider, LifecycleResource.GUARD, {
      ...common(startMinutes),
      ReplicationLogicalId: resource.logicalId,
      IdentityDigest: lazyDigest(() => identityOf(subject())),
      LoadDigest: loadDigest,
      MigrationType: migrationType,
      OnChange: onChange,
    } satisfies GuardProperties);

    this.pause = this.createResource('Pause', provider, LifecycleResource.PAUSE, {
      ...common(stopMinutes),
      ReplicationLogicalId: resource.logicalId,
    } satisfies PauseProperties);
    this.pause.node.addDependency(guard);
    const pause = this.pause.node.defaultChild as CfnResource;
    guarded.forEach((found) => found.addResourceDependency(pause));

    // A policy of its own, not a part of the role's: the pause has to be there before the replication, and so cannot
    // wait for a policy that names it. In an update it has the one of the last deployment.
    const permissions = new iam.Policy(this, 'Permissions', {
      roles: [provider.role],
      statements: [...props.permissions, ...assessment?.permissions ?? []],
    });
    this.run = this.createResource('Run', provider, LifecycleResource.RUN, {
      ...common(startMinutes),
      ReplicationArn: props.arn,
      LoadDigest: loadDigest,
      OnChange: onChange,
      StartOnDeploy: String(options.startOnDeploy ?? true),
      ...(options.startStopped === undefined ? {} : { StartStopped: String(options.startStopped) }),
      WasRunning: guard.getAttString(WAS_RUNNING),
      Assessment: assessment?.properties,
    } satisfies RunProperties);
    this.run.node.addDependency(permissions, ...props.startsAfter);
    if (assessment !== undefined) this.run.node.addDependency(assessment.results);
  }

  /**
   * What has to go well before the replication is stopped for a change.
   *
   * @internal
   */
  public _pauseAfter(check: IDependable): void {
    this.pause.node.addDependency(check);
  }

  /**
   * What happens after the replication was stopped, when it is deleted or replaced.
   *
   * @internal
   */
  public _stopBefore(cleanup: IDependable): void {
    this.run.node.addDependency(cleanup);
  }

  /**
   * What has to be there before the replication is started.
   *
   * @internal
   */
  public _startAfter(preparation: IDependable): void {
    this.run.node.addDependency(preparation);
  }

  private createAssessment(props: ManagedReplicationProps): TaskAssessment | undefined {
    const { assessment, startOnDeploy } = props.options;
    if (assessment === undefined) return undefined;
    if (props.kind === 'serverless replication') {
      fail(this, `assessment is set for a ${props.kind}: only tasks are assessed before their first start; leave it out`);
    }
    return new TaskAssessment(this, 'Assessment', {
      ...assessment,
      replicationTaskArn: props.arn,
      sourceEngine: renderedIfOwn(props.sourceEndpoint)?.['EngineName'],
      startOnDeploy: startOnDeploy ?? true,
    });
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
}

/** Refuses to be told what deployments do, and that they do nothing. */
export function refuseUnusedLifecycle(scope: Construct, { manageLifecycle, lifecycle }: ReplicationOptions): void {
  if (manageLifecycle === false && lifecycle !== undefined) {
    fail(scope, 'lifecycle says what deployments do to the replication, and manageLifecycle is false: leave out one of '
      + 'the two');
  }
}

/*
 * What a template shows is known when it is written, and not before: properties may be overridden until then, and a
 * value of another stack has its import only after the app was prepared.
 */
function lazyDigest(of: () => unknown): string {
  const digest = once(() => digestOf(of()));
  return Lazy.uncachedString({ produce: ({ preparing }) => (preparing ? '' : digest()) });
}

function lazyList(of: () => unknown[]): unknown[] {
  const list = once(of);
  return Lazy.uncachedAny({ produce: ({ preparing }) => (preparing ? [] : list()) }) as unknown as unknown[];
}

/** Three resources hold the same values, and a fleet has hundreds of each. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

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

function refuseReloadOfChanges(scope: Construct, kind: string, onChange: OnTaskChange, migrationType: unknown): void {
  if (onChange === OnTaskChange.RELOAD && migrationType === MigrationType.CDC as string) {
    fail(scope, `onChange is RELOAD and the ${kind} moves changes only: DMS loads no rows for it, so nothing can be `
      + 'loaded again; leave onChange out, or use MigrationType.FULL_LOAD_AND_CDC');
  }
}

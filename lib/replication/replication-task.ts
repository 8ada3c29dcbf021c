import * as dms from 'aws-cdk-lib/aws-dms';
import { CfnResource, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { fail, renderedProperties, validateWith } from '../private/validation';
import { checkTask } from '../rules';
import type { IReplicationSource } from '../sources/replication-source';
import type { TableMappings } from '../table-mappings';
import type { TaskSettings } from '../task-settings';
import type { IReplicationTarget } from '../targets/replication-target';
import { defaultTaskSettings } from './default-task-settings';
import { MigrationType } from './migration-type';
import type { IReplicationInstance } from './replication-instance';
import { ReplicationTaskLifecycle, type TaskLifecycleOptions } from './task-lifecycle';

/** What a task moves, from where to where. */
export interface ReplicationTaskOptions {
  /** The database that is read. Changing it replaces the task, which loads every table again. */
  readonly source: IReplicationSource;

  /** The place that is written. Changing it replaces the task, which loads every table again. */
  readonly target: IReplicationTarget;

  /** Which tables are replicated, and how they change on the way. */
  readonly tableMappings: TableMappings;

  /**
   * Settings of the task. They rank above those that source and target bring along.
   *
   * @default - target tables are left as they are, capture and apply are logged, and whatever source and target ask for
   */
  readonly taskSettings?: TaskSettings;

  /**
   * Whether rows, changes or both are moved. Changing it replaces the task.
   *
   * @default MigrationType.FULL_LOAD_AND_CDC
   */
  readonly migrationType?: MigrationType;

  /**
   * Position in the source's log from which changes are read, such as `4AF/B00000D0` in PostgreSQL, where the source
   * needs the name of a slot with it.
   *
   * @default - changes since the start of the task
   */
  readonly cdcStartPosition?: string;

  /**
   * When reading changes stops, such as `server_time:2026-12-31T23:59:59`.
   *
   * @default - never
   */
  readonly cdcStopPosition?: string;

  /**
   * Whether deployments start, stop and resume the task. Without it a task has to be started by hand, and to be stopped
   * by hand before every deployment that changes it, its endpoints or its instance.
   *
   * @default true
   */
  readonly manageLifecycle?: boolean;

  /**
   * What a deployment does to the task.
   *
   * @default - it tests both connections, starts the task, stops it for changes and resumes it, and never loads again
   */
  readonly lifecycle?: TaskLifecycleOptions;
}

/** A replication task and the instance that it runs on. */
export interface ReplicationTaskProps extends ReplicationTaskOptions {
  /** The compute of the task. Changing it replaces the task, which loads every table again. */
  readonly replicationInstance: IReplicationInstance;
}

/**
 * A replication task, which deployments start, stop and resume.
 *
 * Everything that DMS would refuse or do silently wrong is reported when the app is synthesized.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.html
 */
export class ReplicationTask extends Construct {
  /**
   * The ARN of the task.
   *
   * @attribute
   */
  public readonly replicationTaskArn: string;

  /** The endpoint that the task reads from. */
  public readonly sourceEndpoint: dms.IEndpointRef;

  /** The endpoint that the task writes to. */
  public readonly targetEndpoint: dms.IEndpointRef;

  /** The compute of the task. */
  public readonly replicationInstance: IReplicationInstance;

  /** Whether rows, changes or both are moved. */
  public readonly migrationType: MigrationType;

  /** The settings as they are written into the task. */
  public readonly taskSettings: TaskSettings;

  /**
   * What deployments do to the task.
   *
   * @default - nothing: `manageLifecycle` is false
   */
  public readonly lifecycle?: ReplicationTaskLifecycle;

  public constructor(scope: Construct, id: string, props: ReplicationTaskProps) {
    super(scope, id);
    const replicator = props.replicationInstance;
    refuseIgnored(this, props);
    this.replicationInstance = replicator;
    this.migrationType = props.migrationType ?? MigrationType.FULL_LOAD_AND_CDC;
    const source = props.source.bind({ replicator });
    const target = props.target.bind({ replicator });
    this.sourceEndpoint = source.endpoint;
    this.targetEndpoint = target.endpoint;
    this.taskSettings = [source.taskSettings, target.taskSettings, props.taskSettings].reduce<TaskSettings>(
      (settings, other) => (other === undefined ? settings : settings.merge(other)),
      defaultTaskSettings(),
    );

    const task = new dms.CfnReplicationTask(this, 'Resource', {
      migrationType: this.migrationType,
      replicationInstanceArn: replicator.replicationInstanceArn,
      sourceEndpointArn: source.endpoint.endpointRef.endpointArn,
      targetEndpointArn: target.endpoint.endpointRef.endpointArn,
      tableMappings: Stack.of(this).toJsonString(props.tableMappings.toJson()),
      replicationTaskSettings: Stack.of(this).toJsonString(this.taskSettings.toJson()),
      cdcStartPosition: props.cdcStartPosition,
      cdcStopPosition: props.cdcStopPosition,
    });
    this.replicationTaskArn = task.ref;
    validateWith(this, () => checkTask({
      properties: renderedProperties(task),
      source: renderedEndpoint(source.endpoint),
      target: renderedEndpoint(target.endpoint),
    }));
    if (props.manageLifecycle ?? true) {
      this.lifecycle = new ReplicationTaskLifecycle(this, 'Lifecycle', {
        ...props.lifecycle,
        replicationTask: task,
        sourceEndpoint: source.endpoint,
        targetEndpoint: target.endpoint,
        replicationInstance: replicator,
        connectsThrough: [...source.connectsThrough ?? [], ...target.connectsThrough ?? []],
      });
    }
  }
}

function refuseIgnored(scope: Construct, props: ReplicationTaskOptions): void {
  if (props.manageLifecycle === false && props.lifecycle !== undefined) {
    fail(scope, 'lifecycle says what deployments do to the task, and manageLifecycle is false: leave out one of the two');
  }
}

/** An endpoint of this app can be checked together with the task; of an imported one only the ARN is known. */
function renderedEndpoint(endpoint: dms.IEndpointRef): Record<string, unknown> | undefined {
  return CfnResource.isCfnResource(endpoint) ? renderedProperties(endpoint) : undefined;
}

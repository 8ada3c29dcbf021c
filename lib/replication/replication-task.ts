import * as dms from 'aws-cdk-lib/aws-dms';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { fail, renderedIfOwn, renderedProperties, validateWith } from '../private/validation';
import { checkTask } from '../rules';
import type { TaskSettings } from '../task-settings';
import { combinedTaskSettings } from './default-task-settings';
import { MigrationType } from './migration-type';
import type { IReplicationInstance } from './replication-instance';
import { refuseUnusedLifecycle } from './replication-lifecycle';
import type { ReplicationOptions } from './replication-options';
import type { TableMappings } from '../table-mappings';
import { ReplicationTaskLifecycle } from './task-lifecycle';
import { ReplicationTaskSchedule, type ReplicationTaskScheduleOptions } from './task-schedule';

/** What a task moves, from where to where. */
export interface ReplicationTaskOptions extends ReplicationOptions {
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

  /** Which tables are replicated, and how they change on the way. */
  public readonly tableMappings: TableMappings;

  /** The settings as they are written into the task. */
  public readonly taskSettings: TaskSettings;

  /**
   * What deployments do to the task.
   *
   * @default - nothing: `manageLifecycle` is false
   */
  public readonly lifecycle?: ReplicationTaskLifecycle;

  private readonly startsOnDeploy: boolean;

  public constructor(scope: Construct, id: string, props: ReplicationTaskProps) {
    super(scope, id);
    this.startsOnDeploy = (props.manageLifecycle ?? true) && (props.lifecycle?.startOnDeploy ?? true);
    const replicator = props.replicationInstance;
    refuseUnusedLifecycle(this, props);
    this.replicationInstance = replicator;
    this.migrationType = props.migrationType ?? MigrationType.FULL_LOAD_AND_CDC;
    this.tableMappings = props.tableMappings;
    const source = props.source.bind({ replicator });
    const target = props.target.bind({ replicator });
    this.sourceEndpoint = source.endpoint;
    this.targetEndpoint = target.endpoint;
    this.taskSettings = combinedTaskSettings(source.taskSettings, target.taskSettings, props.taskSettings);

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
      source: renderedIfOwn(source.endpoint),
      target: renderedIfOwn(target.endpoint),
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

  /**
   * Loads the tables of a full-load task again and again. The first load is the deployment's: DMS starts no task for
   * the first time in any other way than with `start-replication`.
   */
  public addSchedule(id: string, options: ReplicationTaskScheduleOptions): ReplicationTaskSchedule {
    if (!this.startsOnDeploy || this.lifecycle === undefined) {
      fail(this, 'a schedule loads tables again, and DMS wants a task to be started once before: let the deployment do it '
        + '(leave out manageLifecycle and lifecycle.startOnDeploy, or set them to true)');
    }
    const { replicationTaskArn, migrationType, taskSettings } = this;
    const schedule = new ReplicationTaskSchedule(this, id, {
      ...options, replicationTaskArn, migrationType, taskSettings,
    });
    schedule.node.addDependency(this.lifecycle);
    return schedule;
  }
}

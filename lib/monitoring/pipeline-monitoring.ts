import { Dashboard, type IAlarm, type Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { fail } from '../private/validation';
import type { ReplicationTask } from '../replication/replication-task';
import type { TaskAlarmOptions } from './alarm-options';
import { AlarmTopic, letServicesPublish } from './alarm-topic';
import { alarmRow, errorRow, instanceRow, sourceRow, taskRow } from './dashboard-widgets';
import { refuseOtherInstance } from './identifiers';
import { instanceAlarmPlans } from './instance-alarms';
import { InstanceEvents } from './instance-events';
import { MonitoredTask } from './monitored-task';
import type { PipelineMonitoringProps } from './pipeline-monitoring-props';
import { type AlarmDestination, PlannedAlarms } from './planned-alarms';
import { ReplicationInstanceMetrics } from './replication-instance-metrics';
import type { ReplicationTaskMetrics } from './replication-task-metrics';
import { RUNBOOK_URL } from './runbooks';
import { sourceAlarmPlans } from './source-alarms';
import type { SourceDatabaseMetrics } from './source-database-metrics';
import { errorPlan, TaskLogs } from './task-logs';

/**
 * Watches a replication in production: alarms with what to do in their description, notifications about tasks and
 * their instance, logs with retention, a dashboard.
 *
 * Nobody is subscribed yet: `monitoring.topic.addSubscription(…)`.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Monitoring.html
 */
export class PipelineMonitoring extends Construct {
  /** Who is told of warnings, of what happens to the instance, and that an alarm is over. */
  public readonly topic: ITopic;

  /** Who is told of critical alarms, of a task that fails, pauses or stops by itself. */
  public readonly criticalTopic: ITopic;

  /** The log group of the tasks. */
  public readonly logGroup: ILogGroup;

  /**
   * The dashboard, unless it was turned off.
   *
   * @default - none
   */
  public readonly dashboard?: Dashboard;

  /** The metrics of the first task. */
  public readonly taskMetrics: ReplicationTaskMetrics;

  /** The metrics of the replication instance. */
  public readonly instanceMetrics: ReplicationInstanceMetrics;

  /**
   * The metrics of the source database.
   *
   * @default - the source is not watched
   */
  public readonly sourceMetrics?: SourceDatabaseMetrics;

  /** How many errors the tasks have logged. */
  public readonly logErrors: Metric;

  private readonly props: PipelineMonitoringProps;
  private readonly identifier: string;
  private readonly destination: AlarmDestination;
  private readonly created: IAlarm[] = [];

  public constructor(scope: Construct, id: string, props: PipelineMonitoringProps) {
    super(scope, id);
    refuseIgnored(this, props);
    const { replicationInstance } = props;
    this.props = props;
    this.identifier = replicationInstance.replicationInstanceIdentifier;
    this.topic = props.topic ?? new AlarmTopic(this, 'Topic', { encryptionKey: props.encryptionKey }).topic;
    this.criticalTopic = props.criticalTopic ?? this.topic;
    new Set([this.topic, this.criticalTopic]).forEach((topic) => letServicesPublish(this, topic));
    this.destination = {
      actions: { warning: new SnsAction(this.topic), critical: new SnsAction(this.criticalTopic) },
      runbookUrl: props.runbookUrl ?? RUNBOOK_URL,
    };
    const logs = new TaskLogs(this, 'Logs', {
      identifier: this.identifier,
      logGroup: props.logGroup,
      retention: props.logRetention,
      removalPolicy: props.logRemovalPolicy,
    });
    this.logGroup = logs.logGroup;
    this.logErrors = logs.errors;
    // DMS creates the group itself as soon as a task logs, after which it could not be created: it comes first.
    if (props.logGroup === undefined && Stack.of(replicationInstance) === Stack.of(this)) {
      replicationInstance.node.defaultChild?.node.addDependency(this.logGroup);
    }
    this.instanceMetrics = new ReplicationInstanceMetrics(replicationInstance);
    this.sourceMetrics = props.sourceDatabase;
    new InstanceEvents(this, 'InstanceEvents', { replicationInstance, identifier: this.identifier, topic: this.topic });

    const name = replicationInstance.node.path;
    this.created.push(...new PlannedAlarms(this, 'InstanceAlarms', {
      destination: this.destination,
      plans: [
        ...instanceAlarmPlans(name, this.instanceMetrics, props.instanceAlarms ?? {}),
        errorPlan(name, this.logErrors, props.logErrors),
      ],
    }).alarms);
    if (this.sourceMetrics !== undefined) {
      this.created.push(...new PlannedAlarms(this, 'SourceAlarms', {
        destination: this.destination,
        plans: sourceAlarmPlans(this.sourceMetrics, props.sourceAlarms ?? {}),
      }).alarms);
    }
    if (props.createDashboard ?? true) {
      this.dashboard = new Dashboard(this, 'Dashboard', {
        widgets: [
          alarmRow(name, this.created, this.destination.runbookUrl),
          instanceRow(this.instanceMetrics),
          ...(this.sourceMetrics === undefined ? [] : [sourceRow(this.sourceMetrics)]),
          errorRow(this.logGroup),
        ],
      });
    }
    this.taskMetrics = this.addTask('Task', props.task);
  }

  /** The alarms, of all severities. */
  public get alarms(): IAlarm[] {
    return [...this.created];
  }

  /**
   * Watches another task on the same instance.
   *
   * @param id construct id of its alarms
   * @param task the task
   * @param alarms from when on it alarms, where that differs from `taskAlarms`
   */
  public addTask(id: string, task: ReplicationTask, alarms: TaskAlarmOptions = {}): ReplicationTaskMetrics {
    refuseOtherInstance(this, task, this.props.replicationInstance);
    const monitored = new MonitoredTask(this, id, {
      task,
      identifier: this.identifier,
      alarmOptions: { ...this.props.taskAlarms, ...alarms },
      destination: this.destination,
      topic: this.criticalTopic,
    });
    this.created.push(...monitored.alarms);
    this.dashboard?.addWidgets(...alarmRow(task.node.path, monitored.alarms, this.destination.runbookUrl));
    this.dashboard?.addWidgets(...taskRow(monitored.metrics));
    return monitored.metrics;
  }
}

/** Options of what is created are contradictions beside what is passed. */
function refuseIgnored(scope: Construct, props: PipelineMonitoringProps): void {
  if (props.topic !== undefined && props.encryptionKey !== undefined) {
    fail(scope, 'encryptionKey encrypts the topic that is created, and topic is given: leave out one of the two');
  }
  if (props.logGroup !== undefined && (props.logRetention !== undefined || props.logRemovalPolicy !== undefined)) {
    fail(scope, 'logRetention and logRemovalPolicy are those of the log group that is created, and logGroup is given: '
      + 'leave them out, or leave out logGroup');
  }
  if (props.sourceAlarms !== undefined && props.sourceDatabase === undefined) {
    fail(scope, 'sourceAlarms has thresholds for a source that is not given: pass sourceDatabase');
  }
}

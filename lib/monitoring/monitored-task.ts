import type { IAlarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { ReplicationTask } from '../replication/replication-task';
import type { TaskAlarmOptions } from './alarm-options';
import { type AlarmDestination, PlannedAlarms } from './planned-alarms';
import { ReplicationTaskMetrics } from './replication-task-metrics';
import { taskAlarmPlans } from './task-alarms';
import { TaskEvents } from './task-events';

/** The task that is watched, and who is told. */
export interface MonitoredTaskProps {
  readonly task: ReplicationTask;
  readonly identifier: string;
  readonly alarmOptions: TaskAlarmOptions;
  readonly destination: AlarmDestination;
  readonly topic: ITopic;
}

/** A task with its metrics, its alarms and its events. */
export class MonitoredTask extends Construct {
  public readonly metrics: ReplicationTaskMetrics;
  public readonly alarms: IAlarm[];

  public constructor(scope: Construct, id: string, props: MonitoredTaskProps) {
    super(scope, id);
    const { task, destination, topic } = props;
    this.metrics = new ReplicationTaskMetrics(task, props.identifier);
    const plans = taskAlarmPlans(this, task, this.metrics, props.alarmOptions);
    this.alarms = new PlannedAlarms(this, 'Alarms', { plans, destination }).alarms;
    new TaskEvents(this, 'Events', { task, topic, runbookUrl: destination.runbookUrl });
  }
}

import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { RemovalPolicy } from 'aws-cdk-lib/core';
import type { IReplicationInstance } from '../replication/replication-instance';
import type { ReplicationTask } from '../replication/replication-task';
import type { InstanceAlarmOptions, SourceAlarmOptions, TaskAlarmOptions } from './alarm-options';
import type { CountThresholds } from './alarm-thresholds';
import type { SourceDatabaseMetrics } from './source-database-metrics';

/** What is watched, from when on it alarms, and who is told. */
export interface PipelineMonitoringProps {
  /** The replication instance. It has one `PipelineMonitoring`, however many tasks run on it. */
  readonly replicationInstance: IReplicationInstance;

  /** The first task on the instance. `addTask` watches the others. */
  readonly task: ReplicationTask;

  /**
   * The database that the tasks read from, such as `SourceDatabaseMetrics.forInstance(source.database)`.
   *
   * @default - the source is not watched: nothing warns before its disk is full
   */
  readonly sourceDatabase?: SourceDatabaseMetrics;

  /**
   * From when on the tasks alarm.
   *
   * @default - the defaults of `TaskAlarmOptions`
   */
  readonly taskAlarms?: TaskAlarmOptions;

  /**
   * From when on the instance alarms.
   *
   * @default - the defaults of `InstanceAlarmOptions`
   */
  readonly instanceAlarms?: InstanceAlarmOptions;

  /**
   * From when on the source alarms.
   *
   * @default - the defaults of `SourceAlarmOptions`
   */
  readonly sourceAlarms?: SourceAlarmOptions;

  /**
   * How many errors (`]E:`) the tasks may log in 5 minutes. An empty object (`{}`) turns the alarm off.
   *
   * @default - warning with the first: DMS repeats what it can repeat, and stops tasks or tables for the rest
   */
  readonly logErrors?: CountThresholds;

  /**
   * Who is told of warnings, of what happens to the instance, and that an alarm is over. Services are let in by the
   * policies of a topic and a key that this app creates; an imported topic has to let in `cloudwatch.amazonaws.com`,
   * `events.amazonaws.com` and `dms.amazonaws.com`, and so has its key.
   *
   * @default - a new topic, encrypted
   */
  readonly topic?: ITopic;

  /**
   * Who is told of critical alarms, of a task that fails, pauses or stops by itself.
   *
   * @default - `topic`
   */
  readonly criticalTopic?: ITopic;

  /**
   * Encrypts the topic that is created. AWS's own key of SNS cannot: it lets no service in.
   *
   * @default - a new key, rotated every year
   */
  readonly encryptionKey?: IKey;

  /**
   * The log group `dms-tasks-<identifier of the instance>`, when it exists. DMS creates it, without retention, when the
   * first task of the instance logs; to create it again would fail. Pass `LogGroup.fromLogGroupName(…)` where an
   * instance that is already in use gets its monitoring. Its retention is left alone.
   *
   * @default - created, before an instance of the same stack
   */
  readonly logGroup?: ILogGroup;

  /**
   * How long the logs of tasks are kept, in the log group that is created.
   *
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: RetentionDays;

  /**
   * What happens to the log group that is created when it leaves the stack.
   *
   * @default RemovalPolicy.RETAIN - they explain what has happened before
   */
  readonly logRemovalPolicy?: RemovalPolicy;

  /**
   * Whether to create a dashboard.
   *
   * @default true
   */
  readonly createDashboard?: boolean;

  /**
   * Where the runbooks are that alarms link to. Keep the file names when you copy them to your own place.
   *
   * @default - `docs/runbooks` of this library's repository
   */
  readonly runbookUrl?: string;
}

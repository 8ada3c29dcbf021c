import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Schedule, type ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { Universal } from 'aws-cdk-lib/aws-scheduler-targets';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Aws, Duration, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { isRecord } from '../private/json';
import { fail } from '../private/validation';
import { TargetTablePrepMode, type TaskSettings } from '../task-settings';
import { MigrationType } from './migration-type';

const SECONDS = { least: 60, most: 86_400 };

/** When the tables of a full-load task are loaded again. */
export interface ReplicationTaskScheduleOptions {
  /**
   * When: `ScheduleExpression.cron({ hour: '2', minute: '0', timeZone: TimeZone.EUROPE_BERLIN })`, which follows
   * daylight saving time, or `ScheduleExpression.rate(Duration.hours(6))`.
   */
  readonly schedule: ScheduleExpression;

  /**
   * Whether tables are loaded. Turn it off to pause without losing the definition.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * For how long a start that fails is tried again, 1 minute to 24 hours: the load before may still run, or DMS may be
   * busy. A load that comes much too late is worse than none, so choose less than the time between two loads.
   *
   * @default Duration.minutes(30)
   */
  readonly retryFor?: Duration;

  /**
   * Queue that gets a message for every load that could not be started, with the reason. Many schedules may share one.
   *
   * @default - a new one, which keeps messages for 14 days
   */
  readonly deadLetterQueue?: sqs.IQueue;
}

/** What is loaded again, and when. */
export interface ReplicationTaskScheduleProps extends ReplicationTaskScheduleOptions {
  /** The ARN of the task. */
  readonly replicationTaskArn: string;

  /** What the task moves. */
  readonly migrationType: MigrationType;

  /** The settings of the task. */
  readonly taskSettings: TaskSettings;
}

/**
 * Loads the tables of a full-load task again and again: EventBridge Scheduler calls DMS by itself, without a function
 * in between, with a role that may start this task and nothing else.
 *
 * DMS refuses to start a task that runs. Such a start is tried again for a while, and then goes to the dead-letter
 * queue: put an alarm on `metricMissedLoads`. A load that starts and fails later is seen by `PipelineMonitoring`.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
 */
export class ReplicationTaskSchedule extends Construct {
  /** Gets a message for every load that could not be started. */
  public readonly deadLetterQueue: sqs.IQueue;

  /** The role with which the scheduler starts the task. */
  public readonly role: iam.IRole;

  public constructor(scope: Construct, id: string, props: ReplicationTaskScheduleProps) {
    super(scope, id);
    refuseOtherTasks(this, props);
    this.deadLetterQueue = props.deadLetterQueue ?? this.createQueue();
    // One for each schedule: the role that CDK makes is shared by all of a stack, and may start every task of them.
    this.role = new iam.Role(this, 'Role', {
      assumedBy: schedulerOfThisAccount(this),
      description: 'Lets EventBridge Scheduler start one replication task',
    });
    const schedule = new Schedule(this, 'Resource', {
      description: 'Loads the tables of an AWS DMS full-load task again',
      schedule: props.schedule,
      enabled: props.enabled,
      target: new Universal({
        service: 'databasemigration',
        action: 'startReplicationTask',
        input: ScheduleTargetInput.fromObject({
          ReplicationTaskArn: props.replicationTaskArn,
          StartReplicationTaskType: 'reload-target',
        }),
        role: this.role,
        policyStatements: [new iam.PolicyStatement({
          actions: ['dms:StartReplicationTask'],
          resources: [props.replicationTaskArn],
        })],
        deadLetterQueue: this.deadLetterQueue,
        maxEventAge: retryForOf(this, props.retryFor),
      }),
    });
    this.deadLetterQueue.encryptionMasterKey?.grant(this.role, 'kms:GenerateDataKey', 'kms:Decrypt');
    // The first load would be lost if the schedule were there before what the role may do.
    schedule.node.addDependency(this.role);
  }

  private createQueue(): sqs.Queue {
    const queue = new sqs.Queue(this, 'MissedLoads', {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(queue).acknowledge({ id: 'AwsSolutions::AwsSolutions-SQS3', reason: 'it is a dead-letter queue itself' });
    return queue;
  }

  /** Loads that could not be started and whose messages are still in the queue: more than 0 is worth an alarm. */
  public metricMissedLoads(options?: MetricOptions): Metric {
    return this.deadLetterQueue.metricApproximateNumberOfMessagesVisible({ statistic: 'max', ...options });
  }
}

/** The scheduler acting for this account's default group only, which is as narrow as it documents. */
function schedulerOfThisAccount(scope: Construct): iam.PrincipalBase {
  const stack = Stack.of(scope);
  return new iam.ServicePrincipal('scheduler.amazonaws.com', {
    conditions: {
      StringEquals: {
        'aws:SourceAccount': stack.account,
        'aws:SourceArn': stack.formatArn({
          partition: Aws.PARTITION, service: 'scheduler', resource: 'schedule-group', resourceName: 'default',
        }),
      },
    },
  });
}

function refuseOtherTasks(scope: Construct, { migrationType, taskSettings }: ReplicationTaskScheduleProps): void {
  if (migrationType !== MigrationType.FULL_LOAD) {
    fail(scope, `the task is of type ${migrationType}, and a schedule loads whole tables again and again: use `
      + 'MigrationType.FULL_LOAD, or leave the schedule out, because a task that captures changes runs by itself');
  }
  const settings = taskSettings.effective();
  const load = isRecord(settings) ? settings['FullLoadSettings'] : undefined;
  const preparation = isRecord(load) ? load['TargetTablePrepMode'] : undefined;
  if (preparation === TargetTablePrepMode.DO_NOTHING) {
    fail(scope, 'targetTablePrepMode is DO_NOTHING: every load would add its rows to those of the load before; set '
      + 'fullLoadSettings.targetTablePrepMode to TRUNCATE_BEFORE_LOAD, which empties the tables, or to DROP_AND_CREATE, '
      + 'which makes them anew');
  }
}

function retryForOf(scope: Construct, retryFor: Duration = Duration.minutes(30)): Duration {
  const seconds = retryFor.isUnresolved() ? NaN : retryFor.toSeconds({ integral: false });
  if (!Number.isInteger(seconds) || seconds < SECONDS.least || seconds > SECONDS.most) {
    fail(scope, `retryFor is ${retryFor.isUnresolved() ? 'only known at deployment' : `${seconds} seconds`}: give whole `
      + 'seconds, from 1 minute to 24 hours');
  }
  return retryFor;
}

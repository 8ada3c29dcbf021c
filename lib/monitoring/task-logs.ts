import { type Metric, Stats, TreatMissingData, Unit } from 'aws-cdk-lib/aws-cloudwatch';
import { FilterPattern, type ILogGroup, LogGroup, MetricFilter, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { type AlarmPlan, countLevels } from './alarm-plan';
import type { CountThresholds } from './alarm-thresholds';

/** How DMS marks a line that reports an error, after the time and the component. */
export const ERROR_MARK = ']E:';

/** The log group to use, or how to create it. */
export interface TaskLogsProps {
  readonly identifier: string;
  readonly logGroup?: ILogGroup;
  readonly retention?: RetentionDays;
  readonly removalPolicy?: RemovalPolicy;
}

/** The group that DMS writes the logs of all tasks of an instance to, and the number of errors in it. */
export class TaskLogs extends Construct {
  public readonly logGroup: ILogGroup;
  public readonly errors: Metric;

  public constructor(scope: Construct, id: string, props: TaskLogsProps) {
    super(scope, id);
    this.logGroup = props.logGroup ?? new LogGroup(this, 'Resource', {
      logGroupName: `dms-tasks-${props.identifier}`,
      retention: props.retention ?? RetentionDays.THREE_MONTHS,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    });
    // Lines do not name their task and dimensions cannot come from plain text: the metric is one of the whole group.
    this.errors = new MetricFilter(this, 'Errors', {
      logGroup: this.logGroup,
      filterPattern: FilterPattern.anyTerm(ERROR_MARK),
      metricNamespace: `DmsPipelines/${this.logGroup.logGroupName}`,
      metricName: 'ErrorLines',
      metricValue: '1',
      unit: Unit.COUNT,
    }).metric({ statistic: Stats.SUM, period: Duration.minutes(5) });
  }
}

/** The alarm about errors in the logs. */
export function errorPlan(name: string, metric: Metric, thresholds: CountThresholds = { warning: 1 }): AlarmPlan {
  return {
    id: 'Errors',
    metric,
    levels: countLevels(thresholds),
    bad: 'more',
    periods: 1,
    // The filter publishes nothing while there is no such line, which is how it should be.
    treatMissingData: TreatMissingData.NOT_BREACHING,
    what: (threshold) => `tasks on ${name} logged ${threshold} or more errors in 5 minutes`,
    firstStep: 'read the lines with ]E: in the log of the task',
    runbook: 'task-log-errors',
  };
}

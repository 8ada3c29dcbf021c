import { Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { fail } from '../private/validation';
import { MigrationType } from '../replication/migration-type';
import type { ReplicationTask } from '../replication/replication-task';
import type { TaskAlarmOptions } from './alarm-options';
import { type AlarmPlan, countLevels, durationLevels, PERIOD } from './alarm-plan';
import type { DurationThresholds } from './alarm-thresholds';
import type { ReplicationTaskMetrics } from './replication-task-metrics';

const LONGEST_SILENCE = Duration.days(1);
const LATENCY = { warning: Duration.minutes(10), critical: Duration.minutes(30) };
const SILENCE = { critical: Duration.minutes(30) };

/** The alarms of a task: those that its kind and its settings make sense of. */
export function taskAlarmPlans(
  scope: IConstruct, task: ReplicationTask, metrics: ReplicationTaskMetrics, options: TaskAlarmOptions,
): AlarmPlan[] {
  const name = task.node.path;
  return [
    ...(capturesChanges(task) ? [
      ...latencyPlans(name, metrics, options),
      ...silencePlans(scope, name, metrics, options.taskSilence ?? SILENCE),
    ] : []),
    ...(validates(task) ? [validationPlan(name, metrics, options)] : []),
  ];
}

function latencyPlans(name: string, metrics: ReplicationTaskMetrics, options: TaskAlarmOptions): AlarmPlan[] {
  const common = {
    bad: 'more',
    periods: 3,
    // A load publishes no latency, and neither does a task that died while it was late: that is no reason to say OK.
    treatMissingData: TreatMissingData.IGNORE,
    runbook: 'latency',
  } as const;
  return [
    {
      ...common,
      id: 'SourceLatency',
      metric: metrics.metricCdcLatencySource({ period: PERIOD }),
      levels: durationLevels(options.sourceLatency ?? LATENCY),
      what: (threshold) => `reading of task ${name} is ${threshold} or more behind its source`,
      firstStep: 'look for long transactions on the source',
    },
    {
      ...common,
      id: 'TargetLatency',
      metric: metrics.metricCdcLatencyTarget({ period: PERIOD }),
      levels: durationLevels(options.targetLatency ?? LATENCY),
      what: (threshold) => `task ${name} has changes that have waited ${threshold} or more for the target`,
      firstStep: 'compare with the source latency: only when that is low is the target slow',
    },
  ];
}

/** Silence is a number of periods without a value, so that each severity has a plan of its own. */
function silencePlans(
  scope: IConstruct, name: string, metrics: ReplicationTaskMetrics, thresholds: DurationThresholds,
): AlarmPlan[] {
  const { warning, critical } = thresholds;
  if (warning !== undefined && critical !== undefined && warning.toSeconds() >= critical.toSeconds()) {
    fail(scope, `taskSilence warns after ${warning.toHumanString()} and is critical after `
      + `${critical.toHumanString()}: give a warning that comes before it is critical`);
  }
  return (['warning', 'critical'] as const).flatMap((severity) => {
    const duration = thresholds[severity];
    if (duration === undefined) {
      return [];
    }
    return [{
      id: 'TaskSilence',
      metric: metrics.metricMemoryUsage({ period: PERIOD, statistic: Stats.SAMPLE_COUNT }),
      levels: { [severity]: { value: 0, text: duration.toHumanString() } },
      bad: 'less' as const,
      periods: silentPeriods(scope, duration),
      // A task that does not run publishes nothing: that is what this alarm is for.
      treatMissingData: TreatMissingData.BREACHING,
      what: (threshold: string) => `task ${name} has sent no metric for ${threshold}: it is not running`,
      firstStep: 'read its status and stop reason with aws dms describe-replication-tasks',
      runbook: 'task-failed' as const,
    }];
  });
}

function silentPeriods(scope: IConstruct, duration: Duration): number {
  const periods = duration.toSeconds() / PERIOD.toSeconds();
  if (!Number.isInteger(periods) || periods < 1 || duration.toSeconds() > LONGEST_SILENCE.toSeconds()) {
    fail(scope, `taskSilence is ${duration.toHumanString()}: give a multiple of 5 minutes, up to a day`);
  }
  return periods;
}

function validationPlan(name: string, metrics: ReplicationTaskMetrics, options: TaskAlarmOptions): AlarmPlan {
  return {
    id: 'ValidationFailures',
    metric: metrics.metricValidationFailedOverallCount({ period: PERIOD }),
    levels: countLevels(options.validationFailures ?? { critical: 1 }),
    bad: 'more',
    periods: 1,
    // Rows that differ do not become equal because the task has stopped comparing.
    treatMissingData: TreatMissingData.IGNORE,
    what: (threshold) => `in task ${name} at least ${threshold} row(s) differ between source and target`,
    firstStep: 'find the tables with aws dms describe-table-statistics',
    runbook: 'validation-failures',
  };
}

const capturesChanges = (task: ReplicationTask): boolean =>
  task.migrationType !== MigrationType.FULL_LOAD;

function validates(task: ReplicationTask): boolean {
  const settings = task.taskSettings.toJson() as { ValidationSettings?: { EnableValidation?: unknown } };
  return settings.ValidationSettings?.EnableValidation === true;
}

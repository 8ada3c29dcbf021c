import type { Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration, type Size } from 'aws-cdk-lib/core';
import type { CountThresholds, DurationThresholds, SizeThresholds } from './alarm-thresholds';
import type { Runbook } from './runbooks';

/** How often the metrics of alarms are evaluated. */
export const PERIOD = Duration.minutes(5);

export const SEVERITIES = ['warning', 'critical'] as const;

/** How much it matters. */
export type Severity = (typeof SEVERITIES)[number];

/** A threshold as CloudWatch compares it, and as people read it. */
export interface Level {
  readonly value: number;
  readonly text: string;
}

/** One thing that is watched, with an alarm for each severity that has a threshold. */
export interface AlarmPlan {
  /** Construct id; the severity is appended to it. */
  readonly id: string;
  readonly metric: Metric;
  readonly levels: Partial<Record<Severity, Level>>;
  /** Whether more than the threshold is bad, or less. */
  readonly bad: 'more' | 'less';
  /** Periods in a row that have to be bad. */
  readonly periods: number;
  readonly treatMissingData: TreatMissingData;
  /** What has happened, with the threshold. */
  readonly what: (threshold: string) => string;
  /** What to do first. */
  readonly firstStep: string;
  readonly runbook: Runbook;
}

export const durationLevels = (thresholds: DurationThresholds): AlarmPlan['levels'] =>
  levelsOf(thresholds, (duration: Duration) => ({ value: duration.toSeconds(), text: duration.toHumanString() }));

export const sizeLevels = (thresholds: SizeThresholds): AlarmPlan['levels'] =>
  levelsOf(thresholds, (size: Size) => ({ value: size.toBytes(), text: readableSize(size) }));

export const countLevels = (thresholds: CountThresholds): AlarmPlan['levels'] =>
  levelsOf(thresholds, (count: number) => ({ value: count, text: `${count}` }));

function levelsOf<T>(
  thresholds: { readonly warning?: T; readonly critical?: T }, level: (threshold: T) => Level,
): AlarmPlan['levels'] {
  return {
    ...(thresholds.warning === undefined ? {} : { warning: level(thresholds.warning) }),
    ...(thresholds.critical === undefined ? {} : { critical: level(thresholds.critical) }),
  };
}

function readableSize(size: Size): string {
  const mebibytes = size.toBytes() / 2 ** 20;
  return mebibytes >= 1024 ? `${mebibytes / 1024} GiB` : `${mebibytes} MiB`;
}

import { Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Duration, Size } from 'aws-cdk-lib/core';
import { type AlarmPlan, countLevels, PERIOD, sizeLevels } from '../monitoring/alarm-plan';
import type { CountThresholds, SizeThresholds } from '../monitoring/alarm-thresholds';
import type { ReplicationSlotMetrics } from './replication-slot-metrics';

const SLOT_LAG = { warning: Size.gibibytes(5), critical: Size.gibibytes(20) };

/** Longer than a deployment stops a task. */
const INACTIVE_PERIODS = 6;
const SILENT_PERIODS = 6;

/** The alarms of the replication slots of a source. An empty object (`{}`) turns one off. */
export interface SlotAlarmOptions {
  /** Who is told of warnings, and that they are over. It has to let CloudWatch publish. */
  readonly topic: ITopic;

  /**
   * Who is told of critical alarms.
   *
   * @default - `topic`
   */
  readonly criticalTopic?: ITopic;

  /**
   * How much write-ahead log a slot may hold back, for three periods.
   *
   * @default - warning at 5 GiB, critical at 20 GiB: a fifth of the 100 GiB that a created source has by default
   */
  readonly slotLag?: SizeThresholds;

  /**
   * How many slots may be read by nobody for six periods (half an hour): of stopped and forgotten tasks, and left over.
   *
   * @default - warning with the first
   */
  readonly inactiveSlots?: CountThresholds;

  /**
   * How many slots may have lost their log.
   *
   * @default - critical with the first: its task cannot go on
   */
  readonly lostSlots?: CountThresholds;

  /**
   * Whether there is an alarm (a warning) when nothing is published for six periods, so that slots fill the disk
   * unseen.
   *
   * @default true
   */
  readonly watchSilence?: boolean;

  /**
   * Where the runbooks are that alarms link to. Keep the file names when you copy them to your own place.
   *
   * @default - `docs/runbooks` of this library's repository
   */
  readonly runbookUrl?: string;
}

/** The alarms of the slots of a source. */
export function slotAlarmPlans(
  metrics: ReplicationSlotMetrics, interval: Duration, options: SlotAlarmOptions,
): AlarmPlan[] {
  // A period without a value would be one of silence.
  const period = interval.toSeconds() > PERIOD.toSeconds() ? interval : PERIOD;
  const name = metrics.source;
  const common = { bad: 'more', treatMissingData: TreatMissingData.IGNORE, runbook: 'slot-lag' } as const;
  const silent = Duration.seconds(period.toSeconds() * SILENT_PERIODS).toHumanString();
  return [
    {
      ...common,
      id: 'SlotLag',
      metric: metrics.metricSlotLag({ period }),
      levels: sizeLevels(options.slotLag ?? SLOT_LAG),
      periods: 3,
      what: (threshold) => `a replication slot of ${name} holds back ${threshold} or more of write-ahead log`,
      firstStep: 'find the slot with select * from pg_replication_slots, and see whether its task runs',
    },
    {
      ...common,
      id: 'InactiveSlots',
      metric: metrics.metricInactiveSlots({ period }),
      levels: countLevels(options.inactiveSlots ?? { warning: 1 }),
      periods: INACTIVE_PERIODS,
      what: (threshold) => `at least ${threshold} replication slot(s) of ${name} are read by nobody and keep its log`,
      firstStep: 'find the slots with select * from pg_replication_slots where not active, and resume their tasks, or '
        + 'drop the slots of tasks that are gone',
    },
    {
      ...common,
      id: 'LostSlots',
      metric: metrics.metricLostSlots({ period }),
      levels: countLevels(options.lostSlots ?? { critical: 1 }),
      periods: 1,
      what: (threshold) => `at least ${threshold} replication slot(s) of ${name} have lost the log that they need`,
      firstStep: 'stop the task of the slot, reset max_slot_wal_keep_size and load the tables again',
    },
    ...(options.watchSilence ?? true ? [{
      ...common,
      id: 'SlotWatchSilence',
      metric: metrics.metricSlots({ period, statistic: Stats.SAMPLE_COUNT }),
      levels: { warning: { value: 0, text: silent } },
      bad: 'less' as const,
      periods: SILENT_PERIODS,
      treatMissingData: TreatMissingData.BREACHING,
      what: (threshold: string) => `the slots of ${name} were not looked at for ${threshold}`,
      firstStep: 'read the log of the function that looks at them: it says why it cannot reach the database',
    }] : []),
  ];
}

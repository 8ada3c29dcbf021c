import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Size } from 'aws-cdk-lib/core';
import type { InstanceAlarmOptions } from './alarm-options';
import { type AlarmPlan, sizeLevels, PERIOD } from './alarm-plan';
import type { ReplicationInstanceMetrics } from './replication-instance-metrics';

const FREEABLE_MEMORY = { warning: Size.mebibytes(512), critical: Size.mebibytes(256) };
const SWAP_USAGE = { warning: Size.mebibytes(256), critical: Size.gibibytes(1) };
const FREE_STORAGE = { warning: Size.gibibytes(10), critical: Size.gibibytes(5) };

/** The alarms of an instance. */
export function instanceAlarmPlans(
  name: string, metrics: ReplicationInstanceMetrics, options: InstanceAlarmOptions,
): AlarmPlan[] {
  // An instance that sends nothing says nothing about its memory or its disk; that its tasks stand still, theirs do.
  const treatMissingData = TreatMissingData.MISSING;
  return [
    {
      id: 'FreeableMemory',
      metric: metrics.metricFreeableMemory({ period: PERIOD }),
      levels: sizeLevels(options.freeableMemory ?? FREEABLE_MEMORY),
      bad: 'less',
      periods: 3,
      treatMissingData,
      what: (threshold) => `replication instance ${name} has ${threshold} of memory left or less`,
      firstStep: 'compare MemoryUsage of its tasks',
      runbook: 'memory',
    },
    {
      id: 'SwapUsage',
      metric: metrics.metricSwapUsage({ period: PERIOD }),
      levels: sizeLevels(options.swapUsage ?? SWAP_USAGE),
      bad: 'more',
      periods: 3,
      treatMissingData,
      what: (threshold) => `replication instance ${name} has swapped out ${threshold} or more`,
      firstStep: 'compare MemoryUsage of its tasks',
      runbook: 'memory',
    },
    {
      id: 'FreeStorage',
      metric: metrics.metricFreeStorageSpace({ period: PERIOD }),
      levels: sizeLevels(options.freeStorage ?? FREE_STORAGE),
      bad: 'less',
      periods: 1,
      treatMissingData,
      what: (threshold) => `replication instance ${name} has ${threshold} of storage free or less`,
      firstStep: 'see whether logs or waiting changes fill it: aws dms describe-replication-instance-task-logs',
      runbook: 'disk-full',
    },
  ];
}

import { TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Size } from 'aws-cdk-lib/core';
import type { SourceAlarmOptions } from './alarm-options';
import { type AlarmPlan, sizeLevels, PERIOD } from './alarm-plan';
import type { SourceDatabaseMetrics } from './source-database-metrics';

const SLOT_LAG = { warning: Size.gibibytes(5), critical: Size.gibibytes(20) };
const TRANSACTION_LOGS = { warning: Size.gibibytes(10), critical: Size.gibibytes(30) };
const FREE_STORAGE = { warning: Size.gibibytes(20), critical: Size.gibibytes(10) };

/** The alarms of a source. */
export function sourceAlarmPlans(metrics: SourceDatabaseMetrics, options: SourceAlarmOptions): AlarmPlan[] {
  return [
    {
      id: 'SlotLag',
      metric: metrics.metricReplicationSlotLag({ period: PERIOD }),
      levels: sizeLevels(options.slotLag ?? SLOT_LAG),
      bad: 'more',
      periods: 3,
      // Without a slot there is no value, and nothing is held back.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      what: (threshold) => `a replication slot of the source holds back ${threshold} or more of write-ahead log`,
      firstStep: 'find the slot with select * from pg_replication_slots, and see whether its task runs',
      runbook: 'slot-lag',
    },
    {
      id: 'TransactionLogs',
      metric: metrics.metricTransactionLogsDiskUsage({ period: PERIOD }),
      levels: sizeLevels(options.transactionLogs ?? TRANSACTION_LOGS),
      bad: 'more',
      periods: 3,
      // Aurora has no such log, and no value, until something replicates from it.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      what: (threshold) => `the write-ahead log of the source takes ${threshold} or more`,
      firstStep: 'find the slot with select * from pg_replication_slots, and see whether its task runs',
      runbook: 'slot-lag',
    },
    {
      id: 'FreeStorage',
      metric: metrics.metricFreeStorage({ period: PERIOD }),
      levels: sizeLevels(options.freeStorage ?? FREE_STORAGE),
      bad: 'less',
      periods: 1,
      // A database that has run full may fall silent; that does not make room.
      treatMissingData: TreatMissingData.IGNORE,
      what: (threshold) => `the source has ${threshold} of storage free or less`,
      firstStep: 'see whether a replication slot holds it: select * from pg_replication_slots',
      runbook: 'disk-full',
    },
  ];
}

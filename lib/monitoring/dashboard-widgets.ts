import {
  AlarmStatusWidget, GraphWidget, type IAlarm, type IMetric, type IWidget, LogQueryWidget, TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { ReplicationInstanceMetrics } from './replication-instance-metrics';
import type { ReplicationTaskMetrics } from './replication-task-metrics';
import type { SourceDatabaseMetrics } from './source-database-metrics';
import { ERROR_MARK } from './task-logs';

/** CloudWatch's dashboards are 24 columns wide. */
const FULL_WIDTH = 24;

const graph = (title: string, width: number, left: IMetric[], right: IMetric[] = []): IWidget =>
  new GraphWidget({ title, width, left, right, liveData: true });

/** The state of alarms, and where to read what to do. */
export function alarmRow(title: string, alarms: IAlarm[], runbookUrl: string): IWidget[] {
  return [
    new TextWidget({ markdown: `## ${title}\n[What to do](${runbookUrl})`, width: FULL_WIDTH, height: 2 }),
    ...(alarms.length === 0 ? [] : [new AlarmStatusWidget({ title: 'Alarms', alarms, width: FULL_WIDTH, height: 3 })]),
  ];
}

/** How far a task is behind, what waits, and how much passes. */
export function taskRow(metrics: ReplicationTaskMetrics): IWidget[] {
  return [
    graph('Behind the source (seconds)', 8, [metrics.metricCdcLatencySource(), metrics.metricCdcLatencyTarget()]),
    graph('Changes that wait (rows)', 8, [
      metrics.metricCdcChangesMemorySource(), metrics.metricCdcChangesMemoryTarget(),
      metrics.metricCdcChangesDiskSource(), metrics.metricCdcChangesDiskTarget(),
    ]),
    graph('Throughput (rows a second)', 8, [
      metrics.metricCdcThroughputRowsSource(), metrics.metricCdcThroughputRowsTarget(),
      metrics.metricFullLoadThroughputRowsSource(), metrics.metricFullLoadThroughputRowsTarget(),
    ]),
  ];
}

/** What the tasks leave of their instance. */
export function instanceRow(metrics: ReplicationInstanceMetrics): IWidget[] {
  return [
    graph('Replication instance: CPU (%)', 8, [metrics.metricCpuUtilization()]),
    graph('Replication instance: memory (bytes)', 8, [metrics.metricFreeableMemory()], [metrics.metricSwapUsage()]),
    graph('Replication instance: storage (bytes)', 8, [metrics.metricFreeStorageSpace()], [
      metrics.metricDiskQueueDepth(),
    ]),
  ];
}

/** What replication costs its source. */
export function sourceRow(metrics: SourceDatabaseMetrics): IWidget[] {
  return [
    graph('Source: held back by slots (bytes)', 8, [metrics.metricReplicationSlotLag()]),
    graph('Source: write-ahead log (bytes)', 8, [metrics.metricTransactionLogsDiskUsage()]),
    graph('Source: free storage (bytes)', 8, [metrics.metricFreeStorage()]),
  ];
}

/** The latest errors that tasks have logged. */
export function errorRow(logGroup: ILogGroup): IWidget[] {
  return [new LogQueryWidget({
    title: 'Latest errors',
    logGroupNames: [logGroup.logGroupName],
    width: FULL_WIDTH,
    queryLines: [
      'fields @timestamp, @logStream, @message',
      `filter @message like "${ERROR_MARK}"`,
      'sort @timestamp desc',
      'limit 50',
    ],
  })];
}

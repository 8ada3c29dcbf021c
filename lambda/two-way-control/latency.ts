import { type CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from '@aws-sdk/client-cloudwatch';

/** DMS publishes once a minute, and CloudWatch takes a while: what is older than this says nothing of now. */
const STALE_MINUTES = 5;

/** How a task names its metrics. */
export interface TaskDimensions {
  /** The identifier of the replication instance. */
  readonly instance: string;
  /** The last part of the ARN of the task, not its name. */
  readonly task: string;
}

/** The seconds that a task is behind, from its source to its target; nothing when it has not been measured lately. */
export async function latencyOf(
  cloudWatch: CloudWatchClient, { instance, task }: TaskDimensions, now: Date,
): Promise<number | undefined> {
  const query = (Id: string, MetricName: string): MetricDataQuery => ({
    Id,
    MetricStat: {
      Metric: {
        Namespace: 'AWS/DMS',
        MetricName,
        Dimensions: [
          { Name: 'ReplicationInstanceIdentifier', Value: instance.toLowerCase() },
          { Name: 'ReplicationTaskIdentifier', Value: task },
        ],
      },
      Period: 60,
      Stat: 'Maximum',
    },
  });
  const { MetricDataResults: results = [] } = await cloudWatch.send(new GetMetricDataCommand({
    StartTime: new Date(now.getTime() - STALE_MINUTES * 60_000),
    EndTime: now,
    ScanBy: 'TimestampDescending',
    MetricDataQueries: [query('source', 'CDCLatencySource'), query('target', 'CDCLatencyTarget')],
  }));
  // Whichever is worse: a source that is behind gives its target nothing to be late with.
  const newest = ['source', 'target'].map((id) => results.find(({ Id }) => Id === id)?.Values?.[0]);
  return newest.every((value) => value !== undefined) ? Math.max(...newest) : undefined;
}

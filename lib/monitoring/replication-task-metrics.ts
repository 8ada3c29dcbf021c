import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ReplicationTask } from '../replication/replication-task';
import { resourceIdOf } from './identifiers';

/**
 * The CloudWatch metrics of a replication task, by DMS's own names.
 *
 * The dimension `ReplicationTaskIdentifier` holds the resource id at the end of the task's ARN, not the task's name.
 * Values of a period are averaged unless a method says otherwise.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Monitoring.html
 */
export class ReplicationTaskMetrics {
  /**
   * @param task the task
   * @param replicationInstanceIdentifier the identifier of its instance, in lower case; not its ARN
   */
  public constructor(
    private readonly task: ReplicationTask,
    private readonly replicationInstanceIdentifier: string,
  ) {}

  /** Any metric of the task. */
  public metric(metricName: string, options: MetricOptions = {}): Metric {
    return new Metric({
      namespace: 'AWS/DMS',
      metricName,
      dimensionsMap: {
        ReplicationInstanceIdentifier: this.replicationInstanceIdentifier,
        ReplicationTaskIdentifier: resourceIdOf(this.task.replicationTaskArn),
      },
      ...options,
    }).attachTo(this.task);
  }

  /** Seconds between the last change that was read and now, while there is more to read. The highest of a period. */
  public metricCdcLatencySource(options: MetricOptions = {}): Metric {
    return this.metric('CDCLatencySource', { statistic: Stats.MAXIMUM, ...options });
  }

  /** Seconds between the oldest change that the target has not confirmed and now. The highest of a period. */
  public metricCdcLatencyTarget(options: MetricOptions = {}): Metric {
    return this.metric('CDCLatencyTarget', { statistic: Stats.MAXIMUM, ...options });
  }

  /** Changes that are read and not yet applied. */
  public metricCdcIncomingChanges(options: MetricOptions = {}): Metric {
    return this.metric('CDCIncomingChanges', options);
  }

  /** Rows in memory that wait for their transaction to commit. */
  public metricCdcChangesMemorySource(options: MetricOptions = {}): Metric {
    return this.metric('CDCChangesMemorySource', options);
  }

  /** Rows in memory that wait to be written to the target. */
  public metricCdcChangesMemoryTarget(options: MetricOptions = {}): Metric {
    return this.metric('CDCChangesMemoryTarget', options);
  }

  /** Rows on the disk of the instance that wait for their transaction to commit. */
  public metricCdcChangesDiskSource(options: MetricOptions = {}): Metric {
    return this.metric('CDCChangesDiskSource', options);
  }

  /** Rows on the disk of the instance that wait to be written to the target. */
  public metricCdcChangesDiskTarget(options: MetricOptions = {}): Metric {
    return this.metric('CDCChangesDiskTarget', options);
  }

  /** Changed rows a second from the source. */
  public metricCdcThroughputRowsSource(options: MetricOptions = {}): Metric {
    return this.metric('CDCThroughputRowsSource', options);
  }

  /** Changed rows a second to the target. */
  public metricCdcThroughputRowsTarget(options: MetricOptions = {}): Metric {
    return this.metric('CDCThroughputRowsTarget', options);
  }

  /** Kilobytes of changes a second from the source. */
  public metricCdcThroughputBandwidthSource(options: MetricOptions = {}): Metric {
    return this.metric('CDCThroughputBandwidthSource', options);
  }

  /** Kilobytes of changes a second to the target. */
  public metricCdcThroughputBandwidthTarget(options: MetricOptions = {}): Metric {
    return this.metric('CDCThroughputBandwidthTarget', options);
  }

  /** Rows a second from the source while tables are loaded. */
  public metricFullLoadThroughputRowsSource(options: MetricOptions = {}): Metric {
    return this.metric('FullLoadThroughputRowsSource', options);
  }

  /** Rows a second to the target while tables are loaded. */
  public metricFullLoadThroughputRowsTarget(options: MetricOptions = {}): Metric {
    return this.metric('FullLoadThroughputRowsTarget', options);
  }

  /** Kilobytes a second from the source while tables are loaded. */
  public metricFullLoadThroughputBandwidthSource(options: MetricOptions = {}): Metric {
    return this.metric('FullLoadThroughputBandwidthSource', options);
  }

  /** Kilobytes a second to the target while tables are loaded. */
  public metricFullLoadThroughputBandwidthTarget(options: MetricOptions = {}): Metric {
    return this.metric('FullLoadThroughputBandwidthTarget', options);
  }

  /** Percent of the CPU that the task uses. */
  public metricCpuUtilization(options: MetricOptions = {}): Metric {
    return this.metric('CPUUtilization', options);
  }

  /** Memory that the task uses. It is published as long as the task runs, while tables are loaded as well. */
  public metricMemoryUsage(options: MetricOptions = {}): Metric {
    return this.metric('MemoryUsage', options);
  }

  /** Swap space that the task uses. */
  public metricSwapUsage(options: MetricOptions = {}): Metric {
    return this.metric('SwapUsage', options);
  }

  /** Rows whose validation has failed since the start. The highest of a period. */
  public metricValidationFailedOverallCount(options: MetricOptions = {}): Metric {
    return this.metric('ValidationFailedOverallCount', { statistic: Stats.MAXIMUM, ...options });
  }

  /** Rows that cannot be validated, because they change too often or have no usable key. The highest of a period. */
  public metricValidationSuspendedOverallCount(options: MetricOptions = {}): Metric {
    return this.metric('ValidationSuspendedOverallCount', { statistic: Stats.MAXIMUM, ...options });
  }

  /** Rows whose validation is still to come. The highest of a period. */
  public metricValidationPendingOverallCount(options: MetricOptions = {}): Metric {
    return this.metric('ValidationPendingOverallCount', { statistic: Stats.MAXIMUM, ...options });
  }

  /** Rows that were validated. The sum of a period. */
  public metricValidationAttemptedRecordCount(options: MetricOptions = {}): Metric {
    return this.metric('ValidationAttemptedRecordCount', { statistic: Stats.SUM, ...options });
  }

  /** Rows that were validated and are the same. The sum of a period. */
  public metricValidationSucceededRecordCount(options: MetricOptions = {}): Metric {
    return this.metric('ValidationSucceededRecordCount', { statistic: Stats.SUM, ...options });
  }
}

import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IReplicationInstance } from '../replication/replication-instance';
import { resourceIdOf } from './identifiers';

/**
 * The CloudWatch metrics of a replication instance, by DMS's own names.
 *
 * Their dimension is `ReplicationInstanceExternalResourceId`, the resource id at the end of the instance's ARN, which
 * stays when the instance gets another name. Values of a period are averaged unless a method says otherwise.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Monitoring.html
 */
export class ReplicationInstanceMetrics {
  /** @param instance the instance */
  public constructor(private readonly instance: IReplicationInstance) {}

  /** Any metric of the instance. */
  public metric(metricName: string, options: MetricOptions = {}): Metric {
    return new Metric({
      namespace: 'AWS/DMS',
      metricName,
      dimensionsMap: {
        ReplicationInstanceExternalResourceId: resourceIdOf(this.instance.replicationInstanceArn),
      },
      ...options,
    }).attachTo(this.instance);
  }

  /** Percent of the CPU in use. */
  public metricCpuUtilization(options: MetricOptions = {}): Metric {
    return this.metric('CPUUtilization', options);
  }

  /** Bytes of memory that can be had, caches included. The lowest of a period. */
  public metricFreeableMemory(options: MetricOptions = {}): Metric {
    return this.metric('FreeableMemory', { statistic: Stats.MINIMUM, ...options });
  }

  /** Bytes of swap space in use. The highest of a period. */
  public metricSwapUsage(options: MetricOptions = {}): Metric {
    return this.metric('SwapUsage', { statistic: Stats.MAXIMUM, ...options });
  }

  /** Bytes of storage that are free. The lowest of a period. */
  public metricFreeStorageSpace(options: MetricOptions = {}): Metric {
    return this.metric('FreeStorageSpace', { statistic: Stats.MINIMUM, ...options });
  }

  /** Reads and writes that wait for the disk. */
  public metricDiskQueueDepth(options: MetricOptions = {}): Metric {
    return this.metric('DiskQueueDepth', options);
  }

  /** Reads from the disk a second. */
  public metricReadIops(options: MetricOptions = {}): Metric {
    return this.metric('ReadIOPS', options);
  }

  /** Writes to the disk a second. */
  public metricWriteIops(options: MetricOptions = {}): Metric {
    return this.metric('WriteIOPS', options);
  }

  /** Bytes a second that arrive over the network. */
  public metricNetworkReceiveThroughput(options: MetricOptions = {}): Metric {
    return this.metric('NetworkReceiveThroughput', options);
  }

  /** Bytes a second that leave over the network. */
  public metricNetworkTransmitThroughput(options: MetricOptions = {}): Metric {
    return this.metric('NetworkTransmitThroughput', options);
  }
}

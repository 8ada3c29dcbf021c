import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IConstruct } from 'constructs';
import { SLOT_NAMESPACE, SlotMetric, SOURCE_DIMENSION } from './source-preparation-api';

/**
 * The CloudWatch metrics of the replication slots of a PostgreSQL server, whoever runs it. They are of all slots of the
 * server, also of those that DMS has nothing to do with: they share one disk.
 *
 * The slots by name are in the log of the function that publishes them.
 */
export class ReplicationSlotMetrics {
  /**
   * @param scope the construct that publishes them
   * @param source the value of their dimension `Source`
   */
  public constructor(private readonly scope: IConstruct, public readonly source: string) {}

  /** Any of the metrics. */
  public metric(metricName: string, options: MetricOptions = {}): Metric {
    return new Metric({
      namespace: SLOT_NAMESPACE, metricName, dimensionsMap: { [SOURCE_DIMENSION]: this.source }, ...options,
    }).attachTo(this.scope);
  }

  /** The number of slots, `Slots`. The highest of a period. */
  public metricSlots(options: MetricOptions = {}): Metric {
    return this.metric(SlotMetric.SLOTS, { statistic: Stats.MAXIMUM, ...options });
  }

  /** The number of slots that nobody reads, `InactiveSlots`. The lowest of a period. */
  public metricInactiveSlots(options: MetricOptions = {}): Metric {
    return this.metric(SlotMetric.INACTIVE_SLOTS, { statistic: Stats.MINIMUM, ...options });
  }

  /** The number of slots whose log is gone, so that their tasks cannot go on, `LostSlots`. The highest of a period. */
  public metricLostSlots(options: MetricOptions = {}): Metric {
    return this.metric(SlotMetric.LOST_SLOTS, { statistic: Stats.MAXIMUM, ...options });
  }

  /** Bytes of log that the slot furthest behind keeps (from its `restart_lsn`), `SlotLag`. The highest of a period. */
  public metricSlotLag(options: MetricOptions = {}): Metric {
    return this.metric(SlotMetric.SLOT_LAG, { statistic: Stats.MAXIMUM, ...options });
  }

  /**
   * Bytes of log that the slot furthest behind has not confirmed (from its `confirmed_flush_lsn`), `UnconfirmedLag`.
   * The highest of a period.
   */
  public metricUnconfirmedLag(options: MetricOptions = {}): Metric {
    return this.metric(SlotMetric.UNCONFIRMED_LAG, { statistic: Stats.MAXIMUM, ...options });
  }

  /**
   * Seconds since the slot that was left first is not read, `LongestInactivity`. The highest of a period. Servers
   * before PostgreSQL 17 do not tell: there it is since the function has first seen it, and the function forgets that
   * when it is started anew.
   */
  public metricLongestInactivity(options: MetricOptions = {}): Metric {
    return this.metric(SlotMetric.LONGEST_INACTIVITY, { statistic: Stats.MAXIMUM, ...options });
  }

  /**
   * Bytes that may still be written until `max_slot_wal_keep_size` takes the log from a slot, `SafeWalSize`. The lowest
   * of a period; no value without that limit.
   */
  public metricSafeWalSize(options: MetricOptions = {}): Metric {
    return this.metric(SlotMetric.SAFE_WAL_SIZE, { statistic: Stats.MINIMUM, ...options });
  }
}

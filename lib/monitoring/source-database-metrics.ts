import { Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IDatabaseCluster, IDatabaseInstance } from 'aws-cdk-lib/aws-rds';
import type { IConstruct } from 'constructs';

/** The names under which a kind of database publishes the same thing. */
interface MetricNames {
  readonly slotLag: string;
  readonly freeStorage: string;
}

/** A slot of Aurora lags in the files that it keeps; RDS also publishes how far it is behind. */
const INSTANCE_NAMES: MetricNames = { slotLag: 'OldestReplicationSlotLag', freeStorage: 'FreeStorageSpace' };
const CLUSTER_NAMES: MetricNames = { slotLag: 'ReplicationSlotDiskUsage', freeStorage: 'FreeLocalStorage' };

/**
 * The CloudWatch metrics of a PostgreSQL source that tell what replication costs it, in bytes.
 *
 * The slot of a task keeps the write-ahead log from the last change that DMS has confirmed. A task that stands still
 * fills the disk of its source.
 */
export class SourceDatabaseMetrics {
  /**
   * Of an RDS for PostgreSQL instance.
   *
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html
   */
  public static forInstance(instance: IDatabaseInstance): SourceDatabaseMetrics {
    return new SourceDatabaseMetrics(instance, INSTANCE_NAMES, { DBInstanceIdentifier: instance.instanceIdentifier });
  }

  /**
   * Of an Aurora PostgreSQL cluster: of whichever instance is the writer, as replication reads from it.
   *
   * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
   */
  public static forCluster(cluster: IDatabaseCluster): SourceDatabaseMetrics {
    return new SourceDatabaseMetrics(cluster, CLUSTER_NAMES, {
      DBClusterIdentifier: cluster.clusterIdentifier,
      Role: 'WRITER',
    });
  }

  private constructor(
    private readonly database: IConstruct,
    private readonly names: MetricNames,
    private readonly dimensionsMap: Record<string, string>,
  ) {}

  /** Any metric of the database. */
  public metric(metricName: string, options: MetricOptions = {}): Metric {
    return new Metric({ namespace: 'AWS/RDS', metricName, dimensionsMap: this.dimensionsMap, ...options })
      .attachTo(this.database);
  }

  /**
   * How much the slots hold back: `OldestReplicationSlotLag` of an instance, how far the slowest slot is behind;
   * `ReplicationSlotDiskUsage` of a cluster. The highest of a period.
   */
  public metricReplicationSlotLag(options: MetricOptions = {}): Metric {
    return this.metric(this.names.slotLag, { statistic: Stats.MAXIMUM, ...options });
  }

  /** The size of the files of all slots, `ReplicationSlotDiskUsage`. The highest of a period. */
  public metricReplicationSlotDiskUsage(options: MetricOptions = {}): Metric {
    return this.metric('ReplicationSlotDiskUsage', { statistic: Stats.MAXIMUM, ...options });
  }

  /** The size of the write-ahead log, `TransactionLogsDiskUsage`. The highest of a period. */
  public metricTransactionLogsDiskUsage(options: MetricOptions = {}): Metric {
    return this.metric('TransactionLogsDiskUsage', { statistic: Stats.MAXIMUM, ...options });
  }

  /**
   * Storage that is free: `FreeStorageSpace` of an instance; `FreeLocalStorage` of a cluster, whose volume grows by
   * itself but whose writer spills large transactions to its own disk. The lowest of a period.
   */
  public metricFreeStorage(options: MetricOptions = {}): Metric {
    return this.metric(this.names.freeStorage, { statistic: Stats.MINIMUM, ...options });
  }
}

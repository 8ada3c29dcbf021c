import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import * as rds from 'aws-cdk-lib/aws-rds';
import { Duration } from 'aws-cdk-lib/core';
import { ReplicationInstanceMetrics, ReplicationTaskMetrics, SourceDatabaseMetrics } from '../../../lib';
import { makeStack } from '../make-stack';
import { makePipeline } from './monitored-pipeline';

type Methods = Record<string, (options?: MetricOptions) => Metric>;

/** Every `metricXxx()` of an object: its name at the service and how a period becomes one value. */
function offered(metrics: object): Record<string, string> {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(metrics)).filter((name) => /^metric[A-Z]/.test(name));
  return Object.fromEntries(names.map((name) => {
    const { metricName, statistic } = (metrics as Methods)[name]!();
    return [name, `${metricName} ${statistic}`];
  }));
}

const dimensionsOf = (metric: Metric): unknown => {
  const { namespace, dimensions } = metric.toMetricConfig().metricStat!;
  return { namespace, dimensions };
};

describe('ReplicationTaskMetrics', () => {
  const { stack, pipeline } = makePipeline();
  const metrics = new ReplicationTaskMetrics(pipeline.task, 'my-instance');

  test('has the names of DMS, and the highest value where an average would hide it', () => {
    expect(offered(metrics)).toEqual({
      metricCdcLatencySource: 'CDCLatencySource Maximum',
      metricCdcLatencyTarget: 'CDCLatencyTarget Maximum',
      metricCdcIncomingChanges: 'CDCIncomingChanges Average',
      metricCdcChangesMemorySource: 'CDCChangesMemorySource Average',
      metricCdcChangesMemoryTarget: 'CDCChangesMemoryTarget Average',
      metricCdcChangesDiskSource: 'CDCChangesDiskSource Average',
      metricCdcChangesDiskTarget: 'CDCChangesDiskTarget Average',
      metricCdcThroughputRowsSource: 'CDCThroughputRowsSource Average',
      metricCdcThroughputRowsTarget: 'CDCThroughputRowsTarget Average',
      metricCdcThroughputBandwidthSource: 'CDCThroughputBandwidthSource Average',
      metricCdcThroughputBandwidthTarget: 'CDCThroughputBandwidthTarget Average',
      metricFullLoadThroughputRowsSource: 'FullLoadThroughputRowsSource Average',
      metricFullLoadThroughputRowsTarget: 'FullLoadThroughputRowsTarget Average',
      metricFullLoadThroughputBandwidthSource: 'FullLoadThroughputBandwidthSource Average',
      metricFullLoadThroughputBandwidthTarget: 'FullLoadThroughputBandwidthTarget Average',
      metricCpuUtilization: 'CPUUtilization Average',
      metricMemoryUsage: 'MemoryUsage Average',
      metricSwapUsage: 'SwapUsage Average',
      metricValidationFailedOverallCount: 'ValidationFailedOverallCount Maximum',
      metricValidationSuspendedOverallCount: 'ValidationSuspendedOverallCount Maximum',
      metricValidationPendingOverallCount: 'ValidationPendingOverallCount Maximum',
      metricValidationAttemptedRecordCount: 'ValidationAttemptedRecordCount Sum',
      metricValidationSucceededRecordCount: 'ValidationSucceededRecordCount Sum',
    });
  });

  test('names the instance by its identifier and the task by the end of its ARN', () => {
    expect(stack.resolve(dimensionsOf(metrics.metricCdcLatencySource()))).toEqual({
      namespace: 'AWS/DMS',
      dimensions: [
        { name: 'ReplicationInstanceIdentifier', value: 'my-instance' },
        {
          name: 'ReplicationTaskIdentifier',
          value: { 'Fn::Select': [6, { 'Fn::Split': [':', stack.resolve(pipeline.task.replicationTaskArn)] }] },
        },
      ],
    });
  });

  test('takes options over its own', () => {
    const metric = metrics.metricCdcLatencySource({ statistic: 'Minimum', period: Duration.minutes(1), label: 'lag' });
    expect([metric.statistic, metric.period.toSeconds(), metric.label]).toEqual(['Minimum', 60, 'lag']);
  });
});

describe('ReplicationInstanceMetrics', () => {
  const { stack, pipeline } = makePipeline();
  const metrics = new ReplicationInstanceMetrics(pipeline.replicationInstance);

  test('has the names of DMS, and the worst value where an average would hide it', () => {
    expect(offered(metrics)).toEqual({
      metricCpuUtilization: 'CPUUtilization Average',
      metricFreeableMemory: 'FreeableMemory Minimum',
      metricSwapUsage: 'SwapUsage Maximum',
      metricFreeStorageSpace: 'FreeStorageSpace Minimum',
      metricDiskQueueDepth: 'DiskQueueDepth Average',
      metricReadIops: 'ReadIOPS Average',
      metricWriteIops: 'WriteIOPS Average',
      metricNetworkReceiveThroughput: 'NetworkReceiveThroughput Average',
      metricNetworkTransmitThroughput: 'NetworkTransmitThroughput Average',
    });
  });

  test('names the instance by the end of its ARN', () => {
    const arn: unknown = stack.resolve(pipeline.replicationInstance.replicationInstanceArn);
    expect(stack.resolve(dimensionsOf(metrics.metricFreeableMemory()))).toEqual({
      namespace: 'AWS/DMS',
      dimensions: [{
        name: 'ReplicationInstanceExternalResourceId',
        value: { 'Fn::Select': [6, { 'Fn::Split': [':', arn] }] },
      }],
    });
  });
});

describe('SourceDatabaseMetrics', () => {
  const stack = makeStack();
  const common = {
    metricReplicationSlotDiskUsage: 'ReplicationSlotDiskUsage Maximum',
    metricTransactionLogsDiskUsage: 'TransactionLogsDiskUsage Maximum',
  };

  test('has the names of RDS for an instance', () => {
    const metrics = SourceDatabaseMetrics.forInstance(rds.DatabaseInstance.fromDatabaseInstanceAttributes(
      stack, 'Instance', { instanceIdentifier: 'shop', instanceEndpointAddress: 'shop', port: 5432, securityGroups: [] },
    ));
    expect(offered(metrics)).toEqual({
      ...common,
      metricReplicationSlotLag: 'OldestReplicationSlotLag Maximum',
      metricFreeStorage: 'FreeStorageSpace Minimum',
    });
    expect(dimensionsOf(metrics.metricReplicationSlotLag())).toEqual({
      namespace: 'AWS/RDS', dimensions: [{ name: 'DBInstanceIdentifier', value: 'shop' }],
    });
  });

  test('has the names of Aurora for a cluster, and follows its writer', () => {
    const metrics = SourceDatabaseMetrics.forCluster(rds.DatabaseCluster.fromDatabaseClusterAttributes(
      stack, 'Cluster', { clusterIdentifier: 'shop-cluster' },
    ));
    expect(offered(metrics)).toEqual({
      ...common,
      metricReplicationSlotLag: 'ReplicationSlotDiskUsage Maximum',
      metricFreeStorage: 'FreeLocalStorage Minimum',
    });
    expect(dimensionsOf(metrics.metricFreeStorage())).toEqual({
      namespace: 'AWS/RDS',
      dimensions: [{ name: 'DBClusterIdentifier', value: 'shop-cluster' }, { name: 'Role', value: 'WRITER' }],
    });
  });
});

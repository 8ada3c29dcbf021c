import { RemovalPolicy, Size } from 'aws-cdk-lib/core';
import { type EnvironmentConfig, ReplicationInstanceClass } from '../lib';
import { lifecycle, tableMappings, taskSettings } from './tables';

/** Small, without a standby, and deleted together with the stack (once its buckets have been emptied). */
export const dev: EnvironmentConfig = {
  region: 'us-east-1',
  databaseName: 'booking',
  databaseStorage: Size.gibibytes(20),
  replicationInstanceClass: ReplicationInstanceClass.T3_MEDIUM,
  multiAz: false,
  deletionProtection: false,
  removalPolicy: RemovalPolicy.DESTROY,
  tableMappings,
  taskSettings,
  lifecycle,
};

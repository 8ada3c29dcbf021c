import { Size } from 'aws-cdk-lib/core';
import { type EnvironmentConfig, ReplicationInstanceClass } from '../lib';
import { lifecycle, tableMappings, taskSettings } from './tables';

/** Built like production, smaller. */
export const staging: EnvironmentConfig = {
  region: 'us-east-1',
  databaseName: 'booking',
  databaseStorage: Size.gibibytes(100),
  replicationInstanceClass: ReplicationInstanceClass.T3_LARGE,
  tableMappings,
  taskSettings,
  lifecycle,
};

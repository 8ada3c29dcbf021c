import { InstanceClass, InstanceSize, InstanceType } from 'aws-cdk-lib/aws-ec2';
import { Duration, Size } from 'aws-cdk-lib/core';
import { type EnvironmentConfig, ReplicationInstanceClass } from '../lib';
import { lifecycle, tableMappings, taskSettings } from './tables';

/** The size of the seed's request: clients 150 GB, bookings 200 GB. */
export const prod: EnvironmentConfig = {
  production: true,
  region: 'us-east-1',
  databaseName: 'booking',
  databaseInstanceType: InstanceType.of(InstanceClass.R6G, InstanceSize.XLARGE),
  databaseStorage: Size.gibibytes(800),
  backupRetention: Duration.days(14),
  replicationInstanceClass: ReplicationInstanceClass.R6I_XLARGE,
  replicationStorage: Size.gibibytes(200),
  tableMappings,
  taskSettings,
  lifecycle,
};

import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as rds from 'aws-cdk-lib/aws-rds';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import {
  DmsReplicationPipeline,
  DmsSecret,
  FilterCondition,
  PostgresCdcSource,
  ReplicationInstanceClass,
  S3ParquetTarget,
  SourceFilter,
  TableMappings,
  TableSelection,
  TaskSettings,
  Transformation,
} from '../../lib'; // in your own app: from 'cdk-dms-pipelines'

const DATABASE = { host: 'orders.example.internal', port: 5432, name: 'orders' };

/**
 * Replicates some tables of a database that you already run, into a lake in your own stack.
 *
 * The parameter group of the database needs what `PostgresCdcParameters.forInstance()` sets, and the database a user
 * `dms_user` with the password of the secret.
 */
export class OrdersLakeStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'],
      privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0fedcba9876543210'],
    });
    const instance = rds.DatabaseInstance.fromDatabaseInstanceAttributes(this, 'Orders', {
      instanceIdentifier: 'orders',
      instanceEndpointAddress: DATABASE.host,
      port: DATABASE.port,
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(this, 'OrdersAccess', 'sg-0123456789abcdef0')],
    });

    new DmsReplicationPipeline(this, 'Pipeline', {
      vpc,
      source: PostgresCdcSource.fromDatabaseInstance(this, 'Source', {
        instance,
        secret: new DmsSecret(this, 'Login', { host: DATABASE.host, port: DATABASE.port, username: 'dms_user' }),
        databaseName: DATABASE.name,
      }),
      target: new S3ParquetTarget(this, 'Lake', { prefix: 'raw', cdcMaxBatchInterval: Duration.minutes(5) }),
      tableMappings: TableMappings.of(
        TableSelection.include('public', 'orders', {
          filters: [SourceFilter.on('id', FilterCondition.atLeast('1000000'))],
        }),
        TableSelection.include('public', 'customers'),
        Transformation.renameSchema('public', 'shop'),
        Transformation.removeColumn('public', 'customers', 'email'),
      ),
      taskSettings: TaskSettings.of({ targetMetadata: { lobMaxSize: 64 } }),
      instanceClass: ReplicationInstanceClass.R6I_LARGE,
    });
  }
}

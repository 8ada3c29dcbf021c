import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { PostgresEngineVersion } from 'aws-cdk-lib/aws-rds';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CfnOutput, Duration, Fn, RemovalPolicy, type Size, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { DmsReplicationPipeline } from '../replication/dms-replication-pipeline';
import { DmsServiceRoles } from '../replication/dms-service-roles';
import type { ReplicationInstanceClass } from '../replication/replication-instance-class';
import type { TaskLifecycleOptions } from '../replication/task-lifecycle';
import { PostgresSourcePreparation } from '../source-preparation/postgres-source-preparation';
import { PostgresCdcSource } from '../sources/postgres-cdc-source';
import type { TableMappings } from '../table-mappings';
import type { TaskSettings } from '../task-settings';
import { S3ParquetTarget } from '../targets/s3-parquet-target';
import {
  acceptAnyObjectOfTheLake,
  acceptDeletable,
  acceptNoStandby,
  acceptServicePolicies,
  acceptUnrotatedLogin,
} from './accepted-findings';

const ZONES = 2;

/** The choices that differ from one deployment of the stack to the next. */
export interface RdsToS3Options {
  /** Which tables are replicated, and how they change on the way. */
  readonly tableMappings: TableMappings;

  /**
   * Settings of the task, above the defaults of the library.
   *
   * @default - the defaults of the library
   */
  readonly taskSettings?: TaskSettings;

  /** The database to create and to replicate. */
  readonly databaseName: string;

  /**
   * Port of the database. Not PostgreSQL's well-known one: scanners look there first.
   *
   * @default 5433
   */
  readonly databasePort?: number;

  /**
   * Version of PostgreSQL.
   *
   * @default rds.PostgresEngineVersion.VER_14
   */
  readonly postgresVersion?: PostgresEngineVersion;

  /**
   * Class of the database instance.
   *
   * @default - db.t4g.medium
   */
  readonly databaseInstanceType?: ec2.InstanceType;

  /**
   * Storage of the database.
   *
   * @default Size.gibibytes(100)
   */
  readonly databaseStorage?: Size;

  /**
   * How long automatic backups of the database are kept.
   *
   * @default Duration.days(7)
   */
  readonly backupRetention?: Duration;

  /**
   * Class of the replication instance.
   *
   * @default ReplicationInstanceClass.T3_MEDIUM
   */
  readonly replicationInstanceClass?: ReplicationInstanceClass;

  /**
   * Storage of the replication instance.
   *
   * @default Size.gibibytes(50)
   */
  readonly replicationStorage?: Size;

  /**
   * Whether database and replication instance have a standby in a second Availability Zone.
   *
   * @default true
   */
  readonly multiAz?: boolean;

  /**
   * Whether the database refuses to be deleted.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;

  /**
   * What happens to the database, its login, the lake and the logs when they leave the stack.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * What a deployment does to the task.
   *
   * @default - it starts the task, stops it for changes and resumes it, and never loads again
   */
  readonly lifecycle?: TaskLifecycleOptions;

  /**
   * Whether a function inside the network checks the database before the task starts or changes, drops the slots of a
   * deleted task, and publishes what slots hold back: see `PostgresSourcePreparation`. Problems only warn while
   * `lifecycle.startOnDeploy` is false, as in a database without tables.
   *
   * @default false
   */
  readonly prepareSource?: boolean;

  /**
   * Whether the stack creates the account's `dms-vpc-role` and `dms-cloudwatch-logs-role`. Once in each account: turn
   * it off where they exist, which they do in every account whose DMS console was ever used.
   *
   * @default true
   */
  readonly createServiceRoles?: boolean;
}

/** The ready-made stack in an app of your own. */
export interface RdsToS3StackProps extends RdsToS3Options, StackProps {
  /**
   * The network. It has to reach S3, Secrets Manager and CloudWatch Logs from its private subnets.
   *
   * @default - a new one: isolated subnets in two Availability Zones, VPC endpoints, flow logs
   */
  readonly vpc?: ec2.IVpc;
}

/** An RDS for PostgreSQL database, replicated into a lake of Parquet files in S3: full load, then every change. */
export class RdsToS3Stack extends Stack {
  /** The database. */
  public readonly source: PostgresCdcSource;

  /** The lake. */
  public readonly target: S3ParquetTarget;

  /** The replication. */
  public readonly pipeline: DmsReplicationPipeline;

  /**
   * What checks the database and cleans up in it.
   *
   * @default - none: `prepareSource` is not true
   */
  public readonly preparation?: PostgresSourcePreparation;

  private readonly removalPolicy: RemovalPolicy;

  public constructor(scope: Construct, id: string, props: RdsToS3StackProps) {
    super(scope, id, {
      description: 'RDS for PostgreSQL to Parquet in S3, by AWS DMS: full load, then every change',
      ...props,
    });
    // Access logs are granted by a bucket policy, also in apps that have not set CDK's recommended flags: without it
    // CDK grants them by an ACL, which a bucket that enforces its owner does not have.
    this.node.setContext('@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy', true);
    this.removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;
    const multiAz = props.multiAz ?? true;
    const vpc = props.vpc ?? this.createVpc();

    this.source = new PostgresCdcSource(this, 'Source', {
      vpc,
      version: props.postgresVersion,
      instanceType: props.databaseInstanceType,
      allocatedStorage: props.databaseStorage,
      databaseName: props.databaseName,
      port: props.databasePort ?? 5433,
      multiAz,
      backupRetention: props.backupRetention,
      deletionProtection: props.deletionProtection,
      removalPolicy: this.removalPolicy,
    });
    this.target = new S3ParquetTarget(this, 'Lake', {
      removalPolicy: this.removalPolicy,
      serverAccessLogsBucket: this.createAccessLogsBucket(),
    });
    this.pipeline = new DmsReplicationPipeline(this, 'Pipeline', {
      vpc,
      source: this.source,
      target: this.target,
      tableMappings: props.tableMappings,
      taskSettings: props.taskSettings,
      lifecycle: props.lifecycle,
      instanceClass: props.replicationInstanceClass,
      allocatedStorage: props.replicationStorage,
      multiAz,
      serviceRoles: props.createServiceRoles ?? true ? this.createServiceRoles() : undefined,
      createVpcEndpoints: props.vpc === undefined,
    });
    if (props.prepareSource === true) {
      this.preparation = new PostgresSourcePreparation(this, 'Preparation', {
        vpc,
        vpcEndpoints: this.pipeline.replicationInstance.vpcEndpoints,
        database: this.source,
        secret: this.source.secret,
        databaseName: props.databaseName,
        failOnProblems: props.lifecycle?.startOnDeploy ?? true,
      });
      this.preparation.prepareFor(this.pipeline.task);
    }
    new CfnOutput(this, 'LakeBucketName', { value: this.target.bucket.bucketName, description: 'The data lake' });
    new CfnOutput(this, 'DatabaseLogin', { value: this.source.secret.secretArn, description: 'Login of the database' });

    acceptUnrotatedLogin(this.source);
    acceptAnyObjectOfTheLake(this.target);
    if (!multiAz) {
      acceptNoStandby(this.source);
    }
    if (props.deletionProtection === false) {
      acceptDeletable(this.source);
    }
  }

  /** The first zones of the region, whichever they are: looking them up would need credentials to synthesize. */
  public override get availabilityZones(): string[] {
    return Array.from({ length: ZONES }, (_, index) => Fn.select(index, Fn.getAzs()));
  }

  private createVpc(): ec2.Vpc {
    const vpc = new ec2.Vpc(this, 'Vpc', {
      maxAzs: ZONES,
      natGateways: 0,
      subnetConfiguration: [{ name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 }],
      // Nothing uses the default security group; restricting it would bring a function into the stack.
      restrictDefaultSecurityGroup: false,
    });
    const logGroup = new logs.LogGroup(this, 'FlowLogs', {
      retention: logs.RetentionDays.THREE_MONTHS,
      removalPolicy: this.removalPolicy,
    });
    vpc.addFlowLog('FlowLog', { destination: ec2.FlowLogDestination.toCloudWatchLogs(logGroup) });
    return vpc;
  }

  private createAccessLogsBucket(): s3.Bucket {
    return new s3.Bucket(this, 'AccessLogs', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
      enforceSSL: true,
      lifecycleRules: [{ expiration: Duration.days(90) }],
      removalPolicy: this.removalPolicy,
    });
  }

  private createServiceRoles(): DmsServiceRoles {
    const roles = new DmsServiceRoles(this, 'ServiceRoles');
    acceptServicePolicies(roles);
    return roles;
  }
}

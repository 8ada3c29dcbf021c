import { CfnEndpoint, type IEndpointRef } from 'aws-cdk-lib/aws-dms';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CfnResource, Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import {
  ABORT_UPLOADS_AFTER, OBJECT_KEY_ACTIONS, privateBucketProps, refuseOtherRegion, refusePrefix,
} from '../private/buckets';
import { dmsOfThisAccount } from '../private/principals';
import { fail, renderedProperties, validateWith } from '../private/validation';
import { checkBucket, checkEndpoint } from '../rules';
import { TaskSettings } from '../task-settings';
import type { IParquetLake, ParquetLakeLayout } from './parquet-lake';
import type { IReplicationTarget, ReplicationTargetBinding, ReplicationTargetBindOptions } from './replication-target';
import {
  CapturedChanges, DatePartitionDelimiter, DatePartitionSequence, ParquetCompression,
} from './s3-parquet-options';
import type { S3ParquetTargetProps } from './s3-parquet-target-props';

/**
 * A data lake of Parquet files in S3 as the target of a replication.
 *
 * The bucket is created (encrypted, private, TLS only, retained) or imported. DMS writes with a role of its own that
 * may put, delete, tag and list below the prefix, and nothing else. Files in the order of transactions
 * (`preserveTransactions`, `cdcPath`) are not offered: DMS writes those as CSV, whatever the format of the endpoint.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.S3.html
 */
export class S3ParquetTarget extends Construct implements IReplicationTarget, IParquetLake {
  /** The bucket of the lake. */
  public readonly bucket: s3.IBucket;

  /** The DMS target endpoint. */
  public readonly endpoint: IEndpointRef;

  /** The role with which DMS writes to the lake. */
  public readonly role: iam.IRole;

  /** How the files are laid out. */
  public readonly layout: ParquetLakeLayout;

  public readonly encryptionKey?: IKey;

  public constructor(scope: Construct, id: string, props?: S3ParquetTargetProps) {
    super(scope, id);
    const options = props ?? {};
    refuseContradictions(this, options);
    this.encryptionKey = options.encryptionKey ?? options.bucket?.encryptionKey;
    this.bucket = options.bucket ?? this.createBucket(options);
    this.role = this.createRole(options.prefix);
    this.layout = layoutOf(options);

    const endpoint = new CfnEndpoint(this, 'Endpoint', {
      endpointType: 'target',
      engineName: 's3',
      s3Settings: this.renderSettings(options),
    });
    // DMS tries the role while it tests the endpoint.
    endpoint.node.addDependency(this.role);
    this.endpoint = endpoint;
    validateWith(this, () => checkEndpoint(renderedProperties(endpoint)));
  }

  public bind(_options: ReplicationTargetBindOptions): ReplicationTargetBinding {
    return { endpoint: this.endpoint, taskSettings: lakeSettings(), connectsThrough: [this] };
  }

  private createBucket(props: S3ParquetTargetProps): s3.Bucket {
    const bucket = new s3.Bucket(this, 'Bucket', {
      ...privateBucketProps(this.encryptionKey, props.removalPolicy),
      versioned: props.versioned,
      lifecycleRules: [{
        abortIncompleteMultipartUploadAfter: ABORT_UPLOADS_AFTER,
        noncurrentVersionExpiration: props.versioned
          ? props.noncurrentVersionExpiration ?? Duration.days(7)
          : undefined,
      }],
      serverAccessLogsBucket: props.serverAccessLogsBucket,
      serverAccessLogsPrefix: props.serverAccessLogsPrefix,
    });
    const resource = bucket.node.defaultChild;
    validateWith(bucket, () => (CfnResource.isCfnResource(resource) ? checkBucket(renderedProperties(resource)) : []));
    return bucket;
  }

  private createRole(prefix?: string): iam.Role {
    const role = new iam.Role(this, 'Role', {
      assumedBy: dmsOfThisAccount(this),
      description: 'Lets AWS DMS write Parquet files to the lake',
    });
    role.addToPolicy(new iam.PolicyStatement({
      actions: ['s3:PutObject', 's3:DeleteObject', 's3:PutObjectTagging'],
      resources: [this.bucket.arnForObjects(prefix === undefined ? '*' : `${prefix}/*`)],
    }));
    role.addToPolicy(new iam.PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [this.bucket.bucketArn],
      conditions: prefix === undefined ? undefined : { StringLike: { 's3:prefix': [prefix, `${prefix}/*`] } },
    }));
    this.encryptionKey?.grant(role, ...OBJECT_KEY_ACTIONS);
    return role;
  }

  private renderSettings(props: S3ParquetTargetProps): CfnEndpoint.S3SettingsProperty {
    const changes = props.capturedChanges ?? CapturedChanges.ALL;
    return {
      bucketName: this.bucket.bucketName,
      bucketFolder: props.prefix,
      expectedBucketOwner: props.bucketOwner ?? this.bucket.env.account,
      serviceAccessRoleArn: this.role.roleArn,
      encryptionMode: this.encryptionKey ? 'sse-kms' : 'sse-s3',
      // DMS ignores the endpoint's own kmsKeyId for S3.
      serverSideEncryptionKmsKeyId: this.encryptionKey?.keyArn,
      dataFormat: 'parquet',
      compressionType: props.compression ?? ParquetCompression.GZIP,
      parquetVersion: props.parquetVersion,
      encodingType: props.encoding,
      rowGroupLength: props.rowGroupLength,
      dataPageSize: props.dataPageSize?.toBytes(),
      dictPageSizeLimit: props.dictionaryPageSizeLimit?.toBytes(),
      enableStatistics: props.statistics ?? true,
      parquetTimestampInMillisecond: this.layout.timestampsInMilliseconds,
      timestampColumnName: this.layout.timestampColumnName,
      useTaskStartTimeForFullLoadTimestamp: this.layout.loadSortsFirst,
      includeOpForFullLoad: props.includeOpForFullLoad ?? true,
      datePartitionEnabled: props.datePartition ?? true,
      datePartitionSequence: props.datePartitionSequence,
      datePartitionDelimiter: props.datePartitionDelimiter,
      datePartitionTimezone: props.datePartitionTimezone,
      cdcMaxBatchInterval: props.cdcMaxBatchInterval?.toSeconds(),
      cdcMinFileSize: props.cdcMinFileSize?.toKibibytes(),
      cdcInsertsOnly: changes === CapturedChanges.INSERTS_ONLY ? true : undefined,
      cdcInsertsAndUpdates: changes === CapturedChanges.INSERTS_AND_UPDATES ? true : undefined,
    };
  }
}

/** What DMS does by itself where an option is left out is said here too. */
function layoutOf(props: S3ParquetTargetProps): ParquetLakeLayout {
  const timestampColumn = props.timestampColumnName ?? 'dms_timestamp';
  const insertsOnly = props.capturedChanges === CapturedChanges.INSERTS_ONLY;
  return {
    prefix: props.prefix,
    timestampColumnName: timestampColumn === '' ? undefined : timestampColumn,
    opColumn: (props.includeOpForFullLoad ?? true) || !insertsOnly,
    loadSortsFirst: props.useTaskStartTimeForFullLoadTimestamp ?? true,
    timestampsInMilliseconds: props.timestampsInMilliseconds ?? true,
    datePartitionSequence: props.datePartition === false
      ? undefined
      : props.datePartitionSequence ?? DatePartitionSequence.YYYYMMDD,
    datePartitionDelimiter: props.datePartitionDelimiter ?? DatePartitionDelimiter.SLASH,
    datePartitionTimezone: props.datePartitionTimezone ?? 'UTC',
  };
}

/**
 * A lake keeps history: by default DMS answers a TRUNCATE or DROP at the source by deleting the table's files.
 * Batch apply may lose data on S3 and full LOB mode does not exist there, so both are said to be off.
 */
function lakeSettings(): TaskSettings {
  return TaskSettings.of({
    targetMetadata: { supportLobs: true, fullLobMode: false, limitedSizeLobMode: true, batchApplyEnabled: false },
    changeProcessingDdlHandlingPolicy: { handleSourceTableDropped: false, handleSourceTableTruncated: false },
  });
}

function refuseContradictions(scope: Construct, props: S3ParquetTargetProps): void {
  const { bucket, prefix } = props;
  const setFor = (...names: (keyof S3ParquetTargetProps)[]): string =>
    names.filter((name) => props[name] !== undefined).join(', ');

  const ofNewBuckets = setFor(
    'versioned',
    'noncurrentVersionExpiration',
    'removalPolicy',
    'serverAccessLogsBucket',
    'serverAccessLogsPrefix',
  );
  if (bucket !== undefined && ofNewBuckets !== '') {
    fail(scope, `${ofNewBuckets} set together with bucket: these options shape a new bucket; `
      + 'drop them, or set them where the bucket is created');
  }
  if (props.noncurrentVersionExpiration !== undefined && props.versioned !== true) {
    fail(scope, 'noncurrentVersionExpiration is set but versioned is not: there are no old versions to expire; '
      + 'set versioned to true or drop it');
  }
  if (props.serverAccessLogsPrefix !== undefined && props.serverAccessLogsBucket === undefined) {
    fail(scope, 'serverAccessLogsPrefix is set without serverAccessLogsBucket: the logs would land in the lake itself; '
      + 'name a bucket for them');
  }
  const ofPartitions = setFor('datePartitionSequence', 'datePartitionDelimiter', 'datePartitionTimezone');
  if (props.datePartition === false && ofPartitions !== '') {
    fail(scope, `${ofPartitions} set but datePartition is false: DMS would ignore it; drop one of the two`);
  }
  refusePrefix(scope, 'prefix', prefix);
  refuseOtherRegion(scope, bucket);
}

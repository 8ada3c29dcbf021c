import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { CfnEndpoint, type IEndpointRef } from 'aws-cdk-lib/aws-dms';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import {
  ABORT_UPLOADS_AFTER, OBJECT_KEY_ACTIONS, privateBucketProps, refuseOtherRegion, refusePrefix,
} from '../private/buckets';
import { renderConnectionAttributes } from '../private/connection-attributes';
import { refuseManagedMasterSecret, SecretRole } from '../private/endpoint-login';
import { letReplicatorIn } from '../private/network';
import { dmsOfThisAccount } from '../private/principals';
import { fail, renderedProperties, validateWith } from '../private/validation';
import { checkEndpoint } from '../rules';
import { ApplyInsertErrorPolicy, TaskSettings } from '../task-settings';
import type { RedshiftTargetProps } from './redshift-target-props';
import type { IRedshiftWarehouse } from './redshift-warehouse';
import type { IReplicationTarget, ReplicationTargetBinding, ReplicationTargetBindOptions } from './replication-target';

/** Longer than any COPY takes; DMS deletes what it has loaded. */
const LEFTOVERS_EXPIRE_AFTER = Duration.days(30);

/**
 * A Redshift warehouse as the target of a replication, provisioned or serverless.
 *
 * DMS stages CSV files in a bucket and has Redshift load them with COPY. Both use `role`: DMS to write the files, so it
 * does not need the account's `dms-access-for-endpoint`; Redshift to read them, so the role has to be among the IAM
 * roles of the cluster or namespace. Replication instances in subnets without a way out need VPC endpoints of S3,
 * Secrets Manager and Redshift.
 *
 * Changes are applied in batches: Redshift takes minutes for what PostgreSQL applies row by row in seconds. Every table
 * needs a primary key for that, on both sides.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.Redshift.html
 */
export class RedshiftTarget extends Construct implements IReplicationTarget, ec2.IConnectable {
  /** The DMS target endpoint. */
  public readonly endpoint: IEndpointRef;

  /** The bucket in which files are staged. */
  public readonly stagingBucket: s3.IBucket;

  /** The role of DMS and Redshift for the staged files. Add it to the IAM roles of the cluster or namespace. */
  public readonly role: iam.IRole;

  /** The role with which DMS reads the login of the warehouse. */
  public readonly secretRole: iam.IRole;

  /** The network of the warehouse. */
  public readonly connections: ec2.Connections;

  private readonly encryptionKey?: IKey;

  public constructor(scope: Construct, id: string, props: RedshiftTargetProps) {
    super(scope, id);
    const { warehouse } = props;
    refuseContradictions(this, props);
    refuseManagedMasterSecret(this, warehouse.secret);
    this.connections = warehouse.connections;
    this.encryptionKey = props.encryptionKey ?? props.stagingBucket?.encryptionKey;
    this.stagingBucket = props.stagingBucket ?? new s3.Bucket(this, 'StagingBucket', {
      ...privateBucketProps(this.encryptionKey, props.removalPolicy),
      lifecycleRules: [{
        abortIncompleteMultipartUploadAfter: ABORT_UPLOADS_AFTER,
        expiration: LEFTOVERS_EXPIRE_AFTER,
      }],
      serverAccessLogsBucket: props.serverAccessLogsBucket,
    });
    this.role = this.createRole(warehouse, props.stagingPrefix);
    this.secretRole = new SecretRole(this, 'SecretRole', { secret: warehouse.secret, whose: 'target warehouse' });

    const settings = this.renderSettings(props);
    const endpoint = new CfnEndpoint(this, 'Endpoint', {
      endpointType: 'target',
      engineName: warehouse.engineName,
      databaseName: warehouse.databaseName,
      redshiftSettings: settings,
      extraConnectionAttributes: renderConnectionAttributes(this, 'target', settings, props.extraConnectionAttributes),
    });
    // DMS tries both roles while it creates and tests the endpoint.
    endpoint.node.addDependency(this.role, this.secretRole);
    this.endpoint = endpoint;
    validateWith(this, () => checkEndpoint(renderedProperties(endpoint)));
  }

  public bind(options: ReplicationTargetBindOptions): ReplicationTargetBinding {
    const opened = letReplicatorIn(this, options.replicator);
    return {
      endpoint: this.endpoint,
      taskSettings: warehouseSettings(),
      connectsThrough: [this, ...opened],
    };
  }

  private createRole(warehouse: IRedshiftWarehouse, prefix?: string): iam.Role {
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.CompositePrincipal(
        dmsOfThisAccount(this),
        // Without a condition: Redshift documents none, and only this account can add the role to a warehouse.
        new iam.ServicePrincipal(warehouse.servicePrincipal),
      ),
      description: 'Lets AWS DMS stage files and Amazon Redshift load them',
    });
    role.addToPolicy(new iam.PolicyStatement({
      actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      resources: [this.stagingBucket.arnForObjects(prefix === undefined ? '*' : `${prefix}/*`)],
    }));
    role.addToPolicy(new iam.PolicyStatement({
      actions: ['s3:ListBucket'],
      resources: [this.stagingBucket.bucketArn],
      conditions: prefix === undefined ? undefined : { StringLike: { 's3:prefix': [prefix, `${prefix}/*`] } },
    }));
    // COPY asks where the bucket is, and DMS whether it may be used: both read, neither changes it.
    role.addToPolicy(new iam.PolicyStatement({
      actions: ['s3:GetBucketLocation', 's3:GetBucketPolicy'],
      resources: [this.stagingBucket.bucketArn],
    }));
    this.encryptionKey?.grant(role, ...OBJECT_KEY_ACTIONS);
    return role;
  }

  /** Every key that an option owns is present, even when its value is left to DMS: see `renderConnectionAttributes`. */
  private renderSettings(props: RedshiftTargetProps): CfnEndpoint.RedshiftSettingsProperty {
    return {
      secretsManagerSecretId: props.warehouse.secret.secretArn,
      secretsManagerAccessRoleArn: this.secretRole.roleArn,
      serviceAccessRoleArn: this.role.roleArn,
      bucketName: this.stagingBucket.bucketName,
      bucketFolder: props.stagingPrefix,
      encryptionMode: this.encryptionKey ? 'sse-kms' : 'sse-s3',
      serverSideEncryptionKmsKeyId: this.encryptionKey?.keyArn,
      mapBooleanAsBoolean: props.mapBooleanAsBoolean ?? true,
      maxFileSize: props.maxFileSize?.toKibibytes(),
      fileTransferUploadStreams: props.fileTransferUploadStreams,
      writeBufferSize: props.writeBufferSize?.toKibibytes(),
      connectionTimeout: props.connectionTimeout?.toMilliseconds(),
      loadTimeout: props.loadTimeout?.toMilliseconds(),
      afterConnectScript: props.afterConnectScript,
      acceptAnyDate: props.acceptAnyDate,
      dateFormat: props.dateFormat,
      timeFormat: props.timeFormat,
      caseSensitiveNames: props.caseSensitiveNames,
      compUpdate: props.compUpdate,
      emptyAsNull: props.emptyAsNull,
      explicitIds: props.explicitIds,
      removeQuotes: props.removeQuotes,
      replaceInvalidChars: props.replaceInvalidChars,
      replaceChars: props.replaceChars,
      trimBlanks: props.trimBlanks,
      truncateColumns: props.truncateColumns,
    };
  }
}

/**
 * Changes in batches; LOBs in limited mode, which batches need; and an insert of a key that is there replaces the row:
 * Redshift does not enforce primary keys, so it would be there twice.
 */
function warehouseSettings(): TaskSettings {
  return TaskSettings.of({
    targetMetadata: { supportLobs: true, fullLobMode: false, limitedSizeLobMode: true, batchApplyEnabled: true },
    errorBehavior: { applyErrorInsertPolicy: ApplyInsertErrorPolicy.INSERT_RECORD },
  });
}

function refuseContradictions(scope: Construct, props: RedshiftTargetProps): void {
  const ofNewBuckets = (['removalPolicy', 'serverAccessLogsBucket'] as const)
    .filter((name) => props[name] !== undefined).join(', ');
  if (props.stagingBucket !== undefined && ofNewBuckets !== '') {
    fail(scope, `${ofNewBuckets} set together with stagingBucket: these options shape a new bucket; `
      + 'drop them, or set them where the bucket is created');
  }
  refusePrefix(scope, 'stagingPrefix', props.stagingPrefix);
  refuseOtherRegion(scope, props.stagingBucket);
}

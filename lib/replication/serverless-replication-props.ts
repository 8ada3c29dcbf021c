import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IDmsServiceRoles } from './dms-service-roles';
import type { ReplicationOptions } from './replication-options';

/** What a serverless replication moves, how far its compute grows, and where it runs. */
export interface ServerlessReplicationProps extends ReplicationOptions {
  /** The network of the replication, from which it has to reach source and target. */
  readonly vpc: ec2.IVpc;

  /**
   * Subnets of the replication, in two Availability Zones or more.
   *
   * @default - the private subnets: those with egress if there are any, else the isolated ones
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * Security groups of the replication.
   *
   * @default - a new one that nothing may enter
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * Up to how many DMS capacity units (DCU) the replication grows: 1, 2, 4, 8, 16, 32, 64, 128, 192, 256 or 384. A
   * unit is 2 GiB of memory, and what is used is paid. A replication that needs more than this fails for want of
   * memory.
   */
  readonly maxCapacity: number;

  /**
   * To how many DMS capacity units the replication shrinks when there is little to do. Growing again takes a while:
   * give what a sudden burst of changes needs.
   *
   * @default 1
   */
  readonly minCapacity?: number;

  /**
   * Whether a standby in a second Availability Zone takes over when the first fails. Doubles the price.
   *
   * @default false
   */
  readonly multiAz?: boolean;

  /**
   * When DMS may do maintenance, such as `sun:03:00-sun:04:00` (UTC).
   *
   * @default - a window that DMS chooses
   */
  readonly preferredMaintenanceWindow?: string;

  /**
   * Key that encrypts the storage of the replication and its connection data. Its policy has to let the roles of DMS
   * use it. Another key replaces the replication.
   *
   * @default - the account's `aws/dms` key
   */
  readonly kmsKey?: IKey;

  /**
   * The account's service roles, when they are made in this app: the replication waits for them.
   *
   * @default - left alone: `dms-vpc-role` and `dms-cloudwatch-logs-role` exist in the account
   */
  readonly serviceRoles?: IDmsServiceRoles;

  /**
   * Whether to create VPC endpoints for S3, Secrets Manager and CloudWatch Logs. A serverless replication reaches AWS
   * services through VPC endpoints only, in whichever subnets it is; a target that is none of these needs its own:
   * Redshift, Kinesis, DynamoDB, OpenSearch.
   *
   * @default false
   * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Serverless.Limitations.html
   */
  readonly createVpcEndpoints?: boolean;
}

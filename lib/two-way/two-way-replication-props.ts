import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Duration, Size } from 'aws-cdk-lib/core';
import type { IDmsServiceRoles } from '../replication/dms-service-roles';
import type { IReplicationInstance } from '../replication/replication-instance';
import type { ReplicationInstanceClass } from '../replication/replication-instance-class';
import type { SequenceHandOver } from './sequence-hand-over';
import type { ISiteMap } from './site-map';
import type { ApplyConflicts, TwoWayReplicationMode } from './two-way-mode';
import type { ITwoWaySite } from './two-way-site';

/** What has to hold before a switch begins. */
export interface SwitchGateOptions {
  /**
   * How far the running leg may be behind, in whole seconds. A switch waits for what is left, with nobody writing.
   *
   * @default Duration.seconds(30)
   */
  readonly maxLag?: Duration;

  /**
   * How old the validation of the tables may be, in whole hours, up to 30 days. `Duration.hours(0)` asks for none.
   *
   * @default Duration.hours(24)
   */
  readonly maxValidationAge?: Duration;

  /**
   * How long a transaction of the old site may have been open, in whole seconds: the fence waits for those that have
   * written.
   *
   * @default Duration.seconds(60)
   */
  readonly maxTransactionAge?: Duration;

  /**
   * How much log a slot may hold back, in whole mebibytes.
   *
   * @default Size.gibibytes(10)
   */
  readonly maxSlotSize?: Size;

  /**
   * How long no site may be writable, in whole seconds, 30 seconds to 1 hour. After it the old site is writable again
   * by itself.
   *
   * @default - 15 minutes in mode PREPARED, in which DMS stops one task and starts another; 2 minutes in mode HOT
   */
  readonly pauseLimit?: Duration;

  /**
   * Who is asked before anything is fenced. The message says how to answer.
   *
   * @default - nobody: whoever starts the switch has decided
   */
  readonly approvalTopic?: ITopic;

  /**
   * How long an answer is waited for, in whole minutes.
   *
   * @default Duration.hours(24)
   */
  readonly approvalTimeout?: Duration;
}

/** The instance on which both legs run, when it is made here. */
export interface TwoWayComputeOptions {
  /** The network of the instance and of the functions of the switch: both databases have to be reached from it. */
  readonly vpc: ec2.IVpc;

  /**
   * Subnets of the instance and of the functions. The functions need a way to Secrets Manager, DynamoDB and DMS.
   *
   * @default - the private subnets: those with egress if there are any, else the isolated ones
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * An instance that is there already.
   *
   * @default - a new one
   */
  readonly replicationInstance?: IReplicationInstance;

  /**
   * Class of the new instance.
   *
   * @default ReplicationInstanceClass.T3_MEDIUM
   */
  readonly instanceClass?: ReplicationInstanceClass;

  /**
   * Storage of the new instance, in whole gibibytes, 5 to 6144.
   *
   * @default Size.gibibytes(50)
   */
  readonly allocatedStorage?: Size;

  /**
   * Whether the new instance has a standby in a second Availability Zone.
   *
   * @default true - without a leg there is no way back
   */
  readonly multiAz?: boolean;

  /**
   * Version of DMS of the new instance.
   *
   * @default - the version that DMS gives to new instances
   */
  readonly engineVersion?: string;

  /**
   * The account's service roles, when they are made in this app: the new instance waits for them.
   *
   * @default - left alone: they exist in the account
   */
  readonly serviceRoles?: IDmsServiceRoles;

  /**
   * Whether to create VPC endpoints for S3, Secrets Manager and CloudWatch Logs.
   *
   * @default false
   */
  readonly createVpcEndpoints?: boolean;
}

/** Two sites, what is replicated between them, and how the switch goes. */
export interface TwoWayReplicationProps extends TwoWayComputeOptions, SwitchGateOptions {
  /** The site that is written to at first. Its tables are loaded into the other one. */
  readonly siteA: ITwoWaySite;

  /** The other site. Its tables exist, and are empty: DMS creates none, as it would leave out all but their keys. */
  readonly siteB: ITwoWaySite;

  /**
   * The tables of the schema, in lower case, without their schema; `%` stands for any characters. Each needs a primary
   * key: without one DMS ignores its updates and deletes.
   *
   * @default - all tables of the schema
   */
  readonly tables?: string[];

  /**
   * How many legs run at a time.
   *
   * @default TwoWayReplicationMode.PREPARED
   */
  readonly mode?: TwoWayReplicationMode;

  /**
   * How the two sites never give the same number.
   *
   * @default SequenceHandOver.resynchronised() in mode PREPARED, SequenceHandOver.interleaved() in mode HOT
   */
  readonly sequences?: SequenceHandOver;

  /**
   * What is done with a change that the target cannot take as it is.
   *
   * @default ApplyConflicts.STOP in mode PREPARED, where none can happen; ApplyConflicts.LOG in mode HOT
   */
  readonly conflicts?: ApplyConflicts;

  /**
   * The longest value of a LOB column, in whole kibibytes, up to 100 MiB. To DMS, text without a length, JSON and
   * arrays of PostgreSQL are LOBs. A leg stops at a longer value instead of cutting it.
   *
   * @default Size.mebibytes(1)
   */
  readonly lobMaxSize?: Size;

  /**
   * The site map.
   *
   * @default - a new one
   */
  readonly siteMap?: ISiteMap;

  /**
   * Key that encrypts the storage of the new instance, the new site map and the logs of the switch.
   *
   * @default - keys of AWS
   */
  readonly encryptionKey?: IKey;

  /**
   * How long a deployment waits for a leg to stop, in whole minutes, 1 to 55.
   *
   * @default Duration.minutes(30)
   */
  readonly stopTimeout?: Duration;

  /**
   * How long a deployment waits for a leg to start, in whole minutes, 1 to 55.
   *
   * @default Duration.minutes(30)
   */
  readonly startTimeout?: Duration;
}

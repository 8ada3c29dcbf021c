import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Duration, RemovalPolicy, Size } from 'aws-cdk-lib/core';

/** A new RDS for PostgreSQL database: private, encrypted, backed up, and protected from deletion. */
export interface PostgresDatabaseOptions {
  /** The network of the database. */
  readonly vpc: ec2.IVpc;

  /**
   * Subnets of the database, in two Availability Zones or more.
   *
   * @default - the private subnets: those with egress if there are any, else the isolated ones
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * Security groups of the database.
   *
   * @default - a new one, which nothing but replication instances may reach
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * Class of the database instance.
   *
   * @default - db.t4g.medium, the smallest with memory enough for a replication beside a workload
   */
  readonly instanceType?: ec2.InstanceType;

  /**
   * Storage of the database, in whole gibibytes. Leave room: a source keeps the write-ahead log that a stopped task
   * holds back, a target writes a log of its own while it is loaded.
   *
   * @default Size.gibibytes(100)
   */
  readonly allocatedStorage?: Size;

  /**
   * How far the storage may grow by itself. A full disk stops the database: growing buys the time to notice.
   *
   * @default - twice `allocatedStorage`
   */
  readonly maxAllocatedStorage?: Size;

  /** The database to create, and the one that DMS connects to. */
  readonly databaseName: string;

  /**
   * Name of the master user, who is also the user of DMS.
   *
   * @default 'dms_admin'
   */
  readonly username?: string;

  /**
   * Port of the database.
   *
   * @default 5432
   */
  readonly port?: number;

  /**
   * Whether a standby in a second Availability Zone takes over when the first fails.
   *
   * @default true
   */
  readonly multiAz?: boolean;

  /**
   * How long automatic backups are kept. Logical replication of RDS needs them on, so at least a day.
   *
   * @default Duration.days(7)
   */
  readonly backupRetention?: Duration;

  /**
   * Whether the database refuses to be deleted.
   *
   * @default true
   */
  readonly deletionProtection?: boolean;

  /**
   * What happens to the database, its login and its parameter group when they leave the stack.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Key that encrypts the storage and the login.
   *
   * @default - the account's keys `aws/rds` and `aws/secretsmanager`
   */
  readonly encryptionKey?: IKey;

  /**
   * Further server parameters. A parameter that the construct sets is refused.
   *
   * @default - none
   */
  readonly parameters?: Record<string, string>;
}

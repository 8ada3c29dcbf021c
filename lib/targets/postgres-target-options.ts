import type { ICertificateRef } from 'aws-cdk-lib/aws-dms';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { IDatabaseCluster, IDatabaseInstance, PostgresEngineVersion } from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Duration, Size } from 'aws-cdk-lib/core';
import type { PostgresDatabaseOptions } from '../endpoints/postgres-database-options';
import type { PostgresSslMode } from '../endpoints/postgres-ssl-mode';

/** How DMS writes to a PostgreSQL database: the options of its target endpoint. */
export interface PostgresTargetEndpointOptions {
  /**
   * SQL that DMS runs on each of its connections, before anything else. An empty text runs nothing.
   *
   * The default keeps the triggers of the target silent for DMS, and with them its foreign keys: tables are loaded one
   * by one in any order, and what a trigger did at the source arrives as a change anyway. Setting it takes
   * `rds_superuser` on RDS and Aurora, which the master user has, and a superuser elsewhere.
   *
   * @default "SET session_replication_role = 'replica'"
   */
  readonly afterConnectScript?: string;

  /**
   * Whether booleans stay booleans. The source endpoint has to say the same, otherwise they become `varchar(5)`.
   *
   * @default true
   */
  readonly mapBooleanAsBoolean?: boolean;

  /**
   * Size of the CSV files that DMS loads tables with, in whole kibibytes, 1 KiB to 1 GiB.
   *
   * @default - DMS's: 32 MiB
   */
  readonly maxFileSize?: Size;

  /**
   * How long a statement of DMS may take on the target, in whole seconds. Raise it where large tables are truncated.
   *
   * @default - DMS's: 60 seconds
   */
  readonly executeTimeout?: Duration;

  /**
   * How DMS verifies the server.
   *
   * @default PostgresSslMode.REQUIRE
   */
  readonly sslMode?: PostgresSslMode;

  /**
   * The certificate authority that `VERIFY_CA` and `VERIFY_FULL` check against.
   *
   * @default - none
   */
  readonly certificate?: ICertificateRef;

  /**
   * Extra connection attributes, for settings that have no option here, such as `loadUsingCSV`.
   * An attribute that an option owns is refused.
   *
   * @default - none
   */
  readonly extraConnectionAttributes?: Record<string, string>;
}

/** A new RDS for PostgreSQL database that DMS writes to. */
export interface PostgresTargetProps extends PostgresDatabaseOptions, PostgresTargetEndpointOptions {
  /**
   * Version of PostgreSQL. Not older than the source's, whose types and functions the tables may need.
   *
   * @default rds.PostgresEngineVersion.VER_17 - the newest 17 that RDS offers; DMS writes to it since 3.5.4
   */
  readonly version?: PostgresEngineVersion;
}

/** An RDS for PostgreSQL instance that exists. */
export interface PostgresTargetInstanceAttributes extends PostgresTargetEndpointOptions {
  /** The instance. Not a read replica, which nobody can write to. */
  readonly instance: IDatabaseInstance;

  /** The login of DMS: `username`, `password`, `host` and `port`. A master secret managed by RDS is not enough. */
  readonly secret: ISecret;

  /** The database to write to. */
  readonly databaseName: string;
}

/** An Aurora PostgreSQL cluster that exists. */
export interface PostgresTargetClusterAttributes extends PostgresTargetEndpointOptions {
  /** The cluster. DMS writes through its writer. */
  readonly cluster: IDatabaseCluster;

  /** The login of DMS: `username`, `password`, `host` and `port`. A master secret managed by RDS is not enough. */
  readonly secret: ISecret;

  /** The database to write to. */
  readonly databaseName: string;
}

/** A PostgreSQL server that you run yourself, on EC2, on premises or in another cloud. */
export interface PostgresTargetServerAttributes extends PostgresTargetEndpointOptions {
  /** A secret with `username`, `password`, `host` and `port`, such as a `DmsSecret`. */
  readonly secret: ISecret;

  /** The database to write to. */
  readonly databaseName: string;

  /**
   * Port of the server.
   *
   * @default 5432
   */
  readonly port?: number;

  /**
   * Security groups of the server, when it is in AWS. They are opened to the replication instances.
   *
   * @default - none; the network is opened by whoever owns it
   */
  readonly securityGroups?: ISecurityGroup[];
}

import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IEndpointRef } from 'aws-cdk-lib/aws-dms';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { fail, validateWith } from '../private/validation';
import { DMS_PASSWORD_EXCLUDED_CHARACTERS } from './dms-secret';
import type { PostgresDatabaseClusterAttributes, PostgresDatabaseInstanceAttributes } from './existing-postgres';
import { parameterGroupFindings, PostgresCdcParameters } from './postgres-cdc-parameters';
import type { PostgresEndpointOptions } from './postgres-endpoint-options';
import type { IPostgresCdcSource } from './postgres-source';
import { PostgresSourceBase } from './postgres-source-base';
import { PostgresSourceEndpoint, type PostgresSourceEndpointProps } from './postgres-source-endpoint';
import {
  type ISelfManagedPostgresSource,
  type SelfManagedPostgresProps,
  serverConfigurationFor,
  serverFindings,
} from './self-managed-postgres';

/** A new RDS for PostgreSQL database that DMS replicates from. */
export interface PostgresCdcSourceProps extends PostgresEndpointOptions {
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
   * Version of PostgreSQL. Choose a newer one for a new database: community support of 14 ended in November 2026.
   *
   * @default rds.PostgresEngineVersion.VER_14 - the newest 14 that RDS offers
   */
  readonly version?: rds.PostgresEngineVersion;

  /**
   * Class of the database instance.
   *
   * @default - db.t4g.medium, the smallest with memory enough for logical decoding beside a workload
   */
  readonly instanceType?: ec2.InstanceType;

  /**
   * Storage of the database, in whole gibibytes. Leave room for the write-ahead log that a stopped task holds back.
   *
   * @default Size.gibibytes(100)
   */
  readonly allocatedStorage?: Size;

  /**
   * How far the storage may grow by itself.
   *
   * A slot that nobody reads fills the disk: growing buys the time to notice.
   *
   * @default - twice `allocatedStorage`
   */
  readonly maxAllocatedStorage?: Size;

  /** The database to create and to replicate. */
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
   * Replication tasks that will read changes at the same time: sizes slots and WAL senders.
   *
   * @default 1
   */
  readonly maxTasks?: number;

  /**
   * After how long without an answer the server ends a replication connection. `Duration.millis(0)` means never.
   *
   * @default Duration.seconds(60)
   */
  readonly walSenderTimeout?: Duration;

  /**
   * Background processes of the server.
   *
   * @default - 32, more when `maxTasks` asks for it
   */
  readonly maxWorkerProcesses?: number;

  /**
   * Further server parameters. A parameter that change capture sets is refused: it has an option.
   *
   * @default - none
   */
  readonly parameters?: Record<string, string>;
}

/**
 * A PostgreSQL database as the source of full load and change capture.
 *
 * `new` creates an RDS for PostgreSQL database that is ready for logical decoding: its own parameter group, encrypted
 * and private, TLS required, backups on, retained and protected from deletion, with a generated login that DMS can
 * read. `fromDatabaseInstance`, `fromDatabaseCluster` and `fromSelfManaged` wrap what exists.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
 */
export class PostgresCdcSource extends PostgresSourceBase {
  /** Replicates from an RDS for PostgreSQL instance that exists. */
  public static fromDatabaseInstance(
    scope: Construct,
    id: string,
    attrs: PostgresDatabaseInstanceAttributes,
  ): IPostgresCdcSource {
    const { instance, secret, databaseName } = attrs;
    return PostgresCdcSource.existing(scope, id, instance, {
      engineName: 'postgres',
      databaseName,
      secret,
      options: attrs,
    });
  }

  /** Replicates from an Aurora PostgreSQL cluster that exists, through its writer. */
  public static fromDatabaseCluster(
    scope: Construct,
    id: string,
    attrs: PostgresDatabaseClusterAttributes,
  ): IPostgresCdcSource {
    const { cluster, secret, databaseName } = attrs;
    return PostgresCdcSource.existing(scope, id, cluster, {
      engineName: 'aurora-postgresql',
      databaseName,
      secret,
      options: attrs,
    });
  }

  /** Replicates from a server that you run yourself, and says what to configure there. */
  public static fromSelfManaged(
    scope: Construct,
    id: string,
    props: SelfManagedPostgresProps,
  ): ISelfManagedPostgresSource {
    class Import extends PostgresSourceBase implements ISelfManagedPostgresSource {
      public readonly connections = new ec2.Connections({
        defaultPort: ec2.Port.tcp(props.port ?? 5432),
        securityGroups: props.securityGroups,
      });
      public readonly secret = props.secret;
      public readonly serverConfiguration = serverConfigurationFor(props);
      private readonly login = new PostgresSourceEndpoint(this, 'Endpoint', {
        engineName: 'postgres',
        databaseName: props.databaseName,
        secret: props.secret,
        options: props,
      });
      public readonly endpoint = this.login.endpoint;
      public readonly secretRole = this.login.role;
    }
    const source = new Import(scope, id);
    validateWith(source, () => serverFindings(props, source._tasks));
    return source;
  }

  private static existing(
    scope: Construct,
    id: string,
    database: ec2.IConnectable,
    props: PostgresSourceEndpointProps,
  ): IPostgresCdcSource {
    class Import extends PostgresSourceBase {
      public readonly connections = database.connections;
      public readonly secret = props.secret;
      private readonly login = new PostgresSourceEndpoint(this, 'Endpoint', props);
      public readonly endpoint = this.login.endpoint;
      public readonly secretRole = this.login.role;
    }
    return new Import(scope, id);
  }

  public readonly connections: ec2.Connections;
  public readonly endpoint: IEndpointRef;
  public readonly secretRole: IRole;
  public readonly secret: ISecret;

  /** The database. */
  public readonly database: rds.IDatabaseInstance;

  /** The parameter group of the database. */
  public readonly parameterGroup: rds.IParameterGroup;

  public constructor(scope: Construct, id: string, props: PostgresCdcSourceProps) {
    super(scope, id);
    const engine = rds.DatabaseInstanceEngine.postgres({
      version: props.version ?? rds.PostgresEngineVersion.VER_14,
    });
    const removalPolicy = props.removalPolicy ?? RemovalPolicy.RETAIN;

    this.parameterGroup = new rds.ParameterGroup(this, 'Parameters', {
      engine,
      description: 'PostgreSQL with logical decoding for AWS DMS',
      parameters: this.serverParameters(props),
      removalPolicy,
    });
    const login = new rds.DatabaseSecret(this, 'Login', {
      username: props.username ?? 'dms_admin',
      encryptionKey: props.encryptionKey,
      excludeCharacters: DMS_PASSWORD_EXCLUDED_CHARACTERS,
    });
    login.applyRemovalPolicy(removalPolicy);

    const database = this.createDatabase(props, engine, login, removalPolicy);
    this.database = database;
    this.connections = database.connections;
    // The attached login: the attachment adds host and port, so DMS must not read the secret before it.
    this.secret = database.secret ?? login;

    const { endpoint, role } = new PostgresSourceEndpoint(this, 'Endpoint', {
      engineName: 'postgres',
      databaseName: props.databaseName,
      secret: this.secret,
      options: props,
    });
    this.endpoint = endpoint;
    this.secretRole = role;
    validateWith(this, () => parameterGroupFindings(this.parameterGroup, this._tasks));
  }

  private createDatabase(
    props: PostgresCdcSourceProps,
    engine: rds.IInstanceEngine,
    login: rds.DatabaseSecret,
    removalPolicy: RemovalPolicy,
  ): rds.DatabaseInstance {
    const allocatedStorage = (props.allocatedStorage ?? Size.gibibytes(100)).toGibibytes();
    const maxAllocatedStorage = props.maxAllocatedStorage?.toGibibytes() ?? allocatedStorage * 2;
    if (maxAllocatedStorage <= allocatedStorage) {
      fail(this, `maxAllocatedStorage is ${maxAllocatedStorage} GiB and allocatedStorage ${allocatedStorage} GiB: `
        + 'give more than is allocated, for the write-ahead log that a stopped task holds back');
    }
    return new rds.DatabaseInstance(this, 'Database', {
      engine,
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets ?? props.vpc.selectSubnets(),
      securityGroups: props.securityGroups,
      publiclyAccessible: false,
      instanceType: props.instanceType ?? ec2.InstanceType.of(ec2.InstanceClass.T4G, ec2.InstanceSize.MEDIUM),
      allocatedStorage,
      maxAllocatedStorage,
      storageType: rds.StorageType.GP3,
      storageEncrypted: true,
      storageEncryptionKey: props.encryptionKey,
      databaseName: props.databaseName,
      credentials: rds.Credentials.fromSecret(login),
      port: props.port ?? 5432,
      multiAz: props.multiAz ?? true,
      parameterGroup: this.parameterGroup,
      backupRetention: this.backupRetention(props),
      copyTagsToSnapshot: true,
      autoMinorVersionUpgrade: true,
      cloudwatchLogsExports: ['postgresql', 'upgrade'],
      deletionProtection: props.deletionProtection ?? true,
      removalPolicy,
    });
  }

  private serverParameters(props: PostgresCdcSourceProps): Record<string, string> {
    const managed: Record<string, string> = {
      ...PostgresCdcParameters.forInstance(props).toParameters(),
      'rds.force_ssl': '1',
    };
    const conflicts = Object.keys(props.parameters ?? {}).filter((name) => name in managed);
    if (conflicts.length > 0) {
      fail(this, `parameters holds ${conflicts.join(', ')}, which change capture sets; use the option of the source, `
        + 'and keep parameters for those that have none');
    }
    return { ...managed, ...props.parameters };
  }

  private backupRetention({ backupRetention = Duration.days(7) }: PostgresCdcSourceProps): Duration {
    if (backupRetention.toDays() < 1) {
      fail(this, 'backupRetention is 0 days: give 1 to 35 days; without backups a lost source cannot be '
        + 'brought back, and the lake would be the only copy');
    }
    return backupRetention;
  }
}

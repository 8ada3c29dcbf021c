import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IEndpointRef } from 'aws-cdk-lib/aws-dms';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import * as rds from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { PostgresDatabaseOptions } from '../endpoints/postgres-database-options';
import { databaseProps, loginProps, parameterGroupProps, removalPolicyOf } from '../private/postgres-database';
import { validateWith } from '../private/validation';
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
export interface PostgresCdcSourceProps extends PostgresDatabaseOptions, PostgresEndpointOptions {
  /**
   * Version of PostgreSQL. Choose a newer one for a new database: community support of 14 ended in November 2026.
   *
   * @default rds.PostgresEngineVersion.VER_14 - the newest 14 that RDS offers
   */
  readonly version?: rds.PostgresEngineVersion;

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
    const engine = rds.DatabaseInstanceEngine.postgres({ version: props.version ?? rds.PostgresEngineVersion.VER_14 });
    this.parameterGroup = new rds.ParameterGroup(this, 'Parameters', parameterGroupProps(this, props, {
      engine,
      description: 'PostgreSQL with logical decoding for AWS DMS',
      managedParameters: { ...PostgresCdcParameters.forInstance(props).toParameters(), 'rds.force_ssl': '1' },
      managedBy: 'change capture',
    }));
    const login = new rds.DatabaseSecret(this, 'Login', loginProps(props));
    login.applyRemovalPolicy(removalPolicyOf(props));
    const database = new rds.DatabaseInstance(this, 'Database', databaseProps(this, props, {
      engine, parameterGroup: this.parameterGroup, login,
    }));
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
}

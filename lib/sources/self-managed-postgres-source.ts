import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IEndpointRef } from 'aws-cdk-lib/aws-dms';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { validateWith } from '../private/validation';
import { checkParameterGroup } from '../rules';
import { PostgresCdcParameters } from './postgres-cdc-parameters';
import type { PostgresEndpointOptions } from './postgres-endpoint-options';
import { PostgresSourceBase } from './postgres-source-base';
import { PostgresSourceEndpoint } from './postgres-source-endpoint';

/** What the administrator of a self-managed server applies. */
export interface PostgresServerConfiguration {
  /** Lines for `postgresql.conf`. `wal_level`, slots, senders and preloaded libraries need a restart. */
  readonly postgresqlConf: string;

  /** Lines for `pg_hba.conf`: the replication instances may log in over TLS, to the database and for replication. */
  readonly pgHbaConf: string;
}

/** A PostgreSQL server that you run yourself, on EC2, on premises or in another cloud. */
export interface SelfManagedPostgresSourceProps extends PostgresEndpointOptions {
  /** A secret with `username`, `password`, `host` and `port`, such as a `DmsSecret`. */
  readonly secret: ISecret;

  /** The user in the secret, for the `pg_hba.conf` lines. */
  readonly username: string;

  /** The database to replicate. */
  readonly databaseName: string;

  /** Networks of the replication instances (CIDR), for the `pg_hba.conf` lines. */
  readonly replicationCidrs: string[];

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
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * Replication tasks that will read changes from this server at the same time.
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
}

/** A self-managed PostgreSQL server, made by `PostgresCdcSource.fromSelfManaged`. */
export class SelfManagedPostgresSource extends PostgresSourceBase {
  public readonly connections: ec2.Connections;
  public readonly endpoint: IEndpointRef;
  public readonly secretRole: IRole;
  public readonly secret: ISecret;

  /** What has to be applied on the server before the first task starts. */
  public readonly serverConfiguration: PostgresServerConfiguration;

  public constructor(scope: Construct, id: string, props: SelfManagedPostgresSourceProps) {
    super(scope, id);
    const { secret, databaseName } = props;
    this.secret = secret;
    this.connections = new ec2.Connections({
      defaultPort: ec2.Port.tcp(props.port ?? 5432),
      securityGroups: props.securityGroups,
    });
    const { endpoint, role } = new PostgresSourceEndpoint(this, 'Endpoint', {
      engineName: 'postgres',
      databaseName,
      secret,
      options: props,
    });
    this.endpoint = endpoint;
    this.secretRole = role;

    const parameters = PostgresCdcParameters.forSelfManaged(props);
    this.serverConfiguration = {
      postgresqlConf: parameters.toConfiguration(),
      pgHbaConf: accessLines(props).join('\n'),
    };
    validateWith(this, () => checkParameterGroup(
      // The rules know RDS's switch; `wal_level = logical` is the same thing on a server of your own.
      { 'rds.logical_replication': '1', ...parameters.toParameters() },
      { tasks: this._boundTasks },
      'serverConfiguration',
    ));
  }
}

function accessLines({ databaseName, username, replicationCidrs }: SelfManagedPostgresSourceProps): string[] {
  return replicationCidrs.flatMap((cidr) => [
    `hostssl "${databaseName}" "${username}" ${cidr} scram-sha-256`,
    `hostssl replication "${username}" ${cidr} scram-sha-256`,
  ]);
}

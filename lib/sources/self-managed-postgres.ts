import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Duration } from 'aws-cdk-lib/core';
import { checkParameterGroup } from '../rules';
import type { Finding } from '../rules/finding';
import { PostgresCdcParameters } from './postgres-cdc-parameters';
import type { PostgresEndpointOptions } from './postgres-endpoint-options';
import type { IPostgresCdcSource } from './postgres-source';

/** What the administrator of a self-managed server applies. */
export interface PostgresServerConfiguration {
  /** Lines for `postgresql.conf`. `wal_level`, slots, senders and preloaded libraries need a restart. */
  readonly postgresqlConf: string;

  /** Lines for `pg_hba.conf`: the replication instances may log in over TLS, to the database and for replication. */
  readonly pgHbaConf: string;
}

/** A PostgreSQL server that you run yourself, on EC2, on premises or in another cloud. */
export interface SelfManagedPostgresProps extends PostgresEndpointOptions {
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
  readonly securityGroups?: ISecurityGroup[];

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

/** A self-managed PostgreSQL server as a source. */
export interface ISelfManagedPostgresSource extends IPostgresCdcSource {
  /** What has to be applied on the server before the first task starts. */
  readonly serverConfiguration: PostgresServerConfiguration;
}

/** What a server needs for these tasks; not exported from the library, which offers it on the source. */
export function serverConfigurationFor(props: SelfManagedPostgresProps): PostgresServerConfiguration {
  return {
    postgresqlConf: PostgresCdcParameters.forSelfManaged(props).toConfiguration(),
    pgHbaConf: accessLines(props).join('\n'),
  };
}

/** The findings for that configuration, with `tasks` replication tasks reading from the server. */
export function serverFindings(props: SelfManagedPostgresProps, tasks: number): Finding[] {
  // The rules know the switch of RDS; `wal_level = logical` is the same thing on a server of your own.
  const parameters = {
    'rds.logical_replication': '1',
    ...PostgresCdcParameters.forSelfManaged(props).toParameters(),
  };
  return checkParameterGroup(parameters, { tasks }, 'serverConfiguration');
}

function accessLines({ databaseName, username, replicationCidrs }: SelfManagedPostgresProps): string[] {
  return replicationCidrs.flatMap((cidr) => [
    `hostssl "${databaseName}" "${username}" ${cidr} scram-sha-256`,
    `hostssl replication "${username}" ${cidr} scram-sha-256`,
  ]);
}

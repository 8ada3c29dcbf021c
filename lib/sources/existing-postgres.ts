import type { IDatabaseCluster, IDatabaseInstance } from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { PostgresEndpointOptions } from './postgres-endpoint-options';

/** An RDS for PostgreSQL instance that exists. */
export interface PostgresDatabaseInstanceAttributes extends PostgresEndpointOptions {
  /** The instance. Its parameter group has to carry the parameters of `PostgresCdcParameters.forInstance()`. */
  readonly instance: IDatabaseInstance;

  /** The login of DMS: `username`, `password`, `host` and `port`. A master secret managed by RDS is not enough. */
  readonly secret: ISecret;

  /** The database to replicate. */
  readonly databaseName: string;
}

/** An Aurora PostgreSQL cluster that exists. */
export interface PostgresDatabaseClusterAttributes extends PostgresEndpointOptions {
  /** The cluster. Its *cluster* parameter group has to carry `PostgresCdcParameters.forCluster()`. */
  readonly cluster: IDatabaseCluster;

  /** The login of DMS: `username`, `password`, `host` and `port`. A master secret managed by RDS is not enough. */
  readonly secret: ISecret;

  /** The database to replicate. */
  readonly databaseName: string;
}

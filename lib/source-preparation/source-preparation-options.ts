import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Duration } from 'aws-cdk-lib/core';
import type { PostgresSslMode } from '../endpoints/postgres-ssl-mode';
import type { DmsVpcEndpoints } from '../replication/dms-vpc-endpoints';
import type { MigrationType } from '../replication/migration-type';
import type { PostgresCdcPlugin } from '../sources/postgres-cdc-plugin';
import type { TableMappings } from '../table-mappings';

/** What is prepared and checked in a PostgreSQL source, and how the function gets there. */
export interface SourcePreparationOptions {
  /**
   * Subnets of the function. They need a way to Secrets Manager: a VPC endpoint, or a way out.
   *
   * @default - the private subnets: those with egress if there are any, else the isolated ones
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The VPC endpoints that the function reaches Secrets Manager through: they are opened to it, and it may go nowhere
   * else but to the database.
   *
   * @default - none; the function may go to any address by HTTPS
   */
  readonly vpcEndpoints?: DmsVpcEndpoints;

  /**
   * How the function verifies the server.
   *
   * `VERIFY_CA` where the secret has another name for the host than the certificate. `REQUIRE` where nobody can be
   * asked for the certificate of the authority.
   *
   * @default PostgresSslMode.VERIFY_FULL - the runtime of the function brings the certificates of RDS and Aurora
   */
  readonly sslMode?: PostgresSslMode;

  /**
   * The certificates of the authority of a server of your own, in PEM, up to 5,000 characters. They take the place of
   * Amazon's.
   *
   * @default - the certificates of Amazon and of public authorities
   */
  readonly certificateAuthority?: string;

  /**
   * The secret of a user that is created for DMS, with `username` and `password`: it may log in, replicate, and read
   * the selected tables, and its password is that of the secret after each deployment. The login of the preparation has
   * to be that of the master user, or of a superuser. The user stays when the preparation is deleted.
   *
   * Tables that are created later are granted by the next deployment that changes the preparation; grant them by
   * `ALTER DEFAULT PRIVILEGES` where that is too late.
   *
   * @default - DMS logs in as the preparation does
   */
  readonly createUser?: ISecret;

  /**
   * Whether the schema of the heartbeat is created, and the user of DMS may create its table there.
   *
   * @default false
   */
  readonly createHeartbeatSchema?: boolean;

  /**
   * Whether the table, the function and the event trigger are created that tell DMS of DDL. Only a superuser and
   * `rds_superuser` can, so a user that is neither needs it. They stay when the preparation is deleted.
   *
   * @default false - DMS creates them itself, if its user can
   */
  readonly createDdlAudit?: boolean;

  /**
   * Whether a source that DMS cannot work with fails the deployment. Otherwise its problems are only warnings.
   *
   * @default true
   */
  readonly failOnProblems?: boolean;

  /**
   * Whether the slot of `slotName` is dropped when the preparation is deleted, after its tasks. DMS drops no slot that
   * it did not create, and a slot that nobody reads fills the disk of the source. A slot that no task has read yet is
   * kept.
   *
   * @default true
   */
  readonly dropSlots?: boolean;

  /**
   * How long a slot that is to be dropped may still be read, in whole minutes, 1 to 10.
   *
   * @default Duration.minutes(5) - longer than a server takes to notice that a reader is gone
   */
  readonly slotTimeout?: Duration;

  /**
   * Whether a function publishes what the replication slots of the server hold back.
   *
   * @default true
   */
  readonly watchSlots?: boolean;

  /**
   * How often it does, in whole minutes, 1 to 60.
   *
   * @default Duration.minutes(5)
   */
  readonly watchInterval?: Duration;
}

/** A task that a source is prepared for. */
export interface PreparedTask {
  /** Which tables it replicates. */
  readonly tableMappings: TableMappings;

  /**
   * Whether it moves rows, changes or both.
   *
   * @default MigrationType.FULL_LOAD_AND_CDC
   */
  readonly migrationType?: MigrationType;
}

/** The source that is prepared. */
export interface PostgresSourcePreparationProps extends SourcePreparationOptions {
  /** A network from which the database can be reached. */
  readonly vpc: ec2.IVpc;

  /**
   * The database, which is opened to the function. Where it has no security groups, the function may go to its port at
   * any address.
   */
  readonly database: ec2.IConnectable;

  /**
   * The login of the preparation: `username`, `password`, `host` and `port`. That of the master user, or of a
   * superuser, where something is to be created; else that of DMS.
   */
  readonly secret: ISecret;

  /** The database to replicate. */
  readonly databaseName: string;

  /**
   * The logical decoding plug-in of the endpoint.
   *
   * @default PostgresCdcPlugin.TEST_DECODING
   */
  readonly plugin?: PostgresCdcPlugin;

  /**
   * The slot of the endpoint that somebody created.
   *
   * @default - DMS creates the slots
   */
  readonly slotName?: string;

  /**
   * Whether the endpoint captures DDL.
   *
   * @default true
   */
  readonly captureDdls?: boolean;

  /**
   * Schema of the objects that capture DDL.
   *
   * @default 'public'
   */
  readonly ddlArtifactsSchema?: string;

  /**
   * Whether DMS writes a heartbeat into the source.
   *
   * @default true
   */
  readonly heartbeat?: boolean;

  /**
   * Schema of the heartbeat's table.
   *
   * @default 'public'
   */
  readonly heartbeatSchema?: string;
}

import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IEndpointRef } from 'aws-cdk-lib/aws-dms';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import * as rds from 'aws-cdk-lib/aws-rds';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, type IConstruct } from 'constructs';
import { letReplicatorIn } from '../private/network';
import { databaseProps, loginProps, parameterGroupProps, removalPolicyOf } from '../private/postgres-database';
import { fail } from '../private/validation';
import { PostgresTargetEndpoint, type PostgresTargetEndpointProps } from './postgres-target-endpoint';
import type {
  PostgresTargetClusterAttributes,
  PostgresTargetInstanceAttributes,
  PostgresTargetProps,
  PostgresTargetServerAttributes,
} from './postgres-target-options';
import type { IReplicationTarget, ReplicationTargetBinding, ReplicationTargetBindOptions } from './replication-target';

/** A PostgreSQL database that DMS writes to. */
export interface IPostgresTarget extends IReplicationTarget, IConstruct, ec2.IConnectable {
  /** The DMS target endpoint. */
  readonly endpoint: IEndpointRef;

  /** The role with which DMS reads `secret`. */
  readonly secretRole: IRole;

  /** The login of DMS: `username`, `password`, `host` and `port`. */
  readonly secret: ISecret;
}

/**
 * What every PostgreSQL target has in common: an endpoint with its role, and a network that opens on bind.
 *
 * @internal
 */
abstract class PostgresTargetBase extends Construct implements IPostgresTarget {
  public abstract readonly connections: ec2.Connections;
  public abstract readonly endpoint: IEndpointRef;
  public abstract readonly secretRole: IRole;
  public abstract readonly secret: ISecret;

  public bind(options: ReplicationTargetBindOptions): ReplicationTargetBinding {
    const opened = letReplicatorIn(this, options.replicator);
    return { endpoint: this.endpoint, connectsThrough: [this, ...opened] };
  }
}

/**
 * A PostgreSQL database as the target of a replication: a copy that serves queries of its own.
 *
 * `new` creates an RDS for PostgreSQL database: encrypted and private, TLS required, backups on, retained and protected
 * from deletion, with a generated login that DMS can read. `fromDatabaseInstance`, `fromDatabaseCluster` and
 * `fromSelfManaged` wrap what exists; there the user of DMS may connect to the database, use and create in the schemas,
 * and select, insert, update, delete and truncate in their tables.
 *
 * DMS creates missing tables with their primary keys, and nothing else: secondary indexes, sequences, defaults and
 * foreign keys are yours to create, best after the load.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.PostgreSQL.html
 */
export class PostgresTarget extends PostgresTargetBase {
  /** Writes to an RDS for PostgreSQL instance that exists. */
  public static fromDatabaseInstance(
    scope: Construct, id: string, attrs: PostgresTargetInstanceAttributes,
  ): IPostgresTarget {
    const target = PostgresTarget.existing(scope, id, attrs.instance.connections, 'postgres', attrs);
    refuseReadReplica(target, attrs.instance);
    return target;
  }

  /** Writes to an Aurora PostgreSQL cluster that exists, through its writer. */
  public static fromDatabaseCluster(
    scope: Construct, id: string, attrs: PostgresTargetClusterAttributes,
  ): IPostgresTarget {
    return PostgresTarget.existing(scope, id, attrs.cluster.connections, 'aurora-postgresql', attrs);
  }

  /** Writes to a server that you run yourself. */
  public static fromSelfManaged(
    scope: Construct, id: string, attrs: PostgresTargetServerAttributes,
  ): IPostgresTarget {
    const connections = new ec2.Connections({
      defaultPort: ec2.Port.tcp(attrs.port ?? 5432),
      securityGroups: attrs.securityGroups,
    });
    return PostgresTarget.existing(scope, id, connections, 'postgres', attrs);
  }

  private static existing(
    scope: Construct,
    id: string,
    connections: ec2.Connections,
    engineName: PostgresTargetEndpointProps['engineName'],
    attrs: PostgresTargetServerAttributes | PostgresTargetInstanceAttributes | PostgresTargetClusterAttributes,
  ): IPostgresTarget {
    const { databaseName, secret } = attrs;
    class Import extends PostgresTargetBase {
      public readonly connections = connections;
      public readonly secret = secret;
      private readonly login = new PostgresTargetEndpoint(this, 'Endpoint', {
        engineName, databaseName, secret, options: attrs,
      });
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

  public constructor(scope: Construct, id: string, props: PostgresTargetProps) {
    super(scope, id);
    const engine = rds.DatabaseInstanceEngine.postgres({ version: props.version ?? rds.PostgresEngineVersion.VER_17 });
    this.parameterGroup = new rds.ParameterGroup(this, 'Parameters', parameterGroupProps(this, props, {
      engine,
      description: 'PostgreSQL that AWS DMS writes to',
      managedParameters: { 'rds.force_ssl': '1' },
      managedBy: 'the target',
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

    const { endpoint, role } = new PostgresTargetEndpoint(this, 'Endpoint', {
      engineName: 'postgres',
      databaseName: props.databaseName,
      secret: this.secret,
      options: props,
    });
    this.endpoint = endpoint;
    this.secretRole = role;
  }
}

/** Of a replica of this app; of an imported one nothing is known. */
function refuseReadReplica(scope: IConstruct, instance: rds.IDatabaseInstance): void {
  const resource = instance.node.defaultChild;
  if (rds.CfnDBInstance.isCfnDBInstance(resource) && resource.sourceDbInstanceIdentifier !== undefined) {
    fail(scope, `${instance.node.path} is a read replica, which nobody can write to: use an instance of its own, `
      + 'or promote the replica');
  }
}

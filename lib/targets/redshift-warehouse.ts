import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** A Redshift warehouse that DMS writes to. Anything that can say this about itself will do. */
export interface IRedshiftWarehouse extends ec2.IConnectable {
  /** The engine as DMS calls it: `redshift` or `redshift-serverless`. */
  readonly engineName: string;

  /** The service that loads the staged files and has to be trusted for that, such as `redshift.amazonaws.com`. */
  readonly servicePrincipal: string;

  /** The database to write to. */
  readonly databaseName: string;

  /** The login of DMS: `username`, `password`, `host` and `port`, such as a `DmsSecret` with port 5439. */
  readonly secret: ISecret;
}

/** Where a warehouse is and who logs in to it. */
export interface RedshiftWarehouseAttributes {
  /**
   * The login of DMS: `username`, `password`, `host` and `port`. The host is the DNS name that Amazon gave the
   * warehouse: DMS takes no other name for it, and a secret that Redshift manages does not hold it.
   */
  readonly secret: ISecret;

  /** The database to write to. */
  readonly databaseName: string;

  /**
   * Port of the warehouse.
   *
   * @default 5439
   */
  readonly port?: number;

  /** Security groups of the warehouse. They are opened to the replication instances. */
  readonly securityGroups: ec2.ISecurityGroup[];
}

/** A Redshift warehouse that exists, in the account and the region of the replication. */
export class RedshiftWarehouse implements IRedshiftWarehouse {
  /** A provisioned cluster. Add `RedshiftTarget.role` to the IAM roles of the cluster, which load the staged files. */
  public static cluster(attrs: RedshiftWarehouseAttributes): RedshiftWarehouse {
    return new RedshiftWarehouse('redshift', 'redshift.amazonaws.com', attrs);
  }

  /** A workgroup of Redshift Serverless. Add `RedshiftTarget.role` to the IAM roles of its namespace. */
  public static serverless(attrs: RedshiftWarehouseAttributes): RedshiftWarehouse {
    return new RedshiftWarehouse('redshift-serverless', 'redshift-serverless.amazonaws.com', attrs);
  }

  public readonly databaseName: string;
  public readonly secret: ISecret;
  public readonly connections: ec2.Connections;

  private constructor(
    public readonly engineName: string,
    public readonly servicePrincipal: string,
    attrs: RedshiftWarehouseAttributes,
  ) {
    this.databaseName = attrs.databaseName;
    this.secret = attrs.secret;
    this.connections = new ec2.Connections({
      defaultPort: ec2.Port.tcp(attrs.port ?? 5439),
      securityGroups: attrs.securityGroups,
    });
  }
}

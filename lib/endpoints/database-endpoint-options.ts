import type { ICertificateRef } from 'aws-cdk-lib/aws-dms';
import type { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';

/** Where an Oracle or MySQL database is and how DMS logs in: the same for a source and a target. */
export interface DatabaseEndpointOptions {
  /** The login of DMS: `username`, `password`, `host` and `port`. A master secret managed by RDS is not enough. */
  readonly secret: ISecret;

  /**
   * Port of the server, which its security groups are opened at.
   *
   * @default - the engine's usual one: 1521 for Oracle, 3306 for MySQL
   */
  readonly port?: number;

  /**
   * Security groups of the server, when it is in AWS. They are opened to the replication instances.
   *
   * @default - none; the network is opened by whoever owns it
   */
  readonly securityGroups?: ISecurityGroup[];

  /**
   * The certificate authority, for Oracle the wallet, that the server is verified with.
   *
   * @default - none, which has to be said with `unencrypted`
   */
  readonly certificate?: ICertificateRef;

  /**
   * Whether rows and password cross the network readable. DMS encrypts to these engines only when it can verify the
   * server, so it is one or the other.
   *
   * @default false - `certificate` is needed
   */
  readonly unencrypted?: boolean;

  /**
   * Extra connection attributes, for settings that have no option here. An attribute that an option owns is refused.
   *
   * @default - none
   */
  readonly extraConnectionAttributes?: Record<string, string>;
}

import { CfnEndpoint, type CfnEndpointProps, type ICertificateRef } from 'aws-cdk-lib/aws-dms';
import { Connections, type IConnectable, type ISecurityGroup, Port } from 'aws-cdk-lib/aws-ec2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, type IDependable } from 'constructs';
import { checkEndpoint } from '../rules';
import { refuseManagedMasterSecret, SecretRole } from './endpoint-login';
import { letReplicatorIn } from './network';
import { fail, renderedProperties, validateWith } from './validation';

/** Where a database is and how DMS logs in: the same for every engine and both directions. */
export interface DatabaseEndProps {
  readonly direction: 'source' | 'target';
  readonly engineName: string;
  readonly secret: ISecret;
  readonly port: number;
  readonly securityGroups?: ISecurityGroup[];
  /** The properties of the endpoint that are the engine's own. `login` belongs into its section of settings. */
  readonly endpoint: (login: SecretLogin) => Partial<CfnEndpointProps>;
}

/** The keys with which every section of settings names a secret. */
export interface SecretLogin {
  readonly secretsManagerSecretId: string;
  readonly secretsManagerAccessRoleArn: string;
}

/**
 * The endpoint of a database, with the role that reads its secret and a network that opens on bind: what sources and
 * targets of all engines have in common, which differ in the settings of their endpoint only.
 *
 * @internal
 */
export abstract class DatabaseEnd extends Construct implements IConnectable {
  public readonly connections: Connections;
  public readonly endpoint: CfnEndpoint;
  public readonly secretRole: IRole;
  public readonly secret: ISecret;

  protected constructor(scope: Construct, id: string, props: DatabaseEndProps) {
    super(scope, id);
    const { direction, engineName, secret } = props;
    refuseManagedMasterSecret(this, secret);
    this.secret = secret;
    this.connections = new Connections({
      defaultPort: Port.tcp(props.port),
      securityGroups: props.securityGroups,
    });
    this.secretRole = new SecretRole(this, 'SecretRole', { secret, whose: `${direction} database` });
    this.endpoint = new CfnEndpoint(this, 'Resource', {
      endpointType: direction,
      engineName,
      ...props.endpoint({
        secretsManagerSecretId: secret.secretArn,
        secretsManagerAccessRoleArn: this.secretRole.roleArn,
      }),
    });
    // DMS reads the secret while it creates the endpoint.
    this.endpoint.node.addDependency(this.secretRole);
    validateWith(this, () => checkEndpoint(renderedProperties(this.endpoint)));
  }

  /**
   * Opens the network of the database, and returns what has to be there before DMS can connect.
   *
   * @internal
   */
  protected _open(replicator: IConnectable): IDependable[] {
    return [this, ...letReplicatorIn(this, replicator)];
  }
}

/** How DMS verifies a server of an engine that it encrypts to only when it can verify it: MySQL and Oracle. */
export function verifiedTls(
  scope: Construct, { certificate, unencrypted }: { certificate?: ICertificateRef; unencrypted?: boolean },
): Pick<CfnEndpointProps, 'sslMode' | 'certificateArn'> {
  if (certificate !== undefined && unencrypted === true) {
    fail(scope, 'certificate is given and unencrypted is true: leave out one of the two');
  }
  if (certificate === undefined && unencrypted !== true) {
    fail(scope, 'there is no certificate, and DMS encrypts to this engine only when it can verify the server: pass the '
      + 'certificate of its authority, or set unencrypted to true where the network is trusted');
  }
  return {
    sslMode: certificate === undefined ? 'none' : 'verify-ca',
    certificateArn: certificate?.certificateRef.certificateArn,
  };
}

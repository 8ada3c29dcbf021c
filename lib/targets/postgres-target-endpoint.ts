import { CfnEndpoint } from 'aws-cdk-lib/aws-dms';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { renderConnectionAttributes } from '../private/connection-attributes';
import { refuseManagedMasterSecret, SecretRole } from '../private/endpoint-login';
import { tlsProperties } from '../private/postgres-tls';
import { renderedProperties, validateWith } from '../private/validation';
import { checkEndpoint } from '../rules';
import type { PostgresTargetEndpointOptions } from './postgres-target-options';

export interface PostgresTargetEndpointProps {
  readonly engineName: 'postgres' | 'aurora-postgresql';
  readonly databaseName: string;
  readonly secret: ISecret;
  readonly options: PostgresTargetEndpointOptions;
}

const SILENT_TRIGGERS = "SET session_replication_role = 'replica'";

/** The DMS target endpoint of a PostgreSQL database, and the role that reads its secret. */
export class PostgresTargetEndpoint extends Construct {
  public readonly endpoint: CfnEndpoint;
  public readonly role: IRole;

  public constructor(scope: Construct, id: string, props: PostgresTargetEndpointProps) {
    super(scope, id);
    refuseManagedMasterSecret(this, props.secret);
    const tls = tlsProperties(this, props.options.sslMode, props.options.certificate);
    this.role = new SecretRole(this, 'SecretRole', { secret: props.secret, whose: 'target database' });

    const settings = renderSettings(props, this.role);
    this.endpoint = new CfnEndpoint(this, 'Resource', {
      endpointType: 'target',
      engineName: props.engineName,
      databaseName: props.databaseName,
      ...tls,
      postgreSqlSettings: settings,
      extraConnectionAttributes: renderConnectionAttributes(
        this, 'target', settings, props.options.extraConnectionAttributes,
      ),
    });
    // DMS reads the secret while it creates the endpoint.
    this.endpoint.node.addDependency(this.role);
    validateWith(this, () => checkEndpoint(renderedProperties(this.endpoint)));
  }
}

/** Every key that an option owns is present, even when its value is left to DMS: see `renderConnectionAttributes`. */
function renderSettings(props: PostgresTargetEndpointProps, role: IRole): CfnEndpoint.PostgreSqlSettingsProperty {
  const { options, secret } = props;
  const script = options.afterConnectScript ?? SILENT_TRIGGERS;
  return {
    secretsManagerSecretId: secret.secretArn,
    secretsManagerAccessRoleArn: role.roleArn,
    afterConnectScript: script === '' ? undefined : script,
    mapBooleanAsBoolean: options.mapBooleanAsBoolean ?? true,
    maxFileSize: options.maxFileSize?.toKibibytes(),
    executeTimeout: options.executeTimeout?.toSeconds(),
  };
}

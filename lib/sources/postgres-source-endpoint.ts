import { CfnEndpoint } from 'aws-cdk-lib/aws-dms';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { renderConnectionAttributes } from '../private/connection-attributes';
import { refuseManagedMasterSecret, SecretRole } from '../private/endpoint-login';
import { tlsProperties } from '../private/postgres-tls';
import { renderedProperties, validateWith } from '../private/validation';
import { checkEndpoint } from '../rules';
import { PostgresCdcPlugin } from './postgres-cdc-plugin';
import type { PostgresEndpointOptions } from './postgres-endpoint-options';

export interface PostgresSourceEndpointProps {
  readonly engineName: 'postgres' | 'aurora-postgresql';
  readonly databaseName: string;
  readonly secret: ISecret;
  readonly options: PostgresEndpointOptions;
}

/** The DMS source endpoint of a PostgreSQL database, and the role that reads its secret. */
export class PostgresSourceEndpoint extends Construct {
  public readonly endpoint: CfnEndpoint;
  public readonly role: iam.IRole;

  public constructor(scope: Construct, id: string, props: PostgresSourceEndpointProps) {
    super(scope, id);
    refuseManagedMasterSecret(this, props.secret);
    const tls = tlsProperties(this, props.options.sslMode, props.options.certificate);
    this.role = new SecretRole(this, 'SecretRole', { secret: props.secret, whose: 'source database' });

    const settings = renderSettings(props, this.role);
    this.endpoint = new CfnEndpoint(this, 'Resource', {
      endpointType: 'source',
      engineName: props.engineName,
      databaseName: props.databaseName,
      ...tls,
      postgreSqlSettings: settings,
      extraConnectionAttributes: renderConnectionAttributes(
        this, 'source', settings, props.options.extraConnectionAttributes,
      ),
    });
    // DMS reads the secret while it creates the endpoint.
    this.endpoint.node.addDependency(this.role);
    validateWith(this, () => checkEndpoint(renderedProperties(this.endpoint)));
  }
}

/** Every key that an option owns is present, even when its value is left to DMS: see `renderConnectionAttributes`. */
function renderSettings(props: PostgresSourceEndpointProps, role: iam.IRole): CfnEndpoint.PostgreSqlSettingsProperty {
  const { options, secret } = props;
  return {
    secretsManagerSecretId: secret.secretArn,
    secretsManagerAccessRoleArn: role.roleArn,
    pluginName: options.plugin ?? PostgresCdcPlugin.TEST_DECODING,
    slotName: options.slotName,
    captureDdls: options.captureDdls ?? true,
    ddlArtifactsSchema: options.ddlArtifactsSchema,
    heartbeatEnable: options.heartbeat ?? true,
    heartbeatFrequency: options.heartbeatFrequency?.toMinutes(),
    heartbeatSchema: options.heartbeatSchema,
    failTasksOnLobTruncation: options.failTasksOnLobTruncation ?? true,
    executeTimeout: options.executeTimeout?.toSeconds(),
    mapBooleanAsBoolean: options.mapBooleanAsBoolean,
  };
}

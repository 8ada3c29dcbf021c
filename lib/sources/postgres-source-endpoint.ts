import { CfnEndpoint } from 'aws-cdk-lib/aws-dms';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { regionalDms } from '../private/principals';
import { fail, renderedProperties, validateWith } from '../private/validation';
import { checkEndpoint } from '../rules';
import { PostgresCdcPlugin } from './postgres-cdc-plugin';
import { type PostgresEndpointOptions, PostgresSslMode } from './postgres-endpoint-options';

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
    refuseMissingCertificate(this, props.options);
    this.role = this.secretRole(props.secret);

    const settings = renderSettings(props, this.role);
    this.endpoint = new CfnEndpoint(this, 'Resource', {
      endpointType: 'source',
      engineName: props.engineName,
      databaseName: props.databaseName,
      sslMode: props.options.sslMode ?? PostgresSslMode.REQUIRE,
      certificateArn: props.options.certificate?.certificateRef.certificateArn,
      postgreSqlSettings: settings,
      extraConnectionAttributes: renderAttributes(this, props.options.extraConnectionAttributes, settings),
    });
    // DMS reads the secret while it creates the endpoint.
    this.endpoint.node.addDependency(this.role);
    validateWith(this, () => checkEndpoint(renderedProperties(this.endpoint)));
  }

  private secretRole(secret: ISecret): iam.IRole {
    const role = new iam.Role(this, 'SecretRole', {
      assumedBy: regionalDms(this),
      description: 'Lets AWS DMS read the login of the source database',
    });
    secret.grantRead(role);
    secret.encryptionKey?.grant(role, 'kms:DescribeKey');
    return role;
  }
}

/** Every key that an option owns is present, even when its value is left to DMS: see `renderAttributes`. */
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

function renderAttributes(
  scope: Construct,
  attributes: Record<string, string> = {},
  settings: CfnEndpoint.PostgreSqlSettingsProperty,
): string | undefined {
  const owned = new Set(Object.keys(settings).map((key) => key.toLowerCase()));
  const names = Object.keys(attributes);
  const refused = names.filter((name) => owned.has(name.toLowerCase()));
  if (refused.length > 0) {
    fail(scope, `extraConnectionAttributes holds ${refused.join(', ')}, which an option of the source sets; `
      + 'use the option, and keep extraConnectionAttributes for settings that have none');
  }
  return names.length > 0 ? names.map((name) => `${name}=${attributes[name]}`).join(';') : undefined;
}

/**
 * A master secret that RDS manages holds only a user name and a password.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/security_iam_secretsmanager.html
 */
function refuseManagedMasterSecret(scope: Construct, secret: ISecret): void {
  const arn = JSON.stringify(Stack.of(scope).resolve(secret.secretArn));
  if (arn.includes('MasterUserSecret.SecretArn') || arn.includes(':secret:rds!')) {
    fail(scope, 'the secret is the master secret that RDS manages, which holds neither host nor port: DMS needs '
      + 'username, password, host and port in one secret; create a database user for DMS and pass a '
      + 'new DmsSecret(...) with its name');
  }
}

function refuseMissingCertificate(scope: Construct, options: PostgresEndpointOptions): void {
  const mode = options.sslMode ?? PostgresSslMode.REQUIRE;
  if (mode !== PostgresSslMode.REQUIRE && options.certificate === undefined) {
    fail(scope, `sslMode is ${mode} without a certificate: DMS has nothing to verify the server with; `
      + 'pass certificate, or use PostgresSslMode.REQUIRE');
  }
}

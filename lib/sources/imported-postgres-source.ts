import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IEndpointRef } from 'aws-cdk-lib/aws-dms';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { PostgresSourceBase } from './postgres-source-base';
import { PostgresSourceEndpoint, type PostgresSourceEndpointProps } from './postgres-source-endpoint';

/** A database that somebody else owns: only the endpoint is created. */
export class ImportedPostgresSource extends PostgresSourceBase {
  public readonly endpoint: IEndpointRef;
  public readonly secretRole: IRole;
  public readonly secret: ISecret;

  public constructor(
    scope: Construct,
    id: string,
    public readonly connections: ec2.Connections,
    props: PostgresSourceEndpointProps,
  ) {
    super(scope, id);
    const { endpoint, role } = new PostgresSourceEndpoint(this, 'Endpoint', props);
    this.endpoint = endpoint;
    this.secretRole = role;
    this.secret = props.secret;
  }
}

import type { ICertificateRef } from 'aws-cdk-lib/aws-dms';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import type { PostgresSslMode } from '../endpoints/postgres-ssl-mode';
import { PostgresSourceBase } from '../sources/postgres-source-base';
import { PostgresSourceEndpoint, type PostgresSourceEndpointProps } from '../sources/postgres-source-endpoint';
import { PostgresTarget } from '../targets/postgres-target';
import {
  type TwoWaySiteBinding, type TwoWaySiteBindOptions, TwoWaySiteEngine, type TwoWaySiteOptions,
} from './two-way-site';
import { TwoWaySiteBase } from './two-way-site-base';

/** A PostgreSQL database that exists. */
export interface PostgresSiteProps extends TwoWaySiteOptions {
  /** The database. */
  readonly databaseName: string;

  /**
   * The schema of the tables.
   *
   * @default 'public'
   */
  readonly schema?: string;

  /**
   * Port of the server.
   *
   * @default 5432
   */
  readonly port?: number;

  /**
   * Whether it is an Aurora cluster; `host` is that of its writer then.
   *
   * @default false - RDS, or a server that you run yourself
   */
  readonly aurora?: boolean;

  /**
   * Security groups of the server, when it is in AWS. They are opened to the legs and to the switch.
   *
   * @default - none; the network is opened by whoever owns it
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * How DMS and the functions of the switch verify the server.
   *
   * @default PostgresSslMode.REQUIRE
   */
  readonly sslMode?: PostgresSslMode;

  /**
   * The certificate authority that `VERIFY_CA` and `VERIFY_FULL` check against.
   *
   * @default - none
   */
  readonly certificate?: ICertificateRef;

  /**
   * The certificates of the authority of a server of your own, in PEM, for the functions of the switch, up to 1,000
   * characters: they are part of an environment of 4 KB.
   *
   * @default - the certificates of Amazon and of public authorities
   */
  readonly certificateAuthority?: string;
}

/**
 * A PostgreSQL database as a site. It needs logical replication (see `PostgresCdcParameters`), and a user of DMS who
 * may replicate, own or create triggers on the tables, and set `session_replication_role`.
 */
export class PostgresSite extends TwoWaySiteBase {
  private readonly engineName: PostgresSourceEndpointProps['engineName'];
  private readonly connection: Pick<PostgresSiteProps, 'securityGroups' | 'sslMode' | 'certificate'>;

  public constructor(scope: Construct, id: string, props: PostgresSiteProps) {
    super(scope, id, {
      siteName: props.siteName,
      host: props.host,
      secret: props.secret,
      applicationUser: props.applicationUser,
      applicationSecret: props.applicationSecret,
      engine: TwoWaySiteEngine.POSTGRES,
      schema: props.schema ?? 'public',
      port: props.port ?? 5432,
      databaseName: props.databaseName,
      sslMode: props.sslMode,
      certificateAuthority: props.certificateAuthority,
    });
    this.engineName = props.aurora === true ? 'aurora-postgresql' : 'postgres';
    this.connection = {
      securityGroups: props.securityGroups,
      sslMode: props.sslMode,
      certificate: props.certificate,
    };
  }

  public bind(options: TwoWaySiteBindOptions): TwoWaySiteBinding {
    const { databaseName, secret, engineName } = this;
    const { sslMode, certificate, securityGroups } = this.connection;
    const source = new PostgresSiteSource(this, 'Source', {
      connections: new ec2.Connections({ defaultPort: ec2.Port.tcp(this.port), securityGroups }),
      endpoint: {
        engineName,
        databaseName,
        secret,
        options: {
          slotName: options.slotName,
          // No leg carries DDL: its trigger would only slow the site down.
          captureDdls: false,
          heartbeat: true,
          heartbeatSchema: this.schema,
          mapBooleanAsBoolean: true,
          sslMode,
          certificate,
        },
      },
    });
    const target = PostgresTarget.fromSelfManaged(this, 'Target', {
      databaseName, secret, port: this.port, securityGroups, sslMode, certificate,
    });
    return { source, target, network: source };
  }
}

interface PostgresSiteSourceProps {
  readonly connections: ec2.Connections;
  readonly endpoint: PostgresSourceEndpointProps;
}

/** As an existing source, with whichever engine it is. */
class PostgresSiteSource extends PostgresSourceBase {
  public readonly connections: ec2.Connections;
  public readonly endpoint: PostgresSourceEndpoint['endpoint'];
  public readonly secretRole: PostgresSourceEndpoint['role'];
  public readonly secret: ISecret;

  public constructor(scope: Construct, id: string, props: PostgresSiteSourceProps) {
    super(scope, id);
    this.connections = props.connections;
    this.secret = props.endpoint.secret;
    const login = new PostgresSourceEndpoint(this, 'Endpoint', props.endpoint);
    this.endpoint = login.endpoint;
    this.secretRole = login.role;
  }
}

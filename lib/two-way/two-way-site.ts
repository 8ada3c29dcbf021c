import type { IConnectable } from 'aws-cdk-lib/aws-ec2';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IConstruct } from 'constructs';
import type { PostgresSslMode } from '../endpoints/postgres-ssl-mode';
import type { IReplicationSource } from '../sources/replication-source';
import type { IReplicationTarget } from '../targets/replication-target';

/** The engines that the switch has handlers for. */
export enum TwoWaySiteEngine {
  /** PostgreSQL and Aurora PostgreSQL. */
  POSTGRES = 'postgres',

  /** MySQL and Aurora MySQL. */
  MYSQL = 'mysql',

  /** Oracle. */
  ORACLE = 'oracle',
}

/** What a two-way replication asks of a site. */
export interface TwoWaySiteBindOptions {
  /**
   * The slot that the leg away from this site reads, where the switch makes it.
   *
   * @default - the leg makes its own
   */
  readonly slotName?: string;
}

/** The two ends of a site. */
export interface TwoWaySiteBinding {
  /** The site as the leg away from it reads it. */
  readonly source: IReplicationSource;

  /** The site as the leg towards it writes it. */
  readonly target: IReplicationTarget;

  /** The network of the database, with its port as the default: opened to the functions of the switch. */
  readonly network: IConnectable;
}

/** One of the two databases of a two-way replication. */
export interface ITwoWaySite extends IConstruct {
  /** Its name in the site map. */
  readonly siteName: string;

  /** What kind of database it is. */
  readonly engine: TwoWaySiteEngine;

  /** The schema of the tables, as the engine spells it. In MySQL that is the database. */
  readonly schema: string;

  /** Name or address of the server, as the site map tells applications. */
  readonly host: string;

  /** Port of the server. */
  readonly port: number;

  /** The database, for Oracle the SID or service name. */
  readonly databaseName: string;

  /** The user that the site map tells applications. */
  readonly applicationUser: string;

  /**
   * The login of applications, which the site map refers to.
   *
   * @default - none; applications know it from elsewhere
   */
  readonly applicationSecret?: ISecret;

  /** The login of DMS and of the switch. */
  readonly secret: ISecret;

  /**
   * How the functions of the switch verify the server.
   *
   * @default PostgresSslMode.REQUIRE
   */
  readonly sslMode?: PostgresSslMode;

  /**
   * The certificates that they verify it with, in PEM.
   *
   * @default - those of Amazon and of public authorities
   */
  readonly certificateAuthority?: string;

  /**
   * The user in `secret`, where the fence lets a user through: in MySQL and Oracle.
   *
   * @default - none; the fence of PostgreSQL lets sessions of replication through
   */
  readonly replicationUser?: string;

  /**
   * Does at this site what the switch asks for, where the library's own function has no driver: in Oracle.
   *
   * @default - none; the library's own function does
   */
  readonly switchFunction?: IFunction;

  /** Makes the endpoints of both directions: called once. */
  bind(options: TwoWaySiteBindOptions): TwoWaySiteBinding;
}

/** What every site is given. */
export interface TwoWaySiteOptions {
  /** Its name in the site map, such as `SITEA`: 1 to 30 letters, digits and hyphens, a letter first. */
  readonly siteName: string;

  /** Name or address of the server. */
  readonly host: string;

  /**
   * The login of DMS and of the switch: `username`, `password`, `host` and `port`. Another one for each site, so that
   * nothing that was written for one site can log in to the other.
   */
  readonly secret: ISecret;

  /** The user that the site map tells applications. Not that of DMS, whose writes the fence lets through. */
  readonly applicationUser: string;

  /**
   * The login of applications, which the site map refers to.
   *
   * @default - none; applications know it from elsewhere
   */
  readonly applicationSecret?: ISecret;
}

/** Whether the engine keeps names in upper case. */
export const keepsUpperCase = ({ engine }: Pick<ITwoWaySite, 'engine'>): boolean => engine === TwoWaySiteEngine.ORACLE;

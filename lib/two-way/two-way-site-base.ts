import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { PostgresSslMode } from '../endpoints/postgres-ssl-mode';
import { fail } from '../private/validation';
import {
  type ITwoWaySite, type TwoWaySiteBinding, type TwoWaySiteBindOptions, TwoWaySiteEngine, type TwoWaySiteOptions,
} from './two-way-site';

/** What every site is, and what its engine makes of it. */
export interface TwoWaySiteBaseProps extends TwoWaySiteOptions {
  readonly engine: TwoWaySiteEngine;
  readonly schema: string;
  readonly port: number;
  readonly databaseName: string;
  readonly sslMode?: PostgresSslMode;
  readonly certificateAuthority?: string;
  readonly replicationUser?: string;
  readonly switchFunction?: IFunction;
}

/**
 * What the sites of all engines have in common.
 *
 * @internal
 */
export abstract class TwoWaySiteBase extends Construct implements ITwoWaySite {
  public readonly siteName: string;
  public readonly engine: TwoWaySiteEngine;
  public readonly schema: string;
  public readonly host: string;
  public readonly port: number;
  public readonly databaseName: string;
  public readonly applicationUser: string;
  public readonly applicationSecret?: ISecret;
  public readonly secret: ISecret;
  public readonly sslMode?: PostgresSslMode;
  public readonly certificateAuthority?: string;
  public readonly replicationUser?: string;
  public readonly switchFunction?: IFunction;

  protected constructor(scope: Construct, id: string, props: TwoWaySiteBaseProps) {
    super(scope, id);
    this.siteName = props.siteName;
    this.engine = props.engine;
    this.schema = props.schema;
    this.host = props.host;
    this.port = props.port;
    this.databaseName = props.databaseName;
    this.applicationUser = props.applicationUser;
    this.applicationSecret = props.applicationSecret;
    this.secret = props.secret;
    this.sslMode = props.sslMode;
    this.certificateAuthority = props.certificateAuthority;
    this.replicationUser = props.replicationUser;
    this.switchFunction = props.switchFunction;
    refuseNames(this);
  }

  public abstract bind(options: TwoWaySiteBindOptions): TwoWaySiteBinding;
}

const SITE_NAME = /^[A-Za-z][A-Za-z0-9-]{0,29}$/;

interface SchemaNames {
  readonly pattern: RegExp;
  readonly most: number;
  readonly letterCase: string;
}

const SCHEMAS: Readonly<Record<TwoWaySiteEngine, SchemaNames>> = {
  [TwoWaySiteEngine.POSTGRES]: { pattern: /^[a-z_][a-z0-9_]*$/, most: 63, letterCase: 'lower case' },
  [TwoWaySiteEngine.MYSQL]: { pattern: /^[a-z0-9_]+$/, most: 64, letterCase: 'lower case' },
  [TwoWaySiteEngine.ORACLE]: { pattern: /^[A-Z][A-Z0-9_$#]*$/, most: 30, letterCase: 'upper case' },
};

/**
 * Refuses what no site can have. Names in mixed case are refused because the way there and back has to end at the same
 * name, and only names in one case do.
 */
function refuseNames(site: TwoWaySiteBase): void {
  const { siteName, schema } = site;
  if (!SITE_NAME.test(siteName)) {
    fail(site, `siteName is ${JSON.stringify(siteName)}: give 1 to 30 letters, digits and hyphens, a letter first, such `
      + 'as SITEA');
  }
  const { pattern, most, letterCase } = SCHEMAS[site.engine];
  if (!pattern.test(schema) || schema.length > most) {
    fail(site, `the schema is ${JSON.stringify(schema)}: give the name as the engine keeps it, at most ${most} letters in `
      + `${letterCase}, digits and underscores`);
  }
}

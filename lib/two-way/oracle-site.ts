import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { type OracleLogReader, OracleSource } from '../sources/oracle-source';
import { OracleTarget } from '../targets/oracle-target';
import { type TwoWaySiteBinding, type TwoWaySiteBindOptions, TwoWaySiteEngine } from './two-way-site';
import { TwoWaySiteBase } from './two-way-site-base';
import type { VerifiedSiteOptions } from './verified-site-options';

/** An Oracle database that exists. */
export interface OracleSiteProps extends VerifiedSiteOptions {
  /** The SID or the service name. */
  readonly databaseName: string;

  /** The schema of the tables, in upper case. */
  readonly schema: string;

  /**
   * A function of your own that does at this site what the switch asks for: the drivers of Oracle are not the library's
   * to bundle. See the guide for what it is asked.
   */
  readonly switchFunction: IFunction;

  /**
   * Port of the server.
   *
   * @default 1521
   */
  readonly port?: number;

  /**
   * What reads the redo log.
   *
   * @default OracleLogReader.LOG_MINER
   */
  readonly logReader?: OracleLogReader;
}

/**
 * An Oracle database as a site. Names are in upper case here and in lower case at a site of another engine: tables and
 * columns whose names were quoted in mixed case would not find back, and are not for it.
 *
 * It needs the archive log on, kept for as long as a leg may stand still, and minimal supplemental logging; a table
 * of the other engine has to fit Oracle's types and 30 bytes of a name.
 */
export class OracleSite extends TwoWaySiteBase {
  private readonly connection: Pick<
    OracleSiteProps, 'logReader' | 'securityGroups' | 'certificate' | 'unencrypted'
  >;

  public constructor(scope: Construct, id: string, props: OracleSiteProps) {
    super(scope, id, {
      siteName: props.siteName,
      host: props.host,
      secret: props.secret,
      applicationUser: props.applicationUser,
      applicationSecret: props.applicationSecret,
      schema: props.schema,
      engine: TwoWaySiteEngine.ORACLE,
      port: props.port ?? 1521,
      databaseName: props.databaseName,
      replicationUser: props.replicationUser,
      switchFunction: props.switchFunction,
    });
    this.connection = {
      logReader: props.logReader,
      securityGroups: props.securityGroups,
      certificate: props.certificate,
      unencrypted: props.unencrypted,
    };
  }

  public bind(_options: TwoWaySiteBindOptions): TwoWaySiteBinding {
    const { logReader, ...connection } = this.connection;
    const common = { databaseName: this.databaseName, secret: this.secret, port: this.port, ...connection };
    const source = new OracleSource(this, 'Source', { ...common, logReader });
    const target = new OracleTarget(this, 'Target', common);
    return { source, target, network: source };
  }
}

import type { Construct } from 'constructs';
import type { MySqlFlavor } from '../endpoints/mysql-flavor';
import { PostgresSslMode } from '../endpoints/postgres-ssl-mode';
import { MySqlSource } from '../sources/mysql-source';
import { MySqlTarget } from '../targets/mysql-target';
import { type TwoWaySiteBinding, type TwoWaySiteBindOptions, TwoWaySiteEngine } from './two-way-site';
import { TwoWaySiteBase } from './two-way-site-base';
import type { VerifiedSiteOptions } from './verified-site-options';

/** A MySQL or Aurora MySQL database that exists. */
export interface MySqlSiteProps extends VerifiedSiteOptions {
  /** The database, which is also the schema of the tables. In lower case. */
  readonly databaseName: string;

  /**
   * Port of the server.
   *
   * @default 3306
   */
  readonly port?: number;

  /**
   * The kind of MySQL.
   *
   * @default MySqlFlavor.MYSQL
   */
  readonly flavor?: MySqlFlavor;

  /**
   * The certificates of the authority of a server of your own, in PEM, for the functions of the switch, up to 1,000
   * characters: they are part of an environment of 4 KB.
   *
   * @default - the certificates of Amazon and of public authorities
   */
  readonly certificateAuthority?: string;
}

/**
 * A MySQL database as a site. It needs `binlog_format` ROW, `binlog_row_image` FULL, and a binary log that is kept for
 * as long as a leg may stand still.
 */
export class MySqlSite extends TwoWaySiteBase {
  private readonly connection: Pick<
    MySqlSiteProps, 'flavor' | 'securityGroups' | 'certificate' | 'unencrypted'
  >;

  public constructor(scope: Construct, id: string, props: MySqlSiteProps) {
    super(scope, id, {
      siteName: props.siteName,
      host: props.host,
      secret: props.secret,
      applicationUser: props.applicationUser,
      applicationSecret: props.applicationSecret,
      engine: TwoWaySiteEngine.MYSQL,
      schema: props.databaseName,
      port: props.port ?? 3306,
      databaseName: props.databaseName,
      replicationUser: props.replicationUser,
      sslMode: props.certificate === undefined ? undefined : PostgresSslMode.VERIFY_CA,
      certificateAuthority: props.certificateAuthority,
    });
    this.connection = {
      flavor: props.flavor,
      securityGroups: props.securityGroups,
      certificate: props.certificate,
      unencrypted: props.unencrypted,
    };
  }

  public bind(_options: TwoWaySiteBindOptions): TwoWaySiteBinding {
    const common = { secret: this.secret, port: this.port, ...this.connection };
    const source = new MySqlSource(this, 'Source', common);
    const target = new MySqlTarget(this, 'Target', common);
    return { source, target, network: source };
  }
}

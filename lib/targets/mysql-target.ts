import type { Construct } from 'constructs';
import type { DatabaseEndpointOptions } from '../endpoints/database-endpoint-options';
import { MySqlFlavor } from '../endpoints/mysql-flavor';
import { renderConnectionAttributes } from '../private/connection-attributes';
import { DatabaseEnd, verifiedTls } from '../private/database-end';
import { fail } from '../private/validation';
import type { IReplicationTarget, ReplicationTargetBinding, ReplicationTargetBindOptions } from './replication-target';

/** A MySQL or Aurora MySQL database that exists. */
export interface MySqlTargetProps extends DatabaseEndpointOptions {
  /**
   * The kind of MySQL.
   *
   * @default MySqlFlavor.MYSQL
   */
  readonly flavor?: MySqlFlavor;

  /**
   * Whether MySQL checks foreign keys for what DMS writes. Tables are loaded in any order, and what a parent did at the
   * source arrives as a change anyway.
   *
   * @default false
   */
  readonly checkForeignKeys?: boolean;

  /**
   * Time zone of the server, such as `Europe/Paris`.
   *
   * @default - UTC
   */
  readonly serverTimezone?: string;
}

/**
 * A MySQL server that DMS writes to. The schemas of the table mappings are its databases.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.MySQL.html
 */
export class MySqlTarget extends DatabaseEnd implements IReplicationTarget {
  public constructor(scope: Construct, id: string, props: MySqlTargetProps) {
    const settings = { targetDbType: 'multiple-databases', serverTimezone: props.serverTimezone };
    super(scope, id, {
      direction: 'target',
      engineName: props.flavor ?? MySqlFlavor.MYSQL,
      secret: props.secret,
      port: props.port ?? 3306,
      securityGroups: props.securityGroups,
      endpoint: (login) => ({
        ...verifiedTls(scope, props),
        mySqlSettings: { ...login, ...settings },
        extraConnectionAttributes: renderConnectionAttributes(scope, 'target', settings, attributesOf(scope, props)),
      }),
    });
  }

  public bind(options: ReplicationTargetBindOptions): ReplicationTargetBinding {
    return { endpoint: this.endpoint, connectsThrough: this._open(options.replicator) };
  }
}

function attributesOf(scope: Construct, props: MySqlTargetProps): Record<string, string> {
  const { extraConnectionAttributes: given = {}, checkForeignKeys = false } = props;
  if (checkForeignKeys) return given;
  const own = Object.keys(given).find((name) => name.toLowerCase() === 'initstmt');
  if (own !== undefined) {
    fail(scope, `extraConnectionAttributes holds ${own}, which checkForeignKeys sets: set checkForeignKeys to true, and `
      + 'write SET FOREIGN_KEY_CHECKS=0 into your own statement where it is needed');
  }
  return { initstmt: 'SET FOREIGN_KEY_CHECKS=0', ...given };
}

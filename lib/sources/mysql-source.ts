import type { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { DatabaseEndpointOptions } from '../endpoints/database-endpoint-options';
import { MySqlFlavor } from '../endpoints/mysql-flavor';
import { renderConnectionAttributes } from '../private/connection-attributes';
import { DatabaseEnd, verifiedTls } from '../private/database-end';
import type { IReplicationSource, ReplicationSourceBinding, ReplicationSourceBindOptions } from './replication-source';

/** A MySQL or Aurora MySQL database that exists. */
export interface MySqlSourceProps extends DatabaseEndpointOptions {
  /**
   * The kind of MySQL.
   *
   * @default MySqlFlavor.MYSQL
   */
  readonly flavor?: MySqlFlavor;

  /**
   * How often the binary log is asked for changes when there were none, in whole seconds.
   *
   * @default Duration.seconds(1) - DMS's own 5 seconds are the least lag that a quiet database would ever have
   */
  readonly eventsPollInterval?: Duration;

  /**
   * Time zone of the server, such as `Europe/Paris`.
   *
   * @default - UTC
   */
  readonly serverTimezone?: string;
}

/**
 * A MySQL database that DMS captures changes from. It needs `binlog_format` ROW, `binlog_row_image` FULL, and a binary
 * log that is kept for as long as a task may stand still.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html
 */
export class MySqlSource extends DatabaseEnd implements IReplicationSource {
  public constructor(scope: Construct, id: string, props: MySqlSourceProps) {
    const settings = {
      eventsPollInterval: props.eventsPollInterval?.toSeconds() ?? 1,
      serverTimezone: props.serverTimezone,
    };
    super(scope, id, {
      direction: 'source',
      engineName: props.flavor ?? MySqlFlavor.MYSQL,
      secret: props.secret,
      port: props.port ?? 3306,
      securityGroups: props.securityGroups,
      endpoint: (login) => ({
        ...verifiedTls(scope, props),
        mySqlSettings: { ...login, ...settings },
        extraConnectionAttributes: renderConnectionAttributes(scope, 'source', settings, props.extraConnectionAttributes),
      }),
    });
  }

  public bind(options: ReplicationSourceBindOptions): ReplicationSourceBinding {
    return { endpoint: this.endpoint, connectsThrough: this._open(options.replicator) };
  }
}

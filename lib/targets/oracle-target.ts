import type { Construct } from 'constructs';
import type { DatabaseEndpointOptions } from '../endpoints/database-endpoint-options';
import { renderConnectionAttributes } from '../private/connection-attributes';
import { DatabaseEnd, verifiedTls } from '../private/database-end';
import type { IReplicationTarget, ReplicationTargetBinding, ReplicationTargetBindOptions } from './replication-target';

/** An Oracle database that exists. */
export interface OracleTargetProps extends DatabaseEndpointOptions {
  /** The SID or the service name. */
  readonly databaseName: string;
}

/**
 * An Oracle database that DMS writes to. Names of schemas, tables and columns are written as the table mappings spell
 * them, so a source with names in lower case needs `NameChange.uppercase()`.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.Oracle.html
 */
export class OracleTarget extends DatabaseEnd implements IReplicationTarget {
  public constructor(scope: Construct, id: string, props: OracleTargetProps) {
    super(scope, id, {
      direction: 'target',
      engineName: 'oracle',
      secret: props.secret,
      port: props.port ?? 1521,
      securityGroups: props.securityGroups,
      endpoint: (login) => ({
        databaseName: props.databaseName,
        ...verifiedTls(scope, props),
        oracleSettings: login,
        extraConnectionAttributes: renderConnectionAttributes(scope, 'target', login, props.extraConnectionAttributes),
      }),
    });
  }

  public bind(options: ReplicationTargetBindOptions): ReplicationTargetBinding {
    return { endpoint: this.endpoint, connectsThrough: this._open(options.replicator) };
  }
}

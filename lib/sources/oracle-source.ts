import type { Construct } from 'constructs';
import type { DatabaseEndpointOptions } from '../endpoints/database-endpoint-options';
import { renderConnectionAttributes } from '../private/connection-attributes';
import { DatabaseEnd, verifiedTls } from '../private/database-end';
import type { IReplicationSource, ReplicationSourceBinding, ReplicationSourceBindOptions } from './replication-source';

/** What DMS reads the redo log of Oracle with. */
export enum OracleLogReader {
  /** An API of the database: works everywhere but in pluggable databases of RDS, and loads the server more. */
  LOG_MINER = 'LOG_MINER',

  /** DMS reads the files itself: for high rates of change, and for pluggable databases. */
  BINARY_READER = 'BINARY_READER',
}

/** An Oracle database that exists. */
export interface OracleSourceProps extends DatabaseEndpointOptions {
  /** The SID or the service name. */
  readonly databaseName: string;

  /**
   * What reads the redo log.
   *
   * @default OracleLogReader.LOG_MINER
   */
  readonly logReader?: OracleLogReader;

  /**
   * Whether DMS adds supplemental logging to each table: without it a change has no key, and cannot be applied. The
   * database itself needs minimal supplemental logging either way.
   *
   * @default true
   */
  readonly addSupplementalLogging?: boolean;

  /**
   * Whether a value that is longer than the task's LOB limit fails the task instead of being cut off silently.
   *
   * @default true
   */
  readonly failTasksOnLobTruncation?: boolean;
}

/**
 * An Oracle database that DMS captures changes from. It needs the archive log on, kept for as long as a task may stand
 * still, and minimal supplemental logging.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.Oracle.html
 */
export class OracleSource extends DatabaseEnd implements IReplicationSource {
  public constructor(scope: Construct, id: string, props: OracleSourceProps) {
    const binary = props.logReader === OracleLogReader.BINARY_READER;
    const settings = {
      addSupplementalLogging: props.addSupplementalLogging ?? true,
      failTasksOnLobTruncation: props.failTasksOnLobTruncation ?? true,
      useLogminerReader: !binary,
      useBFile: binary,
    };
    super(scope, id, {
      direction: 'source',
      engineName: 'oracle',
      secret: props.secret,
      port: props.port ?? 1521,
      securityGroups: props.securityGroups,
      endpoint: (login) => ({
        databaseName: props.databaseName,
        ...verifiedTls(scope, props),
        oracleSettings: { ...login, ...settings },
        extraConnectionAttributes: renderConnectionAttributes(scope, 'source', settings, props.extraConnectionAttributes),
      }),
    });
  }

  public bind(options: ReplicationSourceBindOptions): ReplicationSourceBinding {
    return { endpoint: this.endpoint, connectsThrough: this._open(options.replicator) };
  }
}

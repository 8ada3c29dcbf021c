import { type Connection, type ConnectionOptions, createConnection, type RowDataPacket, type SslOptions } from 'mysql2/promise';
import type { ConnectionOptions as TlsOptions } from 'node:tls';

export interface MySqlConnection extends Pick<ConnectionOptions, 'host' | 'port' | 'socketPath' | 'user' | 'password'> {
  /** As Node.js has it; the driver hands it on. */
  readonly ssl?: TlsOptions;
}

const CONNECT_TIMEOUT_MILLISECONDS = 5_000;

/** A connection to one site. */
export class MySqlSession {
  public static async open(connection: MySqlConnection): Promise<MySqlSession> {
    const client = await createConnection({
      connectTimeout: CONNECT_TIMEOUT_MILLISECONDS,
      ...connection,
      ssl: connection.ssl as SslOptions | undefined,
      // Times are read and written as text in UTC, numbers as text: both are larger here than in JavaScript.
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
      multipleStatements: false,
    });
    // A connection that is lost between two statements: the next one reports it.
    (client as unknown as { on(event: 'error', listener: () => void): void }).on('error', () => undefined);
    const session = new MySqlSession(client);
    // Each statement has to see what was committed before it.
    await session.rows('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED');
    await session.rows('SET SESSION time_zone = \'+00:00\', lock_wait_timeout = 10, autocommit = 1'
      // MySQL 8 tells numbers of AUTO_INCREMENT that are up to a day old, unless it is asked not to.
      + '/*!80000 , information_schema_stats_expiry = 0 */');
    return session;
  }

  private constructor(private readonly client: Connection) {}

  public async rows<R>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    const [rows] = await this.client.query<RowDataPacket[]>(sql, [...values]);
    return rows as unknown as R[];
  }

  public async row<R>(sql: string, values: readonly unknown[] = []): Promise<R | undefined> {
    return (await this.rows<R>(sql, values))[0];
  }

  public async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.rows('START TRANSACTION READ WRITE');
    try {
      const result = await work();
      await this.rows('COMMIT');
      return result;
    } catch (error) {
      await this.rows('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  public async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }
}

export const LOCK_WAIT_TIMEOUT = 1205;

/** The number of an error of the server. */
export const errorNumber = (error: unknown): number | undefined => (error as { errno?: number } | undefined)?.errno;

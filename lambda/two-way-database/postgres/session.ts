import { Client, type ClientConfig, type QueryResultRow } from 'pg';

export type PostgresConnection = { readonly connectionString: string } | ClientConfig;

const CONNECT_TIMEOUT_MILLISECONDS = 5_000;
/** Nothing here reads many rows: a statement that takes longer waits for a lock. */
const STATEMENT_TIMEOUT_MILLISECONDS = 30_000;

/** A connection to one site. What it runs is one transaction, or none. */
export class PostgresSession {
  public static async open(connection: PostgresConnection): Promise<PostgresSession> {
    const client = new Client({
      application_name: 'dms-two-way',
      connectionTimeoutMillis: CONNECT_TIMEOUT_MILLISECONDS,
      keepAlive: true,
      ...connection,
      statement_timeout: STATEMENT_TIMEOUT_MILLISECONDS,
      // Whatever the login's own path is: a name without a schema is one of the system.
      options: '-c search_path=pg_catalog',
    });
    // A connection that is lost between two statements: the next one reports it.
    client.on('error', () => undefined);
    try {
      await client.connect();
    } catch (error) {
      client.end().catch(() => undefined);
      throw error;
    }
    return new PostgresSession(client);
  }

  private constructor(private readonly client: Client) {}

  public async rows<R extends QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.client.query<R>(sql, [...values])).rows;
  }

  public async row<R extends QueryResultRow>(sql: string, values: readonly unknown[] = []): Promise<R | undefined> {
    return (await this.rows<R>(sql, values))[0];
  }

  /** Several statements at once, without values. */
  public async script(sql: string): Promise<void> {
    await this.client.query(sql);
  }

  /** What `work` changes happens as a whole or not at all. */
  public async transaction<T>(work: () => Promise<T>): Promise<T> {
    // Whatever the default of the database is: each statement has to see what was committed before it.
    await this.client.query('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE');
    try {
      const result = await work();
      await this.client.query('COMMIT');
      return result;
    } catch (error) {
      await this.client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  public async close(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }
}

/** The SQLSTATE of an error; `undefined` for one that the server did not send. */
export const sqlState = (error: unknown): string | undefined => (error as { code?: string } | undefined)?.code;

export const LOCK_NOT_AVAILABLE = '55P03';

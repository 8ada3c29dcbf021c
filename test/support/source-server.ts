import type { Client, QueryResult } from 'pg';
import { connect } from '../../cli/server/connect';
import { EmbeddedPostgres, type PostgresVersion } from '../../cli/server/embedded-postgres';

/** A database of its own for one test, with a connection of the superuser. */
export class SourceDatabase {
  private closed: Promise<void> | undefined;

  private constructor(public readonly url: string, private readonly client: Client) {}

  public static async open(url: string): Promise<SourceDatabase> {
    return new SourceDatabase(url, await connect(url, 'test'));
  }

  public query(sql: string, values?: unknown[]): Promise<QueryResult<Record<string, unknown>>> {
    return this.client.query<Record<string, unknown>>(sql, values);
  }

  /** The first column, of all rows. */
  public async column(sql: string): Promise<unknown[]> {
    return (await this.query(sql)).rows.map((row) => Object.values(row)[0]);
  }

  /** Slots and publications that are still in the database. */
  public async leftovers(): Promise<unknown[]> {
    return this.column(`SELECT slot_name::text FROM pg_replication_slots WHERE database = current_database()
      UNION ALL SELECT pubname::text FROM pg_publication`);
  }

  public async close(): Promise<void> {
    this.closed ??= this.client.end();
    await this.closed;
  }
}

/**
 * A PostgreSQL server of a test file, or of the `describe` that makes it, which gives each test a database: it runs
 * from before the first test until after the last one.
 */
export class SourceServer {
  private readonly databases: SourceDatabase[] = [];
  private count = 0;
  private running: EmbeddedPostgres | undefined;

  public constructor(parameters: Readonly<Record<string, string>> = {}, version: PostgresVersion = 14) {
    beforeAll(async () => {
      this.running = await EmbeddedPostgres.start({
        version, database: 'admin', parameters: { wal_level: 'logical', ...parameters },
      });
    });
    afterAll(() => this.stop());
  }

  public get server(): EmbeddedPostgres {
    return this.running!;
  }

  public async database(): Promise<SourceDatabase> {
    const name = `test_${++this.count}`;
    const admin = await connect(this.server.url, 'test');
    try {
      await admin.query(`CREATE DATABASE ${name}`);
    } finally {
      await admin.end();
    }
    const url = new URL(this.server.url);
    url.pathname = `/${name}`;
    const database = await SourceDatabase.open(url.href);
    this.databases.push(database);
    return database;
  }

  /** One more connection to the same database. */
  public async sessionOf(database: SourceDatabase): Promise<SourceDatabase> {
    const session = await SourceDatabase.open(database.url);
    this.databases.push(session);
    return session;
  }

  /** The same database, after its server has ended every connection: as soon as it takes new ones. */
  public async reopened(database: SourceDatabase): Promise<SourceDatabase> {
    for (;;) {
      try {
        return await this.sessionOf(database);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  private async stop(): Promise<void> {
    await Promise.all(this.databases.map((database) => database.close()));
    await this.running?.stop();
  }
}

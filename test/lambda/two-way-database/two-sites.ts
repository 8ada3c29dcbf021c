import { openPostgresSite } from '../../../lambda/two-way-database/postgres/open';
import type { PostgresSite } from '../../../lambda/two-way-database/postgres/postgres-site';
import type { DatabaseContext } from '../../../lambda/two-way-database/site-database';
import type { SwitchRun } from '../../../lib/two-way/switch/switch-run';
import type { TwoWayConfiguration } from '../../../lib/two-way/two-way-api';
import type { PostgresVersion } from '../../../cli/server/embedded-postgres';
import { type SourceDatabase, SourceServer } from '../../support/source-server';

export const LIMITS: TwoWayConfiguration['gates'] = {
  maxLagSeconds: 5, maxValidationAgeHours: 24, maxTransactionSeconds: 10, maxSlotBytes: 1_000_000_000,
};

export interface Pair {
  readonly a: SourceDatabase;
  readonly b: SourceDatabase;
  readonly siteA: PostgresSite;
  readonly siteB: PostgresSite;
  readonly configuration: TwoWayConfiguration;
  readonly context: DatabaseContext;
  readonly logged: string[];
  /** Sites that cannot be reached, by name. */
  readonly away: Set<string>;
}

/** Two schemas of one database, which a test file shares: A is written to, B is fenced. */
export class TwoSites {
  private readonly source: SourceServer;
  private readonly open: (() => Promise<unknown>)[] = [];
  private database: SourceDatabase | undefined;
  private count = 0;

  public constructor(version: PostgresVersion = 18) {
    this.source = new SourceServer({ max_prepared_transactions: '10', max_replication_slots: '30' }, version);
    afterEach(() => this.release());
  }

  /** Closes what was opened since the last time: after every test by itself. */
  public async release(): Promise<void> {
    await Promise.all(this.open.splice(0).map((close) => close()));
  }

  /** @param ddl is run in both databases before they are prepared */
  public async pair(
    ddl = 'CREATE TABLE orders (id bigserial PRIMARY KEY, note text)', changes: Partial<TwoWayConfiguration> = {},
    prepare = true,
  ): Promise<Pair> {
    const number = ++this.count;
    const [schemaA, schemaB] = [`a_${number}`, `b "${number}`];
    const [a, b] = [await this.session(schemaA), await this.session(schemaB)];
    for (const session of [a, b]) await session.query(ddl);
    const configuration: TwoWayConfiguration = {
      mode: 'prepared',
      sites: [
        { name: 'SITEA', engine: 'postgres', schema: schemaA },
        { name: 'SITEB', engine: 'postgres', schema: schemaB, slotName: `away_from_b_${number}`, slotPlugin: 'pgoutput' },
      ],
      tables: ['%'],
      sequences: { kind: 'interleaved' },
      gates: LIMITS,
      pauseLimitSeconds: 30,
      needsApproval: false,
      ...changes,
    };
    const logged: string[] = [];
    const away = new Set<string>();
    const context: DatabaseContext = {
      configuration,
      open: (name) => openPostgresSite(
        configuration.sites.find((site) => site.name === name)!, configuration,
        { connectionString: away.has(name) ? 'postgres://nobody@127.0.0.1:1/gone' : a.url },
      ),
      now: () => new Date(),
      log: (text) => { logged.push(text); },
    };
    const [siteA, siteB] = [await this.site(context, 'SITEA'), await this.site(context, 'SITEB')];
    if (prepare) {
      await siteA.prepare('active');
      await siteB.prepare('passive');
      // What the first load does.
      await b.query('INSERT INTO dms_heartbeat VALUES (1, \'prepared\', now(), \'SITEA\'), (2, \'prepared\', now(), \'SITEB\')');
    }
    return { a, b, siteA, siteB, configuration, context, logged, away };
  }

  /** One more connection to a site. */
  public async sessionOf(session: SourceDatabase): Promise<SourceDatabase> {
    const [path] = await session.column('SHOW search_path');
    return this.connected(String(path));
  }

  private async session(schema: string): Promise<SourceDatabase> {
    const path = `"${schema.replaceAll('"', '""')}"`;
    const session = await this.connected(path);
    await session.query(`CREATE SCHEMA ${path}`);
    return session;
  }

  private async connected(path: string): Promise<SourceDatabase> {
    this.database ??= await this.source.database();
    const session = await this.source.sessionOf(this.database);
    this.open.push(() => session.close());
    await session.query(`SET search_path = ${path}`);
    return session;
  }

  private async site(context: DatabaseContext, name: string): Promise<PostgresSite> {
    const site = await context.open(name) as PostgresSite;
    this.open.push(() => site.close());
    return site;
  }
}

export const run = (changes: Partial<SwitchRun> = {}): SwitchRun => ({
  id: 'run-1', action: 'switch', from: 'SITEA', to: 'SITEB', mode: 'prepared', dryRun: false, pauseLimitSeconds: 30, epoch: 2,
  startedAt: '2026-11-25T12:00:00.000Z', gates: [], ...changes,
});

/** The SQLSTATE and the message with which a promise fails; `'done'` when it does not. */
export const failure = (promise: Promise<unknown>): Promise<string> =>
  promise.then(() => 'done', (error: Error & { code?: string }) => `${error.code ?? error.name}: ${error.message}`);

/** Waits until a session of the database waits for a lock. */
export async function untilSomebodyWaits(database: SourceDatabase): Promise<void> {
  for (;;) {
    const [waiting] = await database.column(`SELECT count(*)::int FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`);
    if (waiting !== 0) return;
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

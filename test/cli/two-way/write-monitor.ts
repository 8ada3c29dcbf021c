import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

/** What a database says to somebody who begins to write. */
type Answer = 'writable' | 'refused' | 'gone';

const ATTEMPT_MS = 10;

/**
 * Tries to write to both databases all the time, without asking the map. The first attempt is left open during the
 * second one, so that two that succeed prove that both were writable at one moment.
 */
export class WriteMonitor {
  /** Moments at which both could be written to. */
  public both = 0;
  public samples = 0;
  /** The longest time in which the old side answered and neither could be written to, in seconds. */
  public longestNeither = 0;

  private neitherSince: number | undefined;
  private stopping = false;
  private readonly sessions = new Map<string, Client>();
  private readonly ended: Promise<void>;

  /** @param active the site that the map names */
  public constructor(
    private readonly urls: Readonly<Record<string, string>>, private readonly active: () => Promise<string | undefined>,
  ) {
    this.ended = this.watch();
  }

  public async stop(): Promise<void> {
    this.stopping = true;
    await this.ended;
  }

  /** Forgets what was: the next test begins. */
  public reset(): void {
    this.both = this.samples = this.longestNeither = 0;
    this.neitherSince = undefined;
  }

  private async watch(): Promise<void> {
    const sites = Object.keys(this.urls);
    for (let turn = 0; !this.stopping; turn += 1) {
      await this.sample(turn % 2 === 0 ? sites : [...sites].reverse());
      await sleep(ATTEMPT_MS);
    }
    await Promise.all([...this.sessions.values()].map((session) => session.end().catch(() => undefined)));
  }

  private async sample(sites: readonly string[]): Promise<void> {
    const old = await this.active();
    const answers = new Map<string, Answer>();
    for (const site of sites) answers.set(site, await this.attempt(site));
    for (const site of sites) await this.sessions.get(site)?.query('ROLLBACK').catch(() => this.drop(site));
    this.samples += 1;
    const now = performance.now();
    const writable = [...answers.values()].filter((answer) => answer === 'writable').length;
    if (writable === 2) this.both += 1;
    if (writable > 0 || answers.get(old ?? '') === 'gone') {
      this.neitherSince = undefined;
    } else {
      this.neitherSince ??= now;
      this.longestNeither = Math.max(this.longestNeither, (now - this.neitherSince) / 1000);
    }
  }

  private async attempt(site: string): Promise<Answer> {
    try {
      const session = await this.session(site);
      await session.query('BEGIN');
      await session.query(`INSERT INTO customer_orders.heartbeat (heartbeat_id, description, last_update_site)
        VALUES (-1 - floor(random() * 1e12), 'monitor', 'nobody')`);
      return 'writable';
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === '25006') return 'refused';
      this.drop(site);
      return code === '57014' ? 'refused' : 'gone';
    }
  }

  private async session(site: string): Promise<Client> {
    const known = this.sessions.get(site);
    if (known !== undefined) return known;
    const session = new Client({
      connectionString: this.urls[site], connectionTimeoutMillis: 500, statement_timeout: 1_000,
    });
    session.on('error', () => undefined);
    await session.connect();
    this.sessions.set(site, session);
    return session;
  }

  private drop(site: string): void {
    this.sessions.get(site)?.end().catch(() => undefined);
    this.sessions.delete(site);
  }
}

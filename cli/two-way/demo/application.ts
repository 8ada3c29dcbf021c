import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { CommitUnknown, FolderReader, inTransaction, SiteClient, type WritableSite } from '../../../client/src/index';
import { codeOf } from '../../errors';
import { EXAMPLE_SCHEMA } from '../pair/example-schema';

export interface ApplicationOptions {
  /** The folder of the site map. */
  readonly map: string;
  /** Passwords are not in the map. */
  readonly urls: () => Promise<Readonly<Record<string, string>>>;
  readonly writers: number;
  /** Of each writer, after each unit of work. */
  readonly pauseMilliseconds: number;
}

/** A unit of work that was acknowledged. */
export interface Acknowledged {
  readonly unit: string;
  readonly site: string;
  readonly orderId: string;
  readonly heartbeatId: string;
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
}

const UNIQUE_VIOLATION = '23505';
const CONNECT_TIMEOUT_MS = 2_000;
/** Before the next unit of work, when a database is gone. */
const AFTER_FAILURE_MS = 25;

/**
 * An application that never stops writing: the `appinsert` of the original. It asks the site map where to write, and
 * notes a unit of work only after its commit was acknowledged.
 */
export class Application {
  public readonly acknowledged: Acknowledged[] = [];
  /** Units whose commit got no answer: they may be there or not. */
  public readonly unknown: string[] = [];
  /** Failures before the commit: these units are not there. */
  public failures = 0;
  /** Numbers that were given twice. */
  public collisions = 0;

  private readonly client: SiteClient;
  private readonly ended: Promise<unknown>;
  private stopping = false;
  private readonly listeners = new Set<() => void>();

  /** Begins at once. */
  public constructor(private readonly options: ApplicationOptions) {
    this.client = new SiteClient(new FolderReader(options.map));
    this.ended = Promise.all(Array.from({ length: options.writers }, (_, index) => this.write(index + 1)));
  }

  /** @returns when every unit of work that was begun has ended */
  public async stop(): Promise<void> {
    this.stopping = true;
    await this.ended;
  }

  /** @returns when so many more units were acknowledged: the application gets on */
  public async hasWritten(more: number): Promise<void> {
    const wanted = this.acknowledged.length + more;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.acknowledged.length < wanted) return;
        this.listeners.delete(look);
        resolve();
      };
      this.listeners.add(look);
    });
  }

  /** The longest time without an acknowledged write between two moments, in seconds. */
  public longestPause(from: number, to: number): number {
    const moments = [from, ...this.acknowledged.map(({ at }) => at).filter((at) => at > from && at < to), to];
    return Math.max(...moments.map((at, index) => at - (moments[index - 1] ?? at))) / 1000;
  }

  private async write(writer: number): Promise<void> {
    const sessions = new Map<string, Client>();
    for (let number = 1; !this.stopping; number += 1) {
      const unit = `writer-${writer}-${number}`;
      try {
        await this.client.withSite(async (site) => {
          this.note(await this.unitOfWork(unit, writer, site, await this.session(sessions, site)));
        });
      } catch (error) {
        if (error instanceof CommitUnknown) this.unknown.push(unit);
        else this.failures += 1;
        if (codeOf(error) === UNIQUE_VIOLATION) this.collisions += 1;
        // Whatever it was, a new session knows nothing of it.
        for (const session of sessions.values()) session.end().catch(() => undefined);
        sessions.clear();
        await sleep(AFTER_FAILURE_MS);
      }
      await sleep(this.options.pauseMilliseconds);
    }
    await Promise.all([...sessions.values()].map((session) => session.end().catch(() => undefined)));
  }

  private unitOfWork(unit: string, writer: number, site: WritableSite, session: Client): Promise<Acknowledged> {
    const customer = 1 + (unit.length + writer * 7 + this.acknowledged.length) % 20;
    return inTransaction(session, site, async () => {
      const order = await session.query<{ id: string }>(
        `INSERT INTO ${EXAMPLE_SCHEMA}.orders (unit, customer_id, amount, placed_on_site) VALUES ($1, $2, $3, $4)
         RETURNING order_id::text AS id`, [unit, customer, (unit.length * 137 % 10_000) / 100, site.site]);
      const heartbeat = await session.query<{ id: string }>(
        `INSERT INTO ${EXAMPLE_SCHEMA}.heartbeat (description, last_update_site) VALUES ($1, $2)
         RETURNING heartbeat_id::text AS id`, [unit, site.site]);
      await session.query(`UPDATE ${EXAMPLE_SCHEMA}.customers SET orders = orders + 1 WHERE customer_id = $1`, [customer]);
      return { unit, site: site.site, orderId: order.rows[0]!.id, heartbeatId: heartbeat.rows[0]!.id, at: 0 };
    });
  }

  private note(done: Acknowledged): void {
    this.acknowledged.push({ ...done, at: performance.now() });
    for (const look of this.listeners) look();
  }

  private async session(
    sessions: Map<string, Client>, { site, endpoint, port, dbname, username }: WritableSite,
  ): Promise<Client> {
    const known = sessions.get(site);
    if (known !== undefined) return known;
    const { password } = new URL((await this.options.urls())[site] ?? 'postgres://unknown');
    const client = new Client({
      host: endpoint, port: Number(port), database: dbname, user: username, password: decodeURIComponent(password),
      application_name: 'orders', connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    });
    // A connection that is lost while nobody uses it: the next statement says so.
    client.on('error', () => undefined);
    await client.connect();
    sessions.set(site, client);
    return client;
  }
}

import { type Authority, type SiteItem, writableSite } from '../../lib/two-way/switch/site-map';
import { MapUnreadable, NoWritableSite } from './errors';
import { isFenceError } from './fence-errors';
import type { AuthorityReader } from './reader';

/** A site that may be written to, and the epoch to declare there. */
export interface WritableSite extends SiteItem {
  readonly epoch: number;
}

/** How a client behaves. */
export interface SiteClientOptions {
  /**
   * For how many seconds what was read of the map counts, from the moment at which it was asked for. Writes are never
   * at stake: the database refuses what comes too late. At stake is work that is done in vain after a switch, against
   * reading the map more often.
   *
   * @default 1 - a switch takes seconds, and two small reads a second cost nothing
   */
  readonly leaseSeconds?: number;

  /**
   * For how many seconds to wait until a site can be written to. It should be longer than the pause limit of the
   * switch.
   *
   * @default 60
   */
  readonly waitSeconds?: number;

  /** Time, for tests. */
  readonly clock?: Clock;
}

/** Time. */
export interface Clock {
  /** Milliseconds that only go forward. */
  readonly elapsed: () => number;
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

const REAL: Clock = {
  elapsed: () => performance.now(),
  now: () => new Date(),
  sleep: (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); }),
};

/** Milliseconds of the first pause of somebody who waits, and of the longest: a switch may be over in a second. */
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 500;

/** What was read of the map, and when it was asked for. */
interface Lease {
  readonly since: number;
  readonly authority: Authority;
  readonly site: SiteItem;
}

/**
 * Writes to the site that may be written to.
 *
 * A client is for a whole program: those who ask at the same time share one look at the map.
 */
export class SiteClient {
  private readonly lease: number;
  private readonly patience: number;
  private readonly clock: Clock;
  private held?: Lease;
  private reading?: { readonly since: number; readonly done: Promise<void> };
  /** What was asked for before this does not count any more: a database has proved it wrong. */
  private notBefore = -Infinity;

  public constructor(private readonly reader: AuthorityReader, options: SiteClientOptions = {}) {
    const { leaseSeconds = 1, waitSeconds = 60, clock = REAL } = options;
    for (const [name, value] of Object.entries({ leaseSeconds, waitSeconds })) {
      if (!(value > 0 && value <= 3600)) throw new RangeError(`${name} is ${value}; allowed: more than 0, up to 3600`);
    }
    this.lease = leaseSeconds * 1000;
    this.patience = waitSeconds * 1000;
    this.clock = clock;
  }

  /**
   * The site that may be written to now. Ask again for every unit of work.
   *
   * @throws {NoWritableSite} when there was none for as long as one waits
   * @throws {MapUnreadable} when the map could not be read for that long
   */
  public current(): Promise<WritableSite> {
    return this.until(this.clock.elapsed() + this.patience);
  }

  /**
   * Does a unit of work on the site that may be written to, and does it again on the other one when a switch came
   * between: the fence has refused it then, so nothing of it was written.
   *
   * @param work one transaction, rolled back when it fails (`inTransaction` is that for PostgreSQL). It may be called
   * several times. Every error that does not come from the fence is the caller's; whether a commit that got no answer
   * took place only he can find out.
   */
  public async withSite<T>(work: (site: WritableSite) => Promise<T>): Promise<T> {
    const until = this.clock.elapsed() + this.patience;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const site = await this.until(until);
      try {
        return await work(site);
      } catch (error) {
        if (!isFenceError(error) || this.clock.elapsed() >= until) throw error;
        this.notBefore = this.clock.elapsed();
        // A database is fenced a moment after the map, and opened a moment before.
        await this.clock.sleep(pause);
      }
    }
  }

  private async until(limit: number): Promise<WritableSite> {
    let problem: unknown;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      if (!this.isFresh()) {
        problem = await this.read().then(() => undefined, (error: unknown) => error);
        if (problem === undefined && !this.isFresh()) problem = new Error('reading it takes longer than leaseSeconds');
      }
      const site = this.isFresh() ? this.writable() : undefined;
      if (site !== undefined) return site;
      if (this.clock.elapsed() >= limit) throw this.failure(problem);
      await this.clock.sleep(Math.min(pause, Math.max(limit - this.clock.elapsed(), 1)));
    }
  }

  private isFresh(): boolean {
    const since = this.held?.since;
    return since !== undefined && since > this.notBefore && this.clock.elapsed() - since < this.lease;
  }

  private writable(): WritableSite | undefined {
    const { held } = this;
    const allowed = held && writableSite(held.authority, this.clock.now());
    if (allowed !== undefined) return { ...held!.site, epoch: allowed.epoch };
    // The lease is for those who may write: who may not asks again each time.
    this.held = undefined;
    return undefined;
  }

  /** Reads the map, or waits for somebody who does, unless he has begun before it was proved wrong. */
  private async read(): Promise<void> {
    if (this.reading !== undefined && this.reading.since > this.notBefore) return this.reading.done;
    const since = this.clock.elapsed();
    const reading = { since, done: this.readOnce(since) };
    this.reading = reading;
    try {
      await reading.done;
    } finally {
      if (this.reading === reading) this.reading = undefined;
    }
  }

  private async readOnce(since: number): Promise<void> {
    const authority = await this.reader.authority();
    if (authority === undefined) throw new Error('nobody has begun it: deploy the two-way replication first');
    const site = await this.reader.site(authority.activeSite);
    if (site === undefined) throw new Error(`it says that ${authority.activeSite} is written to, and has no item of that name`);
    if (this.held === undefined || this.held.since <= since) this.held = { since, authority, site };
  }

  private failure(problem: unknown): Error {
    const waited = `for ${this.patience / 1000} s`;
    if (problem === undefined) {
      return new NoWritableSite(`no site could be written to ${waited}: a switch is going on. Try again, or raise `
        + 'waitSeconds above its pause limit');
    }
    const why = problem instanceof Error ? problem.message : 'no error says why';
    return new MapUnreadable(`the site map could not be read ${waited}: ${why}`, { cause: problem });
  }
}

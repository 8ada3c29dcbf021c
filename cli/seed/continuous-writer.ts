import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { codeOf, UsageError } from '../errors';
import { connect } from '../server/connect';
import { addChanges, ChangeMaker, NO_CHANGES, totalOf, type Changes } from './changes';
import { Random } from './random';

const UNDEFINED_TABLE = '42P01';
/** Deadlock and serialization failure: another client was in the way, the transaction is over. */
const GIVEN_UP = ['40P01', '40001'];
const ROLLBACK_PROBABILITY = 0.08;

export interface WriterOptions {
  /** The same seed makes the same choices; how many rows they meet depends on the database. */
  readonly seed: number;
  /**
   * Changes a second.
   *
   * @default - as fast as the database takes them
   */
  readonly rate?: number;
  /**
   * Ends by itself after so many committed changes.
   *
   * @default - goes on until `stop()`
   */
  readonly changes?: number;
}

/** What was committed: exactly what replication has to deliver. */
export interface WriterCounts extends Changes {
  readonly transactions: number;
  readonly rolledBack: number;
}

/**
 * A client that keeps inserting, updating and deleting in the tables of the seed, in transactions of varied size, of
 * which some are rolled back.
 */
export class ContinuousWriter {
  private committed: Changes = NO_CHANGES;
  private transactions = 0;
  private rolledBack = 0;
  private readonly stopped = new AbortController();
  private work?: Promise<void>;

  public constructor(
    private readonly url: string | undefined,
    private readonly options: WriterOptions,
  ) {}

  public start(): void {
    this.work ??= this.run();
    // Whoever calls `stop` or `finished` gets the error; until then it must not end the process.
    this.work.catch(() => undefined);
  }

  /** What has been committed so far. */
  public counts(): WriterCounts {
    return { ...this.committed, transactions: this.transactions, rolledBack: this.rolledBack };
  }

  /** Finishes the transaction at hand and disconnects. */
  public stop(): Promise<WriterCounts> {
    this.stopped.abort();
    return this.finished();
  }

  /**
   * Resolves when the writer has ended, by `stop` or after its `changes`.
   *
   * @throws UsageError when the tables are missing or the server does not let us in
   */
  public async finished(): Promise<WriterCounts> {
    await this.work;
    return this.counts();
  }

  private async run(): Promise<void> {
    const client = await connect(this.url, 'dms seed --continuous');
    try {
      const random = new Random(this.options.seed);
      const maker = await ChangeMaker.open(client, random);
      const start = Date.now();
      let made = 0;
      while (!this.stopped.signal.aborted && this.left() > 0) {
        made += await this.transact(client, maker, random);
        await this.keepPace(start, made);
      }
    } catch (error) {
      throw codeOf(error) === UNDEFINED_TABLE
        ? new UsageError('the tables to write to are missing: load them with `dms seed` first', { cause: error })
        : error;
    } finally {
      await client.end();
    }
  }

  /** One transaction; returns how many changes it made, kept or not. */
  private async transact(client: Client, maker: ChangeMaker, random: Random): Promise<number> {
    const aSecondsWorth = Math.max(1, Math.floor(this.options.rate ?? Infinity));
    const size = Math.min(transactionSize(random), this.left(), aSecondsWorth);
    const rollsBack = random.chance(ROLLBACK_PROBABILITY);
    let changes = NO_CHANGES;
    try {
      await client.query('begin');
      while (totalOf(changes) < size) {
        changes = addChanges(changes, await maker.next(size - totalOf(changes)));
      }
      await client.query(rollsBack ? 'rollback' : 'commit');
    } catch (error) {
      if (!GIVEN_UP.includes(codeOf(error) ?? '')) {
        throw error;
      }
      await client.query('rollback');
      this.rolledBack += 1;
      return totalOf(changes);
    }
    if (rollsBack) {
      this.rolledBack += 1;
    } else {
      this.transactions += 1;
      this.committed = addChanges(this.committed, changes);
    }
    return totalOf(changes);
  }

  private left(): number {
    return (this.options.changes ?? Infinity) - totalOf(this.committed);
  }

  private async keepPace(start: number, made: number): Promise<void> {
    const { rate } = this.options;
    const wait = rate === undefined ? 0 : start + (made / rate) * 1000 - Date.now();
    if (wait > 0) {
      // An aborted wait is how `stop` wakes the writer.
      await sleep(wait, undefined, { signal: this.stopped.signal }).catch(() => undefined);
    }
  }
}

/** Mostly a handful of changes, now and then a batch. */
function transactionSize(random: Random): number {
  const dice = random.fraction();
  return dice < 0.7 ? random.integer(1, 5) : dice < 0.95 ? random.integer(6, 30) : random.integer(100, 300);
}

import { escapeIdentifier } from 'pg';
import type { SiteConfiguration } from '../../../lib/two-way/two-way-api';
import type { FenceStore } from '../fence';
import { FENCE_TABLE, lockKey } from '../names';
import type { FenceState, WritersRemain } from '../site-database';
import { LOCK_NOT_AVAILABLE, type PostgresSession, sqlState } from './session';
import { writersRemain } from './writers';

interface FenceRow {
  readonly writable: boolean;
  readonly kept: boolean;
  readonly passed_on: boolean;
  readonly epoch: string;
  readonly lapses_at: Date | null;
  readonly now: Date;
}

/** How long the row of the fence is waited for. Transactions with one snapshot share it while they write. */
const ROW_LOCK_MILLISECONDS = 5_000;

/** The fence of a PostgreSQL site. Writers share an advisory lock, which a switch takes for itself. */
export class PostgresFence implements FenceStore {
  public readonly site: string;
  private readonly table: string;
  private readonly key: string;

  public constructor(private readonly session: PostgresSession, private readonly configuration: SiteConfiguration) {
    this.site = configuration.name;
    this.table = `${escapeIdentifier(configuration.schema)}.${FENCE_TABLE}`;
    this.key = lockKey(configuration).toString();
  }

  public async state(): Promise<FenceState> {
    const row = await this.session.row<FenceRow>(
      `SELECT writable OR (NOT kept AND clock_timestamp() >= lapses_at) AS writable, kept, passed_on, epoch, lapses_at,
              clock_timestamp() AS now FROM ${this.table}`,
    );
    if (row === undefined) {
      throw new Error(`site ${this.site} has lost the row of its fence: run the preparation of the two-way replication again`);
    }
    return {
      writable: row.writable,
      kept: row.kept,
      passedOn: row.passed_on,
      epoch: Number(row.epoch),
      ...(row.lapses_at === null ? {} : { lapsesAt: row.lapses_at.toISOString() }),
      now: row.now.toISOString(),
    };
  }

  public transaction<T>(work: () => Promise<T>): Promise<T> {
    return this.session.transaction(work);
  }

  public async exclude(limitMilliseconds: number): Promise<void> {
    await this.session.rows('SET LOCAL statement_timeout = 0');
    await this.session.rows(`SET LOCAL lock_timeout = ${Math.max(1, Math.round(limitMilliseconds))}`);
    await this.session.rows('SELECT pg_advisory_xact_lock($1)', [this.key]);
  }

  public async locked(): Promise<FenceState> {
    await this.session.rows(`SET LOCAL lock_timeout = ${ROW_LOCK_MILLISECONDS}`);
    await this.session.rows(`SELECT FROM ${this.table} FOR UPDATE`);
    // A second command: its clock and its row are those after the wait.
    return this.state();
  }

  public makeFenced(epoch: number, since: string, limitSeconds: number): Promise<void> {
    return this.change('writable = false, kept = false, passed_on = false, epoch = $1, '
      + 'lapses_at = $2::timestamptz + $3::float8 * interval \'1 second\'', [epoch, since, limitSeconds]);
  }

  public makeKept(): Promise<void> {
    return this.change('kept = true, lapses_at = NULL');
  }

  public makePassedOn(): Promise<void> {
    return this.change('passed_on = true');
  }

  public makeWritable(epoch: number): Promise<void> {
    return this.change('writable = true, kept = false, passed_on = false, lapses_at = NULL, epoch = $1', [epoch]);
  }

  public isLockTimeout(error: unknown): boolean {
    return sqlState(error) === LOCK_NOT_AVAILABLE;
  }

  public writersRemain(since: string): Promise<WritersRemain> {
    return writersRemain(this.session, this.configuration, since);
  }

  private async change(assignments: string, values: readonly unknown[] = []): Promise<void> {
    await this.session.rows(`UPDATE ${this.table} SET ${assignments}, changed_at = clock_timestamp()`, values);
  }
}

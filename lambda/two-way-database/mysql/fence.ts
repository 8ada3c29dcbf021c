import type { SiteConfiguration } from '../../../lib/two-way/two-way-api';
import type { FenceStore } from '../fence';
import { listed } from '../gates';
import { FENCE_TABLE } from '../names';
import { type FenceState, WritersRemain } from '../site-database';
import { quoted } from './preparation-ddl';
import { errorNumber, LOCK_WAIT_TIMEOUT, type MySqlSession } from './session';

interface FenceRow {
  readonly writable: number;
  readonly kept: number;
  readonly passed_on: number;
  readonly epoch: string;
  readonly lapses_at: string | null;
  readonly now: string;
}

/** How long the row of the fence is waited for. */
const ROW_LOCK_SECONDS = 5;

/** A time of MySQL, in UTC, as ISO 8601 with milliseconds. */
export const isoTime = (text: string): string => `${text.slice(0, 23).replace(' ', 'T')}Z`;
const mysqlTime = (iso: string): string => iso.replace('T', ' ').replace('Z', '');

/** The fence of a MySQL site. Writers share a lock on its row, which a switch takes for itself. */
export class MySqlFence implements FenceStore {
  public readonly site: string;
  private readonly table: string;

  public constructor(private readonly session: MySqlSession, configuration: SiteConfiguration) {
    this.site = configuration.name;
    this.table = `${quoted(configuration.schema)}.${FENCE_TABLE}`;
  }

  public async state(): Promise<FenceState> {
    const row = await this.session.row<FenceRow>(
      `SELECT coalesce(writable OR (NOT kept AND UTC_TIMESTAMP(6) >= lapses_at), 0) AS writable, kept, passed_on, epoch, lapses_at,
              UTC_TIMESTAMP(6) AS now FROM ${this.table}`,
    );
    if (row === undefined) {
      throw new Error(`site ${this.site} has lost the row of its fence: run the preparation of the two-way replication again`);
    }
    return {
      writable: Number(row.writable) === 1,
      kept: Number(row.kept) === 1,
      passedOn: Number(row.passed_on) === 1,
      epoch: Number(row.epoch),
      ...(row.lapses_at === null ? {} : { lapsesAt: isoTime(row.lapses_at) }),
      now: isoTime(row.now),
    };
  }

  public transaction<T>(work: () => Promise<T>): Promise<T> {
    return this.session.transaction(work);
  }

  public async exclude(limitMilliseconds: number): Promise<void> {
    // Whole seconds are all that InnoDB knows.
    await this.session.rows(`SET SESSION innodb_lock_wait_timeout = ${Math.max(1, Math.floor(limitMilliseconds / 1_000))}`);
    await this.session.rows(`SELECT 1 FROM ${this.table} FOR UPDATE`);
  }

  public async locked(): Promise<FenceState> {
    await this.session.rows(`SET SESSION innodb_lock_wait_timeout = ${ROW_LOCK_SECONDS}`);
    await this.session.rows(`SELECT 1 FROM ${this.table} FOR UPDATE`);
    // A second command: its clock is that after the wait.
    return this.state();
  }

  public makeFenced(epoch: number, since: string, limitSeconds: number): Promise<void> {
    return this.change('writable = 0, kept = 0, passed_on = 0, epoch = ?, '
      + 'lapses_at = CAST(? AS DATETIME(6)) + INTERVAL ? MICROSECOND', [epoch, mysqlTime(since), Math.round(limitSeconds * 1e6)]);
  }

  public makeKept(): Promise<void> {
    return this.change('kept = 1, lapses_at = NULL');
  }

  public makePassedOn(): Promise<void> {
    return this.change('passed_on = 1');
  }

  public makeWritable(epoch: number): Promise<void> {
    return this.change('writable = 1, kept = 0, passed_on = 0, lapses_at = NULL, epoch = ?', [epoch]);
  }

  public isLockTimeout(error: unknown): boolean {
    return errorNumber(error) === LOCK_WAIT_TIMEOUT;
  }

  /** MySQL and MariaDB tell differently who holds a lock, so these are all that have been open since then. */
  public async writersRemain(since: string): Promise<WritersRemain> {
    const open = await this.session.rows<{ id: string; user: string | null; seconds: string }>(
      `SELECT t.trx_mysql_thread_id AS id, p.USER AS user, TIMESTAMPDIFF(SECOND, t.trx_started, NOW()) AS seconds
         FROM information_schema.innodb_trx t LEFT JOIN information_schema.processlist p ON p.ID = t.trx_mysql_thread_id
        WHERE t.trx_started <= ? + INTERVAL 1 SECOND AND t.trx_mysql_thread_id <> CONNECTION_ID() ORDER BY t.trx_started`,
      [mysqlTime(since)],
    );
    const named = open.map(({ id, user, seconds }) => `connection ${id} (${user ?? 'unknown user'}, open for ${seconds} s)`);
    const who = named.length === 0 ? 'transactions that have ended just now' : listed(named);
    return new WritersRemain(`site ${this.site} was not fenced, for it was waited in vain for writers among ${who}: end them (KILL) or `
      + 'let them end, then switch again');
  }

  private async change(assignments: string, values: readonly unknown[] = []): Promise<void> {
    await this.session.rows(`UPDATE ${this.table} SET ${assignments}, changed_at = UTC_TIMESTAMP(6)`, values);
  }
}

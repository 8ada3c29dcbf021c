import type { ClientBase } from 'pg';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { codeOf } from '../../errors';
import { LOOPBACK_TABLE } from '../source/loopback-table';
import { quotedName } from '../source/names';
import { openSession } from '../source/session';
import type { DatabaseLocation } from '../target/target-location';
import type { TableStatistics } from '../task/statistics';

/** What the target knows of how far a run has come: written in the transaction that brought it there. */
export interface StoredPosition {
  /** In PostgreSQL's notation. */
  readonly lsn: string;
  readonly changes: number;
  /** Of tables that have changed since the checkpoint was last written. */
  readonly tables: readonly TableStatistics[];
}

/** An error of a row, as `awsdms_apply_exceptions` has it. */
export interface ApplyException {
  readonly task: string;
  readonly schema: string;
  readonly table: string;
  readonly statement: string;
  readonly error: string;
}

const STATE = 'awsdms_txn_state';
const EXCEPTIONS = 'awsdms_apply_exceptions';

/**
 * The tables that DMS keeps in a target: the position, as with `TaskRecoveryTableEnabled`, and the rows that the target
 * did not take.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.ControlTable.html
 */
export class ControlTables {
  private readonly state: string;
  private readonly exceptions: string;

  /** @param slot names the run: no other one reads it */
  public constructor(
    private readonly schema: string, private readonly task: string, private readonly slot: string,
  ) {
    this.state = quotedName({ schema, name: STATE });
    this.exceptions = quotedName({ schema, name: EXCEPTIONS });
  }

  /** Makes the tables when they are missing; a user who may only write can find them there. */
  public async prepare(client: ClientBase): Promise<void> {
    const { rows } = await client.query<{ schema: boolean; state: boolean; exceptions: boolean }>(
      `SELECT to_regnamespace($1) IS NULL AS schema, to_regclass($2) IS NULL AS state, to_regclass($3) IS NULL AS exceptions`,
      [escapeIdentifier(this.schema), this.state, this.exceptions]);
    const missing = rows[0]!;
    if (missing.schema) await client.query(`CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(this.schema)}`);
    if (missing.state) {
      await client.query(`CREATE TABLE IF NOT EXISTS ${this.state} (
        slot_name varchar(63) PRIMARY KEY, task_name varchar(255) NOT NULL, position varchar(64) NOT NULL,
        changes bigint NOT NULL, statistics text NOT NULL, updated_at timestamptz NOT NULL)`);
    }
    if (missing.exceptions) {
      await client.query(`CREATE TABLE IF NOT EXISTS ${this.exceptions} (
        "TASK_NAME" varchar(255) NOT NULL, "TABLE_OWNER" varchar(128) NOT NULL, "TABLE_NAME" varchar(128) NOT NULL,
        "ERROR_TIME" timestamp NOT NULL, "STATEMENT" text NOT NULL, "ERROR" text NOT NULL)`);
    }
  }

  /** How far the run has come; `undefined` before its first transaction. */
  public async position(client: ClientBase): Promise<StoredPosition | undefined> {
    const { rows } = await client.query<{ position: string; changes: string; statistics: string }>(
      `SELECT position, changes, statistics FROM ${this.state} WHERE slot_name = $1`, [this.slot]);
    const [row] = rows;
    return row && {
      lsn: row.position, changes: Number(row.changes), tables: JSON.parse(row.statistics) as TableStatistics[],
    };
  }

  /** A run that begins has none. */
  public async forget(client: ClientBase): Promise<void> {
    await client.query(`DELETE FROM ${this.state} WHERE slot_name = $1`, [this.slot]);
  }

  /** SQL that stores the position. */
  public storing({ lsn, changes, tables }: StoredPosition): string {
    const values = [this.slot, this.task, lsn, String(changes), JSON.stringify(tables)].map(escapeLiteral).join(', ');
    return `INSERT INTO ${this.state} (slot_name, task_name, position, changes, statistics, updated_at)
      VALUES (${values}, clock_timestamp()) ON CONFLICT (slot_name) DO UPDATE SET task_name = EXCLUDED.task_name,
      position = EXCLUDED.position, changes = EXCLUDED.changes, statistics = EXCLUDED.statistics, updated_at = EXCLUDED.updated_at`;
  }

  public async except(client: ClientBase, { task, schema, table, statement, error }: ApplyException): Promise<void> {
    await client.query(
      `INSERT INTO ${this.exceptions} VALUES ($1, $2, $3, clock_timestamp() AT TIME ZONE 'UTC', $4, $5)`,
      [task, schema, table, statement, error]);
  }
}

/** SQL that marks a transaction as this task's, for the task in the other direction. */
export function markingSql(task: string, schema: string, position: string): string {
  return `INSERT INTO ${quotedName({ schema, name: LOOPBACK_TABLE })} (task_name, position, applied_at)
    VALUES (${escapeLiteral(task)}, ${escapeLiteral(position)}, clock_timestamp())
    ON CONFLICT (task_name) DO UPDATE SET position = EXCLUDED.position, applied_at = EXCLUDED.applied_at`;
}

const UNDEFINED_TABLE = '42P01';

/** Removes what the target knows of a run, in whatever schema; fine when there is nothing. */
export async function forgetPosition(location: DatabaseLocation, slot: string): Promise<void> {
  const client = await openSession(location.url);
  try {
    const { rows } = await client.query<{ schema: string }>(
      'SELECT schemaname::text AS schema FROM pg_tables WHERE tablename = $1', [STATE]);
    for (const { schema } of rows) await new ControlTables(schema, '', slot).forget(client);
  } catch (error) {
    if (codeOf(error) !== UNDEFINED_TABLE) throw error;
  } finally {
    await client.end();
  }
}

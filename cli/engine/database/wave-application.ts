import type { Client, QueryResult } from 'pg';
import { codeOf, messageOf, TableError, UsageError } from '../../errors';
import { titleOf } from '../source/names';
import { isTableError } from '../task/error-policy';
import type { DatabaseTask } from '../task/replication-task';
import { escalated, judge } from './apply-policy';
import { ChangeWave } from './change-wave';
import type { ControlTables } from './control-tables';
import type { RowChangeOfTarget } from './row-change';
import type { Statement } from './statements';
import { keylessStatement, readableStatement, statementOf } from './statements';
import type { TargetTable } from './target-table';

/** What the application of changes tells and asks. */
export interface ApplicationContext {
  readonly task: DatabaseTask;
  readonly control: ControlTables;
  readonly isSuspended: (table: TargetTable) => boolean;
  /** Puts a table aside; throws when the task is to stop because of it. */
  readonly suspend: (table: TargetTable, error: unknown) => void;
  /** Counts an error of a table. @returns how many it has had */
  readonly countError: (table: TargetTable) => number;
  readonly applied: (table: TargetTable, kind: RowChangeOfTarget['kind'], rows: number) => void;
}

/** A row that the target has not. */
const NO_ROW = 'no row of the target has this key';

/** The server asks to try the transaction again: it stood in the way of another one. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error) ?? '');
}

/**
 * Makes waves of changes in the open transaction of a connection. A wave that fails, or does not find every row, is
 * taken back and made by halves, down to the rows that are to blame: those are for the policies.
 */
export class WaveApplication {
  private readonly names = new Map<string, string>();

  public constructor(private readonly client: Client, private readonly context: ApplicationContext) {}

  public async apply(table: TargetTable, wave: ChangeWave): Promise<void> {
    if (this.context.isSuspended(table)) return;
    const { changes } = wave;
    if (changes.length === 1) {
      await this.applyOne(table, changes[0]!, wave);
      return;
    }
    await this.client.query('SAVEPOINT dms_wave');
    if (await this.tryParts(table, wave)) {
      await this.client.query('RELEASE dms_wave');
      return;
    }
    await this.client.query('ROLLBACK TO dms_wave; RELEASE dms_wave');
    const middle = changes.length >> 1;
    for (const half of [changes.slice(0, middle), changes.slice(middle)]) {
      for (const part of wavesOf(table, half)) await this.apply(table, part);
    }
  }

  /** @returns whether every change was made */
  private async tryParts(table: TargetTable, wave: ChangeWave): Promise<boolean> {
    const { apply } = this.context.task.database;
    const missed = { insert: 0, update: 0, delete: 0 };
    try {
      for (const part of wave.parts) {
        if (table.key.length === 0 && part.kind !== 'insert') return false;
        const { rowCount } = await this.run(statementOf(table, part, apply.insert === 'INSERT_RECORD'));
        const mayMiss = part.kind !== 'insert' && apply[part.kind] === 'IGNORE_RECORD';
        if (part.kind !== 'insert' && !mayMiss && rowCount! < part.rows.length) return false;
        if (part.kind !== 'insert') missed[part.kind] += part.rows.length - rowCount!;
      }
    } catch (error) {
      if (!isTableError(error) || isConflict(error)) throw error;
      return false;
    }
    // What was made one with another change counts as well.
    for (const { kind } of wave.changes) missed[kind]--;
    for (const kind of ['insert', 'update', 'delete'] as const) this.context.applied(table, kind, -missed[kind]);
    return true;
  }

  private async applyOne(table: TargetTable, change: RowChangeOfTarget, wave: ChangeWave): Promise<void> {
    const { apply } = this.context.task.database;
    await this.client.query('SAVEPOINT dms_row');
    let problem: unknown;
    try {
      const { rowCount } = table.key.length === 0 && change.kind !== 'insert'
        ? await this.client.query(keylessStatement(table, change))
        : await this.run(statementOf(table, wave.parts[0]!, apply.insert === 'INSERT_RECORD'));
      if (change.kind === 'insert' || rowCount! > 0) {
        await this.client.query('RELEASE dms_row');
        this.context.applied(table, change.kind, 1);
        return;
      }
      if (change.kind === 'update' && apply.update === 'UPDATE_RECORD') {
        const insert = new ChangeWave(table);
        insert.add({ ...change, kind: 'insert', movesKey: false });
        await this.run(statementOf(table, insert.parts[0]!, true));
        await this.client.query('RELEASE dms_row');
        this.context.applied(table, 'update', 1);
        return;
      }
    } catch (error) {
      if (!isTableError(error) || isConflict(error)) throw error;
      problem = error;
    }
    await this.client.query('ROLLBACK TO dms_row; RELEASE dms_row');
    await this.except(table, change, problem);
  }

  private async except(table: TargetTable, change: RowChangeOfTarget, problem: unknown): Promise<void> {
    const { task, control, suspend, countError } = this.context;
    const found = judge(change.kind, problem, task.database.apply, task.errors);
    const { policy, setting } = escalated(task.database.apply, countError(table)) ?? found;
    const error = problem === undefined ? NO_ROW : messageOf(problem);
    if (policy === 'IGNORE_RECORD') return;
    if (policy === 'STOP_TASK') {
      throw new UsageError(
        `${titleOf(table.plan.source)}: a row cannot be applied (${error}), and ${setting} is STOP_TASK: mend the target, ` +
        `then go on with --resume: ${readableStatement(table, change).slice(0, 500)}`, { cause: problem });
    }
    await control.except(this.client, {
      task: task.id, schema: table.plan.schema, table: table.plan.name,
      statement: readableStatement(table, change), error,
    });
    if (policy === 'SUSPEND_TABLE') {
      suspend(table, new TableError(`a row cannot be applied (${error}), and ${setting} is SUSPEND_TABLE`));
    }
  }

  /** Statements are prepared: the same ones come again and again. */
  private run({ text, values }: Statement): Promise<QueryResult> {
    let name = this.names.get(text);
    if (name === undefined) this.names.set(text, (name = `dms_${this.names.size}`));
    return this.client.query({ name, text, values: [...values] });
  }
}

function wavesOf(table: TargetTable, changes: readonly RowChangeOfTarget[]): ChangeWave[] {
  const waves = [new ChangeWave(table)];
  for (const change of changes) {
    if (waves.at(-1)!.add(change)) continue;
    waves.push(new ChangeWave(table));
    waves.at(-1)!.add(change);
  }
  return waves;
}

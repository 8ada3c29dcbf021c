import { createHash } from 'node:crypto';
import initSqlJs from 'sql.js';
import type { Database, SqlValue, Statement } from 'sql.js';
import { messageOf, UsageError } from '../../errors';
import type { ColumnType } from '../columns/postgres-types';

/** What an expression can refer to besides the row: `$AR_H_…` of the change and `$AR_M_…` of the table. */
export interface RowHeader {
  /** `$AR_H_OPERATION`: INSERT in a full load. */
  readonly operation: 'INSERT' | 'UPDATE' | 'DELETE';
  /** `$AR_H_STREAM_POSITION`: the LSN; empty in a full load. */
  readonly streamPosition: string;
  /** `$AR_H_TIMESTAMP` and `$AR_H_COMMIT_TIMESTAMP`: UTC, seven decimals. */
  readonly timestamp: string;
  /** `$AR_H_CHANGE_SEQ`: grows with every change of the task; empty in a full load. */
  readonly changeSequence: string;
}

/** What an expression gave. */
export interface Computed {
  readonly bytes: Buffer;
  readonly isBlob: boolean;
}

export interface TableHeader {
  readonly schema: string;
  readonly table: string;
}

const HEADERS = [
  'AR_H_OPERATION', 'AR_H_STREAM_POSITION', 'AR_H_TIMESTAMP', 'AR_H_COMMIT_TIMESTAMP', 'AR_H_CHANGE_SEQ', 'AR_H_USER',
  'AR_M_SOURCE_SCHEMA', 'AR_M_SOURCE_TABLE_NAME',
];
/** A quoted string is skipped; what follows `$` outside of one is a column or a header. */
const REFERENCE = /'(?:[^']|'')*'|\$([\p{L}\p{N}_]+)/gu;

let engine: Promise<Awaited<ReturnType<typeof initSqlJs>>> | undefined;

/**
 * Evaluates the expressions of added columns. DMS documents them as SQLite's, with the row's columns as `$name`: so
 * SQLite itself evaluates them.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Expressions.html
 */
export class Expression {
  /** The source columns that it needs. */
  public readonly columns: readonly string[];

  private constructor(
    private readonly statement: Statement,
    columns: readonly string[],
    private readonly table: TableHeader,
    private readonly where: string,
  ) {
    this.columns = columns;
  }

  /**
   * @param where names the rule in messages
   * @throws {UsageError} when SQLite cannot read it or it refers to a column that the table does not have
   */
  public static async compile(
    text: string,
    table: TableHeader,
    columns: readonly string[],
    where: string,
  ): Promise<Expression> {
    engine ??= initSqlJs();
    const database = new (await engine).Database();
    addFunctions(database);
    const references = [...new Set([...text.matchAll(REFERENCE)].flatMap((match) => match[1] ?? []))];
    const unknown = references.find((name) => !HEADERS.includes(name) && !columns.includes(name));
    if (unknown !== undefined) {
      throw new UsageError(
        `${where}: expression refers to $${unknown}, but ${table.schema}.${table.table} has no such column; it has ${columns.join(', ')}`,
      );
    }
    try {
      const statement = database.prepare(`SELECT ${text}`);
      return new Expression(statement, references.filter((name) => !HEADERS.includes(name)), table, where);
    } catch (error) {
      throw new UsageError(`${where}: expression ${JSON.stringify(text)} is not valid: ${messageOf(error)}`);
    }
  }

  /** The value as bytes: text in UTF-8, or what a blob holds; `null` when it is null. */
  public evaluate(row: (column: string) => SqlValue, header: RowHeader): Computed | null {
    const bindings: Record<string, SqlValue> = {
      $AR_H_OPERATION: header.operation,
      $AR_H_STREAM_POSITION: header.streamPosition,
      $AR_H_TIMESTAMP: header.timestamp,
      $AR_H_COMMIT_TIMESTAMP: header.timestamp,
      $AR_H_CHANGE_SEQ: header.changeSequence,
      $AR_H_USER: '',
      $AR_M_SOURCE_SCHEMA: this.table.schema,
      $AR_M_SOURCE_TABLE_NAME: this.table.table,
    };
    for (const column of this.columns) bindings[`$${column}`] = row(column);
    const value = this.valueWith(bindings);
    if (value === null || value === undefined) return null;
    return typeof value === 'object'
      ? { bytes: Buffer.from(value), isBlob: true }
      : { bytes: Buffer.from(String(value)), isBlob: false };
  }

  private valueWith(bindings: Record<string, SqlValue>): SqlValue | bigint | undefined {
    try {
      // The driver's published types leave the option out; integers do not fit into a double.
      const get = this.statement.get.bind(this.statement) as (...args: unknown[]) => (SqlValue | bigint)[];
      return get(bindings, { useBigInt: true })[0];
    } catch (error) {
      throw new UsageError(`${this.where}: its expression fails for a row of ${this.table.schema}.${this.table.table}: ${messageOf(error)}`);
    }
  }
}

/** A column's value, as its type's output function wrote it, as SQLite should see it: a number, a blob or text. */
export function sqliteValue(output: string | null | undefined, { dms, plain }: ColumnType): SqlValue {
  if (output === null || output === undefined) return null;
  if (dms === 'BLOB') return Buffer.from(output.slice(2), 'hex');
  const text = plain.text(output);
  if (plain.kind !== 'number') return text;
  const value = Number(text);
  // Beyond 2^53 a double would change an integer; as text SQLite still computes with it.
  return Number.isSafeInteger(value) || !/^-?\d+$/.test(text) ? value : text;
}

function addFunctions(database: Database): void {
  database.create_function('hash_sha256', (value: SqlValue) =>
    value === null ? null : createHash('sha256').update(typeof value === 'object' ? value : String(value)).digest('hex'));
  database.create_function('replaceChars', (text: SqlValue, from: SqlValue, to: SqlValue) =>
    text === null ? null : replaceCharacters(String(text), String(from ?? ''), String(to ?? '')));
}

/** Each character of `from` becomes the one at the same place of `to`, or goes when there is none. */
function replaceCharacters(text: string, from: string, to: string): string {
  const [source, target] = [[...from], [...to]];
  return [...text].map((character) => {
    const at = source.indexOf(character);
    return at < 0 ? character : (target[at] ?? '');
  }).join('');
}

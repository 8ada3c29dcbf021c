import { createHash } from 'node:crypto';
import initSqlJs from 'sql.js';
import type { Database, SqlValue, Statement } from 'sql.js';
import { messageOf, TableError, UsageError } from '../../errors';
import type { ColumnType } from '../columns/postgres-types';
import { titleOf } from '../source/names';

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

/** The table of an expression, for `$AR_M_…`. */
export interface TableHeader {
  readonly schema: string;
  readonly table: string;
  /** Names in the target. */
  readonly modifiedSchema: string;
  readonly modifiedTable: string;
  /** The source column that the rule's locator names, if it does, with its DMS type. */
  readonly column: { readonly name: string; readonly dms: string } | undefined;
}

const CHANGE_HEADERS = [
  'AR_H_OPERATION', 'AR_H_STREAM_POSITION', 'AR_H_TIMESTAMP', 'AR_H_COMMIT_TIMESTAMP', 'AR_H_CHANGE_SEQ', 'AR_H_USER',
];
const OPERATION_INDICATOR = 'operation_indicator';
/** The functions that DMS documents; case does not matter. */
const FUNCTIONS = [
  'lower', 'upper', 'ltrim', 'rtrim', 'trim', 'replace', 'substr', 'replaceChars', 'hex', 'randomblob', 'zeroblob', 'abs',
  'random', 'round', 'max', 'min', 'coalesce', 'ifnull', 'nullif', 'date', 'time', 'datetime', 'julianday', 'strftime',
  'hash_sha256', OPERATION_INDICATOR,
];
/** What may stand before a parenthesis and is no function. */
const KEYWORDS = ['case', 'when', 'then', 'else', 'and', 'or', 'not', 'in', 'between', 'like', 'is', 'cast'];
/** A quoted string is skipped; what follows `$` outside of one is a column or a header. */
const REFERENCE = /'(?:[^']|'')*'|\$([\p{L}\p{N}_]+)/gu;
/** Strings, references and the type of a CAST are skipped. */
const CALL = /'(?:[^']|'')*'|\$[\p{L}\p{N}_]+|\bas\s+\w+|([\p{L}_][\p{L}\p{N}_]*)\s*\(/giu;
/** A name that cannot be referred to as `$name`. */
const UNREFERABLE = /[^\p{L}\p{N}_]/u;

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

  /** Whether it flags rows by what happened to them, which DMS does only for tables with a primary key. */
  public readonly flagsOperations: boolean;
  private operation: RowHeader['operation'] = 'INSERT';
  private readonly statement: Statement;

  private constructor(
    database: Database,
    text: string,
    columns: readonly string[],
    private readonly title: string,
    private readonly tableHeaders: Readonly<Record<string, string>>,
    private readonly where: string,
  ) {
    addFunctions(database, () => this.operation);
    // In parentheses, so that it is one expression; on lines of its own, so that a comment does not hide the last one.
    this.statement = database.prepare(`SELECT (\n${text}\n)`);
    this.columns = columns;
    this.flagsOperations = calls(text).includes(OPERATION_INDICATOR);
  }

  /**
   * @param where names the rule in messages
   * @throws {UsageError} when SQLite cannot read it, it calls a function that DMS does not have, or it refers to a
   * column that the table does not have
   */
  public static async compile(
    text: string,
    table: TableHeader,
    columns: readonly string[],
    where: string,
  ): Promise<Expression> {
    engine ??= initSqlJs();
    const database = new (await engine).Database();
    const title = titleOf({ schema: table.schema, name: table.table });
    const tableHeaders = headersOf(table);
    const problem = problemOf(text, title, columns, tableHeaders);
    if (problem !== undefined) throw new UsageError(`${where}: expression ${problem}`);
    const known = references(text).filter((name) => columns.includes(name));
    try {
      return new Expression(database, text, known, title, tableHeaders, where);
    } catch (error) {
      throw new UsageError(`${where}: expression ${JSON.stringify(text)} is not valid: ${messageOf(error)}`);
    }
  }

  /** The value as bytes: text in UTF-8, or what a blob holds; `null` when it is null. */
  public evaluate(row: (column: string) => SqlValue, header: RowHeader): Computed | null {
    this.operation = header.operation;
    const bindings: Record<string, SqlValue> = {
      ...this.tableHeaders,
      $AR_H_OPERATION: header.operation,
      $AR_H_STREAM_POSITION: header.streamPosition,
      $AR_H_TIMESTAMP: header.timestamp,
      $AR_H_COMMIT_TIMESTAMP: header.timestamp,
      $AR_H_CHANGE_SEQ: header.changeSequence,
      $AR_H_USER: '',
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
      throw new TableError(`${this.where}: its expression fails for a row of ${this.title}: ${messageOf(error)}`);
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

/** `$AR_M_…` as SQLite's parameters; those of a column only when there is one. */
function headersOf({ schema, table, modifiedSchema, modifiedTable, column }: TableHeader): Record<string, string> {
  return {
    $AR_M_SOURCE_SCHEMA: schema,
    $AR_M_SOURCE_TABLE_NAME: table,
    $AR_M_MODIFIED_SCHEMA: modifiedSchema,
    $AR_M_MODIFIED_TABLE_NAME: modifiedTable,
    ...(column && { $AR_M_SOURCE_COLUMN_NAME: column.name, $AR_M_SOURCE_COLUMN_DATATYPE: column.dms }),
  };
}

const references = (text: string): string[] =>
  [...new Set([...text.matchAll(REFERENCE)].flatMap((match) => match[1] ?? []))];
const calls = (text: string): string[] =>
  [...text.matchAll(CALL)].flatMap((match) => match[1]?.toLowerCase() ?? []).filter((name) => !KEYWORDS.includes(name));

function problemOf(
  text: string, title: string, columns: readonly string[], tableHeaders: Readonly<Record<string, string>>,
): string | undefined {
  const unreferable = columns.find((column) => UNREFERABLE.test(column) && text.includes(`$${column}`));
  if (unreferable !== undefined) {
    return `refers to the column "${unreferable}" of ${title}: DMS takes no columns with special characters in their names`;
  }
  const unknown = references(text).find((name) =>
    !CHANGE_HEADERS.includes(name) && !columns.includes(name) && tableHeaders[`$${name}`] === undefined);
  if (unknown?.startsWith('AR_M_SOURCE_COLUMN_')) {
    return `refers to $${unknown}, but the rule's object-locator names no column of ${title}: give it a column-name without wildcards`;
  }
  if (unknown !== undefined) {
    return `refers to $${unknown}, but ${title} has no such column; it has ${columns.join(', ')}`;
  }
  const undocumented = calls(text).find((name) => !FUNCTIONS.some((known) => known.toLowerCase() === name));
  return undocumented === undefined ? undefined
    : `calls ${undocumented}(), which DMS does not document; it has ${FUNCTIONS.join(', ')}`;
}

function addFunctions(database: Database, operation: () => RowHeader['operation']): void {
  database.create_function(OPERATION_INDICATOR, (ofDelete: SqlValue, ofUpdate: SqlValue, ofInsert: SqlValue) =>
    ({ DELETE: ofDelete, UPDATE: ofUpdate, INSERT: ofInsert })[operation()]);
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

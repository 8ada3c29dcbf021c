import { escapeIdentifier, escapeLiteral } from 'pg';
import type { CsvOptions } from '../csv/encoder';
import type { ColumnSchema, ParquetType } from '../parquet/schema';

/** DuckDB's own column of a Parquet file, which cannot be called otherwise. */
export const ROW_NUMBER = 'file_row_number';

/** Files of lines, which do not say what is in them. */
export interface CsvLake {
  readonly options: CsvOptions;
  /** The columns of each file. */
  readonly columnsOf: readonly (readonly ColumnSchema[])[];
}

/**
 * Rows of Parquet files.
 *
 * @param path when given, each row comes with its file's path in a column of this name, and its number there
 */
export function parquetRows(files: readonly string[], path?: string): string {
  const place = path === undefined ? '' : `filename = ${path}, ${ROW_NUMBER} = true, `;
  return `read_parquet(${patterns(files)}, ${place}union_by_name = true)`;
}

/** Why DuckDB cannot tell the values of such files apart; `undefined` when it can. */
export function csvObstacle({ rowDelimiter, delimiter, quotes }: CsvOptions): string | undefined {
  if (!quotes) return 'without Rfc4180 its values cannot be told from delimiters';
  if (rowDelimiter !== '\n') return `it has CsvRowDelimiter ${JSON.stringify(rowDelimiter)}`;
  return Buffer.byteLength(delimiter) > 4 ? `it has CsvDelimiter ${JSON.stringify(delimiter)}` : undefined;
}

/** The columns of files of lines, with the types that their text stands for. */
export function csvTypes({ columnsOf }: CsvLake): Map<string, string> {
  return new Map(columnsOf.flat().map(({ name, type }) => [name, duckdbType(type)]));
}

/**
 * Rows of files of lines, as `parquetRows` gives them. What is no value of its type becomes null.
 *
 * @param longestRow bytes
 */
export function csvRows(files: readonly string[], lake: CsvLake, path: string, longestRow: number): string {
  const types = csvTypes(lake);
  const values = [...types].map(([name, type]) => {
    const text = escapeIdentifier(name);
    return `${type === 'BLOB' ? `unhex(${text})` : `TRY_CAST(${text} AS ${type})`} AS ${text}`;
  });
  const parts = alike(files, lake.columnsOf).map(([columns, paths]) => `SELECT *, row_number() OVER () AS ${ROW_NUMBER}
    FROM ${lines(paths, columns, lake.options, path, longestRow)}`);
  return `(SELECT ${values.join(', ')}, ${path}, ${ROW_NUMBER} FROM (${parts.join(' UNION ALL BY NAME ')}))`;
}

/** Files that have the same columns. */
function alike(
  files: readonly string[], columnsOf: CsvLake['columnsOf'],
): (readonly [readonly ColumnSchema[], readonly string[]])[] {
  const groups = new Map<string, readonly [readonly ColumnSchema[], string[]]>();
  files.forEach((file, i) => {
    const columns = columnsOf[i]!;
    const key = JSON.stringify(columns.map(({ name }) => name));
    if (!groups.has(key)) groups.set(key, [columns, []]);
    groups.get(key)![1].push(file);
  });
  return [...groups.values()];
}

function lines(
  files: readonly string[], columns: readonly ColumnSchema[], options: CsvOptions, path: string, longestRow: number,
): string {
  const { delimiter, nullValue, header, gzip } = options;
  const types = columns.map(({ name }) => `${escapeLiteral(name)}: 'VARCHAR'`);
  // One thread: rows are numbered as they come.
  return `read_csv(${patterns(files)}, columns = {${types.join(', ')}}, header = ${header}, auto_detect = false,
    delim = ${escapeLiteral(delimiter)}, quote = '"', escape = '"', new_line = '\\n', strict_mode = true,
    nullstr = ${escapeLiteral(nullValue)}, allow_quoted_nulls = false, parallel = false, filename = ${path},
    max_line_size = ${longestRow}, compression = '${gzip ? 'gzip' : 'none'}')`;
}

function duckdbType(type: ParquetType): string {
  switch (type.kind) {
    case 'boolean': return 'BOOLEAN';
    case 'int8': return 'TINYINT';
    case 'int16': return 'SMALLINT';
    case 'int32': return 'INTEGER';
    case 'int64': return 'BIGINT';
    case 'uint8': return 'UTINYINT';
    case 'uint16': return 'USMALLINT';
    case 'uint32': return 'UINTEGER';
    case 'uint64': return 'UBIGINT';
    case 'float': return 'FLOAT';
    case 'double': return 'DOUBLE';
    case 'utf8': return 'VARCHAR';
    case 'binary': return 'BLOB';
    case 'date': return 'DATE';
    case 'time-millis': return 'TIME';
    case 'timestamp-millis':
    case 'timestamp-micros': return 'TIMESTAMP';
    case 'decimal': return `DECIMAL(${type.precision}, ${type.scale})`;
  }
}

const patterns = (files: readonly string[]): string =>
  `[${files.map((file) => escapeLiteral(asPattern(file))).join(', ')}]`;

/** DuckDB takes paths for patterns. It has no way to say that of one with a backslash, but finds that one too. */
function asPattern(path: string): string {
  return path.includes('\\') ? path : path.replaceAll(/[*?[]/g, '[$&]');
}

import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Client } from 'pg';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { CopiedColumn } from '../plan/columns';
import { rowQuery } from '../plan/row-query';
import type { TablePlan } from '../plan/table-plan';
import type { CsvLake } from './lake-rows';
import { ROW_NUMBER, csvObstacle, csvRows, csvTypes, parquetRows } from './lake-rows';

/** The words of DMS where it has them. */
export type ValidationState =
  | 'Not enabled' | 'No primary key' | 'Validated' | 'Mismatched records' | 'Table error' | 'Not comparable';

/** One row on which source and lake disagree. */
export interface Difference {
  /** The values of its key by the columns' names in the lake. */
  readonly key: Readonly<Record<string, string>>;
  /** Such as `only in the lake`. */
  readonly problem: string;
}

export interface Comparison {
  readonly state: ValidationState;
  /** Keys that only one side has, or whose values differ. */
  readonly failed: number;
  /** Some of them. */
  readonly examples: readonly Difference[];
  /** Why there is nothing to compare. */
  readonly reason?: string;
}

/** What of a table's files can be compared. */
export interface LakeOfTable {
  /** Absolute paths in the order in which they were written. */
  readonly files: readonly string[];
  /** Whether the files say what happened to each row; without that, only inserted rows can be told apart. */
  readonly hasOperations: boolean;
  /** Files of lines, not Parquet. */
  readonly csv?: CsvLake | undefined;
  /** Why nothing of it can be compared. */
  readonly obstacle?: string | undefined;
}

const EXAMPLES = 5;
/** Never a value that PostgreSQL writes unquoted. */
const NULL_MARK = '\\N';
const MEMORY = '2GB';
/** The longest row of text, LOBs apart, which are compared by their hashes. DuckDB's buffers are 16 of them. */
const LONGEST_ROW = 8 * 1024 * 1024;

/**
 * Compares tables with what the lake says of them: the last state of each key, read back by DuckDB, against the source
 * in one snapshot. The source's values come as text and are parsed by DuckDB, so that a mistake in this engine's own
 * decoders cannot hide itself.
 */
export class LakeComparison {
  private constructor(private readonly duckdb: DuckDBConnection, private readonly folder: string) {}

  /** @param folder for what does not fit into memory; removed by `close` */
  public static async open(folder: string): Promise<LakeComparison> {
    await mkdir(folder, { recursive: true });
    const instance = await DuckDBInstance.create(':memory:', { memory_limit: MEMORY, temp_directory: folder });
    return new LakeComparison(await instance.connect(), folder);
  }

  public async close(): Promise<void> {
    this.duckdb.closeSync();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** @param client in a transaction that sees the snapshot to compare with */
  public async compare(client: Client, table: TablePlan, lake: LakeOfTable): Promise<Comparison> {
    const obstacle = obstacleTo(table, lake);
    if (obstacle !== undefined) return { ...obstacle, failed: 0, examples: [] };
    const plan = { ...table, copied: table.copied.filter(({ type }) => type.compareAs !== undefined) };
    const key = plan.key.map((name) => plan.copied.find((column) => column.source === name)!.name);
    const types = await this.lakeTypes(lake);
    if (hasName(types, ROW_NUMBER)) return { state: 'Not comparable', reason: `it has a column ${ROW_NUMBER}`, failed: 0, examples: [] };
    const csv = join(this.folder, 'source.csv');
    await exportSource(client, plan, key, csv);
    try {
      await this.run(`CREATE OR REPLACE TEMP TABLE source AS ${sourceRows(plan.copied, key, types, csv)}`);
    } finally {
      await rm(csv, { force: true });
    }
    try {
      await this.run(`CREATE OR REPLACE TEMP TABLE lake AS ${lastStates(plan, key, lake, types)}`);
    } catch (error) {
      // Lines may be longer than its buffers.
      if (lake.csv === undefined) throw error;
      const [reason] = (error as Error).message.split('\n');
      return { state: 'Not comparable', reason: `DuckDB cannot read its files (${reason})`, failed: 0, examples: [] };
    }
    const different = differences(plan.copied, key);
    const [count] = await this.rows(`SELECT count(*) FROM (${different})`);
    const failed = Number(count?.[0] ?? 0);
    const examples = failed === 0 ? [] : await this.rows(`${different} LIMIT ${EXAMPLES}`);
    return {
      state: failed === 0 ? 'Validated' : 'Mismatched records',
      failed,
      examples: examples.map((row) => ({
        key: Object.fromEntries(key.map((name, i) => [name, String(row[i])])),
        problem: String(row[key.length]),
      })),
    };
  }

  private async lakeTypes({ files, csv }: LakeOfTable): Promise<ReadonlyMap<string, string>> {
    if (files.length === 0) return new Map();
    if (csv !== undefined) return csvTypes(csv);
    const rows = await this.rows(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${parquetRows(files)})`);
    return new Map(rows.map(([name, type]) => [String(name), String(type)]));
  }

  private async run(sql: string): Promise<void> {
    await this.duckdb.run(sql);
  }

  private async rows(sql: string): Promise<unknown[][]> {
    return (await this.duckdb.runAndReadAll(sql)).getRowsJson();
  }
}

function obstacleTo(plan: TablePlan, lake: LakeOfTable): Pick<Comparison, 'state' | 'reason'> | undefined {
  if (plan.key.length === 0) {
    return { state: 'No primary key', reason: 'no primary key: DMS replicates no UPDATE and DELETE of it' };
  }
  const ofKey = plan.key.map((name) => [name, plan.copied.find((column) => column.source === name)] as const);
  const removed = ofKey.find(([, column]) => column === undefined);
  if (removed !== undefined) return { state: 'Not comparable', reason: `its key column ${removed[0]} is not replicated` };
  const masked = ofKey.find(([, column]) => column?.type.compareAs === undefined);
  if (masked !== undefined) return { state: 'No primary key', reason: `its key column ${masked[0]} is masked or changed` };
  const obstacle = lake.obstacle ?? (lake.csv === undefined ? undefined : csvObstacle(lake.csv.options));
  if (obstacle !== undefined) return { state: 'Not comparable', reason: obstacle };
  if (!lake.hasOperations) return { state: 'Not comparable', reason: 'the lake has inserted rows only' };
  const names = ['op', ...plan.copied.map(({ name }) => name.toLowerCase())];
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) return { state: 'Not comparable', reason: `two columns differ only in case (${twin})` };
  return undefined;
}

/** Values that may be long are compared by their hashes; not in keys, which are short and shown to people. */
function isHashed({ name, type }: CopiedColumn, key: readonly string[]): boolean {
  return type.dms.endsWith('LOB') && !key.includes(name);
}

async function exportSource(client: Client, plan: TablePlan, key: readonly string[], path: string): Promise<void> {
  const query = rowQuery(plan, plan.copied.map((column) => {
    const value = column.type.compareAs!(escapeIdentifier(column.source));
    if (!isHashed(column, key)) return value;
    const bytes = column.type.dms === 'BLOB' ? `decode(${value}, 'hex')` : `convert_to(${value}, 'UTF8')`;
    return `encode(sha256(${bytes}), 'hex')`;
  }));
  const csv = client.query(copyTo(`COPY (${query}) TO STDOUT (FORMAT csv, NULL '${NULL_MARK}')`));
  await pipeline(csv, createWriteStream(path));
}

/** The source's rows with the types that the lake has; those of an empty lake do not matter. */
function sourceRows(
  columns: readonly CopiedColumn[],
  key: readonly string[],
  types: ReadonlyMap<string, string>,
  path: string,
): string {
  const typeOf = (column: CopiedColumn): string =>
    (isHashed(column, key) ? 'VARCHAR' : (types.get(column.name) ?? 'VARCHAR'));
  const fields = columns.map((column, i) => `'c${i}': '${typeOf(column) === 'BLOB' ? 'VARCHAR' : typeOf(column)}'`);
  const values = columns.map((column, i) =>
    `${typeOf(column) === 'BLOB' ? `unhex(c${i})` : `c${i}`} AS ${escapeIdentifier(column.name)}`);
  return `SELECT ${values.join(', ')} FROM read_csv(${escapeLiteral(path)}, header = false, auto_detect = false,
    delim = ',', quote = '"', escape = '"', nullstr = '${NULL_MARK}', allow_quoted_nulls = false,
    new_line = '\\n', max_line_size = ${LONGEST_ROW}, columns = {${fields.join(', ')}})`;
}

/** The last row of each key, unless it is a delete. Files are in order, and so are the rows in a file. */
function lastStates(
  plan: TablePlan,
  key: readonly string[],
  { files, csv }: LakeOfTable,
  types: ReadonlyMap<string, string>,
): string {
  if (files.length === 0) return 'SELECT * FROM source WHERE false';
  const own = ownNames(types);
  const columns = plan.copied.map((column) => `${lakeValue(column, key, types)} AS ${escapeIdentifier(column.name)}`);
  const operation = types.has('Op') ? '"Op"' : 'NULL';
  const list = `[${files.map(escapeLiteral).join(', ')}]`;
  const rows = csv === undefined ? parquetRows(files, own.path) : csvRows(files, csv, own.path, LONGEST_ROW);
  const position = `list_position(${list}, ${own.path})`;
  // A pattern may have found files of another table as well.
  return `SELECT * EXCLUDE (${own.op}, ${own.file}, ${own.row}, ${own.age}) FROM (
      SELECT *, row_number() OVER (
          PARTITION BY ${key.map(escapeIdentifier).join(', ')} ORDER BY ${own.file} DESC, ${own.row} DESC) AS ${own.age}
        FROM (SELECT ${columns.join(', ')}, ${operation} AS ${own.op}, ${ROW_NUMBER} AS ${own.row}, ${position} AS ${own.file}
                FROM ${rows} WHERE ${position} IS NOT NULL))
    WHERE ${own.age} = 1 AND ${own.op} IS DISTINCT FROM 'D'`;
}

/** Names for what the comparison adds to a table's columns; none of them is the table's own. */
function ownNames(types: ReadonlyMap<string, string>): Record<'op' | 'path' | 'file' | 'row' | 'age', string> {
  const own = (name: string): string => (hasName(types, name) ? own(`${name}_`) : escapeIdentifier(name));
  return { op: own('dms op'), path: own('dms path'), file: own('dms file'), row: own('dms row'), age: own('dms age') };
}

/** DuckDB takes names that differ only in case for one. */
function hasName(types: ReadonlyMap<string, string>, name: string): boolean {
  return [...types.keys()].some((column) => column.toLowerCase() === name);
}

/** A column that is newer than every file is null there. */
function lakeValue(column: CopiedColumn, key: readonly string[], types: ReadonlyMap<string, string>): string {
  if (!types.has(column.name)) return 'NULL';
  const value = escapeIdentifier(column.name);
  return isHashed(column, key) ? `sha256(${value}::${column.type.dms === 'BLOB' ? 'BLOB' : 'VARCHAR'})` : value;
}

/** The keys on which source and lake disagree, with what is wrong first. */
function differences(columns: readonly CopiedColumn[], key: readonly string[]): string {
  const same = key.map((name) => `s.${escapeIdentifier(name)} = l.${escapeIdentifier(name)}`).join(' AND ');
  const [first] = key.map(escapeIdentifier);
  const differing = columns
    .filter(({ name }) => !key.includes(name))
    .map(({ name }) => [name, `s.${escapeIdentifier(name)} IS DISTINCT FROM l.${escapeIdentifier(name)}`] as const);
  const anyDiffers = differing.map(([, condition]) => condition).join(' OR ') || 'false';
  const named = differing.map(([name, condition]) => `CASE WHEN ${condition} THEN ${escapeLiteral(name)} END`);
  const what = `CASE WHEN l.${first} IS NULL THEN 'missing in the lake' WHEN s.${first} IS NULL THEN 'only in the lake'
    ELSE 'differs in ' || concat_ws(', ', ${named.length === 0 ? "''" : named.join(', ')}) END`;
  const keys = key.map((name) =>
    `COALESCE(s.${escapeIdentifier(name)}, l.${escapeIdentifier(name)})::VARCHAR`);
  return `SELECT ${keys.join(', ')}, ${what} FROM source s FULL OUTER JOIN lake l ON ${same}
    WHERE s.${first} IS NULL OR l.${first} IS NULL OR ${anyDiffers}`;
}

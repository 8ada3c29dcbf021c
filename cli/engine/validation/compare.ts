import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import type { Client } from 'pg';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { rowQuery } from '../plan/row-query';
import type { CopiedColumn, TablePlan } from '../plan/table-plan';

/** The words of DMS where it has them. */
export type ValidationState = 'Not enabled' | 'No primary key' | 'Validated' | 'Mismatched records' | 'Not comparable';

export interface Comparison {
  readonly state: ValidationState;
  /** Keys that only one side has, or whose values differ. */
  readonly failed: number;
  /** Some of them, for people. */
  readonly examples: readonly string[];
  /** Why there is nothing to compare. */
  readonly reason?: string;
}

/** What of a table's files can be compared. */
export interface LakeOfTable {
  /** Absolute paths in the order in which they were written. */
  readonly files: readonly string[];
  /** Whether the files say what happened to each row; without that, only inserted rows can be told apart. */
  readonly hasOperations: boolean;
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
  public async compare(client: Client, plan: TablePlan, lake: LakeOfTable): Promise<Comparison> {
    const obstacle = obstacleTo(plan, lake);
    if (obstacle !== undefined) return { ...obstacle, failed: 0, examples: [] };
    const key = plan.source.key.map((name) => plan.copied.find((column) => column.source === name)!.name);
    const types = await this.lakeTypes(lake.files);
    const csv = join(this.folder, 'source.csv');
    await exportSource(client, plan, key, csv);
    try {
      await this.run(`CREATE OR REPLACE TEMP TABLE source AS ${sourceRows(plan.copied, key, types, csv)}`);
    } finally {
      await rm(csv, { force: true });
    }
    await this.run(`CREATE OR REPLACE TEMP TABLE lake AS ${lastStates(plan, key, lake.files, types)}`);
    const different = differences(plan.copied, key);
    const [count] = await this.rows(`SELECT count(*) FROM (${different})`);
    const failed = Number(count?.[0] ?? 0);
    const examples = failed === 0 ? [] : await this.rows(`${different} LIMIT ${EXAMPLES}`);
    return {
      state: failed === 0 ? 'Validated' : 'Mismatched records',
      failed,
      examples: examples.map((row) => row.join(', ')),
    };
  }

  private async lakeTypes(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (files.length === 0) return new Map();
    const rows = await this.rows(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM ${parquet(files)})`);
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
  if (plan.source.key.length === 0) {
    return { state: 'No primary key', reason: 'no primary key: DMS replicates no UPDATE and DELETE of it' };
  }
  const removed = plan.source.key.find((name) => !plan.copied.some((column) => column.source === name));
  if (removed !== undefined) return { state: 'Not comparable', reason: `its key column ${removed} is not replicated` };
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
    const value = column.type.compareAs(escapeIdentifier(column.source));
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
    max_line_size = ${LONGEST_ROW}, columns = {${fields.join(', ')}})`;
}

/** The last row of each key, unless it is a delete. Files are in order, and so are the rows in a file. */
function lastStates(
  plan: TablePlan,
  key: readonly string[],
  files: readonly string[],
  types: ReadonlyMap<string, string>,
): string {
  if (files.length === 0) return 'SELECT * FROM source WHERE false';
  const columns = plan.copied.map((column) => `${lakeValue(column, key, types)} AS ${escapeIdentifier(column.name)}`);
  const operation = types.has('Op') ? '"Op"' : 'NULL';
  const list = `[${files.map(escapeLiteral).join(', ')}]`;
  return `SELECT * EXCLUDE ("dms op", "dms file", "dms row", "dms age") FROM (
      SELECT *, row_number() OVER (
          PARTITION BY ${key.map(escapeIdentifier).join(', ')} ORDER BY "dms file" DESC, "dms row" DESC) AS "dms age"
        FROM (SELECT ${columns.join(', ')}, ${operation} AS "dms op", file_row_number AS "dms row",
            list_position(${list}, filename) AS "dms file" FROM ${parquet(files)}))
    WHERE "dms age" = 1 AND "dms op" IS DISTINCT FROM 'D'`;
}

/** A column that is newer than every file is null there. */
function lakeValue(column: CopiedColumn, key: readonly string[], types: ReadonlyMap<string, string>): string {
  if (!types.has(column.name)) return 'NULL';
  const value = escapeIdentifier(column.name);
  return isHashed(column, key) ? `sha256(${value}::${column.type.dms === 'BLOB' ? 'BLOB' : 'VARCHAR'})` : value;
}

function parquet(files: readonly string[]): string {
  return `read_parquet([${files.map(escapeLiteral).join(', ')}], filename = true, file_row_number = true, union_by_name = true)`;
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
    `${escapeLiteral(`${name} = `)} || COALESCE(s.${escapeIdentifier(name)}, l.${escapeIdentifier(name)})::VARCHAR`);
  return `SELECT ${keys.join(', ')}, ${what} FROM source s FULL OUTER JOIN lake l ON ${same}
    WHERE s.${first} IS NULL OR l.${first} IS NULL OR ${anyDiffers}`;
}

import { existsSync, readdirSync } from 'node:fs';
import { join, sep } from 'node:path';
import { DuckDBInstance, type Json } from '@duckdb/node-api';

/** What is in the files of a lake, as DuckDB reads them. */
export class Lake {
  public constructor(public readonly root: string) {}

  /** Paths below the root, sorted. */
  public files(): string[] {
    if (!existsSync(this.root)) return [];
    return readdirSync(this.root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.root.length + 1).replaceAll(sep, '/'))
      .sort();
  }

  public loadFiles(table: string): string[] {
    return this.files().filter((path) => path.startsWith(`${table}/LOAD`));
  }

  public changeFiles(table: string): string[] {
    return this.files().filter((path) => path.startsWith(`${table}/`) && !path.startsWith(`${table}/LOAD`));
  }

  /** Rows of these files in their order; what SQL makes of `rows`. */
  public async rows(files: readonly string[], select = 'SELECT * EXCLUDE (filename, file_row_number) FROM rows'): Promise<Json[][]> {
    const list = files.map((file) => `'${join(this.root, file).replaceAll("'", "''")}'`).join(', ');
    return query(`WITH rows AS (
        SELECT * FROM read_parquet([${list}], filename = true, file_row_number = true, union_by_name = true)
         ORDER BY list_position([${list}], filename), file_row_number) ${select}`);
  }

  public path(file: string): string {
    return join(this.root, file);
  }
}

/** Rows of a DuckDB query; integers beyond 2^53 and decimals come as text. */
export async function query(sql: string): Promise<Json[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

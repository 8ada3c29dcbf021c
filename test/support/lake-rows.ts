import { createHash } from 'node:crypto';
import { linkSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from 'pg';
import { escapeIdentifier } from 'pg';
import type { Lake } from './lake';
import { query } from './lake';
import { canonical, type RandomType } from './random-types';

/** A column of the lake that comes from the source: where it is there, and what it is. */
export interface OracleColumn {
  readonly source: string;
  readonly lake: string;
  readonly type: RandomType;
}

export interface LakeRow {
  readonly op: string;
  /** Texts, one for each column asked for. */
  readonly values: readonly (string | null)[];
}

export interface LakeTable {
  readonly loaded: readonly LakeRow[];
  readonly changes: readonly LakeRow[];
  /** Names and types of the columns, as DuckDB says them; empty without files. */
  readonly types: readonly (readonly [name: string, type: string])[];
}

/**
 * Reads a table's files in their order: those of the load first, then those of changes by their names, whatever folder
 * of a date they are in.
 *
 * @param scratch an empty folder: the names of files may hold what DuckDB takes for a pattern
 */
export async function readLake(
  lake: Lake,
  folder: string,
  columns: readonly OracleColumn[],
  scratch: string,
): Promise<LakeTable> {
  const below = lake.files().filter((path) => path.startsWith(`${folder}/`));
  const name = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  const isLoad = (path: string): boolean => /^(SEGMENT\d+_)?LOAD/.test(name(path));
  const byName = (one: string, other: string): number => (name(one) < name(other) ? -1 : 1);
  const files = [...below.filter(isLoad).sort(byName), ...below.filter((path) => !isLoad(path)).sort(byName)];
  if (files.length === 0) return { loaded: [], changes: [], types: [] };
  mkdirSync(scratch, { recursive: true });
  const links = files.map((path, i) => {
    const link = join(scratch, `${String(i).padStart(6, '0')}.parquet`);
    linkSync(lake.path(path), link);
    return link;
  });
  const rows = async (read: readonly string[]): Promise<LakeRow[]> => {
    if (read.length === 0) return [];
    const values = columns.map(({ lake: column, type }) =>
      (type.read ?? ((value: string): string => `${value}::VARCHAR`))(escapeIdentifier(column)));
    const result = await query(`SELECT ${['"Op"', ...values].join(', ')}
      FROM read_parquet([${read.map((link) => `'${link}'`).join(', ')}], filename = 'name of the file', file_row_number = true, union_by_name = true)
      ORDER BY "name of the file", file_row_number`) as (string | null)[][];
    return result.map(([op, ...texts]) => ({
      op: String(op), values: texts.map((text, i) => canonical(columns[i]!.type, text)),
    }));
  };
  const types = await query(`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM '${links[0]}')`) as string[][];
  const loads = files.filter(isLoad).length;
  return {
    loaded: await rows(links.slice(0, loads)),
    changes: await rows(links.slice(loads)),
    types: types.map(([column, type]) => [column!, type!]),
  };
}

/** The source's rows in the form in which they are expected in the lake. @param table quoted; SQL may follow it */
export async function readSource(
  client: Client,
  table: string,
  columns: readonly OracleColumn[],
): Promise<(string | null)[][]> {
  const values = columns.map(({ source, type: { expected } }) => {
    const column = escapeIdentifier(source);
    return expected === undefined ? column : expected(column);
  });
  const { rows } = await client.query<(string | null)[]>({
    text: `SELECT ${values.join(', ')} FROM ONLY ${table}`,
    rowMode: 'array',
    // What the server writes, whatever it is.
    types: { getTypeParser: () => (text: string): string => text },
  });
  return rows.map((row) => row.map((text, i) => canonical(columns[i]!.type, text)));
}

/** The last row of each key that is not a delete. @param key how many of the first values are the key */
export function lastStates(rows: readonly LakeRow[], key: number): (string | null)[][] {
  const states = new Map<string, readonly (string | null)[]>();
  for (const { op, values } of rows) {
    const identity = JSON.stringify(values.slice(0, key));
    if (op === 'D') states.delete(identity);
    else states.set(identity, values);
  }
  return sorted([...states.values()]);
}

/** Rows in an order of their own, with long texts made short, so that a difference can be read. */
export function sorted(rows: readonly (readonly (string | null)[])[]): (string | null)[][] {
  const written = new Map(rows.map((row) => [row, JSON.stringify(row)]));
  return [...rows]
    .sort((one, other) => (written.get(one)! < written.get(other)! ? -1 : 1))
    .map((row) => row.map(abbreviated));
}

function abbreviated(text: string | null): string | null {
  if (text === null || text.length <= 200) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return `${text.slice(0, 20)}… (${text.length} characters, ${hash})`;
}

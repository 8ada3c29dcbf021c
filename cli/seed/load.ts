import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { codeOf, messageOf, UsageError } from '../errors';
import { connect } from '../server/connect';
import { createTableStatement, qualifiedName, rowValues, SEED_TABLES, type SeedTable } from './tables';
import type { Value } from './values';

const CHUNK_CHARACTERS = 64 * 1024;
const UNDEFINED_COLUMN = '42703';

export interface LoadOptions {
  /** Rows to write into `public.clients`. */
  readonly clients: number;
  /** Rows to write into `public.bookings`. */
  readonly bookings: number;
  /** The same seed gives the same rows. */
  readonly seed: number;
  /**
   * Adds to the rows that are there.
   *
   * @default false - tables with rows are refused
   */
  readonly append?: boolean;
  /** Called now and then with the rows and bytes sent so far. */
  readonly onProgress?: (table: string, rows: number, bytes: number) => void;
}

/** Makes `public.clients` and `public.bookings` unless they exist. */
export async function createSchema(client: Client): Promise<void> {
  for (const table of SEED_TABLES) {
    await client.query(createTableStatement(table));
  }
}

/**
 * Fills both tables in one transaction: an interrupted load leaves nothing behind.
 *
 * @throws UsageError when the tables hold rows and `append` is off, or when they are other tables of the same name
 */
export async function loadSeed(url: string | undefined, options: LoadOptions): Promise<void> {
  const client = await connect(url, 'dms seed');
  try {
    await client.query('begin');
    await createSchema(client);
    const last = await lastIds(client, options.append ?? false);
    const clients = Math.max(1, last.clients + options.clients);
    for (const table of SEED_TABLES) {
      await copyRows(client, table, last[table.name] + 1, options[table.name], clients, options);
    }
    // Gives the planner, and every progress bar, the number of rows.
    await client.query(`analyze ${SEED_TABLES.map(qualifiedName).join(', ')}`);
    await client.query('commit');
  } catch (error) {
    throw codeOf(error) === UNDEFINED_COLUMN
      ? new UsageError(`another table has the name already: ${messageOf(error)}; use an empty database`, { cause: error })
      : error;
  } finally {
    await client.end();
  }
}

/** Whether the seed's tables are there with rows in any of them. */
export async function hasRows(url: string | undefined): Promise<boolean> {
  const client = await connect(url, 'dms seed');
  try {
    for (const table of SEED_TABLES) {
      const there = await client.query('select to_regclass($1) is not null as found', [qualifiedName(table)]);
      if ((there.rows[0] as { found: boolean }).found) {
        const rows = await client.query(`select 1 from ${qualifiedName(table)} limit 1`);
        if (rows.rowCount === 1) {
          return true;
        }
      }
    }
    return false;
  } finally {
    await client.end();
  }
}

async function lastIds(client: Client, append: boolean): Promise<Record<SeedTable['name'], number>> {
  const last = { clients: 0, bookings: 0 };
  for (const table of SEED_TABLES) {
    const result = await client.query<{ id: string | null }>(`select max(id)::text as id from ${qualifiedName(table)}`);
    const id = result.rows[0]?.id ?? null;
    if (id !== null && !append) {
      throw new UsageError(
        `${qualifiedName(table)} already has rows: give --append to add more, or drop the table first`,
      );
    }
    last[table.name] = Number(id ?? 0);
  }
  return last;
}

async function copyRows(
  client: Client,
  table: SeedTable,
  firstId: number,
  count: number,
  clients: number,
  { seed, onProgress }: LoadOptions,
): Promise<void> {
  let bytes = 0;
  const report = (rows: number): void => onProgress?.(qualifiedName(table), rows, bytes);
  function* chunks(): Generator<string> {
    let chunk = '';
    for (let row = 0; row < count; row += 1) {
      const id = firstId + row;
      chunk += copyLine([String(id), ...rowValues(table, seed, id, clients)]);
      if (chunk.length >= CHUNK_CHARACTERS) {
        bytes += Buffer.byteLength(chunk);
        yield chunk;
        chunk = '';
        report(row + 1);
      }
    }
    yield chunk;
  }
  const columns = ['id', ...table.columns.map(({ name }) => name)].join(', ');
  const sink = client.query(copyFrom(`copy ${qualifiedName(table)} (${columns}) from stdin`));
  await pipeline(Readable.from(chunks(), { objectMode: true, highWaterMark: 2 }), sink);
  report(count);
  if (count > 0) {
    await client.query('select setval(pg_get_serial_sequence($1, $2), $3)', [
      qualifiedName(table), 'id', firstId + count - 1,
    ]);
  }
}

/** One row in the text format of COPY. */
export function copyLine(values: readonly Value[]): string {
  return `${values.map(copyField).join('\t')}\n`;
}

const ESCAPES: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function copyField(value: Value): string {
  if (value === null) {
    return '\\N';
  }
  return value.replace(/[\\\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}

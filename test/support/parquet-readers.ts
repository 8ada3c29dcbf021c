import { readFileSync } from 'node:fs';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBBlobValue, DuckDBDateValue, DuckDBDecimalValue, DuckDBTimestampMillisecondsValue, DuckDBTimestampValue, DuckDBTimeValue } from '@duckdb/node-api';
import type { Data, Vector } from 'apache-arrow';
import { tableFromIPC } from 'apache-arrow';
import { readParquet } from 'parquet-wasm';
import type { ColumnSchema, ParquetType } from '../../cli/engine/parquet/schema';
import type { Cell } from './parquet-columns';

/** Two readers that share no code: DuckDB (C++) and arrow-rs. */

export async function readWithDuckDb(connection: DuckDBConnection, path: string): Promise<Cell[][]> {
  const reader = await connection.runAndReadAll(`SELECT * FROM read_parquet('${path}')`);
  return reader.getColumns().map((column) => column.map(duckDbCell));
}

function duckDbCell(value: unknown): Cell {
  if (typeof value === 'boolean') return Number(value);
  if (value instanceof DuckDBDecimalValue) return value.value;
  if (value instanceof DuckDBDateValue) return value.days;
  if (value instanceof DuckDBTimeValue) return Number(value.micros / 1000n);
  if (value instanceof DuckDBTimestampValue) return value.micros;
  if (value instanceof DuckDBTimestampMillisecondsValue) return value.millis;
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('hex');
  return value as Cell;
}

/** @param path of a file with these columns */
export function readWithArrow(path: string, columns: readonly ColumnSchema[]): Cell[][] {
  const table = tableFromIPC(readParquet(readFileSync(path)).intoIPCStream());
  return columns.map(({ type }, i) => arrowCells(table.getChildAt(i)!, type));
}

function arrowCells(vector: Vector, type: ParquetType): Cell[] {
  if (type.kind === 'utf8') return Array.from(vector as Iterable<Cell>);
  if (type.kind === 'binary') {
    return Array.from(vector as Iterable<Uint8Array | null>, (bytes) => (bytes === null ? null : Buffer.from(bytes).toString('hex')));
  }
  return vector.data.flatMap((data: Data) =>
    Array.from({ length: data.length }, (_, row) => (data.getValid(row) ? rawCell(data, row, type) : null)));
}

function rawCell(data: Data, row: number, type: ParquetType): Cell {
  const values = data.values as ArrayLike<number | bigint>;
  // Arrow keeps booleans as bits.
  if (type.kind === 'boolean') return (Number(values[(data.offset + row) >> 3]!) >> ((data.offset + row) & 7)) & 1;
  if (type.kind !== 'decimal') return values[row]!;
  const words = Array.from({ length: 4 }, (_, word) => BigInt(values[row * 4 + word]!));
  return BigInt.asIntN(128, words.reduceRight((value, word) => (value << 32n) | BigInt(word), 0n));
}

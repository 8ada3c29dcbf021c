import { validRows } from './levels';
import type { ByteStrings, ParquetType, ColumnVector, FixedArray } from './schema';
import { decimalWidth, physicalType } from './schema';
import { PhysicalType } from './format';

/** Values of a column without its nulls, as Parquet's physical type has them. */
export type DenseValues = FixedValues | StringValues | BooleanValues;

/** What a dictionary can have: it has no booleans. */
export type DistinguishableValues = FixedValues | StringValues;

export interface FixedValues {
  readonly kind: 'fixed';
  readonly count: number;
  /** Bytes of a value. */
  readonly width: number;
  /** Little endian, and aligned to words, where the physical type is a number; big endian otherwise. */
  readonly bytes: Uint8Array;
}

export interface BooleanValues {
  readonly kind: 'booleans';
  readonly count: number;
  /** A byte each, 0 or 1; a page packs them into bits. */
  readonly bytes: Uint8Array;
}

export interface StringValues extends ByteStrings {
  readonly kind: 'strings';
  readonly count: number;
}

const DECIMAL_WORDS = 4;

/** Leaves the nulls out and widens what Parquet has no narrow type for. Without either, nothing is copied. */
export function denseValues(vector: ColumnVector, type: ParquetType): DenseValues {
  const rows = validRows(vector);
  const count = vector.length - vector.nullCount;
  if ('offsets' in vector.values) return { kind: 'strings', count, ...denseStrings(vector.values, count, rows) };
  const values = vector.values;
  if (type.kind === 'decimal') return decimals(values as Uint32Array, type.precision, count, rows);
  if (type.kind === 'boolean') return { kind: 'booleans', count, bytes: booleans(values as Uint8Array, count, rows) };
  if (values.BYTES_PER_ELEMENT < 4) return fixed(widened(values as Int16Array, count, rows), count);
  return fixed(rows === undefined ? values : picked(values, rows), count);
}

function fixed(values: FixedArray, count: number): FixedValues {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, count * values.BYTES_PER_ELEMENT);
  return { kind: 'fixed', count, width: values.BYTES_PER_ELEMENT, bytes };
}

function denseStrings({ offsets, bytes }: ByteStrings, count: number, rows: Int32Array | undefined): ByteStrings {
  if (rows === undefined) return { offsets, bytes };
  const kept = new Int32Array(count + 1);
  for (let i = 0; i < count; i++) kept[i] = offsets[rows[i]!]!;
  // A null has no bytes, so each value ends where the next one begins.
  kept[count] = offsets[offsets.length - 1]!;
  return { offsets: kept, bytes };
}

/** As words: a 64-bit element would become a BigInt on the way, and a NaN another NaN. */
function picked(values: FixedArray, rows: Int32Array): Int32Array | BigInt64Array {
  const from = new Int32Array(values.buffer, values.byteOffset, values.byteLength >> 2);
  if (values.BYTES_PER_ELEMENT === 4) {
    const to = new Int32Array(rows.length);
    for (let i = 0; i < rows.length; i++) to[i] = from[rows[i]!]!;
    return to;
  }
  const to = new Int32Array(rows.length * 2);
  for (let i = 0; i < rows.length; i++) {
    to[i * 2] = from[rows[i]! * 2]!;
    to[i * 2 + 1] = from[rows[i]! * 2 + 1]!;
  }
  return new BigInt64Array(to.buffer);
}

function booleans(values: Uint8Array, count: number, rows: Int32Array | undefined): Uint8Array {
  return rows === undefined ? values.subarray(0, count) : Uint8Array.from(rows, (row) => values[row]!);
}

function widened(values: Int8Array | Int16Array, count: number, rows: Int32Array | undefined): Int32Array {
  const to = new Int32Array(count);
  for (let i = 0; i < count; i++) to[i] = values[rows === undefined ? i : rows[i]!]!;
  return to;
}

function decimals(
  words: Uint32Array, precision: number, count: number, rows: Int32Array | undefined,
): FixedValues {
  const physical = physicalType({ kind: 'decimal', precision, scale: 0 });
  if (physical === PhysicalType.FIXED_LEN_BYTE_ARRAY) return bigEndian(words, decimalWidth(precision), count, rows);
  // A number of few digits is its lowest words already: those above only repeat the sign.
  const kept = physical === PhysicalType.INT32 ? 1 : 2;
  const to = new Uint32Array(count * kept);
  for (let i = 0; i < count; i++) {
    const row = (rows === undefined ? i : rows[i]!) * DECIMAL_WORDS;
    for (let word = 0; word < kept; word++) to[i * kept + word] = words[row + word]!;
  }
  return { kind: 'fixed', count, width: kept * 4, bytes: new Uint8Array(to.buffer) };
}

function bigEndian(words: Uint32Array, width: number, count: number, rows: Int32Array | undefined): FixedValues {
  const bytes = new Uint8Array(count * width);
  for (let i = 0; i < count; i++) {
    const row = (rows === undefined ? i : rows[i]!) * DECIMAL_WORDS;
    const last = (i + 1) * width - 1;
    for (let byte = 0; byte < width; byte++) bytes[last - byte] = words[row + (byte >> 2)]! >>> ((byte & 3) * 8);
  }
  return { kind: 'fixed', count, width, bytes };
}

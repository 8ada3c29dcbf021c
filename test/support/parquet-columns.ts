import type { ColumnSchema, ParquetType, ColumnVector, FixedArray } from '../../cli/engine/parquet/schema';

/**
 * A cell in the simplest form that any reader's can be turned into: 64-bit numbers, moments and unscaled decimals as
 * bigint, other numbers, days, milliseconds of the day and booleans (0, 1) as number, bytes as hexadecimal digits.
 */
export type Cell = bigint | number | string | null;

/** A column vector as the engine's columns make it. */
export function vectorOf(type: ParquetType, cells: readonly Cell[]): ColumnVector {
  const validity = new Uint8Array((cells.length + 7) >> 3);
  cells.forEach((cell, row) => {
    if (cell !== null) validity[row >> 3]! |= 1 << (row & 7);
  });
  const nullCount = cells.filter((cell) => cell === null).length;
  return { length: cells.length, nullCount, validity, values: valuesOf(type, cells) };
}

function valuesOf(type: ParquetType, cells: readonly Cell[]): ColumnVector['values'] {
  if (type.kind !== 'utf8' && type.kind !== 'binary') return fixedValues(type, cells);
  const strings = cells.map((cell) => Buffer.from((cell ?? '') as string, type.kind === 'utf8' ? 'utf8' : 'hex'));
  const offsets = new Int32Array(cells.length + 1);
  strings.forEach(({ length }, i) => (offsets[i + 1] = offsets[i]! + length));
  return { offsets, bytes: Buffer.concat(strings) };
}

function fixedValues(type: ParquetType, cells: readonly Cell[]): FixedArray {
  const numbers = cells.map((cell) => (cell ?? 0) as number);
  const bigints = cells.map((cell) => (cell ?? 0n) as bigint);
  switch (type.kind) {
    case 'boolean':
    case 'uint8':
      return Uint8Array.from(numbers);
    case 'uint16':
      return Uint16Array.from(numbers);
    case 'int8':
      return Int8Array.from(numbers);
    case 'int16':
      return Int16Array.from(numbers);
    case 'float':
      return Float32Array.from(numbers);
    case 'double':
      return Float64Array.from(numbers);
    case 'uint64':
    case 'int64':
    case 'timestamp-millis':
    case 'timestamp-micros':
      return BigInt64Array.from(bigints);
    case 'decimal':
      return Uint32Array.from(bigints.flatMap((value) =>
        [0n, 32n, 64n, 96n].map((shift) => Number(BigInt.asUintN(32, value >> shift)))));
    default:
      return Int32Array.from(numbers);
  }
}

/** Rows of a file by column; each inner array is one row group. */
export interface ExampleFile {
  readonly columns: readonly ColumnSchema[];
  readonly rowGroups: readonly (readonly (readonly Cell[])[])[];
}

export function allCells({ columns, rowGroups }: ExampleFile): Cell[][] {
  return columns.map((_, i) => rowGroups.flatMap((group) => [...group[i]!]));
}

import { bitmapRun, repeatedRun } from './rle';
import type { ColumnVector } from './schema';

const BITS = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

/** Values that are not null in rows `[from, to)`. @param from a multiple of eight */
export function countValid(vector: ColumnVector, from: number, to: number): number {
  if (vector.nullCount === 0) return to - from;
  const { validity } = vector;
  const wholeBytes = to >> 3;
  let count = 0;
  for (let i = from >> 3; i < wholeBytes; i++) count += BITS[validity[i]!]!;
  const beyond = to & 7;
  return beyond === 0 ? count : count + BITS[validity[wholeBytes]! & ((1 << beyond) - 1)]!;
}

/**
 * Definition levels of rows `[from, to)`: which of them have a value.
 *
 * @param from a multiple of eight, so that the bitmap can be taken as it is
 * @param valid `countValid` of these rows
 */
export function definitionLevels(vector: ColumnVector, from: number, to: number, valid: number): Buffer {
  if (valid === to - from) return repeatedRun(1, to - from, 1);
  if (valid === 0) return repeatedRun(0, to - from, 1);
  return bitmapRun(vector.validity, from, to);
}

/** The rows that have a value; `undefined` when all have. */
export function validRows({ length, nullCount, validity }: ColumnVector): Int32Array | undefined {
  if (nullCount === 0) return undefined;
  const rows = new Int32Array(length - nullCount);
  let count = 0;
  for (let row = 0; row < length; row++) {
    if ((validity[row >> 3]! >> (row & 7)) & 1) rows[count++] = row;
  }
  return rows;
}

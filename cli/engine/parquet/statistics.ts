import type { DenseValues, FixedValues, StringValues } from './dense';
import { PhysicalType } from './format';
import type { ParquetType } from './schema';
import { physicalType } from './schema';
import type { Bound } from './truncation';
import { truncatedMax, truncatedMin } from './truncation';

/** What a reader may skip a column chunk by. */
export interface ChunkStatistics {
  readonly nulls: number;
  /** Only for columns of floats. */
  readonly nans: number | undefined;
  /** `undefined` when there is no value or none that could be compared. */
  readonly min: Bound | undefined;
  readonly max: Bound | undefined;
}

/** Places of the least and the greatest value. */
type Extremes = readonly [least: number, greatest: number];

/**
 * Statistics in the order that Parquet defines for the type: numbers by their value, UTF-8 and bytes as unsigned bytes.
 *
 * @param values the chunk's values, or the distinct ones among them
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (`ColumnOrder`)
 */
export function chunkStatistics(values: DenseValues, type: ParquetType, nulls: number): ChunkStatistics {
  const nans = isFloat(type) ? countNans(values as FixedValues) : undefined;
  // To many readers a NaN is the greatest value, and bounds without it would make them skip it.
  if (values.count === 0 || (nans ?? 0) > 0) return { nulls, nans, min: undefined, max: undefined };
  if (values.kind === 'strings') return { nulls, nans, ...stringBounds(values, type.kind === 'utf8') };
  const [least, greatest] = fixedExtremes(values, physicalType(type));
  const bound = (place: number): Bound =>
    ({ bytes: values.bytes.slice(place * values.width, (place + 1) * values.width), exact: true });
  const [min, max] = [bound(least), bound(greatest)];
  if (isFloat(type)) {
    // Zero has two signs, which are equal to some readers and ordered to others.
    if (isZero(min.bytes)) min.bytes[min.bytes.length - 1] = 0x80;
    if (isZero(max.bytes)) max.bytes[max.bytes.length - 1] = 0;
  }
  return { nulls, nans, min, max };
}

function isFloat({ kind }: ParquetType): boolean {
  return kind === 'float' || kind === 'double';
}

function isZero(float: Uint8Array): boolean {
  return float.every((byte, i) => byte === 0 || (i === float.length - 1 && byte === 0x80));
}

function countNans(values: FixedValues): number {
  const numbers = floats(values);
  let count = 0;
  for (let i = 0; i < numbers.length; i++) if (numbers[i] !== numbers[i]) count++;
  return count;
}

function floats({ bytes, count, width }: FixedValues): Float32Array | Float64Array {
  return width === 4
    ? new Float32Array(bytes.buffer, bytes.byteOffset, count)
    : new Float64Array(bytes.buffer, bytes.byteOffset, count);
}

function fixedExtremes(values: FixedValues, physical: PhysicalType): Extremes {
  switch (physical) {
    case PhysicalType.INT32:
      return numberExtremes(new Int32Array(values.bytes.buffer, values.bytes.byteOffset, values.count));
    case PhysicalType.INT64:
      return longExtremes(values);
    case PhysicalType.FIXED_LEN_BYTE_ARRAY:
      return bigEndianExtremes(values);
    default:
      return numberExtremes(floats(values));
  }
}

function numberExtremes(numbers: Int32Array | Float32Array | Float64Array): Extremes {
  let least = 0;
  let greatest = 0;
  for (let i = 1; i < numbers.length; i++) {
    if (numbers[i]! < numbers[least]!) least = i;
    else if (numbers[i]! > numbers[greatest]!) greatest = i;
  }
  return [least, greatest];
}

/** By words: comparing as BigInt takes an object a value. */
function longExtremes({ bytes, count }: FixedValues): Extremes {
  const high = new Int32Array(bytes.buffer, bytes.byteOffset, count * 2);
  const low = new Uint32Array(bytes.buffer, bytes.byteOffset, count * 2);
  const less = (one: number, other: number): boolean => {
    const difference = high[one * 2 + 1]! - high[other * 2 + 1]!;
    return difference < 0 || (difference === 0 && low[one * 2]! < low[other * 2]!);
  };
  return extremes(count, less);
}

/** Two's complement: the first byte has the sign. */
function bigEndianExtremes({ bytes, count, width }: FixedValues): Extremes {
  const less = (one: number, other: number): boolean => {
    const sign = ((bytes[one * width]! << 24) >> 24) - ((bytes[other * width]! << 24) >> 24);
    if (sign !== 0) return sign < 0;
    for (let i = 1; i < width; i++) {
      const difference = bytes[one * width + i]! - bytes[other * width + i]!;
      if (difference !== 0) return difference < 0;
    }
    return false;
  };
  return extremes(count, less);
}

function extremes(count: number, less: (one: number, other: number) => boolean): Extremes {
  let least = 0;
  let greatest = 0;
  for (let i = 1; i < count; i++) {
    if (less(i, least)) least = i;
    else if (less(greatest, i)) greatest = i;
  }
  return [least, greatest];
}

function stringBounds(values: StringValues, isText: boolean): { min: Bound; max: Bound } {
  const { offsets, bytes, count } = values;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [least, greatest] = extremes(count, (one, other) =>
    precedes(view, offsets[one]!, offsets[one + 1]!, offsets[other]!, offsets[other + 1]!));
  return {
    min: truncatedMin(bytes.subarray(offsets[least], offsets[least + 1]), isText),
    max: truncatedMax(bytes.subarray(offsets[greatest], offsets[greatest + 1]), isText),
  };
}

function precedes(view: DataView, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  const shared = Math.min(end - start, otherEnd - otherStart);
  let at = 0;
  for (; at + 4 <= shared; at += 4) {
    // Big endian, so that the order of the words is that of their bytes.
    const word = view.getUint32(start + at);
    const other = view.getUint32(otherStart + at);
    if (word !== other) return word < other;
  }
  for (; at < shared; at++) {
    const difference = view.getUint8(start + at) - view.getUint8(otherStart + at);
    if (difference !== 0) return difference < 0;
  }
  return end - start < otherEnd - otherStart;
}

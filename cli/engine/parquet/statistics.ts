import type { BooleanValues, DenseValues, FixedValues, StringValues } from './dense';
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
  if (values.kind === 'booleans') return { nulls, nans, ...booleanBounds(values) };
  const [least, greatest] = fixedExtremes(values, type);
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

function booleanBounds({ bytes, count }: BooleanValues): { min: Bound; max: Bound } {
  const ones = bytes.subarray(0, count).reduce((sum, byte) => sum + byte, 0);
  const bound = (value: boolean): Bound => ({ bytes: Uint8Array.of(value ? 1 : 0), exact: true });
  return { min: bound(ones === count), max: bound(ones > 0) };
}

function fixedExtremes(values: FixedValues, type: ParquetType): Extremes {
  switch (physicalType(type)) {
    case PhysicalType.INT32:
      return numberExtremes(words(values, type.kind === 'uint32'));
    case PhysicalType.INT64:
      return longExtremes(values, type.kind === 'uint64');
    case PhysicalType.FIXED_LEN_BYTE_ARRAY:
      return bigEndianExtremes(values);
    default:
      return numberExtremes(floats(values));
  }
}

function words({ bytes, count }: Pick<FixedValues, 'bytes' | 'count'>, unsigned: boolean): Int32Array | Uint32Array {
  return unsigned
    ? new Uint32Array(bytes.buffer, bytes.byteOffset, count)
    : new Int32Array(bytes.buffer, bytes.byteOffset, count);
}

function numberExtremes(numbers: Int32Array | Uint32Array | Float32Array | Float64Array): Extremes {
  let least = 0;
  let greatest = 0;
  for (let i = 1; i < numbers.length; i++) {
    if (numbers[i]! < numbers[least]!) least = i;
    else if (numbers[i]! > numbers[greatest]!) greatest = i;
  }
  return [least, greatest];
}

/** By words: comparing as BigInt takes an object a value. */
function longExtremes({ bytes, count }: FixedValues, unsigned: boolean): Extremes {
  const high = words({ bytes, count: count * 2 }, unsigned);
  const low = new Uint32Array(bytes.buffer, bytes.byteOffset, count * 2);
  let [least, greatest] = [0, 0];
  for (let i = 2; i < count * 2; i += 2) {
    const value = high[i + 1]!;
    if (value < high[least + 1]! || (value === high[least + 1]! && low[i]! < low[least]!)) least = i;
    else if (value > high[greatest + 1]! || (value === high[greatest + 1]! && low[i]! > low[greatest]!)) greatest = i;
  }
  return [least / 2, greatest / 2];
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
  let [least, greatest] = [0, 0];
  for (let i = 1; i < count; i++) {
    if (less(i, least)) least = i;
    else if (less(greatest, i)) greatest = i;
  }
  return [least, greatest];
}

function stringBounds(values: StringValues, isText: boolean): { min: Bound; max: Bound } {
  const { offsets, bytes, count } = values;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const before = (one: number, other: number): boolean =>
    precedes(view, offsets[one]!, offsets[one + 1]!, offsets[other]!, offsets[other + 1]!);
  let [least, greatest] = [0, 0];
  // Most values differ from the bounds in their first bytes already.
  let [leastStart, greatestStart] = [firstWord(view, offsets, 0), firstWord(view, offsets, 0)];
  for (let i = 1; i < count; i++) {
    const start = firstWord(view, offsets, i);
    if (start < leastStart || (start === leastStart && before(i, least))) {
      least = i;
      leastStart = start;
    } else if (start > greatestStart || (start === greatestStart && before(greatest, i))) {
      greatest = i;
      greatestStart = start;
    }
  }
  return {
    min: truncatedMin(bytes.subarray(offsets[least], offsets[least + 1]), isText),
    max: truncatedMax(bytes.subarray(offsets[greatest], offsets[greatest + 1]), isText),
  };
}

/** The first four bytes as a number whose order is theirs; missing ones count as zero. */
function firstWord(view: DataView, offsets: Int32Array, index: number): number {
  const start = offsets[index]!;
  const length = offsets[index + 1]! - start;
  if (length >= 4) return view.getUint32(start);
  let word = 0;
  for (let i = 0; i < 4; i++) word = word * 256 + (i < length ? view.getUint8(start + i) : 0);
  return word;
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

import { PhysicalType } from './format';

/** A column of a Parquet file. Every column may hold nulls. */
export interface ColumnSchema {
  readonly name: string;
  readonly type: ParquetType;
}

export type ParquetType = SimpleType | DecimalType;

export interface SimpleType {
  readonly kind:
    | 'boolean' | 'int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'uint16' | 'uint32' | 'uint64' | 'float' | 'double'
    | 'utf8' | 'binary'
    | 'date' | 'time-millis' | 'timestamp-millis' | 'timestamp-micros';
}

export interface DecimalType {
  readonly kind: 'decimal';
  /** 1 to 38 digits in all, … */
  readonly precision: number;
  /** … this many of them behind the point. */
  readonly scale: number;
}

/**
 * One element a row; for decimals four, the lowest word of 128 bits first. Booleans are 0 and 1; unsigned integers of
 * 32 and 64 bits are the signed ones with the same bits.
 */
export type FixedArray =
  | Int8Array | Int16Array | Int32Array | BigInt64Array | Float32Array | Float64Array | Uint8Array | Uint16Array
  | Uint32Array;

/** Byte strings one behind the other: row `i` is `bytes[offsets[i], offsets[i + 1])`. */
export interface ByteStrings {
  readonly offsets: Int32Array;
  readonly bytes: Uint8Array;
}

/** The rows of one column. What they consist of must not change until the file says it is written. */
export interface ColumnVector {
  readonly length: number;
  readonly nullCount: number;
  /** A bit a row, the lowest of a byte first: 1 is a value, 0 a null. */
  readonly validity: Uint8Array;
  /** A null has an element that nobody reads, or a byte string of no bytes. */
  readonly values: FixedArray | ByteStrings;
}

const INT32_DIGITS = 9;
const INT64_DIGITS = 18;

/** What Parquet stores for a type. */
export function physicalType(type: ParquetType): PhysicalType {
  switch (type.kind) {
    case 'boolean':
      return PhysicalType.BOOLEAN;
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'date':
    case 'time-millis':
      return PhysicalType.INT32;
    case 'int64':
    case 'uint64':
    case 'timestamp-millis':
    case 'timestamp-micros':
      return PhysicalType.INT64;
    case 'float':
      return PhysicalType.FLOAT;
    case 'double':
      return PhysicalType.DOUBLE;
    case 'utf8':
    case 'binary':
      return PhysicalType.BYTE_ARRAY;
    case 'decimal':
      if (type.precision <= INT32_DIGITS) return PhysicalType.INT32;
      return type.precision <= INT64_DIGITS ? PhysicalType.INT64 : PhysicalType.FIXED_LEN_BYTE_ARRAY;
  }
}

/** The bytes that hold every decimal of a precision, with its sign. */
export function decimalWidth(precision: number): number {
  return Math.ceil((Math.log2(10) * precision + 1) / 8);
}

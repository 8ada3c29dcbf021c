import type { Data } from 'apache-arrow';
import {
  Binary, Bool, DateDay, Decimal, Field, Float32, Float64, Int16, Int32, Int64, Int8, RecordBatch, Schema, Struct,
  Table, TimeMillisecond, TimestampMicrosecond, TimestampMillisecond, Uint16, Uint32, Uint64, Uint8,
  Utf8, makeData, tableToIPC,
} from 'apache-arrow';
import type { DataType } from 'apache-arrow';
import type { ColumnSchema, ParquetType, ColumnVector } from '../../cli/engine/parquet/schema';

/** Row groups as an Arrow IPC stream, which is what writers with an Arrow core take whole columns as. */
export function arrowStream(columns: readonly ColumnSchema[], rowGroups: readonly ColumnVector[][]): Uint8Array {
  const schema = new Schema(columns.map(({ name, type }) => new Field(name, arrowType(type), true)));
  return tableToIPC(new Table(rowGroups.map((vectors) => recordBatch(schema, vectors))), 'stream');
}

function recordBatch(schema: Schema, vectors: readonly ColumnVector[]): RecordBatch {
  const children = vectors.map(({ length, nullCount, validity, values }, i) => makeData({
    type: schema.fields[i]!.type as DataType,
    length,
    nullCount,
    nullBitmap: validity,
    ...('offsets' in values ? { valueOffsets: values.offsets, data: values.bytes }
      : { data: schema.fields[i]!.type instanceof Bool ? packed(values as Uint8Array) : values }),
  } as never) as Data);
  const length = vectors[0]!.length;
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }));
}

function packed(booleans: Uint8Array): Uint8Array {
  const bits = new Uint8Array((booleans.length + 7) >> 3);
  booleans.forEach((value, i) => (bits[i >> 3]! |= value << (i & 7)));
  return bits;
}

function arrowType(type: ParquetType): DataType {
  switch (type.kind) {
    case 'boolean':
      return new Bool();
    case 'uint8':
      return new Uint8();
    case 'uint16':
      return new Uint16();
    case 'uint32':
      return new Uint32();
    case 'uint64':
      return new Uint64();
    case 'int8':
      return new Int8();
    case 'int16':
      return new Int16();
    case 'int32':
      return new Int32();
    case 'int64':
      return new Int64();
    case 'float':
      return new Float32();
    case 'double':
      return new Float64();
    case 'utf8':
      return new Utf8();
    case 'binary':
      return new Binary();
    case 'date':
      return new DateDay();
    case 'time-millis':
      return new TimeMillisecond();
    case 'timestamp-millis':
      return new TimestampMillisecond();
    case 'timestamp-micros':
      return new TimestampMicrosecond();
    case 'decimal':
      return new Decimal(type.scale, type.precision, 128);
  }
}

import type { Data } from 'apache-arrow';
import {
  Binary, DateDay, Decimal, Field, Float32, Float64, Int16, Int32, Int64, Int8, RecordBatch, Schema, Struct, Table,
  TimeMillisecond, TimestampMicrosecond, TimestampMillisecond, Utf8, makeData, tableToIPC,
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
    ...('offsets' in values ? { valueOffsets: values.offsets, data: values.bytes } : { data: values }),
  } as never) as Data);
  const length = vectors[0]!.length;
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }));
}

function arrowType(type: ParquetType): DataType {
  switch (type.kind) {
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

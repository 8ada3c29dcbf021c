import type { Codec, Encoding } from './format';
import { ConvertedType, LogicalType, PhysicalType, Repetition, TimeUnit } from './format';
import type { ColumnSchema, ParquetType } from './schema';
import { decimalWidth, physicalType } from './schema';
import type { ChunkStatistics } from './statistics';
import { CompactStruct } from './thrift-compact';

/** A column chunk as the file has it. */
export interface WrittenChunk {
  readonly column: ColumnSchema;
  readonly codec: Codec;
  readonly encodings: readonly Encoding[];
  readonly rows: number;
  readonly plainSize: number;
  readonly size: number;
  readonly dictionaryOffset: number | undefined;
  readonly dataOffset: number;
  readonly statistics: ChunkStatistics | undefined;
}

const EMPTY = new CompactStruct().end();
/** Each column's bounds are in the order of its type. */
const TYPE_ORDER = new CompactStruct().struct(1, EMPTY).end();
const CREATED_BY = 'cdk-dms-pipelines';

/** The footer's entry of a row group. */
export function rowGroupEntry(chunks: readonly WrittenChunk[], rows: number, ordinal: number): Buffer {
  const offset = chunks[0]!.dictionaryOffset ?? chunks[0]!.dataOffset;
  const entry = new CompactStruct()
    .structs(1, chunks.map(chunkEntry))
    .i64(2, chunks.reduce((sum, { plainSize }) => sum + plainSize, 0))
    .i64(3, rows)
    .i64(5, offset)
    .i64(6, chunks.reduce((sum, { size }) => sum + size, 0));
  // The ordinal has 16 bits; it is optional and only encryption needs it.
  return ordinal < 2 ** 15 ? entry.i16(7, ordinal).end() : entry.end();
}

/** The footer of the file, without its length. */
export function fileMetadata(
  columns: readonly ColumnSchema[], rowGroups: readonly Uint8Array[], rows: number, version2: boolean,
): Buffer {
  const root = new CompactStruct().binary(4, 'schema').i32(5, columns.length).end();
  return new CompactStruct()
    .i32(1, version2 ? 2 : 1)
    .structs(2, [root, ...columns.map(schemaElement)])
    .i64(3, rows)
    .structs(4, rowGroups)
    .binary(6, CREATED_BY)
    .structs(7, columns.map(() => TYPE_ORDER))
    .end();
}

function chunkEntry(chunk: WrittenChunk): Buffer {
  const metadata = new CompactStruct()
    .i32(1, physicalType(chunk.column.type))
    .i32s(2, chunk.encodings)
    .strings(3, [chunk.column.name])
    .i32(4, chunk.codec)
    .i64(5, chunk.rows)
    .i64(6, chunk.plainSize)
    .i64(7, chunk.size)
    .i64(9, chunk.dataOffset);
  if (chunk.dictionaryOffset !== undefined) metadata.i64(11, chunk.dictionaryOffset);
  if (chunk.statistics !== undefined) metadata.struct(12, statisticsEntry(chunk.statistics));
  return new CompactStruct().i64(2, 0).struct(3, metadata.end()).end();
}

function statisticsEntry({ nulls, nans, min, max }: ChunkStatistics): Buffer {
  const entry = new CompactStruct().i64(3, nulls);
  if (max !== undefined) entry.binary(5, max.bytes);
  if (min !== undefined) entry.binary(6, min.bytes);
  if (max !== undefined) entry.boolean(7, max.exact);
  if (min !== undefined) entry.boolean(8, min.exact);
  if (nans !== undefined) entry.i64(9, nans);
  return entry.end();
}

function schemaElement({ name, type }: ColumnSchema): Buffer {
  const physical = physicalType(type);
  const { converted, logical } = annotation(type);
  const element = new CompactStruct().i32(1, physical);
  if (physical === PhysicalType.FIXED_LEN_BYTE_ARRAY && type.kind === 'decimal') {
    element.i32(2, decimalWidth(type.precision));
  }
  element.i32(3, Repetition.OPTIONAL).binary(4, name);
  if (converted !== undefined) element.i32(6, converted);
  if (type.kind === 'decimal') element.i32(7, type.scale).i32(8, type.precision);
  if (logical !== undefined) element.struct(10, logical);
  return element.end();
}

/** What a physical type stands for, in the old form and in the new one; readers take the one they know. */
interface Annotation {
  readonly converted?: number;
  readonly logical?: Buffer;
}

function annotation(type: ParquetType): Annotation {
  switch (type.kind) {
    case 'int8':
      return { converted: ConvertedType.INT_8, logical: logical(LogicalType.INTEGER, integer(8, true)) };
    case 'int16':
      return { converted: ConvertedType.INT_16, logical: logical(LogicalType.INTEGER, integer(16, true)) };
    case 'uint8':
      return { converted: ConvertedType.UINT_8, logical: logical(LogicalType.INTEGER, integer(8, false)) };
    case 'uint16':
      return { converted: ConvertedType.UINT_16, logical: logical(LogicalType.INTEGER, integer(16, false)) };
    case 'uint32':
      return { converted: ConvertedType.UINT_32, logical: logical(LogicalType.INTEGER, integer(32, false)) };
    case 'uint64':
      return { converted: ConvertedType.UINT_64, logical: logical(LogicalType.INTEGER, integer(64, false)) };
    case 'utf8':
      return { converted: ConvertedType.UTF8, logical: logical(LogicalType.STRING, EMPTY) };
    case 'date':
      return { converted: ConvertedType.DATE, logical: logical(LogicalType.DATE, EMPTY) };
    case 'time-millis':
      return clock(ConvertedType.TIME_MILLIS, LogicalType.TIME, TimeUnit.MILLIS);
    case 'timestamp-millis':
      return clock(ConvertedType.TIMESTAMP_MILLIS, LogicalType.TIMESTAMP, TimeUnit.MILLIS);
    case 'timestamp-micros':
      return clock(ConvertedType.TIMESTAMP_MICROS, LogicalType.TIMESTAMP, TimeUnit.MICROS);
    case 'decimal': {
      const digits = new CompactStruct().i32(1, type.scale).i32(2, type.precision).end();
      return { converted: ConvertedType.DECIMAL, logical: logical(LogicalType.DECIMAL, digits) };
    }
    default:
      return {};
  }
}

function logical(id: number, details: Buffer): Buffer {
  return new CompactStruct().struct(id, details).end();
}

function integer(bits: number, signed: boolean): Buffer {
  return new CompactStruct().byte(1, bits).boolean(2, signed).end();
}

/** Times without a zone: readers show them as they are. */
function clock(converted: number, id: number, unit: number): Annotation {
  const inUnit = new CompactStruct().struct(unit, EMPTY).end();
  return { converted, logical: logical(id, new CompactStruct().boolean(1, false).struct(2, inUnit).end()) };
}

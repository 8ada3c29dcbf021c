import fc from 'fast-check';
import type { WriterOptions } from '../../cli/engine/parquet/file-writer';
import type { ParquetType } from '../../cli/engine/parquet/schema';
import type { Cell, ExampleFile } from './parquet-columns';

const integer = (bits: number): fc.Arbitrary<number> => {
  const limit = 2 ** (bits - 1);
  return fc.oneof(fc.integer({ min: -limit, max: limit - 1 }), fc.constantFrom(-limit, limit - 1, 0, -1, 1));
};
const unsigned = (bits: number): fc.Arbitrary<number> =>
  fc.oneof(fc.integer({ min: 0, max: 2 ** bits - 1 }), fc.constantFrom(0, 2 ** (bits - 1), 2 ** bits - 1));
/** From -limit to limit - 1. */
const long = (limit: bigint): fc.Arbitrary<bigint> => {
  const edges = [-limit, limit - 1n, 0n, -1n, 1n, 2n ** 32n, -(2n ** 32n)];
  const allowed = edges.filter((edge) => edge >= -limit && edge < limit);
  return fc.oneof(fc.bigInt({ min: -limit, max: limit - 1n }), fc.constantFrom(...allowed));
};
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 90 }),
  fc.string({ minLength: 60, maxLength: 300 }),
  fc.constantFrom('', '\u{10ffff}'.repeat(30), 'é'.repeat(40), '\ud7ff'.repeat(30), '\0', `${'x'.repeat(63)}\u{10ffff}`),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 90 }),
  fc.constantFrom(new Uint8Array(70).fill(0xff), new Uint8Array(0)),
);

/** Each type with the cells that it may have. Readers have narrower dates than the format. */
const CELLS: Record<Exclude<ParquetType['kind'], 'decimal'>, fc.Arbitrary<Cell>> = {
  'boolean': fc.integer({ min: 0, max: 1 }),
  'uint8': unsigned(8),
  'uint16': unsigned(16),
  'uint32': unsigned(32),
  'uint64': fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constantFrom(2n ** 63n, 2n ** 64n - 1n)),
  'int8': integer(8),
  'int16': integer(16),
  'int32': integer(32),
  'int64': long(2n ** 63n),
  'float': fc.float(),
  'double': fc.double(),
  'utf8': text,
  'binary': bytes.map((value) => Buffer.from(value).toString('hex')),
  'date': fc.integer({ min: -2_400_000, max: 2_145_000_000 }),
  'time-millis': fc.integer({ min: 0, max: 86_399_999 }),
  'timestamp-millis': long(8_000_000_000_000_000n),
  'timestamp-micros': long(2n ** 63n - 10n),
};

interface TypedCells {
  readonly type: ParquetType;
  readonly cell: fc.Arbitrary<Cell>;
}

const simple: fc.Arbitrary<TypedCells> = fc.constantFrom(
  ...Object.entries(CELLS).map(([kind, cell]) => ({ type: { kind } as ParquetType, cell })),
);
const decimal: fc.Arbitrary<TypedCells> = fc
  .integer({ min: 1, max: 38 })
  .chain((precision) => fc.integer({ min: 0, max: precision }).map((scale) => ({
    type: { kind: 'decimal', precision, scale },
    cell: long(10n ** BigInt(precision)).filter((value) => value > -(10n ** BigInt(precision))),
  })));

/** Values that are all different or taken from a few, for a dictionary; without nulls, with some or nothing else. */
function cells(cell: fc.Arbitrary<Cell>, rows: number): fc.Arbitrary<Cell[]> {
  const filled = (source: fc.Arbitrary<Cell>): fc.Arbitrary<Cell[]> =>
    fc.array(source, { minLength: rows, maxLength: rows });
  const withNulls = (source: fc.Arbitrary<Cell>): fc.Arbitrary<Cell[]> =>
    filled(fc.oneof(source, fc.constant(null)));
  const few = fc.array(cell, { minLength: 1, maxLength: 4 }).map((pool) => fc.constantFrom(...pool));
  return fc.oneof(filled(cell), withNulls(cell), few.chain(filled), few.chain(withNulls), filled(fc.constant(null)));
}

export const exampleFile: fc.Arbitrary<ExampleFile> = fc
  .tuple(
    fc.array(fc.oneof(simple, simple, simple, decimal), { minLength: 1, maxLength: 5 }),
    fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 4 }),
  )
  .chain(([columns, groups]) =>
    fc.tuple(...groups.map((rows) => fc.tuple(...columns.map(({ cell }) => cells(cell, rows))))).map((rowGroups) => ({
      columns: columns.map(({ type }, i) => ({ name: `c${i}`, type })),
      rowGroups,
    })));

/** Small pages and dictionaries among them, so that a few rows reach their ends. */
export const writerOptions: fc.Arbitrary<WriterOptions> = fc.record({
  gzip: fc.boolean(),
  version2: fc.boolean(),
  encoding: fc.constantFrom('plain', 'plain-dictionary', 'rle-dictionary'),
  dataPageSize: fc.constantFrom(1, 64, 200, 1024 * 1024),
  dictPageSizeLimit: fc.constantFrom(1, 40, 1024 * 1024),
  statistics: fc.boolean(),
});

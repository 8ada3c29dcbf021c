import fc from 'fast-check';
import { BigIntColumn } from '../../../cli/engine/columns/numbers';
import { TimestampColumn } from '../../../cli/engine/columns/temporal';

/** PostgreSQL's binary form of a 64-bit integer. */
function binary(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigInt64BE(value);
  return buffer;
}

/** Where the quick way through doubles ends: the upper half of microseconds since 2000. */
const BORDER = 1_876_000n << 32n;
const MICROS_2000_TO_1970 = 946_684_800_000_000n;
const floorDivide = (value: bigint, by: bigint): bigint => (value - (((value % by) + by) % by)) / by;

const micros = fc.oneof(
  fc.bigInt({ min: -211_813_488_000_000_000n, max: 9_223_371_331_200_000_000n - MICROS_2000_TO_1970 }),
  fc.bigInt({ min: -2_000_000_000_000_000n, max: 2_000_000_000_000_000n }),
  fc.bigInt({ min: BORDER - 3_000n, max: BORDER + 3_000n }),
  fc.bigInt({ min: -BORDER - 3_000n, max: -BORDER + 3_000n }),
  fc.bigInt({ min: -MICROS_2000_TO_1970 - 3_000n, max: -MICROS_2000_TO_1970 + 3_000n }),
);

test('binary timestamps are cut to milliseconds towards the past, exactly, on both sides of every border', () => {
  fc.assert(fc.property(fc.array(micros, { minLength: 1, maxLength: 50 }), (values) => {
    const [milliseconds, microseconds] = [new TimestampColumn(true), new TimestampColumn(false)];
    for (const value of values) {
      milliseconds.appendBinary(binary(value), 0);
      microseconds.appendBinary(binary(value), 0);
    }
    const since1970 = values.map((value) => value + MICROS_2000_TO_1970);
    expect([...microseconds.take().values as BigInt64Array]).toEqual(since1970);
    const cut = since1970.map((value) => floorDivide(value, 1000n));
    expect([...milliseconds.take().values as BigInt64Array]).toEqual(cut);
  }), { numRuns: 500 });
});

test('64-bit integers keep every bit, also when the column grows and is taken several times', () => {
  const integers = fc.array(fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }), { minLength: 1, maxLength: 40 });
  fc.assert(fc.property(integers, fc.integer({ min: 1, max: 90 }), (values, times) => {
    const column = new BigIntColumn();
    for (let round = 0; round < 2; round++) {
      const all = Array.from({ length: times }, () => values).flat();
      for (const value of all) column.appendBinary(binary(value), 0);
      expect([...column.take().values as BigInt64Array]).toEqual(all);
    }
  }), { numRuns: 60 });
});

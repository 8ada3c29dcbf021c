import fc from 'fast-check';
import type { Column } from '../../../cli/engine/columns/column';
import { DecimalColumn } from '../../../cli/engine/columns/decimal';
import { BigIntColumn, IntegerColumn } from '../../../cli/engine/columns/numbers';
import { StringColumn } from '../../../cli/engine/columns/strings';
import { DateColumn, TimeColumn, TimestampColumn } from '../../../cli/engine/columns/temporal';
import type { ByteStrings } from '../../../cli/engine/parquet/schema';
import type { CopyBlock } from '../../../cli/engine/columns/copy-block';

/** A block of rows of one field: 64-bit integers, as PostgreSQL's COPY sends them. */
function blockOf(values: readonly bigint[]): CopyBlock {
  const bytes = Buffer.alloc(values.length * 8);
  values.forEach((value, row) => bytes.writeBigInt64BE(value, row * 8));
  const starts = Int32Array.from(values, (_, row) => row * 8);
  const ends = Int32Array.from(starts, (start) => start + 8);
  return {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
    rows: values.length,
    size: bytes.length,
    fields: [{ starts, ends, nulls: 0 }],
  };
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
    const block = blockOf(values);
    milliseconds.appendBinary(block, block.fields[0]!, 0, values.length);
    microseconds.appendBinary(block, block.fields[0]!, 0, values.length);
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
      const block = blockOf(all);
      column.appendBinary(block, block.fields[0]!, 0, all.length);
      expect([...column.take().values as BigInt64Array]).toEqual(all);
    }
  }), { numRuns: 60 });
});

describe('text of the change stream', () => {
  /** What a column makes of texts: its values, of which nulls are left out. */
  function read(column: Column, texts: readonly string[]): (bigint | number)[] {
    for (const text of texts) {
      // Other fields follow in the memory: nothing of them may be read.
      const buffer = Buffer.from(`9${text}9`);
      column.appendText(buffer, 1, buffer.length - 1);
    }
    return [...column.take().values as Int32Array];
  }
  const pad = (value: bigint | number, digits: number): string => String(value).padStart(digits, '0');

  test('integers, also those that a double cannot hold', () => {
    const any = fc.oneof(
      fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
      fc.bigInt({ min: -1_000n, max: 1_000n }),
      fc.bigInt({ min: 10n ** 15n - 3n, max: 10n ** 15n + 3n }),
      fc.bigInt({ min: (1n << 53n) - 3n, max: (1n << 53n) + 3n }),
    );
    fc.assert(fc.property(fc.array(any), (values) => {
      expect(read(new BigIntColumn(), values.map(String))).toEqual(values);
      const small = values.map((value) => BigInt.asIntN(32, value)).map(Number);
      expect(read(IntegerColumn.int4(), small.map(String))).toEqual(small);
    }));
    const column = IntegerColumn.int4();
    read(column, ['2147483648', '-2147483649', '', '-', '1.5', '99999999999999999999']);
    expect(column.unrepresentable).toBe(6);
  });

  test('decimals of any scale and number of digits', () => {
    const any = fc.integer({ min: 1, max: 38 }).chain((precision) => fc.record({
      precision: fc.constant(precision),
      scale: fc.integer({ min: 0, max: precision }),
      unscaled: fc.bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n }),
    }));
    fc.assert(fc.property(any, ({ precision, scale, unscaled }) => {
      const digits = pad(unscaled < 0n ? -unscaled : unscaled, scale + 1);
      const point = digits.length - scale;
      const text = `${unscaled < 0n ? '-' : ''}${digits.slice(0, point)}${scale === 0 ? '' : `.${digits.slice(point)}`}`;
      const words = read(new DecimalColumn(precision, scale), [text]) as number[];
      expect(BigInt.asIntN(128, words.reduceRight((value, word) => (value << 32n) | BigInt(word), 0n))).toBe(unscaled);
    }), { numRuns: 500 });
  });

  test('dates and timestamps of years with four digits, with and without a fraction', () => {
    const moment = fc.record({
      millis: fc.integer({ min: -62_135_596_800_000, max: Date.UTC(9999, 11, 31) }),
      micros: fc.integer({ min: 0, max: 999 }),
    });
    fc.assert(fc.property(moment, fc.constantFrom('', '+00'), ({ millis, micros }, zone) => {
      const iso = new Date(millis).toISOString();
      const day = iso.slice(0, 10);
      // PostgreSQL writes no zeros at the end of a fraction, and no point without one.
      const fraction = `.${iso.slice(20, 23)}${pad(micros, 3)}`.replace(/\.?0+$/, '');
      const text = `${day} ${iso.slice(11, 19)}${fraction}${zone}`;
      expect(read(new TimestampColumn(false), [text])).toEqual([BigInt(millis) * 1000n + BigInt(micros)]);
      expect(read(new TimestampColumn(true), [text])).toEqual([BigInt(millis)]);
      expect(read(new DateColumn(), [day])).toEqual([Math.floor(millis / 86_400_000)]);
    }), { numRuns: 500 });
  });

  test('what is no date, time or timestamp is null, whatever follows in the memory', () => {
    for (const column of [new DateColumn(), new TimeColumn(), new TimestampColumn(true)]) {
      read(column, ['', 'infinity', '-', '2026-1-1', '12:3', '2026-01-01 ', '2026-01-01 10:00:', '10:00:00.']);
      expect(column.unrepresentable).toBe(8);
    }
  });
});

test('values that were handed over stay as they are while the next ones come', () => {
  const [numbers, texts] = [new BigIntColumn(), new StringColumn()];
  const fill = (first: bigint): void => {
    const block = blockOf(Array.from({ length: 3000 }, (_, i) => first + BigInt(i)));
    for (const column of [numbers, texts]) column.appendBinary(block, block.fields[0]!, 0, block.rows);
  };
  const firstOf = (bytes: ByteStrings): bigint => Buffer.from(bytes.bytes).readBigInt64BE(0);
  for (let round = 0n; round < 4n; round++) {
    fill(round * 10_000n);
    const [one, other] = [numbers.take(), texts.take()];
    fill(-1n);
    numbers.appendNull();
    expect(one).toMatchObject({ length: 3000, nullCount: 0 });
    expect((one.values as BigInt64Array)[0]).toBe(round * 10_000n);
    expect(firstOf(other.values as ByteStrings)).toBe(round * 10_000n);
    expect([...one.validity]).toEqual(Array.from({ length: 375 }, () => 0xff));
    numbers.take();
    texts.take();
  }
});

import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { encodeChunk } from '../../cli/engine/parquet/column-chunk';
import { buildDictionary } from '../../cli/engine/parquet/dictionary';
import { denseValues, type DistinguishableValues } from '../../cli/engine/parquet/dense';
import { keysOf } from '../../cli/engine/parquet/keys';
import { countValid, definitionLevels } from '../../cli/engine/parquet/levels';
import { writtenPage } from '../../cli/engine/parquet/page';
import { bitWidth, hybrid } from '../../cli/engine/parquet/rle';
import type { ParquetType } from '../../cli/engine/parquet/schema';
import { CompactStruct, writeVarint } from '../../cli/engine/parquet/thrift-compact';
import { truncatedMax, truncatedMin } from '../../cli/engine/parquet/truncation';
import type { Cell } from '../support/parquet-columns';
import { vectorOf } from '../support/parquet-columns';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const distinguishable = (type: ParquetType, cells: readonly Cell[]): DistinguishableValues =>
  denseValues(vectorOf(type, cells), type) as DistinguishableValues;

describe('the compact protocol', () => {
  test('writes small steps between fields in one byte and larger ones with their id', () => {
    expect(hex(new CompactStruct().i32(1, 3).i32(16, -1).i32(40, 300).end())).toBe('15' + '06' + 'f5' + '01' + '05' + '50' + 'd804' + '00');
  });

  test('writes numbers beyond 32 bits', () => {
    expect(hex(new CompactStruct().i64(1, 2 ** 40).end())).toBe('16' + '808080808040' + '00');
  });

  test('keeps booleans in the field, texts with their length, short and long lists', () => {
    const struct = new CompactStruct().boolean(1, true).boolean(2, false).binary(3, 'é').i32s(4, [1, 2]);
    expect(hex(struct.strings(5, new Array<string>(15).fill('')).end())).toBe(
      '11' + '12' + '18' + '02c3a9' + '19' + '250204' + '19' + 'f80f' + '00'.repeat(15) + '00',
    );
  });

  test('grows', () => {
    const struct = new CompactStruct().binary(1, 'x'.repeat(200)).binary(2, 'y'.repeat(1000)).end();
    expect(struct.length).toBe(1 + 2 + 200 + 1 + 2 + 1000 + 1);
  });
});

describe('the hybrid encoding', () => {
  /** Independent of the writer: bit by bit. */
  const decoded = (bytes: Uint8Array, width: number, count: number): number[] => {
    const values: number[] = [];
    const byteWidth = Math.ceil(width / 8);
    for (let at = 0; values.length < count;) {
      let header = 0;
      for (let shift = 0; ; shift += 7) {
        const byte = bytes[at++]!;
        header += (byte & 0x7f) * 2 ** shift;
        if (byte < 0x80) break;
      }
      const run = Math.floor(header / 2);
      if (header % 2 === 0) {
        const value = Buffer.from(bytes).readUIntLE(at, byteWidth);
        values.push(...new Array<number>(run).fill(value));
        at += byteWidth;
      } else {
        for (let value = 0; value < run * 8; value++) {
          const bits = Array.from({ length: width }, (_, bit) => {
            const place = value * width + bit;
            return ((bytes[at + (place >> 3)]! >> (place & 7)) & 1) * 2 ** bit;
          });
          values.push(bits.reduce((sum, bit) => sum + bit, 0));
        }
        at += run * width;
      }
    }
    return values.slice(0, count);
  };

  test('gives back runs and single values of any width', () => {
    const run = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 40 }));
    const runsOf = fc.array(run, { minLength: 1, maxLength: 30 });
    fc.assert(fc.property(fc.integer({ min: 1, max: 24 }), runsOf, (width, runs) => {
      const values = runs.flatMap(([value, count]) => new Array<number>(count).fill(value % 2 ** width));
      expect(decoded(hybrid(Int32Array.from(values), 0, values.length, width), width, values.length)).toEqual(values);
    }), { numRuns: 300 });
  });

  test('writes a run as such only when it is longer than the group that it fills', () => {
    const values = Int32Array.from([1, 2, 3, ...new Array<number>(20).fill(3)]);
    // Eight packed values of two bits, then fifteen times three.
    expect(hex(hybrid(values, 0, values.length, 2))).toBe('03' + 'f9ff' + '1e' + '03');
  });

  test('packs the rest of a run that is too short', () => {
    expect(hex(hybrid(Int32Array.from([1, 2, ...new Array<number>(11).fill(3)]), 0, 13, 2))).toBe('05' + 'f9ffff03');
  });

  test.each([[0, 1], [1, 1], [2, 2], [255, 8], [256, 9]])('needs for numbers up to %i a width of %i', (max, width) => {
    expect(bitWidth(max)).toBe(width);
  });
});

describe('definition levels', () => {
  const cells = [...new Array<null>(8).fill(null), ...new Array<number>(8).fill(1), 1, null, 1];
  const vector = vectorOf({ kind: 'int32' }, cells);

  test.each([
    [0, 8, 0, '1000'], [8, 16, 8, '1001'], [16, 17, 1, '0201'], [16, 19, 2, '0305'], [0, 19, 10, '0700ff05'],
  ])(
    'of rows %i to %i have %i values',
    (from, to, valid, levels) => {
      expect(countValid(vector, from, to)).toBe(valid);
      expect(hex(definitionLevels(vector, from, to, valid))).toBe(levels);
    },
  );

  test('do not look at the bitmap when nothing is null', () => {
    expect(countValid({ ...vector, nullCount: 0 }, 3, 19)).toBe(16);
  });
});

describe('bounds of long values', () => {
  const text = (value: string): Uint8Array => Buffer.from(value);
  const a = 'a'.repeat(60);

  test.each([
    ['of 64 bytes as they are', 'b'.repeat(64), 'b'.repeat(64), true],
    ['with the last character counted up', `${a}abcdef`, `${a}abce`, false],
    ['over characters that are the last there are', `${a}\u{10ffff}rest`, `${'a'.repeat(59)}b`, false],
    ['over the surrogates', `${a}a\ud7ffrest`, `${a}a\ue000`, false],
    ['into a longer character', `${a}abc\x7frest`, `${a}abc\x80`, false],
  ])('from above: %s', (_, value, bound, exact) => {
    expect(truncatedMax(text(value), true)).toEqual({ bytes: text(bound), exact });
  });

  test('are whole when nothing shorter is greater', () => {
    const value = text('\u{10ffff}'.repeat(20));
    expect(truncatedMax(value, true)).toEqual({ bytes: Uint8Array.from(value), exact: true });
    const bytes = new Uint8Array(70).fill(0xff);
    expect(truncatedMax(bytes, false)).toEqual({ bytes, exact: true });
  });

  test('are whole when the text is not UTF-8', () => {
    const value = new Uint8Array(70).fill(0xfe);
    expect(truncatedMax(value, true)).toEqual({ bytes: value, exact: true });
  });

  test('of bytes count up the last that can be', () => {
    expect(truncatedMax(Buffer.from([...new Array<number>(62).fill(1), 2, 0xff, 0]), false)).toEqual({
      bytes: Buffer.from([...new Array<number>(62).fill(1), 3]), exact: false,
    });
  });

  test('from below end between characters', () => {
    expect(truncatedMin(text(`${a}abcé`), true)).toEqual({ bytes: text(`${a}abc`), exact: false });
  });
});

describe('a dictionary', () => {
  const dictionary = (cells: (string | null)[], limit: number): unknown => {
    const built = buildDictionary(distinguishable({ kind: 'utf8' }, cells), limit);
    if (built === undefined || built.values.kind !== 'strings') return undefined;
    return [hex(built.values.bytes), [...built.values.offsets], [...built.indices], built.width];
  };

  test('numbers values in their order and leaves nulls out', () => {
    expect(dictionary(['b', 'a', null, 'b', '', 'b', '', 'a'], 100)).toEqual(['6261', [0, 1, 2, 2], [0, 1, 0, 2, 0, 2, 1], 2]);
  });

  test('may take as many bytes as the limit says, lengths included', () => {
    const cells = ['aa', 'bb', 'aa', 'bb', 'aa', 'bb'];
    expect(dictionary(cells, 12)).toBeDefined();
    expect(dictionary(cells, 11)).toBeUndefined();
  });

  test('is not made when it would not be smaller than the values', () => {
    expect(dictionary(['a', 'b', 'c', 'd'], 100)).toBeUndefined();
  });

  test('is not made without values', () => {
    expect(dictionary([null, null], 100)).toBeUndefined();
  });
});

test('keys of a table are equal only in all of their bytes', () => {
  const equal = (type: ParquetType, one: Cell, other: Cell): boolean =>
    keysOf(distinguishable(type, [one, other])).equal(0, 1);
  expect(equal({ kind: 'utf8' }, 'abcd', 'abcde')).toBe(false);
  expect(equal({ kind: 'utf8' }, 'abcde', 'abcdf')).toBe(false);
  expect(equal({ kind: 'int64' }, 1n, 2n ** 32n + 1n)).toBe(false);
  expect(equal({ kind: 'decimal', precision: 38, scale: 0 }, 1n, 2n ** 64n + 1n)).toBe(false);
  expect(equal({ kind: 'decimal', precision: 38, scale: 0 }, -1n, -1n)).toBe(true);
});

describe('data pages', () => {
  const rows = (type: ParquetType, cells: Cell[], dataPageSize: number, encoding: 'plain' | 'rle-dictionary'): number[] => {
    const options = { encoding, dataPageSize, dictPageSizeLimit: 1000, statistics: false };
    return encodeChunk(vectorOf(type, cells), type, options).pages.flatMap((page) => (page.kind === 'data' ? [page.rows] : []));
  };
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i % 2);

  test.each([[40, [8, 8, 4]], [64, [16, 4]], [79, [16, 4]], [80, [20]], [1, [8, 8, 4]]])(
    'of %i bytes end before they pass the limit, but have eight rows',
    (limit, expected) => {
      expect(rows({ kind: 'int32' }, numbers(20), limit, 'plain')).toEqual(expected);
    },
  );

  test('of text count the bytes of its values and their lengths', () => {
    const text = [...new Array<string>(16).fill('1234'), 'x'.repeat(200), ...new Array<string>(8).fill('')];
    expect(rows({ kind: 'utf8' }, text, 128, 'plain')).toEqual([16, 8, 1]);
  });

  test('of a dictionary count the bits of its numbers', () => {
    expect(rows({ kind: 'int32' }, numbers(1000), 100, 'rle-dictionary')).toEqual([800, 200]);
  });
});

describe('a page of version 2', () => {
  const page = (values: Uint8Array): Parameters<typeof writtenPage>[0] =>
    ({ kind: 'data', rows: 3, nulls: 0, encoding: 0, levels: Buffer.of(6, 1), values });

  test('has its levels before the compressed values', async () => {
    const { parts } = await writtenPage(page(Buffer.alloc(1000, 7)), { gzip: true, version2: true });
    expect(hex(parts[1]!)).toBe('0601');
    expect(gunzipSync(parts[2]!)).toEqual(Buffer.alloc(1000, 7));
  });

  test('is not compressed when that makes it larger', async () => {
    const values = Buffer.from('abc');
    const { parts, size, plainSize } = await writtenPage(page(values), { gzip: true, version2: true });
    expect(parts[2]).toBe(values);
    expect(size).toBe(plainSize);
  });
});

test('a varint takes seven bits a byte, also beyond 32 bits', () => {
  const bytes = Buffer.alloc(10);
  expect(hex(bytes.subarray(0, writeVarint(bytes, 0, 2 ** 53 - 1)))).toBe('ffffffffffffff0f');
});

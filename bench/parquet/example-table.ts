import type { ByteStrings, ColumnSchema, ColumnVector, FixedArray } from '../../cli/engine/parquet/schema';

/** The table of the benchmarks: what a shop's orders look like. About 210 bytes a row. */
export const COLUMNS: readonly ColumnSchema[] = [
  { name: 'id', type: { kind: 'int64' } },
  { name: 'customer', type: { kind: 'int32' } },
  { name: 'amount', type: { kind: 'decimal', precision: 12, scale: 2 } },
  { name: 'note', type: { kind: 'utf8' } },
  { name: 'created_at', type: { kind: 'timestamp-micros' } },
  { name: 'paid', type: { kind: 'utf8' } },
  { name: 'details', type: { kind: 'utf8' } },
  { name: 'reference', type: { kind: 'utf8' } },
  { name: 'due', type: { kind: 'date' } },
  { name: 'weight', type: { kind: 'double' } },
];

const WORDS = ('parcel letter box blue green large small fast slow paper glass wood metal north south east west '
  + 'gift').split(' ');
const FIRST_MOMENT = 1_700_000_000_000_000n;

/** One row group. The same number gives the same rows. */
export function rowGroup(number: number, rows: number): ColumnVector[] {
  const random = randomNumbers(number + 1);
  const below = (limit: number): number => Math.floor(random() * limit);
  const each = <T>(value: (row: number) => T): T[] => Array.from({ length: rows }, (_, row) => value(row));
  const phrase = (words: number): string => Array.from({ length: words }, () => WORDS[below(WORDS.length)]).join(' ');
  const amounts = new Uint32Array(rows * 4);
  for (let row = 0; row < rows; row++) amounts[row * 4] = below(10_000_000);
  const first = BigInt(number * rows);
  return [
    vector(BigInt64Array.from(each((row) => first + BigInt(row))), rows),
    vector(Int32Array.from(each(() => below(100_000))), rows),
    vector(amounts, rows),
    withNulls(each(() => (below(20) === 0 ? null : phrase(7)))),
    vector(BigInt64Array.from(each((row) => moment(first + BigInt(row), below))), rows),
    vector(strings(each(() => (below(3) === 0 ? 'false' : 'true'))), rows),
    vector(strings(each(() => details(below, phrase))), rows),
    vector(strings(each(() => uuid(below))), rows),
    vector(Int32Array.from(each(() => 19_000 + below(1000))), rows),
    vector(Float64Array.from(each(() => random() * 30)), rows),
  ];
}

function vector(values: FixedArray | ByteStrings, length: number): ColumnVector {
  return { length, nullCount: 0, validity: new Uint8Array((length + 7) >> 3).fill(0xff), values };
}

function withNulls(values: readonly (string | null)[]): ColumnVector {
  const validity = new Uint8Array((values.length + 7) >> 3);
  values.forEach((value, row) => (validity[row >> 3]! |= (value === null ? 0 : 1) << (row & 7)));
  const nullCount = values.filter((value) => value === null).length;
  return { length: values.length, nullCount, validity, values: strings(values.map((value) => value ?? '')) };
}

function strings(values: readonly string[]): ByteStrings {
  const offsets = new Int32Array(values.length + 1);
  values.forEach((value, i) => (offsets[i + 1] = offsets[i]! + Buffer.byteLength(value)));
  return { offsets, bytes: Buffer.from(values.join('')) };
}

function moment(number: bigint, below: (limit: number) => number): bigint {
  return FIRST_MOMENT + number * 977_000n + BigInt(below(977_000));
}

function details(below: (limit: number) => number, phrase: (words: number) => string): string {
  const tags = [phrase(1), phrase(1)];
  return JSON.stringify({ sku: below(1e9), tags, quantity: below(50), gift: below(2) === 0 });
}

function uuid(below: (limit: number) => number): string {
  const hex = Array.from({ length: 8 }, () => below(0x10000).toString(16).padStart(4, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Numbers in [0, 1) that are the same in every run (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = Math.imul(seed, 0x9e37_79b1);
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

import type { BooleanValues, DenseValues, StringValues } from './dense';

const LENGTH_BYTES = 4;
/** Up to this length, copying words here is faster than calling the native copy. */
const NATIVE_COPY_FROM = 160;
/** Copying whole words runs over the end of a string by up to this much. */
const OVERRUN = 3;

/** Values `[from, to)` in the PLAIN encoding. Fixed-width ones are the array itself, not a copy of it. */
export function plainBytes(values: DenseValues, from: number, to: number): Uint8Array {
  if (values.kind === 'strings') return lengthPrefixed(values, from, to);
  if (values.kind === 'booleans') return packed(values, from, to);
  return values.bytes.subarray(from * values.width, to * values.width);
}

/** Bytes that values `[from, to)` take in the PLAIN encoding. */
export function plainSize(values: DenseValues, from: number, to: number): number {
  if (values.kind === 'fixed') return (to - from) * values.width;
  if (values.kind === 'booleans') return (to - from + 7) >> 3;
  return (to - from) * LENGTH_BYTES + values.offsets[to]! - values.offsets[from]!;
}

/** A bit each, the lowest first. */
function packed({ bytes }: BooleanValues, from: number, to: number): Uint8Array {
  const bits = new Uint8Array((to - from + 7) >> 3);
  for (let i = from; i < to; i++) bits[(i - from) >> 3]! |= bytes[i]! << ((i - from) & 7);
  return bits;
}

function lengthPrefixed(values: StringValues, from: number, to: number): Uint8Array {
  const { offsets, bytes } = values;
  const size = plainSize(values, from, to);
  const target = Buffer.allocUnsafe(size + OVERRUN);
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const words = new DataView(target.buffer, target.byteOffset, target.length);
  // Reading whole words stops here; the strings that are left are copied byte by byte.
  const lastWord = bytes.length - OVERRUN;
  let at = 0;
  let start = offsets[from]!;
  for (let i = from; i < to; i++) {
    const end = offsets[i + 1]!;
    words.setUint32(at, end - start, true);
    at += LENGTH_BYTES;
    if (end - start >= NATIVE_COPY_FROM) {
      target.set(bytes.subarray(start, end), at);
    } else if (end <= lastWord) {
      // The bytes too many are overwritten by the next length.
      for (let read = start, write = at; read < end; read += 4, write += 4) {
        words.setUint32(write, source.getUint32(read, true), true);
      }
    } else {
      for (let read = start, write = at; read < end; read++, write++) target[write] = bytes[read]!;
    }
    at += end - start;
    start = end;
  }
  return target.subarray(0, size);
}

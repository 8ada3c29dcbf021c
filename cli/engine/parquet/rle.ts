import { writeVarint } from './thrift-compact';

/** Packed bits come in groups of eight values, and runs are looked for where such groups begin. */
const GROUP = 8;
const HEADER_MAX_BYTES = 5;

/** Bits that hold every number up to `max`; one at least, because some readers do not take a width of none. */
export function bitWidth(max: number): number {
  return Math.max(1, 32 - Math.clz32(max));
}

/**
 * The same value again and again, in the hybrid encoding.
 *
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
 */
export function repeatedRun(value: number, count: number, width: number): Buffer {
  const run = Buffer.allocUnsafe(HEADER_MAX_BYTES + 4);
  return run.subarray(0, writeRepeated(run, 0, value, count, width));
}

/** A bitmap, whose layout (lowest bit first) is that of packed bits already. @param from a multiple of eight */
export function bitmapRun(bitmap: Uint8Array, from: number, to: number): Buffer {
  const bytes = bitmap.subarray(from >> 3, (to + 7) >> 3);
  const run = Buffer.allocUnsafe(HEADER_MAX_BYTES + bytes.length);
  const start = writeVarint(run, 0, bytes.length * 2 + 1);
  run.set(bytes, start);
  return run.subarray(0, start + bytes.length);
}

/** Numbers of `width` bits (at most 24) in the hybrid encoding: groups of one value as runs, others packed. */
export function hybrid(values: Int32Array, from: number, to: number, width: number): Buffer {
  // A packed run has a header of its own and up to seven values more than it needs.
  const groups = Math.ceil((to - from) / GROUP);
  const target = Buffer.allocUnsafe((groups + 1) * (width + HEADER_MAX_BYTES) + 4);
  let used = 0;
  let packedFrom = from;
  for (let row = from; row < to;) {
    const run = wholeGroupsOfOneValue(values, row, to);
    if (run === row) {
      row += GROUP;
      continue;
    }
    used = writePacked(target, used, values, packedFrom, row, width);
    used = writeRepeated(target, used, values[row]!, run - row, width);
    packedFrom = row = run;
  }
  return target.subarray(0, writePacked(target, used, values, packedFrom, to, width));
}

/** Where a run that begins with a group ends, itself a border of groups or the end; `from` when there is none. */
function wholeGroupsOfOneValue(values: Int32Array, from: number, to: number): number {
  const value = values[from];
  let end = from + 1;
  while (end < to && values[end] === value) end++;
  return end === to && end - from >= GROUP ? end : end - ((end - from) % GROUP);
}

function writeRepeated(target: Uint8Array, at: number, value: number, count: number, width: number): number {
  at = writeVarint(target, at, count * 2);
  for (let shift = 0; shift < width; shift += 8) target[at++] = value >>> shift;
  return at;
}

function writePacked(
  target: Uint8Array, at: number, values: Int32Array, from: number, to: number, width: number,
): number {
  if (from === to) return at;
  const groups = Math.ceil((to - from) / GROUP);
  at = writeVarint(target, at, groups * 2 + 1);
  const end = at + groups * width;
  // Never more than 7 bits wait when the next 24 come, so 32 are enough.
  let bits = 0;
  let waiting = 0;
  for (let i = from; i < to; i++) {
    bits |= values[i]! << waiting;
    waiting += width;
    for (; waiting >= 8; waiting -= 8) {
      target[at++] = bits;
      bits >>>= 8;
    }
  }
  if (waiting > 0) target[at++] = bits;
  target.fill(0, at, end);
  return end;
}

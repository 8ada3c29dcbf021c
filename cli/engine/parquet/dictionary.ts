import type { DistinguishableValues } from './dense';
import { DistinctValues } from './distinct';
import type { Keys } from './keys';
import { keysOf } from './keys';
import { plainSize } from './plain';
import { bitWidth } from './rle';

/** A column whose values are numbers into a list of the distinct ones. */
export interface Dictionary {
  readonly values: DistinguishableValues;
  readonly indices: Int32Array;
  /** Bits of an index. */
  readonly width: number;
}

/** The hybrid encoding takes no wider indices here; a dictionary of so many values would not pay anyway. */
const MAX_ENTRIES = 2 ** 24;
const SAMPLE_BLOCKS = 16;
const SAMPLE_BLOCK = 64;
const SAMPLE = SAMPLE_BLOCKS * SAMPLE_BLOCK;

/**
 * The dictionary of a column chunk, or `undefined` when its values are better written one by one: because the
 * dictionary passes `limitBytes`, or because it and its indices would not be smaller than the values.
 */
export function buildDictionary(values: DistinguishableValues, limitBytes: number): Dictionary | undefined {
  const plain = plainSize(values, 0, values.count);
  const affordable = Math.min(limitBytes, plain);
  const keys = keysOf(values);
  if (looksDistinct(values, keys, plain)) return undefined;
  const distinct = new DistinctValues(keys);
  const indices = new Int32Array(values.count);
  let bytes = 0;
  for (let i = 0; i < values.count; i++) {
    const entries = distinct.size;
    const entry = distinct.add(i);
    indices[i] = entry;
    if (entry < entries) continue;
    bytes += plainSize(values, i, i + 1);
    if (bytes > affordable || entry >= MAX_ENTRIES) return undefined;
  }
  const width = bitWidth(distinct.size - 1);
  if (bytes + (values.count * width) / 8 >= plain) return undefined;
  return { values: selected(values, distinct.firsts), indices, width };
}

/**
 * Numbering the values costs more than writing them, so a sample tells first whether there is hope. It consists of
 * blocks: repetitions may be near each other (sorted values) or far apart. Values that are spread evenly over d
 * different ones give about n² / 2d repetitions in a sample of n.
 */
function looksDistinct(values: DistinguishableValues, keys: Keys, plain: number): boolean {
  if (values.count <= SAMPLE) return false;
  const distinct = new DistinctValues(keys);
  for (let block = 0; block < SAMPLE_BLOCKS; block++) {
    const start = Math.floor((block * (values.count - SAMPLE_BLOCK)) / (SAMPLE_BLOCKS - 1));
    for (let i = 0; i < SAMPLE_BLOCK; i++) distinct.add(start + i);
  }
  const expected = SAMPLE ** 2 / (2 * (SAMPLE - distinct.size));
  const share = Math.min(1, expected / values.count) + (bitWidth(expected) / 8) * (values.count / plain);
  return share >= 1;
}

/** The values at some places. */
function selected(values: DistinguishableValues, places: Int32Array): DistinguishableValues {
  const count = places.length;
  if (values.kind === 'fixed') {
    const { width } = values;
    const bytes = new Uint8Array(count * width);
    places.forEach((place, i) => bytes.set(values.bytes.subarray(place * width, (place + 1) * width), i * width));
    return { kind: 'fixed', count, width, bytes };
  }
  const offsets = new Int32Array(count + 1);
  places.forEach((place, i) => (offsets[i + 1] = offsets[i]! + values.offsets[place + 1]! - values.offsets[place]!));
  const bytes = new Uint8Array(offsets[count]!);
  places.forEach((place, i) => {
    bytes.set(values.bytes.subarray(values.offsets[place], values.offsets[place + 1]), offsets[i]);
  });
  return { kind: 'strings', count, offsets, bytes };
}

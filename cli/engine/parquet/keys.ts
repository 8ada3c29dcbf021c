import type { DistinguishableValues, FixedValues, StringValues } from './dense';

/** Values seen as what a hash table needs, without a JavaScript value of their own. */
export interface Keys {
  hash(index: number): number;
  equal(one: number, other: number): boolean;
}

export function keysOf(values: DistinguishableValues): Keys {
  if (values.kind === 'strings') return new StringKeys(values);
  if (values.width === 4) return new WordKeys(values);
  return values.width === 8 ? new WordPairKeys(values) : new StringKeys(withOffsets(values));
}

const MULTIPLIER = 0x9e37_79b1;

function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, MULTIPLIER);
  return product ^ (product >>> 15);
}

class WordKeys implements Keys {
  private readonly words: Int32Array;

  public constructor({ bytes, count }: FixedValues) {
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, count);
  }

  public hash(index: number): number {
    return mixed(0, this.words[index]!);
  }

  public equal(one: number, other: number): boolean {
    return this.words[one] === this.words[other];
  }
}

class WordPairKeys implements Keys {
  private readonly words: Int32Array;

  public constructor({ bytes, count }: FixedValues) {
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, count * 2);
  }

  public hash(index: number): number {
    return mixed(mixed(0, this.words[index * 2]!), this.words[index * 2 + 1]!);
  }

  public equal(one: number, other: number): boolean {
    return this.words[one * 2] === this.words[other * 2] && this.words[one * 2 + 1] === this.words[other * 2 + 1];
  }
}

class StringKeys implements Keys {
  private readonly offsets: Int32Array;
  private readonly view: DataView;

  public constructor({ offsets, bytes }: Pick<StringValues, 'offsets' | 'bytes'>) {
    this.offsets = offsets;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  public hash(index: number): number {
    const end = this.offsets[index + 1]!;
    let at = this.offsets[index]!;
    let hash = end - at;
    for (; at + 4 <= end; at += 4) hash = mixed(hash, this.view.getInt32(at, true));
    for (; at < end; at++) hash = mixed(hash, this.view.getUint8(at));
    return hash;
  }

  public equal(one: number, other: number): boolean {
    const end = this.offsets[one + 1]!;
    let at = this.offsets[one]!;
    let otherAt = this.offsets[other]!;
    if (end - at !== this.offsets[other + 1]! - otherAt) return false;
    for (; at + 4 <= end; at += 4, otherAt += 4) {
      if (this.view.getInt32(at, true) !== this.view.getInt32(otherAt, true)) return false;
    }
    for (; at < end; at++, otherAt++) {
      if (this.view.getUint8(at) !== this.view.getUint8(otherAt)) return false;
    }
    return true;
  }
}

function withOffsets({ bytes, count, width }: FixedValues): Pick<StringValues, 'offsets' | 'bytes'> {
  return { offsets: Int32Array.from({ length: count + 1 }, (_, i) => i * width), bytes };
}

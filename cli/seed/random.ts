/**
 * A small repeatable source of random numbers (mulberry32): the same seed gives the same rows on every machine.
 */
export class Random {
  private state: number;

  /** @param parts whatever identifies the sequence, for example the seed, a table and a row */
  public constructor(...parts: number[]) {
    this.state = parts.reduce((hash, part) => scramble(hash ^ scramble(part)), 0x9e3779b9);
  }

  /** 32 random bits, as an unsigned integer. */
  public bits(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** From 0 (included) to 1 (excluded). */
  public fraction(): number {
    return this.bits() / 4294967296;
  }

  /** A whole number between both bounds, both included. */
  public integer(least: number, most: number): number {
    return least + Math.floor(this.fraction() * (most - least + 1));
  }

  public chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  public pick<T>(choices: readonly T[]): T {
    const choice = choices[this.integer(0, choices.length - 1)];
    if (choice === undefined) {
      throw new RangeError('nothing to pick from');
    }
    return choice;
  }
}

/** Spreads neighbouring numbers over all 32 bits (the finalizer of MurmurHash3). */
function scramble(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

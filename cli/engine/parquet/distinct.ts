import type { Keys } from './keys';

const EMPTY = -1;
const INITIAL_SLOTS = 2048;

/** Numbers the distinct ones among a column's values in the order in which they are met. */
export class DistinctValues {
  private slots = new Int32Array(INITIAL_SLOTS).fill(EMPTY);
  private places = new Int32Array(INITIAL_SLOTS >> 1);
  private hashes = new Int32Array(INITIAL_SLOTS >> 1);
  private found = 0;

  public constructor(private readonly keys: Keys) {}

  public get size(): number {
    return this.found;
  }

  /** Where each distinct value was met first. */
  public get firsts(): Int32Array {
    return this.places.subarray(0, this.found);
  }

  /** The number of the value at a place: that of an equal one before it, or `size` as it was until now. */
  public add(place: number): number {
    const hash = this.keys.hash(place);
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (let entry = this.slots[slot]!; entry !== EMPTY; entry = this.slots[slot]!) {
      if (this.hashes[entry] === hash && this.keys.equal(this.places[entry]!, place)) return entry;
      slot = (slot + 1) & mask;
    }
    if (this.found === this.places.length) {
      this.grow();
      slot = this.freeSlot(hash);
    }
    this.slots[slot] = this.found;
    this.places[this.found] = place;
    this.hashes[this.found] = hash;
    return this.found++;
  }

  private grow(): void {
    const places = new Int32Array(this.places.length * 2);
    places.set(this.places);
    this.places = places;
    const hashes = new Int32Array(this.hashes.length * 2);
    hashes.set(this.hashes);
    this.hashes = hashes;
    this.slots = new Int32Array(this.slots.length * 2).fill(EMPTY);
    for (let entry = 0; entry < this.found; entry++) this.slots[this.freeSlot(hashes[entry]!)] = entry;
  }

  private freeSlot(hash: number): number {
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    while (this.slots[slot] !== EMPTY) slot = (slot + 1) & mask;
    return slot;
  }
}

import type { ByteStrings, ColumnVector, FixedArray, ParquetType } from '../parquet/schema';

const INITIAL_ROWS = 1024;

/**
 * One column of a file that is being filled: values go in as PostgreSQL sends them (binary from COPY, text from
 * logical decoding) and come out as one vector, so that no JavaScript value per cell is kept.
 */
export abstract class Column {
  /** Rows appended since the last `take`. */
  public length = 0;
  /** Values that the type of the file cannot hold and that were written as null, since the beginning. */
  public unrepresentable = 0;
  /** Values that were cut to the column's length, since the beginning. */
  public truncated = 0;
  private nullCount = 0;
  private validity = new Uint8Array(INITIAL_ROWS >> 3);

  protected constructor(public readonly type: ParquetType) {}

  /** Appends the field `buffer[start, end)` as PostgreSQL's binary `send` function wrote it. */
  public abstract appendBinary(buffer: Buffer, start: number, end: number): void;

  /** Appends the field `buffer[start, end)` as PostgreSQL's text output function wrote it. */
  public abstract appendText(buffer: Buffer, start: number, end: number): void;

  /** Appends what an expression gave: text, or the bytes of a blob, which only a column of bytes takes as they are. */
  public appendComputed(bytes: Buffer, isBlob: boolean): void {
    const text = isBlob ? Buffer.from(`\\x${bytes.toString('hex')}`) : bytes;
    this.appendText(text, 0, text.length);
  }

  /** Bytes of values that are waiting, as DMS counts them for `CdcMinFileSize`: before Parquet encoding. */
  public abstract get byteLength(): number;

  public appendNull(): void {
    this.appendZero();
    this.nullCount++;
    this.length++;
  }

  /** A value that this type cannot hold: null in the file, and counted so that nobody loses it unawares. */
  protected appendUnrepresentable(): void {
    this.unrepresentable++;
    this.appendNull();
  }

  /** Hands the values over and starts again empty, with arrays of its own. */
  public take(): ColumnVector {
    const vector = {
      length: this.length,
      nullCount: this.nullCount,
      validity: this.validity.subarray(0, (this.length + 7) >> 3),
      values: this.takeValues(),
    };
    this.length = 0;
    this.nullCount = 0;
    // As large as they have become: the next rows will not be fewer.
    this.validity = new Uint8Array(this.validity.length);
    return vector;
  }

  /** The place of a null: fixed-width columns skip one value, variable ones write an empty one. */
  protected abstract appendZero(): void;

  protected abstract takeValues(): FixedArray | ByteStrings;

  /** Call after a value was stored at `this.length`. */
  protected markValid(): void {
    const row = this.length++;
    if (row >> 3 >= this.validity.length) this.validity = grown(this.validity, this.validity.length * 2);
    this.validity[row >> 3]! |= 1 << (row & 7);
  }

  /** Nulls grow the bitmap too: its bytes start as zero, which means null. */
  protected reserveValidity(): void {
    if (this.length >> 3 >= this.validity.length) this.validity = grown(this.validity, this.validity.length * 2);
  }
}

/** A column whose values all take the same number of array elements. */
export abstract class FixedColumn<A extends FixedArray> extends Column {
  protected values: A;

  protected constructor(
    type: ParquetType,
    private readonly allocate: (elements: number) => A,
    private readonly perRow = 1,
  ) {
    super(type);
    this.values = allocate(INITIAL_ROWS * perRow);
  }

  public get byteLength(): number {
    return this.length * this.perRow * this.values.BYTES_PER_ELEMENT;
  }

  /** Appends a value of one element. */
  protected store(value: A[number]): void {
    // The array may be another one after `slot` has made room.
    const index = this.slot();
    this.values[index] = value;
    this.markValid();
  }

  /** The index of the next row's first element, with room made for it. */
  protected slot(): number {
    const index = this.length * this.perRow;
    if (index >= this.values.length) {
      const larger = this.allocate(this.values.length * 2);
      (larger as Int32Array).set(this.values as Int32Array);
      this.values = larger;
    }
    return index;
  }

  protected appendZero(): void {
    this.slot();
    this.reserveValidity();
  }

  protected takeValues(): FixedArray {
    const taken = this.values.subarray(0, this.length * this.perRow);
    this.values = this.allocate(this.values.length);
    return taken;
  }
}

/** A column of byte strings: offsets, and bytes one behind the other. */
export abstract class VariableColumn extends Column {
  private offsets = new Int32Array(INITIAL_ROWS + 1);
  private bytes = Buffer.allocUnsafe(INITIAL_ROWS * 16);
  private used = 0;

  public get byteLength(): number {
    return this.used + this.length * 4;
  }

  protected appendBytes(buffer: Buffer, start: number, end: number): void {
    const size = end - start;
    this.reserve(size);
    // A native copy pays only from some dozens of bytes on.
    if (size > 48) buffer.copy(this.bytes, this.used, start, end);
    else for (let from = start, to = this.used; from < end; from++, to++) this.bytes[to] = buffer[from]!;
    this.used += size;
    this.close();
    this.markValid();
  }

  protected appendZero(): void {
    this.close();
    this.reserveValidity();
  }

  protected takeValues(): ByteStrings {
    const taken = { offsets: this.offsets.subarray(0, this.length + 1), bytes: this.bytes.subarray(0, this.used) };
    this.offsets = new Int32Array(this.offsets.length);
    this.bytes = Buffer.allocUnsafe(this.bytes.length);
    this.used = 0;
    return taken;
  }

  private reserve(size: number): void {
    if (this.used + size <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.used + size));
    this.bytes.copy(larger, 0, 0, this.used);
    this.bytes = larger;
  }

  private close(): void {
    if (this.length + 1 >= this.offsets.length) {
      const larger = new Int32Array(this.offsets.length * 2);
      larger.set(this.offsets);
      this.offsets = larger;
    }
    this.offsets[this.length + 1] = this.used;
  }
}

/** A column of 64-bit integers: their halves are stored, since a bigint for each value would be garbage at once. */
export abstract class WideColumn extends FixedColumn<BigInt64Array> {
  private halves = new Int32Array(this.values.buffer);

  protected constructor(type: ParquetType) {
    super(type, (rows) => new BigInt64Array(rows));
  }

  /** Appends `high × 2^32 + low`; of `low` the lowest 32 bits count. */
  protected storeHalves(high: number, low: number): void {
    const index = this.slot() * 2;
    if (this.halves.buffer !== this.values.buffer) this.halves = new Int32Array(this.values.buffer);
    this.halves[index + LOW] = low;
    this.halves[index + 1 - LOW] = high;
    this.markValid();
  }
}

/** Where a 64-bit integer has its lower half on this machine. */
const LOW = new Int32Array(BigInt64Array.of(1n).buffer)[0] === 1 ? 0 : 1;

function grown(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size);
  larger.set(bytes);
  return larger;
}

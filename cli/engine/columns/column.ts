import type { ByteStrings, ColumnVector, FixedArray, ParquetType } from '../parquet/schema';
import type { CopyBlock, FieldPlaces } from './copy-block';

const INITIAL_ROWS = 1024;
/** Copying whole words runs over the end of a value by up to this much. */
const OVERRUN = 4;
const TWO_32 = 2 ** 32;

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
  private spareValidity = new Uint8Array(INITIAL_ROWS >> 3);

  protected constructor(public readonly type: ParquetType) {}

  /** Appends the values of rows `[from, to)` of a field, as PostgreSQL's binary `send` functions wrote them. */
  public abstract appendBinary(block: CopyBlock, field: FieldPlaces, from: number, to: number): void;

  /** Appends the field `buffer[start, end)` as PostgreSQL's text output function wrote it. */
  public abstract appendText(buffer: Buffer, start: number, end: number): void;

  /** Appends what an expression gave: text, or the bytes of a blob, which only a column of bytes takes as they are. */
  public appendComputed(bytes: Buffer, isBlob: boolean): void {
    const text = isBlob ? Buffer.from(`\\x${bytes.toString('hex')}`) : bytes;
    this.appendText(text, 0, text.length);
  }

  /** Bytes of values that are waiting, as DMS counts them for `CdcMinFileSize`: before Parquet encoding. */
  public abstract get byteLength(): number;

  public appendNulls(rows: number): void {
    for (let row = 0; row < rows; row++) this.appendNull();
  }

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

  /**
   * Hands the values over and starts again empty. There are two sets of arrays, used in turns, so that nothing has to
   * be allocated for each row group: what was handed over must be done with when the next row comes after one more
   * `take`. `ParquetWriter.writeRowGroup` resolves just then.
   */
  public take(): ColumnVector {
    const vector = {
      length: this.length,
      nullCount: this.nullCount,
      validity: this.validity.subarray(0, (this.length + 7) >> 3),
      values: this.takeValues(),
    };
    this.length = 0;
    this.nullCount = 0;
    [this.validity, this.spareValidity] = [this.spareValidity.fill(0), this.validity];
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
  protected reserveValidity(rows = 1): void {
    const bytes = (this.length + rows + 7) >> 3;
    if (bytes > this.validity.length) this.validity = grown(this.validity, Math.max(bytes, this.validity.length * 2));
  }

  /** Takes in which of the rows `[from, to)` of a field are null; call when their values have been stored. */
  protected markRows({ starts, nulls }: FieldPlaces, from: number, to: number): void {
    this.reserveValidity(to - from);
    const { validity } = this;
    let row = this.length;
    if (nulls === 0) {
      const end = row + to - from;
      for (; row < end && (row & 7) !== 0; row++) validity[row >> 3]! |= 1 << (row & 7);
      const wholeBytes = (end - row) >> 3;
      validity.fill(0xff, row >> 3, (row >> 3) + wholeBytes);
      for (row += wholeBytes * 8; row < end; row++) validity[row >> 3]! |= 1 << (row & 7);
    } else {
      for (let i = from; i < to; i++, row++) {
        if (starts[i]! >= 0) validity[row >> 3]! |= 1 << (row & 7);
        else this.nullCount++;
      }
    }
    this.length += to - from;
  }

  /** Takes back a value that `markRows` has taken in. */
  protected unmark(row: number): void {
    this.validity[row >> 3]! &= ~(1 << (row & 7));
    this.nullCount++;
    this.unrepresentable++;
  }
}

/** A column whose values all take the same number of array elements. */
export abstract class FixedColumn<A extends FixedArray> extends Column {
  protected values: A;
  private spare: A;

  protected constructor(
    type: ParquetType,
    private readonly allocate: (elements: number) => A,
    private readonly perRow = 1,
  ) {
    super(type);
    this.values = allocate(INITIAL_ROWS * perRow);
    this.spare = allocate(INITIAL_ROWS * perRow);
  }

  public get byteLength(): number {
    return this.length * this.perRow * this.values.BYTES_PER_ELEMENT;
  }

  public appendBinary(block: CopyBlock, field: FieldPlaces, from: number, to: number): void {
    const first = this.length;
    this.reserve((first + to - from) * this.perRow);
    this.markRows(field, from, to);
    this.decode(block.view, field.starts, field.ends, from, to, first);
  }

  /**
   * Decodes the values of rows `[from, to)` into the rows from `row` on. A negative start is a null, whose row is to
   * be left alone; a value that the type cannot hold is told by `unmark`.
   */
  protected abstract decode(
    view: DataView, starts: Int32Array, ends: Int32Array, from: number, to: number, row: number,
  ): void;

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
    this.reserve(index + this.perRow);
    return index;
  }

  private reserve(elements: number): void {
    if (elements <= this.values.length) return;
    const larger = this.allocate(Math.max(elements, this.values.length * 2));
    (larger as Int32Array).set(this.values as Int32Array);
    this.values = larger;
  }

  protected appendZero(): void {
    this.slot();
    this.reserveValidity();
  }

  protected takeValues(): FixedArray {
    const taken = this.values.subarray(0, this.length * this.perRow);
    [this.values, this.spare] = [this.spare, this.values];
    return taken;
  }
}

/** A column of byte strings: offsets, and bytes one behind the other. */
export abstract class VariableColumn extends Column {
  /** Where each value begins; behind the last one, where it ends. */
  protected offsets: Int32Array = new Int32Array(INITIAL_ROWS + 1);
  protected used = 0;
  private bytes: Buffer = Buffer.allocUnsafeSlow(INITIAL_ROWS * 16);
  private view = new DataView(this.bytes.buffer);
  private spare: { offsets: Int32Array; bytes: Buffer } = {
    offsets: new Int32Array(INITIAL_ROWS + 1),
    bytes: Buffer.allocUnsafeSlow(INITIAL_ROWS * 16),
  };

  public get byteLength(): number {
    return this.used + this.length * 4;
  }

  /** Appends the bytes of rows `[from, to)` of a field as they are. */
  protected appendSlices({ view }: CopyBlock, field: FieldPlaces, from: number, to: number): void {
    const { starts, ends } = field;
    let size = 0;
    for (let i = from; i < to; i++) if (starts[i]! >= 0) size += ends[i]! - starts[i]!;
    const target = this.room(to - from, size);
    const { offsets } = this;
    let used = this.used;
    for (let i = from, row = this.length + 1; i < to; i++, row++) {
      const start = starts[i]!;
      if (start >= 0) {
        const end = ends[i]!;
        // Words run over the end; the next value, or nobody, writes there again.
        for (let read = start, write = used; read < end; read += 4, write += 4) {
          target.setInt32(write, view.getInt32(read));
        }
        used += end - start;
      }
      offsets[row] = used;
    }
    this.used = used;
    this.markRows(field, from, to);
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
    const { offsets, bytes } = this;
    this.offsets = this.spare.offsets;
    this.useBytes(this.spare.bytes);
    this.spare = { offsets, bytes };
    const taken = { offsets: offsets.subarray(0, this.length + 1), bytes: bytes.subarray(0, this.used) };
    this.used = 0;
    return taken;
  }

  /** Makes room for so many rows and bytes more, and tells where the bytes go: at `used`. */
  protected room(rows: number, size: number): DataView {
    this.reserve(size);
    this.reserveOffsets(rows);
    return this.view;
  }

  private reserve(size: number): void {
    if (this.used + size + OVERRUN <= this.bytes.length) return;
    const before = this.bytes;
    this.useBytes(Buffer.allocUnsafeSlow(Math.max(before.length * 2, this.used + size + OVERRUN)));
    before.copy(this.bytes, 0, 0, this.used);
  }

  private useBytes(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  private close(): void {
    this.reserveOffsets(1);
    this.offsets[this.length + 1] = this.used;
  }

  private reserveOffsets(rows: number): void {
    const needed = this.length + rows + 1;
    if (needed <= this.offsets.length) return;
    const larger = new Int32Array(Math.max(needed, this.offsets.length * 2));
    larger.set(this.offsets);
    this.offsets = larger;
  }
}

/** A column of 64-bit integers: their halves are stored, since a bigint for each value would be garbage at once. */
export abstract class WideColumn extends FixedColumn<BigInt64Array> {
  private words = new Int32Array(this.values.buffer);

  protected constructor(type: ParquetType) {
    super(type, (rows) => new BigInt64Array(rows));
  }

  /** Appends an integer that a double holds exactly. */
  protected storeExact(value: number): void {
    const index = this.slot() * 2;
    const { halves } = this;
    const high = Math.floor(value / TWO_32);
    halves[index + HIGH] = high;
    halves[index + LOW] = value - high * TWO_32;
    this.markValid();
  }

  /** The values as pairs of 32-bit halves: that of row r are at `2r + LOW` and `2r + HIGH`. */
  protected get halves(): Int32Array {
    if (this.words.buffer !== this.values.buffer) this.words = new Int32Array(this.values.buffer);
    return this.words;
  }
}

/** Where a 64-bit integer has its lower half on this machine. */
export const LOW = new Int32Array(BigInt64Array.of(1n).buffer)[0] === 1 ? 0 : 1;
export const HIGH = 1 - LOW;

function grown(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size);
  larger.set(bytes);
  return larger;
}

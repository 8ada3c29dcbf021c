const TYPE = { true: 1, false: 2, byte: 3, i16: 4, i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;
/** A list's or a field's header has room for this much beside the type; larger numbers follow it. */
const SHORT_FORM = 15;
const VARINT_MAX_BYTES = 10;

/**
 * Writes one Thrift struct in the compact protocol, in which Parquet keeps its metadata. Fields have to come in the
 * order of their ids.
 *
 * @see https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 */
export class CompactStruct {
  private bytes = Buffer.allocUnsafe(256);
  private used = 0;
  private lastField = 0;

  public byte(id: number, value: number): this {
    this.field(id, TYPE.byte);
    this.put(value);
    return this;
  }

  public i16(id: number, value: number): this {
    this.field(id, TYPE.i16);
    this.varint(zigzag(value));
    return this;
  }

  public i32(id: number, value: number): this {
    this.field(id, TYPE.i32);
    this.varint(zigzag(value));
    return this;
  }

  /** @param value a safe integer: sizes, counts and places in a file are */
  public i64(id: number, value: number): this {
    this.field(id, TYPE.i64);
    this.varint(zigzag(value));
    return this;
  }

  public boolean(id: number, value: boolean): this {
    this.field(id, value ? TYPE.true : TYPE.false);
    return this;
  }

  public binary(id: number, value: Uint8Array | string): this {
    this.field(id, TYPE.binary);
    this.lengthAndBytes(value);
    return this;
  }

  /** @param value a struct that `end` has given */
  public struct(id: number, value: Uint8Array): this {
    this.field(id, TYPE.struct);
    this.append(value);
    return this;
  }

  public structs(id: number, values: readonly Uint8Array[]): this {
    this.list(id, TYPE.struct, values.length);
    for (const value of values) this.append(value);
    return this;
  }

  public i32s(id: number, values: readonly number[]): this {
    this.list(id, TYPE.i32, values.length);
    for (const value of values) this.varint(zigzag(value));
    return this;
  }

  public strings(id: number, values: readonly string[]): this {
    this.list(id, TYPE.binary, values.length);
    for (const value of values) this.lengthAndBytes(value);
    return this;
  }

  /** Ends the struct and gives its bytes. */
  public end(): Buffer {
    this.put(0);
    return this.bytes.subarray(0, this.used);
  }

  private field(id: number, type: number): void {
    const step = id - this.lastField;
    this.lastField = id;
    if (step > 0 && step <= SHORT_FORM) {
      this.put((step << 4) | type);
    } else {
      this.put(type);
      this.varint(zigzag(id));
    }
  }

  private list(id: number, type: number, count: number): void {
    this.field(id, TYPE.list);
    if (count < SHORT_FORM) {
      this.put((count << 4) | type);
    } else {
      this.put((SHORT_FORM << 4) | type);
      this.varint(count);
    }
  }

  private lengthAndBytes(value: Uint8Array | string): void {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    this.varint(bytes.length);
    this.append(bytes);
  }

  private append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.used);
    this.used += bytes.length;
  }

  private put(byte: number): void {
    this.reserve(1);
    this.bytes[this.used++] = byte;
  }

  private varint(value: number): void {
    this.reserve(VARINT_MAX_BYTES);
    this.used = writeVarint(this.bytes, this.used, value);
  }

  private reserve(size: number): void {
    if (this.used + size <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.used + size));
    this.bytes.copy(larger, 0, 0, this.used);
    this.bytes = larger;
  }
}

/** Writes a non-negative safe integer, seven bits a byte, the lowest first. Gives the place behind it. */
export function writeVarint(target: Uint8Array, at: number, value: number): number {
  let rest = value;
  // Not with shifts: those see 32 bits only.
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) target[at++] = (rest % 0x80) | 0x80;
  target[at++] = rest;
  return at;
}

function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

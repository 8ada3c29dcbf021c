import { plainInteger } from './ascii';
import { FixedColumn, HIGH, LOW, WideColumn } from './column';

/** INT1, INT2 and INT4: integers of up to 32 bits. */
export class IntegerColumn extends FixedColumn<Int8Array | Int16Array | Int32Array> {
  private readonly limit: number;

  private constructor(bits: 8 | 16 | 32, allocate: (rows: number) => Int8Array | Int16Array | Int32Array) {
    super({ kind: `int${bits}` }, allocate);
    this.limit = 2 ** (bits - 1);
  }

  public static int1(): IntegerColumn {
    return new IntegerColumn(8, (rows) => new Int8Array(rows));
  }

  public static int2(): IntegerColumn {
    return new IntegerColumn(16, (rows) => new Int16Array(rows));
  }

  public static int4(): IntegerColumn {
    return new IntegerColumn(32, (rows) => new Int32Array(rows));
  }

  protected decode(
    view: DataView, starts: Int32Array, ends: Int32Array, from: number, to: number, row: number,
  ): void {
    const { values } = this;
    for (let i = from; i < to; i++, row++) {
      const start = starts[i]!;
      if (start >= 0) values[row] = ends[i]! - start === 4 ? view.getInt32(start) : view.getInt16(start);
    }
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const plain = plainInteger(buffer, start, end);
    const value = Number.isNaN(plain) ? Number(integerIn(buffer.toString('latin1', start, end)) ?? NaN) : plain;
    if (value >= -this.limit && value < this.limit) this.store(value);
    else this.appendUnrepresentable();
  }
}

/** INT8: 64-bit integers. */
export class BigIntColumn extends WideColumn {
  public constructor() {
    super({ kind: 'int64' });
  }

  protected decode(
    view: DataView, starts: Int32Array, _ends: Int32Array, from: number, to: number, row: number,
  ): void {
    const { halves } = this;
    for (let i = from; i < to; i++, row++) {
      const start = starts[i]!;
      if (start < 0) continue;
      halves[row * 2 + HIGH] = view.getInt32(start);
      halves[row * 2 + LOW] = view.getInt32(start + 4);
    }
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const plain = plainInteger(buffer, start, end);
    if (!Number.isNaN(plain)) {
      this.storeExact(plain);
      return;
    }
    const value = integerIn(buffer.toString('latin1', start, end));
    if (value === undefined || BigInt.asIntN(64, value) !== value) this.appendUnrepresentable();
    else this.store(value);
  }
}

/** Text is not always an integer: a column may have had another type, and expressions give what they give. */
export function integerIn(text: string): bigint | undefined {
  return /^[+-]?\d+$/.test(text) ? BigInt(text) : undefined;
}

/** REAL4 and REAL8; PostgreSQL's NaN and infinities are Parquet's too. */
export class FloatColumn extends FixedColumn<Float32Array | Float64Array> {
  private constructor(kind: 'float' | 'double', allocate: (rows: number) => Float32Array | Float64Array) {
    super({ kind }, allocate);
  }

  public static real4(): FloatColumn {
    return new FloatColumn('float', (rows) => new Float32Array(rows));
  }

  public static real8(): FloatColumn {
    return new FloatColumn('double', (rows) => new Float64Array(rows));
  }

  protected decode(
    view: DataView, starts: Int32Array, ends: Int32Array, from: number, to: number, row: number,
  ): void {
    const { values } = this;
    for (let i = from; i < to; i++, row++) {
      const start = starts[i]!;
      if (start >= 0) values[row] = ends[i]! - start === 8 ? view.getFloat64(start) : view.getFloat32(start);
    }
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const text = buffer.toString('latin1', start, end);
    const value = Number(text);
    if (text === '' || (Number.isNaN(value) && text !== 'NaN')) this.appendUnrepresentable();
    else this.store(value);
  }
}

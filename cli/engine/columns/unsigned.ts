import { FixedColumn, HIGH, LOW, WideColumn } from './column';
import { integerIn } from './numbers';

const TWO_32 = 2 ** 32;

/** UINT1, UINT2 and UINT4, which a column becomes only by a rule; in binary form it takes PostgreSQL's integers. */
export class UnsignedColumn extends FixedColumn<Uint8Array | Uint16Array | Int32Array> {
  private readonly limit: number;

  private constructor(bits: 8 | 16 | 32, allocate: (rows: number) => Uint8Array | Uint16Array | Int32Array) {
    super({ kind: `uint${bits}` }, allocate);
    this.limit = 2 ** bits;
  }

  public static uint1(): UnsignedColumn {
    return new UnsignedColumn(8, (rows) => new Uint8Array(rows));
  }

  public static uint2(): UnsignedColumn {
    return new UnsignedColumn(16, (rows) => new Uint16Array(rows));
  }

  public static uint4(): UnsignedColumn {
    return new UnsignedColumn(32, (rows) => new Int32Array(rows));
  }

  protected decode(
    view: DataView, starts: Int32Array, ends: Int32Array, from: number, to: number, row: number,
  ): void {
    for (let i = from; i < to; i++, row++) {
      const start = starts[i]!;
      if (start < 0) continue;
      const high = upperWord(view, start, ends[i]!);
      const value = high * TWO_32 + lowerWord(view, start, ends[i]!);
      if (value < 0 || value >= this.limit) this.unmark(row);
      else this.values[row] = value;
    }
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const value = integerIn(buffer.toString('latin1', start, end));
    if (value === undefined || value < 0n || value >= this.limit) this.appendUnrepresentable();
    else this.store(Number(value));
  }
}

/** UINT8: 64 bits. */
export class BigUnsignedColumn extends WideColumn {
  public constructor() {
    super({ kind: 'uint64' });
  }

  protected decode(
    view: DataView, starts: Int32Array, ends: Int32Array, from: number, to: number, row: number,
  ): void {
    const { halves } = this;
    for (let i = from; i < to; i++, row++) {
      const start = starts[i]!;
      if (start < 0) continue;
      const high = upperWord(view, start, ends[i]!);
      if (high < 0) {
        this.unmark(row);
        continue;
      }
      halves[row * 2 + HIGH] = high;
      halves[row * 2 + LOW] = lowerWord(view, start, ends[i]!);
    }
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const value = integerIn(buffer.toString('latin1', start, end));
    if (value === undefined || BigInt.asUintN(64, value) !== value) this.appendUnrepresentable();
    else this.store(BigInt.asIntN(64, value));
  }
}

/** What smallint, integer and bigint have above their lowest 32 bits: only the sign, unless there are 64. */
function upperWord(view: DataView, start: number, end: number): number {
  if (end - start === 8) return view.getInt32(start);
  return (end - start === 4 ? view.getInt32(start) : view.getInt16(start)) < 0 ? -1 : 0;
}

function lowerWord(view: DataView, start: number, end: number): number {
  return end - start === 2 ? view.getInt16(start) >>> 0 : view.getUint32(end - 4);
}

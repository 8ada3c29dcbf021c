import { Decimal } from 'apache-arrow';
import { FixedColumn } from './column';

const BASE = 10_000;
const DIGITS_PER_GROUP = 4;
/** Signs of PostgreSQL's binary numeric; everything else is NaN or an infinity. */
const POSITIVE = 0x0000;
const NEGATIVE = 0x4000;
/** Up to here a product of digit groups is exact as a double. */
const SAFE_DIGITS = 15;

/**
 * NUMERIC(precision, scale) with at most 38 digits. What Parquet's DECIMAL cannot hold becomes null: NaN, the
 * infinities, and values with more digits before the point than the type has (docs/fidelity.md).
 */
export class DecimalColumn extends FixedColumn<Uint32Array> {
  private readonly limit: bigint;

  public constructor(precision: number, private readonly scale: number) {
    super(new Decimal(scale, precision, 128), (elements) => new Uint32Array(elements), 4);
    this.limit = 10n ** BigInt(precision);
  }

  public appendBinary(buffer: Buffer, start: number): void {
    const groups = buffer.readUInt16BE(start);
    const weight = buffer.readInt16BE(start + 2);
    const sign = buffer.readUInt16BE(start + 4);
    if (sign !== POSITIVE && sign !== NEGATIVE) {
      this.appendUnrepresentable();
      return;
    }
    // The value is Σ group[i] × 10000^(weight − i); this is the power of ten of the last group, in units of our scale.
    const exponent = (weight - groups + 1) * DIGITS_PER_GROUP + this.scale;
    const digits = groups * DIGITS_PER_GROUP + Math.max(exponent, 0);
    if (digits <= SAFE_DIGITS && exponent >= -DIGITS_PER_GROUP) {
      let value = 0;
      for (let i = 0; i < groups; i++) value = value * BASE + buffer.readUInt16BE(start + 8 + i * 2);
      value = exponent >= 0 ? value * 10 ** exponent : Math.floor(value / 10 ** -exponent + 0.5);
      this.appendSmall(sign === NEGATIVE ? -value : value);
      return;
    }
    let value = 0n;
    for (let i = 0; i < groups; i++) value = value * 10_000n + BigInt(buffer.readUInt16BE(start + 8 + i * 2));
    value = exponent >= 0 ? value * 10n ** BigInt(exponent) : divideRounding(value, 10n ** BigInt(-exponent));
    this.appendUnscaled(sign === NEGATIVE ? -value : value);
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const match = /^(-?)[^\d]*([\d,]*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(buffer.toString('latin1', start, end));
    if (match === null) {
      this.appendUnrepresentable();
      return;
    }
    const [, minus, whole = '', fraction = '', power = '0'] = match;
    const exponent = this.scale - fraction.length + Number(power);
    const digits = BigInt(`0${whole.replaceAll(',', '')}${fraction}`);
    const value = exponent >= 0 ? digits * 10n ** BigInt(exponent) : divideRounding(digits, 10n ** BigInt(-exponent));
    this.appendUnscaled(minus === '-' ? -value : value);
  }

  private appendSmall(value: number): void {
    if (value >= Number(this.limit) || value <= -Number(this.limit)) {
      this.appendUnrepresentable();
      return;
    }
    const slot = this.slot();
    const high = Math.floor(value / 0x1_0000_0000);
    this.values[slot] = value - high * 0x1_0000_0000;
    this.values[slot + 1] = high;
    this.values.fill(value < 0 ? 0xffff_ffff : 0, slot + 2, slot + 4);
    this.markValid();
  }

  private appendUnscaled(value: bigint): void {
    if (value >= this.limit || value <= -this.limit) {
      this.appendUnrepresentable();
      return;
    }
    const slot = this.slot();
    for (let word = 0; word < 4; word++) {
      this.values[slot + word] = Number(BigInt.asUintN(32, value >> BigInt(word * 32)));
    }
    this.markValid();
  }
}

/** Half away from zero, as PostgreSQL rounds numeric; for non-negative dividends. */
function divideRounding(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor / 2n) / divisor;
}

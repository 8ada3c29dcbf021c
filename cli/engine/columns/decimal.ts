import { FixedColumn } from './column';

const BASE = 10_000;
const DIGITS_PER_GROUP = 4;
/** Signs of PostgreSQL's binary numeric; everything else is NaN or an infinity. */
const POSITIVE = 0x0000;
const NEGATIVE = 0x4000;
/** Up to here a product of digit groups is exact as a double. */
const SAFE_DIGITS = 15;
const NUMBER = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;

/**
 * NUMERIC(precision, scale) with at most 38 digits. What Parquet's DECIMAL cannot hold becomes null: NaN, the
 * infinities, and values with more digits before the point than the type has (docs/fidelity.md).
 */
export class DecimalColumn extends FixedColumn<Uint32Array> {
  private readonly limit: bigint;

  public constructor(precision: number, private readonly scale: number) {
    super({ kind: 'decimal', precision, scale }, (elements) => new Uint32Array(elements), 4);
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
    this.appendNumber(buffer.toString('latin1', start, end));
  }

  protected appendNumber(text: string): void {
    const match = NUMBER.exec(text);
    if (match === null || match[2] + match[3]! === '') {
      this.appendUnrepresentable();
      return;
    }
    const [, sign, whole = '', fraction = '', power = '0'] = match;
    const exponent = this.scale - fraction.length + Number(power);
    const digits = BigInt(whole + fraction);
    const value = exponent >= 0 ? digits * 10n ** BigInt(exponent) : divideRounding(digits, 10n ** BigInt(-exponent));
    this.appendUnscaled(sign === '-' ? -value : value);
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

/** money, as NUMERIC(38,4). */
export class MoneyColumn extends DecimalColumn {
  public constructor() {
    super(38, 4);
  }

  public override appendText(buffer: Buffer, start: number, end: number): void {
    this.appendNumber(moneyNumber(buffer.toString('utf8', start, end)));
  }
}

/**
 * The number in an amount as `lc_monetary` writes it, such as `-$1,234.50`, `($1.00)` or `1.234,50 €`. What one or two
 * digits follow at the end is the decimal point; groups have three.
 */
export function moneyNumber(text: string): string {
  const amount = text.replaceAll(/[^\d.,]/g, '');
  const [, whole = '', fraction = ''] = /^(.*?)(?:[.,](\d{1,2}))?$/.exec(amount)!;
  const sign = /[-(]/.test(text) ? '-' : '';
  return `${sign}${whole.replaceAll(/\D/g, '')}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Half away from zero, as PostgreSQL rounds numeric; for non-negative dividends. */
function divideRounding(dividend: bigint, divisor: bigint): bigint {
  return (dividend + divisor / 2n) / divisor;
}

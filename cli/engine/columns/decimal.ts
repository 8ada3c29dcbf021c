import { SAFE_DIGITS, plainDecimal } from './ascii';
import { FixedColumn } from './column';

const BASE = 10_000;
const DIGITS_PER_GROUP = 4;
/** Signs of PostgreSQL's binary numeric; everything else is NaN or an infinity. */
const POSITIVE = 0x0000;
const NEGATIVE = 0x4000;
const POWERS = Array.from({ length: SAFE_DIGITS + 1 }, (_, exponent) => 10 ** exponent);
/** 32-bit words of a value. */
const WORDS = 4;
const NUMBER = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/;

/**
 * NUMERIC(precision, scale) with at most 38 digits. What Parquet's DECIMAL cannot hold becomes null: NaN, the
 * infinities, and values with more digits before the point than the type has (docs/fidelity.md).
 */
export class DecimalColumn extends FixedColumn<Uint32Array> {
  private readonly limit: bigint;
  private readonly smallLimit: number;

  public constructor(precision: number, private readonly scale: number) {
    super({ kind: 'decimal', precision, scale }, (elements) => new Uint32Array(elements), WORDS);
    this.limit = 10n ** BigInt(precision);
    this.smallLimit = 10 ** precision;
  }

  protected decode(
    view: DataView, starts: Int32Array, _ends: Int32Array, from: number, to: number, row: number,
  ): void {
    for (let i = from; i < to; i++, row++) {
      if (starts[i]! >= 0 && !this.decodeOne(view, starts[i]!, row * WORDS)) this.unmark(row);
    }
  }

  /** @returns whether the type can hold the value */
  private decodeOne(view: DataView, start: number, slot: number): boolean {
    const groups = view.getUint16(start);
    const sign = view.getUint16(start + 4);
    if (sign !== POSITIVE && sign !== NEGATIVE) return false;
    // The value is Σ group[i] × 10000^(weight − i); this is the power of ten of the last group, in units of our scale.
    const exponent = (view.getInt16(start + 2) - groups + 1) * DIGITS_PER_GROUP + this.scale;
    const digits = groups * DIGITS_PER_GROUP + Math.max(exponent, 0);
    if (digits <= SAFE_DIGITS && exponent >= -DIGITS_PER_GROUP) {
      let value = 0;
      for (let i = 0; i < groups; i++) value = value * BASE + view.getUint16(start + 8 + i * 2);
      value = exponent >= 0 ? value * POWERS[exponent]! : Math.floor(value / POWERS[-exponent]! + 0.5);
      return this.storeSmall(sign === NEGATIVE ? -value : value, slot);
    }
    let value = 0n;
    for (let i = 0; i < groups; i++) value = value * 10_000n + BigInt(view.getUint16(start + 8 + i * 2));
    value = exponent >= 0 ? value * 10n ** BigInt(exponent) : divideRounding(value, 10n ** BigInt(-exponent));
    return this.storeUnscaled(sign === NEGATIVE ? -value : value, slot);
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const plain = plainDecimal(buffer, start, end, this.scale);
    if (Number.isNaN(plain)) this.appendNumber(buffer.toString('latin1', start, end));
    else if (this.storeSmall(plain, this.slot())) this.markValid();
    else this.appendUnrepresentable();
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
    const slot = this.slot();
    if (this.storeUnscaled(sign === '-' ? -value : value, slot)) this.markValid();
    else this.appendUnrepresentable();
  }

  private storeSmall(value: number, slot: number): boolean {
    if (value >= this.smallLimit || value <= -this.smallLimit) return false;
    const { values } = this;
    const high = Math.floor(value / 0x1_0000_0000);
    values[slot] = value - high * 0x1_0000_0000;
    values[slot + 1] = high;
    values[slot + 2] = values[slot + 3] = value < 0 ? 0xffff_ffff : 0;
    return true;
  }

  private storeUnscaled(value: bigint, slot: number): boolean {
    if (value >= this.limit || value <= -this.limit) return false;
    for (let word = 0; word < WORDS; word++) {
      this.values[slot + word] = Number(BigInt.asUintN(32, value >> BigInt(word * 32)));
    }
    return true;
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

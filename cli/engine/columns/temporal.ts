import { daysSince1970, plainDate, plainTime } from './ascii';
import { FixedColumn, HIGH, LOW, WideColumn } from './column';

/** PostgreSQL counts from 2000-01-01, Arrow and Parquet from 1970-01-01. */
const EPOCH_DAYS = 10_957;
const MICROS_OF_DAY = 86_400_000_000;
const MICROS_PER_DAY = BigInt(MICROS_OF_DAY);
const [SPACE, PLUS, ZERO] = [0x20, 0x2b, 0x30];
const TWO_32 = 2 ** 32;
/** Below this upper half (years 1745 to 2255) microseconds since 1970 are exact as a double. */
const EXACT_HIGH = 1_876_000;
const EPOCH_MICROS = BigInt(EPOCH_DAYS) * MICROS_PER_DAY;
const INFINITE_MICROS = [0x7fff_ffff_ffff_ffffn, -0x8000_0000_0000_0000n];
/** PostgreSQL's last timestamps lie beyond what 64 bits of microseconds since 1970 can say. */
const LAST_MICROS = 0x7fff_ffff_ffff_fffen;
const [LAST_DAY, FIRST_DAY] = [0x7fff_ffff, -0x8000_0000];

const DAY = String.raw`(\d{4,})-(\d\d)-(\d\d)`;
const CLOCK = String.raw`(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d\d)(?::?(\d\d))?(?::(\d\d))?)?`;
const DATE = new RegExp(`^${DAY}( BC)?$`);
const TIMESTAMP = new RegExp(`^${DAY}[ T]${CLOCK}( BC)?$`);
const TIME = new RegExp(`^${CLOCK}$`);

/** DATE: days. The infinities, which Parquet lacks, become null (docs/fidelity.md). */
export class DateColumn extends FixedColumn<Int32Array> {
  public constructor() {
    super({ kind: 'date' }, (rows) => new Int32Array(rows));
  }

  protected decode(
    view: DataView, starts: Int32Array, _ends: Int32Array, from: number, to: number, row: number,
  ): void {
    const { values } = this;
    for (let i = from; i < to; i++, row++) {
      const start = starts[i]!;
      if (start < 0) continue;
      const days = view.getInt32(start);
      if (days === LAST_DAY || days === FIRST_DAY) this.unmark(row);
      else values[row] = days + EPOCH_DAYS;
    }
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const plain = plainDate(buffer, start, end);
    if (!Number.isNaN(plain)) {
      this.store(plain);
      return;
    }
    const match = DATE.exec(buffer.toString('latin1', start, end));
    if (match === null) this.appendUnrepresentable();
    else this.store(daysOf(match, 4));
  }
}

/** TIME: milliseconds of the day, in UTC for `time with time zone`. */
export class TimeColumn extends FixedColumn<Int32Array> {
  public constructor() {
    super({ kind: 'time-millis' }, (rows) => new Int32Array(rows));
  }

  protected decode(
    view: DataView, starts: Int32Array, ends: Int32Array, from: number, to: number, row: number,
  ): void {
    const { values } = this;
    for (let i = from; i < to; i++, row++) {
      const start = starts[i]!;
      if (start < 0) continue;
      const micros = view.getInt32(start) * TWO_32 + view.getUint32(start + 4);
      // `time with time zone` has its zone behind it.
      values[row] = ends[i]! - start === 12 ? shifted(micros + view.getInt32(start + 8) * 1_000_000) : ofDay(micros);
    }
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const plain = plainTime(buffer, start, end);
    if (!Number.isNaN(plain)) {
      this.store(ofDay(plain));
      return;
    }
    const match = TIME.exec(buffer.toString('latin1', start, end));
    if (match === null) this.appendUnrepresentable();
    else if (match[5] === undefined) this.store(ofDay(Number(timeMicros(match, 1))));
    else this.store(shifted(Number(timeMicros(match, 1) - zoneMicros(match, 5))));
  }
}

/** Milliseconds. 24:00:00 is a time in PostgreSQL; a day has no such millisecond, so it becomes the last one. */
function ofDay(micros: number): number {
  return Math.floor(Math.min(micros, MICROS_OF_DAY - 1) / 1000);
}

/** In UTC the clock may be in the day before or after; only the time of that day counts. */
function shifted(micros: number): number {
  return ofDay(((micros % MICROS_OF_DAY) + MICROS_OF_DAY) % MICROS_OF_DAY);
}

/** DATETIME: UTC, in milliseconds (`ParquetTimestampInMillisecond`) or microseconds. The infinities become null. */
export class TimestampColumn extends WideColumn {
  public constructor(private readonly milliseconds: boolean) {
    super({ kind: milliseconds ? 'timestamp-millis' : 'timestamp-micros' });
  }

  protected decode(
    view: DataView, starts: Int32Array, _ends: Int32Array, from: number, to: number, row: number,
  ): void {
    const { halves, milliseconds } = this;
    for (let i = from; i < to; i++, row++) {
      const start = starts[i]!;
      if (start < 0) continue;
      const high = view.getInt32(start);
      if (high <= -EXACT_HIGH || high >= EXACT_HIGH) {
        this.decodeFar(view.getBigInt64(start), row);
        continue;
      }
      const since1970 = high * TWO_32 + view.getUint32(start + 4) + EPOCH_DAYS * MICROS_OF_DAY;
      const value = milliseconds ? Math.floor(since1970 / 1000) : since1970;
      const upper = Math.floor(value / TWO_32);
      halves[row * 2 + HIGH] = upper;
      halves[row * 2 + LOW] = value - upper * TWO_32;
    }
  }

  /** A moment whose microseconds do not fit into a double. */
  private decodeFar(micros: bigint, row: number): void {
    const value = INFINITE_MICROS.includes(micros) ? undefined : this.inUnit(micros + EPOCH_MICROS);
    if (value === undefined) this.unmark(row);
    else this.values[row] = value;
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const plain = plainTimestamp(buffer, start, end);
    if (!Number.isNaN(plain)) {
      this.storeExact(this.milliseconds ? Math.floor(plain / 1000) : plain);
      return;
    }
    const micros = timestampMicros(buffer.toString('latin1', start, end));
    const value = micros === undefined ? undefined : this.inUnit(micros);
    if (value === undefined) this.appendUnrepresentable();
    else this.store(value);
  }

  /** In the file's unit; `undefined` when it is later than that can say. */
  private inUnit(micros: bigint): bigint | undefined {
    if (micros > LAST_MICROS) return undefined;
    // Truncation goes towards the past also before 1970, as PostgreSQL's date_trunc does.
    return this.milliseconds ? (micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n : micros;
  }
}

/** Microseconds since 1970 of a timestamp as it usually is, in UTC; NaN for one that a double cannot hold exactly. */
function plainTimestamp(buffer: Buffer, start: number, end: number): number {
  const inUtc = buffer[end - 3] === PLUS && buffer[end - 2] === ZERO && buffer[end - 1] === ZERO;
  if (buffer[start + 10] !== SPACE) return NaN;
  const clock = plainTime(buffer, start + 11, inUtc ? end - 3 : end);
  const micros = plainDate(buffer, start, start + 10) * MICROS_OF_DAY + clock;
  return Number.isSafeInteger(micros) ? micros : NaN;
}

/** Microseconds since 1970 in UTC of a date or timestamp as PostgreSQL writes it; `undefined` for anything else. */
export function momentMicros(text: string): bigint | undefined {
  const date = DATE.exec(text);
  return date === null ? timestampMicros(text) : BigInt(daysOf(date, 4)) * MICROS_PER_DAY;
}

function timestampMicros(text: string): bigint | undefined {
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  return BigInt(daysOf(match, 12)) * MICROS_PER_DAY + timeMicros(match, 4) - zoneMicros(match, 8);
}

/** Days since 1970. @param bcGroup the group of the expression that has the era */
function daysOf(match: RegExpExecArray, bcGroup: number): number {
  const year = match[bcGroup] === undefined ? Number(match[1]) : 1 - Number(match[1]);
  return daysSince1970(year, Number(match[2]), Number(match[3]));
}

function timeMicros(match: RegExpExecArray, group: number): bigint {
  const seconds = Number(match[group]) * 3600 + Number(match[group + 1]) * 60 + Number(match[group + 2]);
  return BigInt(seconds) * 1_000_000n + BigInt((match[group + 3] ?? '').padEnd(6, '0'));
}

function zoneMicros(match: RegExpExecArray, group: number): bigint {
  if (match[group] === undefined) return 0n;
  const seconds = Number(match[group + 1]) * 3600 + Number(match[group + 2] ?? 0) * 60 + Number(match[group + 3] ?? 0);
  return BigInt(match[group] === '-' ? -seconds : seconds) * 1_000_000n;
}

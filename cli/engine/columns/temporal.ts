import { FixedColumn, WideColumn } from './column';

/** PostgreSQL counts from 2000-01-01, Arrow and Parquet from 1970-01-01. */
const EPOCH_DAYS = 10_957;
/** From the first of March of the year 0, where `daysOf` begins to count. */
const DAYS_TO_1970 = 719_468;
const MICROS_OF_DAY = 86_400_000_000;
const MICROS_PER_DAY = BigInt(MICROS_OF_DAY);
const TWO_32 = 2 ** 32;
/** Below this upper half (years 1745 to 2255) microseconds since 1970 are exact as a double. */
const EXACT_HIGH = 1_876_000;
const EPOCH_MICROS = BigInt(EPOCH_DAYS) * MICROS_PER_DAY;
const INFINITE_MICROS = [0x7fff_ffff_ffff_ffffn, -0x8000_0000_0000_0000n];
/** PostgreSQL's last timestamps lie beyond what 64 bits of microseconds since 1970 can say. */
const LAST_MICROS = 0x7fff_ffff_ffff_fffen;
const INFINITE_DAYS = [0x7fff_ffff, -0x8000_0000];

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

  public appendBinary(buffer: Buffer, start: number): void {
    const days = buffer.readInt32BE(start);
    if (INFINITE_DAYS.includes(days)) this.appendUnrepresentable();
    else this.store(days + EPOCH_DAYS);
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
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

  public appendBinary(buffer: Buffer, start: number, end: number): void {
    const micros = Number(buffer.readBigInt64BE(start));
    if (end - start === 12) this.appendShifted(micros + buffer.readInt32BE(start + 8) * 1_000_000);
    else this.append(micros);
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const match = TIME.exec(buffer.toString('latin1', start, end));
    if (match === null) this.appendUnrepresentable();
    else if (match[5] === undefined) this.append(Number(timeMicros(match, 1)));
    else this.appendShifted(Number(timeMicros(match, 1) - zoneMicros(match, 5)));
  }

  /** 24:00:00 is a time in PostgreSQL; a day has no such millisecond, so it becomes the last one. */
  private append(micros: number): void {
    this.store(Math.floor(Math.min(micros, MICROS_OF_DAY - 1) / 1000));
  }

  /** In UTC the clock may be in the day before or after; only the time of that day counts. */
  private appendShifted(micros: number): void {
    this.append(((micros % MICROS_OF_DAY) + MICROS_OF_DAY) % MICROS_OF_DAY);
  }
}

/** DATETIME: UTC, in milliseconds (`ParquetTimestampInMillisecond`) or microseconds. The infinities become null. */
export class TimestampColumn extends WideColumn {
  public constructor(private readonly milliseconds: boolean) {
    super({ kind: milliseconds ? 'timestamp-millis' : 'timestamp-micros' });
  }

  public appendBinary(buffer: Buffer, start: number): void {
    const high = buffer.readInt32BE(start);
    if (high > -EXACT_HIGH && high < EXACT_HIGH) {
      const since1970 = high * TWO_32 + buffer.readUInt32BE(start + 4) + EPOCH_DAYS * MICROS_OF_DAY;
      const value = this.milliseconds ? Math.floor(since1970 / 1000) : since1970;
      const upper = Math.floor(value / TWO_32);
      this.storeHalves(upper, value - upper * TWO_32);
      return;
    }
    const micros = buffer.readBigInt64BE(start);
    if (INFINITE_MICROS.includes(micros)) this.appendUnrepresentable();
    else this.append(micros + EPOCH_MICROS);
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const micros = timestampMicros(buffer.toString('latin1', start, end));
    if (micros === undefined) this.appendUnrepresentable();
    else this.append(micros);
  }

  private append(micros: bigint): void {
    if (micros > LAST_MICROS) {
      this.appendUnrepresentable();
      return;
    }
    // Truncation goes towards the past also before 1970, as PostgreSQL's date_trunc does.
    this.store(this.milliseconds ? (micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n : micros);
  }
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

/** Days since 1970. PostgreSQL's dates go far beyond those of JavaScript, so they are counted here. */
function daysOf(match: RegExpExecArray, bcGroup: number): number {
  const calendarYear = match[bcGroup] === undefined ? Number(match[1]) : 1 - Number(match[1]);
  const month = Number(match[2]);
  // Years that begin in March: a leap day is then a year's last, and the months before it have a regular pattern.
  const year = month > 2 ? calendarYear : calendarYear - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + Number(match[3]) - 1;
  const leapDays = Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
  return year * 365 + leapDays + dayOfYear - DAYS_TO_1970;
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

import { DateDay, TimeMillisecond, TimestampMicrosecond, TimestampMillisecond } from 'apache-arrow';
import { FixedColumn } from './column';

/** PostgreSQL counts from 2000-01-01, Arrow and Parquet from 1970-01-01. */
const EPOCH_DAYS = 10_957;
const MICROS_PER_DAY = 86_400_000_000n;
const EPOCH_MICROS = BigInt(EPOCH_DAYS) * MICROS_PER_DAY;
const INFINITE_MICROS = [0x7fff_ffff_ffff_ffffn, -0x8000_0000_0000_0000n];
const INFINITE_DAYS = [0x7fff_ffff, -0x8000_0000];

const DATE = /^(\d{4,})-(\d\d)-(\d\d)( BC)?$/;
const TIMESTAMP = /^(\d{4,})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d\d)(?::?(\d\d))?(?::(\d\d))?)?( BC)?$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d\d)(?::?(\d\d))?(?::(\d\d))?)?$/;

/** DATE: days. The infinities, which Parquet lacks, become null (docs/fidelity.md). */
export class DateColumn extends FixedColumn<Int32Array> {
  public constructor() {
    super(new DateDay(), (rows) => new Int32Array(rows));
  }

  public appendBinary(buffer: Buffer, start: number): void {
    const days = buffer.readInt32BE(start);
    if (INFINITE_DAYS.includes(days)) this.appendUnrepresentable();
    else this.append(days + EPOCH_DAYS);
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const match = DATE.exec(buffer.toString('latin1', start, end));
    if (match === null) this.appendUnrepresentable();
    else this.append(daysOf(match, 4));
  }

  private append(days: number): void {
    this.store(days);
  }
}

/** TIME: milliseconds of the day, in UTC for `time with time zone`. */
export class TimeColumn extends FixedColumn<Int32Array> {
  public constructor() {
    super(new TimeMillisecond(), (rows) => new Int32Array(rows));
  }

  public appendBinary(buffer: Buffer, start: number, end: number): void {
    const zoneSeconds = end - start === 12 ? buffer.readInt32BE(start + 8) : 0;
    this.append(Number(buffer.readBigInt64BE(start)) + zoneSeconds * 1_000_000);
  }

  public appendText(buffer: Buffer, start: number, end: number): void {
    const match = TIME.exec(buffer.toString('latin1', start, end));
    if (match === null) this.appendUnrepresentable();
    else this.append(Number(timeMicros(match, 1) - zoneMicros(match, 5)));
  }

  private append(micros: number): void {
    const day = Number(MICROS_PER_DAY);
    // 24:00:00 is a time in PostgreSQL; a day has no such millisecond, so it stays what it is only in its own zone.
    const inDay = micros === day ? day - 1000 : ((micros % day) + day) % day;
    this.store(Math.floor(inDay / 1000));
  }
}

/** DATETIME: UTC, in milliseconds (`ParquetTimestampInMillisecond`) or microseconds. The infinities become null. */
export class TimestampColumn extends FixedColumn<BigInt64Array> {
  public constructor(private readonly milliseconds: boolean) {
    super(milliseconds ? new TimestampMillisecond() : new TimestampMicrosecond(), (rows) => new BigInt64Array(rows));
  }

  public appendBinary(buffer: Buffer, start: number): void {
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
    // Truncation goes towards the past also before 1970, as PostgreSQL's date_trunc does.
    this.store(this.milliseconds ? (micros - (((micros % 1000n) + 1000n) % 1000n)) / 1000n : micros);
  }
}

/** Microseconds since 1970 in UTC of a timestamp as PostgreSQL writes it (ISO), `undefined` for infinities. */
export function timestampMicros(text: string): bigint | undefined {
  const match = TIMESTAMP.exec(text);
  if (match === null) return undefined;
  return BigInt(daysOf(match, 12)) * MICROS_PER_DAY + timeMicros(match, 4) - zoneMicros(match, 8);
}

function daysOf(match: RegExpExecArray, bcGroup: number): number {
  const year = match[bcGroup] === undefined ? Number(match[1]) : 1 - Number(match[1]);
  // Date.UTC reads years 0–99 as 1900–1999, so the year is set on its own.
  const date = new Date(0);
  date.setUTCFullYear(year, Number(match[2]) - 1, Number(match[3]));
  return Math.round(date.getTime() / 86_400_000);
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

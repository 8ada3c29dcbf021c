import type { ByteStrings, ColumnVector, ParquetType } from '../parquet/schema';
import type { TextBuffer } from './text-buffer';

/** Appends the text of one row's value; never called for a null. */
export type CellWriter = (row: number, out: TextBuffer) => void;

const DAY_MICROS = 86_400_000_000n;
const DAY_MILLIS = 86_400_000;
/** From the first of March of the year 0 to 1970-01-01. */
const DAYS_TO_1970 = 719_468;
const DAYS_OF_400_YEARS = 146_097;
/** A number of fewer digits need not be the same one as single precision. */
const MAX_FLOAT_DIGITS = 9;

/** How a vector's values are written as text (docs/fidelity.md). */
export function cellWriter(type: ParquetType, { values }: ColumnVector): CellWriter {
  const numbers = values as Int32Array;
  const wide = values as BigInt64Array;
  switch (type.kind) {
    case 'boolean':
      return (row, out) => out.ascii(numbers[row] === 1 ? 'true' : 'false');
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'int64':
      return (row, out) => out.ascii(String(numbers[row]));
    case 'uint32':
      return (row, out) => out.ascii(String(numbers[row]! >>> 0));
    case 'uint64':
      return (row, out) => out.ascii(String(BigInt.asUintN(64, wide[row]!)));
    case 'float':
      return (row, out) => out.ascii(floatText(numbers[row]!));
    case 'double':
      return (row, out) => out.ascii(String(numbers[row]));
    case 'decimal':
      return (row, out) => out.ascii(decimalText(values as Uint32Array, row * 4, type.scale));
    case 'date':
      return (row, out) => out.ascii(dateText(numbers[row]!));
    case 'time-millis':
      return (row, out) => out.ascii(`${clock(Math.floor(numbers[row]! / 1000))}.${digits(numbers[row]! % 1000, 3)}`);
    case 'timestamp-millis':
      return (row, out) => out.ascii(timestampText(wide[row]! * 1000n));
    case 'timestamp-micros':
      return (row, out) => out.ascii(timestampText(wide[row]!));
    case 'utf8': {
      const { offsets, bytes } = values as ByteStrings;
      return (row, out) => out.copy(bytes, offsets[row], offsets[row + 1]);
    }
    case 'binary': {
      const { offsets, bytes } = values as ByteStrings;
      return (row, out) => out.ascii(Buffer.from(bytes.subarray(offsets[row], offsets[row + 1])).toString('hex'));
    }
  }
}

/** The fewest digits that give the same single-precision number again. */
function floatText(value: number): string {
  for (let precision = 6; precision < MAX_FLOAT_DIGITS && Number.isFinite(value); precision++) {
    const shorter = Number(value.toPrecision(precision));
    if (Math.fround(shorter) === value) return String(shorter);
  }
  return Number.isFinite(value) ? String(Number(value.toPrecision(MAX_FLOAT_DIGITS))) : String(value);
}

/** 128 bits, the lowest word first, with all digits of the scale. */
function decimalText(words: Uint32Array, at: number, scale: number): string {
  let unscaled = 0n;
  for (let word = 3; word >= 0; word--) unscaled = (unscaled << 32n) | BigInt(words[at + word]!);
  unscaled = BigInt.asIntN(128, unscaled);
  const text = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  const whole = text.slice(0, text.length - scale);
  return (unscaled < 0n ? '-' : '') + whole + (scale === 0 ? '' : `.${text.slice(-scale)}`);
}

function timestampText(micros: bigint): string {
  const ofDay = ((micros % DAY_MICROS) + DAY_MICROS) % DAY_MICROS;
  const days = Number((micros - ofDay) / DAY_MICROS);
  const time = Number(ofDay);
  return dateText(days, ` ${clock(Math.floor(time / 1_000_000))}.${digits(time % 1_000_000, 6)}`);
}

/** `yyyy-MM-dd` and what follows; years before 1 end with ` (BC)`, those after 9999 have more digits. */
function dateText(days: number, time = ''): string {
  // Years that begin in March, counted in eras of 400 years: a leap day is then the last one of its year.
  const shifted = days + DAYS_TO_1970;
  const era = Math.floor(shifted / DAYS_OF_400_YEARS);
  const dayOfEra = shifted - era * DAYS_OF_400_YEARS;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const text = `${digits(year > 0 ? year : 1 - year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
  return year > 0 ? text + time : `${text} (BC)${time}`;
}

function clock(second: number): string {
  const ofDay = second % (DAY_MILLIS / 1000);
  return `${digits(Math.floor(ofDay / 3600), 2)}:${digits(Math.floor(ofDay / 60) % 60, 2)}:${digits(ofDay % 60, 2)}`;
}

const digits = (value: number, count: number): string => String(value).padStart(count, '0');

import { counted, grouped, seconds } from '../output/numbers';

const MINUTE = 60;
const HOUR = 60 * MINUTE;
/** Below this, seconds are easier to read than minutes. */
const LONGEST_IN_SECONDS = 2 * MINUTE;

const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 2 });
const PLAIN = new Intl.NumberFormat('en-US', { maximumFractionDigits: 2 });

/** `5.6 s`, `3 min 20 s`, `2 h 5 min`. */
export function duration(value: number): string {
  if (value < LONGEST_IN_SECONDS) return seconds(value);
  const whole = Math.round(value);
  return whole < HOUR
    ? `${Math.floor(whole / MINUTE)} min ${whole % MINUTE} s`
    : `${grouped(Math.floor(whole / HOUR))} h ${Math.floor((whole % HOUR) / MINUTE)} min`;
}

/** `731 bytes`, `24.7 kB`, `1.2 GB`: powers of a thousand, as disks and buckets are sold. */
export function fileSize(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  if (bytes < 1000) return counted(bytes, 'byte');
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1]!}`;
}

/** A number beside an axis: `0.25`, `500`, `200K`, `1.5M`. */
export function tickLabel(value: number): string {
  return Math.abs(value) < 10_000 ? PLAIN.format(value) : COMPACT.format(value);
}

/** A rate: one digit while it is small, none when that would be false precision. */
export function rate(value: number): string {
  return value < 10 ? PLAIN.format(Number(value.toFixed(1))) : grouped(Math.round(value));
}

/** `2026-11-21 14:08:22 UTC`. */
export function moment(date: Date): string {
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

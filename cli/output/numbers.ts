const GROUPED = new Intl.NumberFormat('en-US');
const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });
const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `1234567` → `1,234,567`. */
export function grouped(value: number): string {
  return GROUPED.format(value);
}

/** `382123` → `382k`: three digits are enough for what changes all the time. */
export function compact(value: number): string {
  return COMPACT.format(value).replace('K', 'k');
}

/** `45123456` → `45.1 MB`; units of 1000. */
export function volume(value: number): string {
  const unit = Math.min(BYTE_UNITS.length - 1, value < 1000 ? 0 : Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** unit;
  return `${unit === 0 ? scaled : scaled.toFixed(1)} ${BYTE_UNITS[unit]}`;
}

export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

/** `80` → `80 s`, `200` → `3 min`: an estimate with the digits that it deserves. */
export function roughDuration(value: number): string {
  if (value < 100) return `${Math.max(1, Math.round(value))} s`;
  return value < 5400 ? `${Math.round(value / 60)} min` : `${(value / 3600).toFixed(1)} h`;
}

/** `1 error`, `2 errors`. */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}

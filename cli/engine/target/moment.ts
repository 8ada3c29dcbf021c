/** Moments as DMS writes them. */

/** `yyyy-MM-dd HH:mm:ss.SSSSSS` in UTC, from microseconds since 1970: the form of `TimestampColumnName`. */
export function formatMicros(micros: bigint): string {
  const milliseconds = new Date(Number(micros / 1000n)).toISOString();
  return `${milliseconds.slice(0, 10)} ${milliseconds.slice(11, 23)}${String(micros % 1000n).padStart(3, '0')}`;
}

/** `$AR_H_CHANGE_SEQ`: 16 digits of time to the hundredth of a second and 19 of a counter. */
export function changeSequence(micros: bigint, counter: number): string {
  const digits = formatMicros(micros).replaceAll(/\D/g, '').slice(0, 16);
  return digits + String(counter).padStart(19, '0');
}

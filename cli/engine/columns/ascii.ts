/**
 * Numbers in the text that PostgreSQL's output functions write, read byte by byte: a string and an expression for each
 * value of a stream would cost more than everything else. All of them give NaN for text that is not of the usual form,
 * which then needs a closer look.
 */

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;
const COLON = 0x3a;
/** Up to here a number of that many digits is exact as a double. */
export const SAFE_DIGITS = 15;

/** `-` or nothing, and at most 15 digits. */
export function plainInteger(buffer: Uint8Array, start: number, end: number): number {
  if (buffer[start] !== MINUS) return unsigned(buffer, start, end);
  return -unsigned(buffer, start + 1, end);
}

/**
 * `-` or nothing, digits, and a point among them or not: in units of the given scale.
 *
 * @param scale as many digits are expected after the point
 */
export function plainDecimal(buffer: Uint8Array, start: number, end: number, scale: number): number {
  if (scale === 0) return plainInteger(buffer, start, end);
  const point = end - scale - 1;
  const first = buffer[start] === MINUS ? start + 1 : start;
  if (point <= first || buffer[point] !== POINT || end - first - 1 > SAFE_DIGITS) return NaN;
  const value = unsigned(buffer, first, point) * 10 ** scale + unsigned(buffer, point + 1, end);
  return first === start ? value : -value;
}

/** `yyyy-mm-dd` as days since 1970. */
export function plainDate(buffer: Uint8Array, start: number, end: number): number {
  if (end - start !== 10 || buffer[start + 4] !== MINUS || buffer[start + 7] !== MINUS) return NaN;
  return daysSince1970(
    unsigned(buffer, start, start + 4), unsigned(buffer, start + 5, start + 7), unsigned(buffer, start + 8, end),
  );
}

/** `hh:mm:ss`, and up to six digits after a point: as microseconds. */
export function plainTime(buffer: Uint8Array, start: number, end: number): number {
  if (end < start + 8 || buffer[start + 2] !== COLON || buffer[start + 5] !== COLON) return NaN;
  const seconds = unsigned(buffer, start, start + 2) * 3600 + unsigned(buffer, start + 3, start + 5) * 60 +
    unsigned(buffer, start + 6, start + 8);
  if (end === start + 8) return seconds * 1e6;
  const decimals = end - start - 9;
  if (buffer[start + 8] !== POINT || decimals > 6) return NaN;
  return seconds * 1e6 + unsigned(buffer, start + 9, end) * 10 ** (6 - decimals);
}

/** From the first of March of the year 0, where days begin to be counted. */
const DAYS_TO_1970 = 719_468;

/** Days since 1970. PostgreSQL's dates go far beyond those of JavaScript, so they are counted here. */
export function daysSince1970(calendarYear: number, month: number, day: number): number {
  // Years that begin in March: a leap day is then a year's last, and the months before it have a regular pattern.
  const year = month > 2 ? calendarYear : calendarYear - 1;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const leapDays = Math.floor(year / 4) - Math.floor(year / 100) + Math.floor(year / 400);
  return year * 365 + leapDays + dayOfYear - DAYS_TO_1970;
}

/** One to 15 digits. */
function unsigned(buffer: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > SAFE_DIGITS) return NaN;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = buffer[at]! - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return value;
}

/** The least or the greatest value of a column chunk, in Parquet's physical form. */
export interface Bound {
  readonly bytes: Uint8Array;
  /** Whether the column has this value; it may also be a shorter one beyond all that the column has. */
  readonly exact: boolean;
}

/** Statistics are read before the data and should stay small; arrow-rs keeps as many. */
const MAX_BYTES = 64;
const LAST_CODE_POINT = 0x10_ffff;
const SURROGATES = { first: 0xd800, last: 0xdfff };

/** A lower bound of at most 64 bytes: the beginning of the value. */
export function truncatedMin(value: Uint8Array, isText: boolean): Bound {
  if (value.length <= MAX_BYTES) return { bytes: value.slice(), exact: true };
  return { bytes: value.slice(0, cut(value, isText)), exact: false };
}

/** An upper bound, of at most 64 bytes where there is one: the beginning of the value with its end counted up. */
export function truncatedMax(value: Uint8Array, isText: boolean): Bound {
  if (value.length <= MAX_BYTES) return { bytes: value.slice(), exact: true };
  const start = value.subarray(0, cut(value, isText));
  const bytes = isText ? nextText(start) : nextBytes(start);
  return bytes === undefined ? { bytes: value.slice(), exact: true } : { bytes, exact: false };
}

/** Text is cut between characters only: a bound of a text column must be text too. */
function cut(value: Uint8Array, isText: boolean): number {
  let end = MAX_BYTES;
  if (isText) while (end > 0 && (value[end]! & 0xc0) === 0x80) end--;
  return end;
}

function nextBytes(value: Uint8Array): Uint8Array | undefined {
  let last = value.length - 1;
  while (last >= 0 && value[last] === 0xff) last--;
  if (last < 0) return undefined;
  const next = value.slice(0, last + 1);
  next[last]!++;
  return next;
}

/** UTF-8 keeps the order of code points. Of what is not UTF-8 (a database without encoding), nothing is known. */
function nextText(value: Uint8Array): Uint8Array | undefined {
  const text = Buffer.from(value).toString('utf8');
  if (!Buffer.from(text).equals(value)) return undefined;
  const characters = Array.from(text, (character) => character.codePointAt(0)!);
  while (characters.at(-1) === LAST_CODE_POINT) characters.pop();
  if (characters.length === 0) return undefined;
  const next = characters.pop()! + 1;
  characters.push(next === SURROGATES.first ? SURROGATES.last + 1 : next);
  return Buffer.from(String.fromCodePoint(...characters));
}

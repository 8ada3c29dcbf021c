import type { Random } from './random';

const GIVEN_NAMES = [
  'Ana', 'Begoña', 'Çağla', 'Dmitri', 'Élodie', 'Fátima', 'Göran', 'Hiroshi', 'Íñigo', 'José', 'Køren', 'Łukasz',
  'Māra', 'Nguyễn', 'Ólafur', 'Paola', 'Søren', 'Tomáš', 'Ümit', 'Wei', 'Ximena', 'Zoë', '美咲', 'Олена', 'Νίκος', 'نور',
];
const FAMILY_NAMES = [
  'Aguilar', 'Brøgger', 'Castañeda', 'D’Angelo', 'Eriksson', 'Fernández', 'González', 'Hernández', 'Ivanović', 'Jiménez',
  'Kowalczyk', 'Løvås', 'Müller', 'Núñez', 'O\'Brien', 'Peña', 'Quiroga', 'Rodríguez', 'Straßer', 'Tanaka', 'Ünal', '田中',
];
const WORDS = [
  'reserva', 'cliente', 'salón', 'corte', 'masaje', 'uñas', 'peluquería', 'cita', 'mañana', 'tarde', 'café', 'niño',
  'appointment', 'late', 'window', 'seat', 'allergy', 'gift', 'voucher', 'colour', 'stylist', 'returning', 'prefers',
  'quiet', 'room', 'towel', 'parking', 'invoice', 'Straße', 'über', 'naïve', 'œuvre', 'ação', 'coração', 'żółty', '予約',
  'ありがとう', 'запись', 'массаж', '😀', '💇', 'reminder', 'deposit', 'cancelled', 'moved', 'confirmed', 'phone', 'email',
];
/** What breaks careless readers: separators, quotes, escapes, line ends, and nothing at all. */
const AWKWARD_TEXTS = ['', ' ', 'a\tb', 'line 1\nline 2\r\nline 3', 'C:\\temp\\n', '"quoted", \'too\'', '\\N', 'NULL', '{}'];

const FIRST_MOMENT = Date.UTC(2019, 0, 1);
const SECONDS_COVERED = 7 * 365 * 86_400;

/** PostgreSQL's text form of a value, as COPY and a query parameter take it; null is SQL's NULL. */
export type Value = string | null;

export function sometimes(random: Random, probability: number, value: (random: Random) => Value): Value {
  return random.chance(probability) ? value(random) : null;
}

export function fullName(random: Random): string {
  return `${random.pick(GIVEN_NAMES)} ${random.pick(FAMILY_NAMES)}`;
}

export function digits(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.integer(0, 9)).join('');
}

/** Up to the whole range of bigint, so that a detour through a double shows. */
export function bigInteger(random: Random): string {
  const magnitude = (BigInt(random.bits()) << 31n) | BigInt(random.bits() >>> 1);
  const value = magnitude >> BigInt(random.integer(0, 62));
  return String(random.chance(0.1) ? -value : value);
}

/** An amount with two decimals. */
export function amount(random: Random, most: number): string {
  return `${random.integer(0, most)}.${String(random.integer(0, 99)).padStart(2, '0')}`;
}

export function uuid(random: Random): string {
  const hex = Array.from({ length: 4 }, () => random.bits().toString(16).padStart(8, '0')).join('');
  const variant = '89ab'[random.integer(0, 3)];
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `${variant}${hex.slice(17, 20)}`, hex.slice(20)]
    .join('-');
}

/** With microseconds: what `now()` stores. */
export function timestamp(random: Random): string {
  const moment = new Date(FIRST_MOMENT + random.integer(0, SECONDS_COVERED) * 1000).toISOString().slice(0, 19);
  return `${moment}.${String(random.integer(0, 999_999)).padStart(6, '0')}`;
}

export function timestampWithZone(random: Random): string {
  return `${timestamp(random)}${random.pick(['Z', '+02', '-03', '+05:30'])}`;
}

export function date(random: Random, firstYear: number, lastYear: number): string {
  const day = Date.UTC(random.integer(firstYear, lastYear), 0, random.integer(1, 365));
  return new Date(day).toISOString().slice(0, 10);
}

export function timeOfDay(random: Random): string {
  return `${String(random.integer(7, 21)).padStart(2, '0')}:${random.pick(['00', '15', '30', '45'])}:00`;
}

export function bytes(random: Random, most: number): string {
  const length = random.integer(0, most);
  let hex = '';
  while (hex.length < length * 2) {
    hex += random.bits().toString(16).padStart(8, '0');
  }
  return `\\x${hex.slice(0, length * 2)}`;
}

export function sentence(random: Random, words: number): string {
  let text = random.pick(WORDS);
  for (let count = 1; count < words; count += 1) {
    text += ` ${random.pick(WORDS)}`;
  }
  return text;
}

/** Text of at least so many bytes (UTF-8), and about a word more. */
export function longText(random: Random, size: number): string {
  const words: string[] = [];
  for (let length = 0; length < size;) {
    const word = random.pick(WORDS);
    words.push(word);
    length += Buffer.byteLength(word) + 1;
  }
  return words.join(' ');
}

/** What people type into a free field: mostly short, at times awkward, now and then pages long. */
export function freeText(random: Random, sizes: { readonly long: number; readonly veryLong: number }): string {
  const dice = random.fraction();
  if (dice < sizes.veryLong) {
    return longText(random, random.integer(33_000, 39_000));
  }
  if (dice < sizes.veryLong + sizes.long) {
    return longText(random, random.integer(8_500, 14_000));
  }
  return random.chance(0.05) ? random.pick(AWKWARD_TEXTS) : sentence(random, random.integer(2, 14));
}

export function json(random: Random): string {
  return JSON.stringify({
    channel: random.pick(['web', 'app', 'teléfono', 'walk-in']),
    score: random.integer(0, 1000) / 8,
    note: random.chance(0.2) ? random.pick(AWKWARD_TEXTS) : random.pick(WORDS),
    flags: { vip: random.chance(0.1), reminder: random.pick([true, false, null]) },
    history: Array.from({ length: random.integer(0, 3) }, () => random.integer(1, 99)),
  });
}

export function textArray(random: Random): string {
  const element = (): string => {
    const text = random.chance(0.1) ? random.pick(AWKWARD_TEXTS) : random.pick(WORDS);
    return random.chance(0.05) ? 'NULL' : `"${text.replace(/["\\]/g, '\\$&')}"`;
  };
  return `{${Array.from({ length: random.integer(0, 4) }, element).join(',')}}`;
}

export function integerArray(random: Random): string {
  return `{${Array.from({ length: random.integer(0, 4) }, () => random.integer(1, 400)).join(',')}}`;
}

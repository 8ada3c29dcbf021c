import { createHash } from 'node:crypto';
import * as fc from 'fast-check';

/**
 * PostgreSQL types with values to try, and with what DMS's type map (dms.md §1.9 and §2.5, docs/fidelity.md) makes of
 * them. Nothing here uses the engine: PostgreSQL and DuckDB write the values as text, and the texts have to agree.
 */
export interface RandomType {
  readonly sql: string;
  /** Texts that PostgreSQL reads as this type. */
  readonly values: fc.Arbitrary<string>;
  /** The type of the lake, as DuckDB calls it. */
  readonly lake: string;
  /** Different values of the source are different ones in the lake, so that a key may have it. */
  readonly identifies?: boolean;
  /** SQL for the text that is expected in the lake; without it what the type's output function writes. */
  readonly expected?: (column: string) => string;
  /** DuckDB's SQL for the value in the lake in the same form; without it a cast to text. */
  readonly read?: (column: string) => string;
  /**
   * The number that a text stands for in the precision of the type: the two databases write one float in different
   * ways, and `-2892947.2` and `-2892947.25` are the same `real`.
   */
  readonly float?: (number: number) => number;
}

/** What must exist before the tables. */
export const TYPE_DEFINITIONS = `
  CREATE TYPE mood AS ENUM ('so so', 'fine', 'it''s');
  CREATE DOMAIN price AS numeric(10,2) CHECK (VALUE > -1000000);
  CREATE TYPE pair AS (number integer, word text);`;

/** `LobMaxSize` is 32 KB unless a task says otherwise: so many characters of an NCLOB, so many bytes of a BLOB. */
const LOB_CHARACTERS = 16_384;
const LOB_BYTES = 32_768;

const oneOf = (...values: string[]): fc.Arbitrary<string> => fc.constantFrom(...values);
const mostly = (usual: fc.Arbitrary<string>, ...special: string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 4, arbitrary: usual }, { weight: 1, arbitrary: oneOf(...special) });
const integer = (bits: bigint): fc.Arbitrary<string> => {
  const [min, max] = [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n];
  return mostly(fc.bigInt({ min, max }).map(String), String(min), String(max), '0', '-1');
};
const decimal = (limit: bigint, scale: number): fc.Arbitrary<string> =>
  fc.tuple(fc.bigInt({ min: -limit, max: limit }), fc.integer({ min: 0, max: scale }))
    .map(([value, power]) => `${value}e-${power}`);

/** Every code point that PostgreSQL takes: no NUL, no lone surrogate. */
export const anyText = (maxLength: number): fc.Arbitrary<string> => fc.oneof(
  fc.string({ unit: 'binary', maxLength }).map((text) => [...text.replaceAll('\0', ' ')].slice(0, maxLength).join('')),
  oneOf('', ' ', 'NULL', '\\N', "it's", '"', 'a,b', 'a\r\nb\tc\\', 'ä€😀', '{}', '\u{10ffff}').map((text) => text.slice(0, maxLength)),
);
/** Long enough to be stored out of line, too random to be compressed; some are longer than `LobMaxSize`. */
const longText = fc.tuple(fc.nat(), fc.integer({ min: 3000, max: 20_000 }), oneOf('', 'ä', '😀'))
  .map(([seed, length, ending]) => noise(seed, length).toString('latin1') + ending.repeat(2000));
const longBytes = fc.tuple(fc.nat(), fc.integer({ min: 6000, max: 72_000 }))
  .map(([seed, length]) => `\\x${noise(seed, length & ~1).toString('latin1')}`);

/** Hexadecimal digits that look random, the same for the same seed. */
function noise(seed: number, length: number): Buffer {
  const parts = Array.from({ length: Math.ceil(length / 128) }, (_, i) =>
    createHash('sha512').update(`${seed} ${i}`).digest('hex'));
  return Buffer.from(parts.join('').slice(0, length));
}

const hex = (bytes: Uint8Array): string => `\\x${Buffer.from(bytes).toString('hex')}`;
const date = (min: string, max: string): fc.Arbitrary<string> =>
  fc.date({ min: new Date(min), max: new Date(max), noInvalidDate: true }).map((value) => value.toISOString());
const moment = fc.tuple(date('0001-01-01T00:00:00Z', '9999-12-30T00:00:00Z'), fc.integer({ min: 0, max: 999 }))
  .map(([text, micros]) => text.replace('T', ' ').replace('Z', String(micros).padStart(3, '0')));
const farMoments = ['0044-03-15 10:20:30.4 BC', '4713-01-02 00:00 BC', '294246-01-10 04:00:54.775806', '1969-12-31 23:59:59.999999'];
/** Beyond what 64 bits of microseconds can say. */
const lostMoments = ['infinity', '-infinity', '294276-12-31 23:59:59'];
const zoned = fc.tuple(moment, oneOf('+00', '+05:45', '-11', '+15:59:59')).map(([text, zone]) => text + zone);
const clock = fc.integer({ min: 0, max: 86_399_999_999 }).map((micros) => {
  const whole = new Date(Math.floor(micros / 1000)).toISOString().slice(11, 23);
  return whole + String(micros % 1000).padStart(3, '0');
});

const cut = (column: string): string => `left(${column}::text, ${LOB_CHARACTERS})`;
const cutBytes = (column: string): string => `encode(substr(${column}, 1, ${LOB_BYTES}), 'hex')`;
const readBytes = (column: string): string => `lower(hex(${column}))`;
const days = (column: string): string => `CASE WHEN isfinite(${column}) THEN ${column} - date '1970-01-01' END`;
const readDays = (column: string): string => `(${column} - DATE '1970-01-01')::VARCHAR`;
const micros = (column: string): string =>
  `CASE WHEN isfinite(${column}) AND extract(epoch FROM ${column}) <= 9223372036854.775806 THEN (extract(epoch FROM ${column}) * 1000000)::bigint END`;
const readMicros = (column: string): string => `epoch_us(${column})::VARCHAR`;
/** The lake has milliseconds of the day; 24:00 is its last one. */
const clockMicros = (column: string): string =>
  `CASE WHEN ${column} IS NOT NULL THEN least(floor(extract(epoch FROM ${column}) * 1000), 86399999)::bigint * 1000 END`;
const utcClockMicros = (column: string): string =>
  `mod(floor(extract(epoch FROM ${column}) * 1000)::bigint + 172800000, 86400000) * 1000`;
const readClock = (column: string): string => `date_diff('microsecond', TIME '00:00:00', ${column})::VARCHAR`;
const finite = (column: string): string => `CASE WHEN ${column} <> 'NaN' THEN ${column} END`;
/** DuckDB leaves the zero before the point out when the type has no digit there. */
const readFraction = (column: string): string => `regexp_replace(${column}::VARCHAR, '^(-?)[.]', '\\10.')`;
/** NUMERIC without precision is NUMERIC(28,6). */
const unbounded = (column: string): string =>
  `CASE WHEN ${column} <> 'NaN' AND abs(round(${column}, 6)) < 1e22 THEN round(${column}, 6) END`;

export const RANDOM_TYPES: readonly RandomType[] = [
  { sql: 'smallint', values: integer(16n), lake: 'SMALLINT', identifies: true },
  { sql: 'integer', values: integer(32n), lake: 'INTEGER', identifies: true },
  { sql: 'bigint', values: integer(64n), lake: 'BIGINT', identifies: true },
  { sql: 'numeric(12,2)', values: mostly(decimal(10n ** 10n - 1n, 5), 'NaN', '9999999999.99', '0.005'), lake: 'DECIMAL(12,2)', expected: finite },
  { sql: 'numeric(38,10)', values: decimal(10n ** 28n - 1n, 12), lake: 'DECIMAL(38,10)', identifies: true },
  { sql: 'numeric(4,4)', values: decimal(9999n, 9).map((text) => `${text.split('e')[0]}e-4`), lake: 'DECIMAL(4,4)', identifies: true, read: readFraction },
  { sql: 'numeric', values: mostly(decimal(10n ** 30n, 20), 'NaN', 'Infinity', '-Infinity', '1e300', '1e-300'), lake: 'DECIMAL(28,6)', expected: unbounded },
  { sql: 'numeric(40,2)', values: mostly(decimal(10n ** 38n - 1n, 2), 'NaN'), lake: 'VARCHAR' },
  { sql: 'price', values: decimal(99_999n, 3), lake: 'DECIMAL(10,2)', identifies: true },
  { sql: 'real', values: mostly(fc.float({ noDefaultInfinity: true }).map(String), 'Infinity', '-Infinity', 'NaN', '-0', '1e-45'), lake: 'FLOAT', float: Math.fround },
  { sql: 'double precision', values: mostly(fc.double().map(String), '-0', '5e-324', '1.7976931348623157e308'), lake: 'DOUBLE', float: Number },
  { sql: 'money', values: mostly(integer(40n).map((text) => `${text}.25`), '-92233720368547758.08', '-0.01'), lake: 'DECIMAL(38,4)', expected: (column) => `${column}::numeric(38,4)` },
  { sql: 'boolean', values: oneOf('true', 'false'), lake: 'VARCHAR', identifies: true, expected: (column) => `${column}::text` },
  { sql: 'char(9)', values: anyText(9), lake: 'VARCHAR', identifies: true, expected: (column) => `rtrim(${column}::text, ' ')` },
  { sql: 'varchar(40)', values: anyText(40), lake: 'VARCHAR', identifies: true },
  { sql: 'text', values: fc.oneof(anyText(40), longText), lake: 'VARCHAR', expected: cut },
  { sql: 'json', values: fc.json({ maxDepth: 2 }).filter(isJsonbText), lake: 'VARCHAR', expected: cut },
  { sql: 'jsonb', values: fc.json({ maxDepth: 2 }).filter(isJsonbText), lake: 'VARCHAR', expected: cut },
  { sql: 'bytea', values: fc.oneof(fc.uint8Array({ maxLength: 30 }).map(hex), longBytes), lake: 'BLOB', expected: cutBytes, read: readBytes },
  { sql: 'uuid', values: fc.uuid(), lake: 'VARCHAR', identifies: true },
  {
    sql: 'date', values: mostly(date('0001-01-01', '9999-12-31').map((text) => text.slice(0, 10)), '0044-03-15 BC', '5874897-12-31', 'infinity', '-infinity'),
    lake: 'DATE', expected: days, read: readDays,
  },
  { sql: 'timestamp', values: mostly(moment, ...farMoments, ...lostMoments), lake: 'TIMESTAMP', expected: micros, read: readMicros },
  { sql: 'timestamptz', values: mostly(zoned, ...lostMoments), lake: 'TIMESTAMP', expected: micros, read: readMicros },
  { sql: 'time', values: mostly(clock, '24:00', '00:00'), lake: 'TIME', expected: clockMicros, read: readClock },
  { sql: 'timetz', values: fc.tuple(mostly(clock, '24:00'), oneOf('+00', '+05:45', '-15:59')).map((parts) => parts.join('')), lake: 'TIME', expected: utcClockMicros, read: readClock },
  { sql: 'interval', values: fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -999, max: 999 }), clock).map(([months, day, time]) => `${months} months ${day} days ${time}`), lake: 'VARCHAR' },
  { sql: 'inet', values: oneOf('10.0.0.1', '10.0.0.1/8', '::1', 'fe80::1/64'), lake: 'VARCHAR', identifies: true },
  { sql: 'cidr', values: oneOf('10.0.0.0/8', '10.0.0.1', '2001:db8::/32'), lake: 'VARCHAR', identifies: true },
  { sql: 'macaddr', values: oneOf('08002b:010203', 'ff:ff:ff:ff:ff:ff'), lake: 'VARCHAR' },
  { sql: 'bit(4)', values: oneOf('1010', '0000', '1111'), lake: 'VARCHAR', identifies: true },
  { sql: 'varbit', values: oneOf('', '1', '101'), lake: 'VARCHAR' },
  { sql: '"char"', values: oneOf('x', '"', ' '), lake: 'VARCHAR' },
  { sql: 'mood', values: oneOf('so so', 'fine', "it's"), lake: 'VARCHAR', identifies: true },
  { sql: 'integer[]', values: oneOf('{1,NULL,3}', '{}', '{{1,2},{3,4}}'), lake: 'VARCHAR', expected: cut },
  { sql: 'text[]', values: fc.array(anyText(8), { maxLength: 4 }).map(arrayText), lake: 'VARCHAR', expected: cut },
  { sql: 'timestamptz[]', values: oneOf('{"2026-01-31 12:00:00+05",infinity}', '{}'), lake: 'VARCHAR', expected: cut },
  { sql: 'pair', values: oneOf('(1,"x y")', '(,)', '(2,"a""b")'), lake: 'VARCHAR', expected: cut },
  { sql: 'int4range', values: oneOf('[1,5]', 'empty', '(,7)'), lake: 'VARCHAR', identifies: true },
  { sql: 'int4multirange', values: oneOf('{[1,2],[5,6]}', '{}'), lake: 'VARCHAR' },
  { sql: 'xml', values: oneOf('<a>ü</a>', '<a b="c"/>'), lake: 'VARCHAR', expected: cut },
  { sql: 'tsvector', values: oneOf('a fat cat', "'it''s':1A"), lake: 'VARCHAR', expected: cut },
  { sql: 'point', values: oneOf('(1.5,-2)', '(0,0)'), lake: 'VARCHAR' },
  { sql: 'polygon', values: oneOf('((0,0),(1,1),(1,0))'), lake: 'VARCHAR', expected: cut },
  { sql: 'pg_lsn', values: oneOf('16/B374D848', '0/0'), lake: 'VARCHAR', identifies: true },
  { sql: 'oid', values: oneOf('0', '4294967295'), lake: 'VARCHAR', identifies: true },
];

/** The same text, whichever of the two databases wrote it. */
export function canonical({ float }: RandomType, text: string | null): string | null {
  if (text === null || float === undefined) return text;
  const number = float(Number(text.replace(/^(-?)inf.*$/i, '$1Infinity')));
  return Object.is(number, -0) ? '-0' : String(number);
}

/** jsonb takes neither NUL nor lone surrogates. */
function isJsonbText(text: string): boolean {
  return !text.includes('\\u0000') && !/\\ud[89a-f]/i.test(text);
}

function arrayText(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

import type { TextChange } from './changed-column';
import type { Column } from './column';
import { DecimalColumn, MoneyColumn, moneyNumber } from './decimal';
import type { DmsType } from './dms-types';
import { BigIntColumn, FloatColumn, IntegerColumn } from './numbers';
import { BooleanTextColumn, BytesColumn, CharColumn, JsonbColumn, StringColumn, UuidColumn } from './strings';
import { DateColumn, TimeColumn, TimestampColumn } from './temporal';

/** What the catalog says of a column's type; a domain is already its base type. */
export interface PostgresType {
  readonly oid: number;
  /** As in `pg_attribute.atttypmod`; -1 when the type has no modifier. */
  readonly modifier: number;
  readonly name: string;
  /** `pg_type.typtype`: b base, c composite, e enum, r range, m multirange. */
  readonly kind: string;
  /** `pg_type.typcategory`: A is an array. */
  readonly category: string;
}

/** Settings of the task and of the endpoint that change what a value becomes. */
export interface TypeOptions {
  /** `ParquetTimestampInMillisecond` */
  readonly timestampsInMilliseconds: boolean;
  /** `LobMaxSize` in bytes; LOBs are cut to it in limited mode. */
  readonly lobMaxBytes: number;
  /** `SupportLobs`: without it LOBs are left out. @default true */
  readonly supportLobs?: boolean;
}

/** What filters and expressions see of a value; the SQL and the function agree on every value. */
export interface PlainValue {
  readonly kind: 'number' | 'moment' | 'text';
  readonly sql: (identifier: string) => string;
  /** From what the type's output function wrote. */
  readonly text: (output: string) => string;
}

/** How a PostgreSQL type travels: what DMS calls it, how COPY asks for it, what it fills, how it is compared. */
export interface ColumnType {
  /** The DMS type. @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html */
  readonly dms: string;
  /** Of a STRING or WSTRING, in characters, where DMS documents one. */
  readonly length?: number | undefined;
  /** The SQL that COPY selects; types without a simple binary form travel as their text. */
  readonly copyAs: (identifier: string) => string;
  /**
   * SQL for the value as the target holds it, in a form that any reader of CSV can parse; `undefined` when the source
   * cannot tell what the target holds, as of masked values.
   */
  readonly compareAs: ((identifier: string) => string) | undefined;
  readonly plain: PlainValue;
  /** What rules make of the value's text; `undefined` when they leave it as it is. */
  readonly changed?: ChangedText | undefined;
  create(): Column;
}

/** A value that rules have changed, for a target that takes text. */
export interface ChangedText {
  readonly text: TextChange;
  /** What the rules make of the column's type; `undefined` when it stays. */
  readonly type: DmsType | undefined;
}

const asIs = (identifier: string): string => identifier;
/** A value whose plain form is what its output function writes. */
export const asWritten = (output: string): string => output;
/** SQL for a value as its type's output function, and with it logical decoding, writes it; a cast may differ. */
export const asText = (identifier: string): string => `CASE WHEN ${identifier} IS DISTINCT FROM NULL THEN format('%s', ${identifier}) END`;

const NUMBER: PlainValue = { kind: 'number', sql: asIs, text: asWritten };
/** A float is the number that it is written as, not the binary fraction behind it. */
const FLOAT: PlainValue = { kind: 'number', sql: (identifier) => `${identifier}::text::numeric`, text: asWritten };
/** `true` and `false`, which DMS makes of a boolean. */
export const BOOLEAN: PlainValue = {
  kind: 'text',
  sql: (identifier) => `${identifier}::text`,
  text: (output) => (output === 't' ? 'true' : 'false'),
};
const MOMENT: PlainValue = { kind: 'moment', sql: asIs, text: asWritten };
const TEXT: PlainValue = { kind: 'text', sql: asText, text: asWritten };

/** DuckDB, which reads these for the comparison, has `(BC)` after the year. */
export function moment(sql: string): string {
  return `CASE WHEN ${sql} >= '0001-01-01' THEN ${sql}::text ELSE regexp_replace(${sql}::text, '^(\\S+)(.*) BC$', '\\1 (BC)\\2') END`;
}

const DECIMAL_MAX_PRECISION = 38;
/** NUMERIC without precision and scale is NUMERIC(28,6) to DMS. */
const UNBOUNDED = { precision: 28, scale: 6 };

const NAMED_LOBS = new Set(['hstore', 'citext']);

/** The way of a column's type through DMS to Parquet. */
export function columnType(type: PostgresType, options: TypeOptions): ColumnType {
  const simple = SIMPLE[type.oid];
  if (simple !== undefined) return hasLength(type) ? { ...simple, length: type.modifier - 4 } : simple;
  switch (type.oid) {
    case 1700:
      return numeric(type.modifier);
    case 1114:
      return timestamp(options, asIs);
    case 1184:
      return timestamp(options, (identifier) => `${identifier} AT TIME ZONE 'UTC'`);
    case 17:
      return bytes(options.lobMaxBytes);
    case 25:
    case 114:
      return lob(options.lobMaxBytes, asIs, (characters) => new StringColumn(characters));
    case 3802:
      return lob(options.lobMaxBytes, asIs, (characters) => new JsonbColumn(characters));
    default:
      break;
  }
  const isLob = type.category === 'A' || type.kind === 'c' || NAMED_LOBS.has(type.name) || CLOB_OIDS.has(type.oid);
  if (isLob) {
    const text = lob(options.lobMaxBytes, asText, (characters) => new StringColumn(characters));
    return CLOB_OIDS.has(type.oid) ? { ...text, dms: 'CLOB' } : text;
  }
  const length = KIND_LENGTHS[type.kind] ?? NAME_LENGTHS[type.name];
  return { dms: 'STRING', length, copyAs: asText, compareAs: asText, plain: TEXT, create: () => new StringColumn() };
}

const hasLength = ({ oid, modifier }: PostgresType): boolean => (oid === 1042 || oid === 1043) && modifier >= 0;

/** Documented lengths of types that travel as text: enums, ranges and multiranges, and those of a name. */
const KIND_LENGTHS: Readonly<Record<string, number>> = { e: 64, r: 255, m: 255 };
const NAME_LENGTHS: Readonly<Record<string, number>> = {
  interval: 128, cidr: 50, inet: 50, macaddr: 18, point: 255, line: 255, lseg: 255, box: 255, circle: 255,
};

/** xml, tsvector, tsquery, path and polygon are CLOBs to DMS. */
const CLOB_OIDS = new Set([142, 3614, 3615, 602, 604]);

const SIMPLE: Readonly<Record<number, ColumnType>> = {
  16: {
    dms: 'STRING',
    length: 5,
    copyAs: asIs,
    compareAs: (identifier) => `${identifier}::text`,
    plain: BOOLEAN,
    create: () => new BooleanTextColumn(),
  },
  20: { dms: 'INT8', copyAs: asIs, compareAs: asIs, plain: NUMBER, create: () => new BigIntColumn() },
  21: { dms: 'INT2', copyAs: asIs, compareAs: asIs, plain: NUMBER, create: () => IntegerColumn.int2() },
  23: { dms: 'INT4', copyAs: asIs, compareAs: asIs, plain: NUMBER, create: () => IntegerColumn.int4() },
  700: { dms: 'REAL4', copyAs: asIs, compareAs: asIs, plain: FLOAT, create: () => FloatColumn.real4() },
  701: { dms: 'REAL8', copyAs: asIs, compareAs: asIs, plain: FLOAT, create: () => FloatColumn.real8() },
  // money: cents in its binary form depend on lc_monetary, so it is asked for as numeric.
  790: {
    dms: 'NUMERIC',
    copyAs: (identifier) => `${identifier}::numeric`,
    compareAs: (identifier) => `${identifier}::numeric(38,4)`,
    plain: { kind: 'number', sql: (identifier) => `${identifier}::numeric`, text: moneyNumber },
    create: () => new MoneyColumn(),
  },
  1042: {
    dms: 'WSTRING',
    copyAs: asIs,
    compareAs: (identifier) => `rtrim(${identifier}::text, ' ')`,
    plain: { kind: 'text', sql: (identifier) => `${identifier}::text`, text: (output) => output.replace(/ +$/, '') },
    create: () => new CharColumn(),
  },
  1043: { dms: 'WSTRING', copyAs: asIs, compareAs: asIs, plain: TEXT, create: () => new StringColumn() },
  1082: {
    dms: 'DATE',
    copyAs: asIs,
    compareAs: (identifier) => `CASE WHEN isfinite(${identifier}) THEN ${moment(identifier)} END`,
    plain: MOMENT,
    create: () => new DateColumn(),
  },
  1083: { dms: 'TIME', copyAs: asIs, compareAs: (identifier) => milliseconds(identifier), plain: TEXT, create: () => new TimeColumn() },
  1266: {
    dms: 'TIME',
    copyAs: asIs,
    compareAs: (identifier) => milliseconds(`(${identifier} AT TIME ZONE 'UTC')::time`),
    plain: TEXT,
    create: () => new TimeColumn(),
  },
  2950: { dms: 'STRING', copyAs: asIs, compareAs: asIs, plain: TEXT, create: () => new UuidColumn() },
};

/** PostgreSQL's casts to time(3) round; the file's milliseconds are cut. 24:00 becomes the day's last millisecond. */
export function milliseconds(time: string): string {
  const cut = `date_trunc('milliseconds', ${time}::interval)`;
  return `CASE WHEN ${cut} < interval '24:00' THEN ${cut} WHEN ${cut} IS NOT NULL THEN interval '23:59:59.999' END`;
}

function numeric(modifier: number): ColumnType {
  const precision = modifier < 0 ? UNBOUNDED.precision : ((modifier - 4) >> 16) & 0xffff;
  // The scale is an 11-bit signed number since PostgreSQL 15.
  const scale = modifier < 0 ? UNBOUNDED.scale : (((modifier - 4) & 0x7ff) ^ 1024) - 1024;
  if (precision > DECIMAL_MAX_PRECISION || scale < 0 || scale > precision) {
    return { dms: 'STRING', copyAs: asText, compareAs: asText, plain: TEXT, create: () => new StringColumn() };
  }
  const inRange = (identifier: string): string => `round(${identifier}, ${scale})`;
  return {
    dms: 'NUMERIC',
    copyAs: asIs,
    compareAs: (identifier) =>
      `CASE WHEN ${identifier} <> 'NaN' AND abs(${inRange(identifier)}) < 1e${precision - scale} THEN ${inRange(identifier)} END`,
    plain: NUMBER,
    create: () => new DecimalColumn(precision, scale),
  };
}

/** What 64 bits of microseconds since 1970 can say; PostgreSQL has some later ones. */
export const LAST_MOMENT = '294247-01-10 04:00:54.775806';

function timestamp(options: TypeOptions, toUtc: (identifier: string) => string): ColumnType {
  const unit = options.timestampsInMilliseconds ? 'milliseconds' : 'microseconds';
  return {
    dms: 'DATETIME',
    copyAs: asIs,
    compareAs: (identifier) => {
      const utc = toUtc(identifier);
      return `CASE WHEN isfinite(${identifier}) AND ${utc} <= '${LAST_MOMENT}' THEN ${moment(`date_trunc('${unit}', ${utc})`)} END`;
    },
    plain: MOMENT,
    create: () => new TimestampColumn(options.timestampsInMilliseconds),
  };
}

function bytes(maxBytes: number): ColumnType {
  return {
    dms: 'BLOB',
    copyAs: asIs,
    compareAs: (identifier) => `encode(substr(${identifier}, 1, ${maxBytes}), 'hex')`,
    plain: TEXT,
    create: () => new BytesColumn(maxBytes),
  };
}

/** NCLOB: DMS counts two bytes a character, so `LobMaxSize` holds half as many characters as bytes. */
function lob(
  maxBytes: number,
  copyAs: (identifier: string) => string,
  create: (characters: number) => Column,
): ColumnType {
  const characters = Math.floor(maxBytes / 2);
  return {
    dms: 'NCLOB',
    copyAs,
    compareAs: (identifier) => `left(${copyAs === asIs ? `${identifier}::text` : copyAs(identifier)}, ${characters})`,
    plain: TEXT,
    create: () => create(characters),
  };
}

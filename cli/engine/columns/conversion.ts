import type { TextChange } from './changed-column';
import type { DmsType } from './dms-types';
import type { ColumnType } from './postgres-types';
import { LAST_MOMENT, milliseconds, moment } from './postgres-types';

/** A value of the source as SQL has it. */
export interface SourceValue {
  readonly kind: 'number' | 'moment' | 'text';
  /** The text that `ChangingColumn.text` gives, in SQL. */
  readonly text: (identifier: string) => string;
  /** Of numbers only: the number itself. */
  readonly number: (identifier: string) => string;
}

interface Convertible {
  readonly dms: string;
  readonly source: SourceValue | undefined;
  readonly compareAs: ColumnType['compareAs'];
}

/** How values get another type: what this engine does, and SQL that says the same to the comparison. */
interface Conversion {
  readonly text: TextChange;
  readonly compareAs: ColumnType['compareAs'];
}

const NUMBER = /^\s*([+-]?)(\d+)?\.?(\d+)?(?:[eE]([+-]?\d{1,3}))?\s*$/;
const NUMBER_SQL = String.raw`^\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?\s*$`;
const DATE = /^(\d{4})[-:](\d\d)[-:](\d\d)$/;
const CLOCK = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(\.\d{1,6})?$/;
/** What PostgreSQL writes: a date, a clock or both, perhaps before Christ. */
const MOMENT = /^(\d{4,}-\d\d-\d\d)?(?: ?(\d\d:\d\d:\d\d(?:\.\d+)?))?( BC)?$/;

/**
 * How values of a column become another type. A number is rounded half away from zero where the type has fewer
 * decimals; what the type cannot hold, or is not in a form that DMS documents for it, becomes null and is counted.
 *
 * @returns why not, when no value could become one of the type
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Transformations.html
 */
export function conversion({ dms, source, compareAs }: Convertible, type: DmsType): Conversion | string {
  if (dms.endsWith('LOB') && (dms === 'BLOB' || type.family !== 'text')) {
    return `the column is a LOB (${dms}), which DMS can only ${dms === 'BLOB' ? 'drop' : 'drop or make a string'}`;
  }
  // After a mask the source knows nothing of the value any more; it is text then, whatever it was.
  const kind = source?.kind ?? 'text';
  switch (type.family) {
    case 'text':
      return {
        text: (text) => text,
        compareAs: source && ((identifier) =>
          (type.length === undefined ? source.text(identifier) : `left(${source.text(identifier)}, ${type.length})`)),
      };
    case 'bytes':
      return {
        text: (text) => `\\x${Buffer.from(text).toString('hex')}`,
        compareAs: source && ((identifier) => {
          const bytes = `convert_to(${source.text(identifier)}, 'UTF8')`;
          return `encode(${type.length === undefined ? bytes : `substr(${bytes}, 1, ${type.length})`}, 'hex')`;
        }),
      };
    case 'boolean':
      return kind === 'moment' ? impossible(dms, type) : {
        text: kind === 'number' ? (text) => ({ 0: 'false', 1: 'true' })[Number(text)] : (text) => text,
        compareAs: source && ((identifier) => booleanSql(source, identifier)),
      };
    case 'integer':
    case 'numeric':
    case 'float':
      return kind === 'moment' ? impossible(dms, type) : numberConversion(source, type);
    default:
      if (kind === 'number' || !hasMoment(dms, type.family)) return impossible(dms, type);
      return kind === 'moment'
        ? { text: momentChange(type.family), compareAs: dms === type.dms ? compareAs : momentSql(source!, type.family) }
        // PostgreSQL cannot say of a text whether it is a moment without failing when it is none.
        : { text: PARSERS[type.family], compareAs: undefined };
  }
}

const impossible = (dms: string, type: DmsType): string => `no ${dms} is a ${type.dms}`;
/** A date has no clock and a clock no date; a date's clock is midnight. */
const hasMoment = (dms: string, family: 'date' | 'time' | 'datetime'): boolean =>
  !(dms === 'TIME' && family !== 'time') && !(dms === 'DATE' && family === 'time');

function booleanSql({ kind, text, number }: SourceValue, identifier: string): string {
  return kind === 'number'
    ? `CASE ${number(identifier)} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END`
    : `CASE WHEN lower(${text(identifier)}) IN ('true', 't', '1') THEN 'true' WHEN lower(${text(identifier)}) IN ('false', 'f', '0') THEN 'false' END`;
}

type NumberType = DmsType & { readonly family: 'integer' | 'numeric' | 'float' };

function numberConversion(source: SourceValue | undefined, type: NumberType): Conversion {
  return {
    text: type.family === 'integer' ? rounded : type.family === 'float' ? (text) => floatText(text, type.max) : numeric,
    compareAs: source && ((identifier) => numberSql(source, type, identifier)),
  };
}

/** In SQL, and so that PostgreSQL does not fail at what is no number. */
function numberSql({ kind, text, number }: SourceValue, type: NumberType, identifier: string): string {
  const value = kind === 'number'
    ? `(${number(identifier)})::numeric`
    : `CASE WHEN ${text(identifier)} ~ '${NUMBER_SQL}' THEN (${text(identifier)})::numeric END`;
  const given = (condition: string, then: string): string => `(SELECT CASE WHEN ${condition} THEN ${then} END FROM (SELECT ${value} AS n) AS value)`;
  switch (type.family) {
    case 'integer':
      return given(`round(n) BETWEEN ${type.min} AND ${type.max}`, 'round(n)');
    case 'numeric':
      return given(
        `n <> 'NaN' AND abs(round(n, ${type.scale})) < 1e${type.precision - type.scale}`, `round(n, ${type.scale})`);
    case 'float':
      return given(`n IN ('NaN', 'Infinity', '-Infinity') OR abs(n) <= ${BigInt(type.max)}`, 'n::float8');
  }
}

/** The nearest integer; `undefined` for what is no finite number. */
function rounded(text: string): string | undefined {
  const match = NUMBER.exec(text);
  if (match === null || match[2] === undefined && match[3] === undefined) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const digits = BigInt(whole + fraction);
  const exponent = Number(power) - fraction.length;
  // Half away from zero, as PostgreSQL rounds a numeric.
  const divisor = 10n ** BigInt(Math.max(0, -exponent));
  const value = exponent >= 0 ? digits * 10n ** BigInt(exponent) : (digits + divisor / 2n) / divisor;
  return `${sign === '-' && value > 0n ? '-' : ''}${value}`;
}

const numeric = (text: string): string | undefined => (isNumber(text) ? text.trim() : undefined);

function floatText(text: string, max: number): string | undefined {
  if (['NaN', 'Infinity', '-Infinity'].includes(text)) return text;
  return isNumber(text) && Math.abs(Number(text)) <= max ? text.trim() : undefined;
}

function isNumber(text: string): boolean {
  const match = NUMBER.exec(text);
  return match !== null && (match[2] !== undefined || match[3] !== undefined);
}

/** From one of PostgreSQL's moments to another. */
function momentChange(family: 'date' | 'time' | 'datetime'): TextChange {
  return (text) => {
    const [matched, day, clock, era = ''] = MOMENT.exec(text) ?? [];
    if (matched === undefined) return family === 'time' ? text : undefined;
    if (family === 'time') return clock;
    return family === 'date' ? day! + era : `${day!} ${clock ?? '00:00:00'}${era}`;
  };
}

function momentSql(source: SourceValue, family: 'date' | 'time' | 'datetime'): ColumnType['compareAs'] {
  return (identifier) => {
    const value = `(${source.text(identifier)})::timestamp`;
    const then = { date: moment(`${value}::date`), time: milliseconds(`${value}::time`), datetime: moment(value) }[family];
    // Beyond this, a date is no timestamp any more and PostgreSQL fails.
    return `CASE WHEN isfinite(${identifier}) AND ${identifier} <= '${LAST_MOMENT}' THEN ${then} END`;
  };
}

/** Texts in the forms that DMS documents. */
const PARSERS: Readonly<Record<'date' | 'time' | 'datetime', TextChange>> = {
  date: dateIn,
  time: (text) => (CLOCK.test(text) ? text : undefined),
  datetime: (text) => {
    const day = dateIn(text.slice(0, 10));
    return day !== undefined && text[10] === ' ' && CLOCK.test(text.slice(11)) ? `${day} ${text.slice(11)}` : undefined;
  },
};

function dateIn(text: string): string | undefined {
  const [matched, year, month, day] = DATE.exec(text) ?? [];
  if (matched === undefined) return undefined;
  const iso = `${year}-${month}-${day}`;
  // JavaScript takes 30 February for the first days of March.
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso) ? iso : undefined;
}

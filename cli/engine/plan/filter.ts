import { escapeIdentifier, escapeLiteral } from 'pg';
import type { FilterConditionDefinition, SourceFilterDefinition } from '../../../lib/table-mappings/document';
import type { PlainValue } from '../columns/postgres-types';
import { momentMicros } from '../columns/temporal';

export type FilterGroups = readonly (readonly SourceFilterDefinition[])[];

/** What filters see of each column. */
export type PlainColumns = (column: string) => PlainValue;

const DECIMAL = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)\s*$/;

/**
 * Whether a filter's values can be compared with a column's.
 *
 * @returns what is wrong with the first one that cannot; `undefined` when all can
 */
export function unusableValue(plain: PlainValue, filter: SourceFilterDefinition): string | undefined {
  return filter['filter-conditions']
    .flatMap((condition) => [condition.value, condition['start-value'], condition['end-value']])
    .filter((value) => value !== undefined)
    .map((value) => unusableText(plain, String(value)))
    .find((problem) => problem !== undefined);
}

/** Why a value of a mapping cannot be compared with a column's; `undefined` when it can. */
export function unusableText({ kind }: PlainValue, value: string): string | undefined {
  if (kind === 'number' && !DECIMAL.test(value)) return `${JSON.stringify(value)} is not a number such as 12.5`;
  if (kind === 'moment' && momentMicros(value) === undefined) {
    return `${JSON.stringify(value)} is not a moment such as 2026-01-31 or 2026-01-31 23:59:59.999`;
  }
  return undefined;
}

/**
 * The filters as a WHERE condition for the full load, `undefined` without filters. Text compares by code point, as the
 * predicate for changes does, whatever the database's collation is.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.Filters.html
 */
export function filterSql(groups: FilterGroups, columns: PlainColumns): string | undefined {
  if (groups.length === 0) return undefined;
  return anyOf(groups.map((group) => group.map((filter) => {
    const plain = columns(filter['column-name']);
    const column = plain.sql(escapeIdentifier(filter['column-name'])) + (plain.kind === 'text' ? ' COLLATE "C"' : '');
    return anyOf(filter['filter-conditions'].map((condition) => conditionSql(column, plain, condition)));
  }).join(' AND ')));
}

const anyOf = (conditions: readonly string[]): string => `(${conditions.join(' OR ')})`;

function conditionSql(value: string, { kind }: PlainValue, condition: FilterConditionDefinition): string {
  const literal = (text: string | number | undefined): string => literalSql(kind, String(text));
  const column = `(${value})`;
  const range = (): string => `${literal(condition['start-value'])} AND ${literal(condition['end-value'])}`;
  switch (condition['filter-operator']) {
    case 'null':
      return `${column} IS NULL`;
    case 'notnull':
      return `${column} IS NOT NULL`;
    case 'between':
      return `${column} BETWEEN ${range()}`;
    case 'notbetween':
      return `${column} NOT BETWEEN ${range()}`;
    default:
      return `${column} ${SQL_OPERATOR[condition['filter-operator']]} ${literal(condition.value)}`;
  }
}

/** A number has no quotes: PostgreSQL would read a quoted one as the column's type, which may not have it. */
/** A value of a mapping as SQL that compares with what `PlainValue.sql` gives. */
export function literalSql(kind: PlainValue['kind'], text: string): string {
  if (kind === 'number') return `(${text})`;
  return kind === 'moment' ? `(timestamptz ${escapeLiteral(text)} AT TIME ZONE 'UTC')` : escapeLiteral(text);
}

const SQL_OPERATOR = { lte: '<=', ste: '<=', gte: '>=', eq: '=', noteq: '<>' } as const;

/** A row as logical decoding sends it: text by column; `undefined` for a column that it did not send. */
export type RowValue = (column: string) => string | null | undefined;

/**
 * Whether a changed row passes the filters. A row whose filter column was not sent (a DELETE carries only its key) does
 * not pass: DMS documents that such deletes are lost.
 */
export function passesFilters(groups: FilterGroups, columns: PlainColumns, row: RowValue): boolean {
  if (groups.length === 0) return true;
  return groups.some((group) => group.every((filter) => {
    const output = row(filter['column-name']);
    if (output === undefined) return false;
    const { kind, text } = columns(filter['column-name']);
    const value = output === null ? null : text(output);
    return filter['filter-conditions'].some((condition) => passes(value, kind, condition));
  }));
}

function passes(value: string | null, kind: PlainValue['kind'], condition: FilterConditionDefinition): boolean {
  const operator = condition['filter-operator'];
  if (operator === 'null') return value === null;
  if (value === null) return false;
  const order = (other: string | number | undefined): number => ORDER[kind](value, String(other));
  switch (operator) {
    case 'notnull':
      return true;
    case 'eq':
      return order(condition.value) === 0;
    case 'noteq':
      return order(condition.value) !== 0;
    case 'gte':
      return order(condition.value) >= 0;
    case 'between':
      return order(condition['start-value']) >= 0 && order(condition['end-value']) <= 0;
    case 'notbetween':
      return order(condition['start-value']) < 0 || order(condition['end-value']) > 0;
    default:
      return order(condition.value) <= 0;
  }
}

const ORDER: Readonly<Record<PlainValue['kind'], (one: string, other: string) => number>> = {
  number: (one, other) => compareNumbers(parseNumber(one), parseNumber(other)),
  moment: (one, other) => compareExact(momentOf(one), momentOf(other)),
  text: (one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)),
};

const compareExact = (one: bigint, other: bigint): number => (one === other ? 0 : one < other ? -1 : 1);

/** `digits × 10^exponent`; of what is not finite only the rank counts. */
interface PlainNumber {
  readonly rank: number;
  readonly digits: bigint;
  readonly exponent: number;
}

/** PostgreSQL's order: NaN is above everything. */
const RANKS: Readonly<Record<string, number>> = { '-Infinity': -1, Infinity: 1, NaN: 2 };

function parseNumber(text: string): PlainNumber {
  const [, sign, whole = '', fraction = '', power = '0'] = /^\s*([+-]?)(\d*)\.?(\d*)(?:e([+-]?\d+))?\s*$/i.exec(text) ?? [];
  const digits = BigInt(whole + fraction);
  return { rank: RANKS[text] ?? 0, digits: sign === '-' ? -digits : digits, exponent: Number(power) - fraction.length };
}

function compareNumbers(one: PlainNumber, other: PlainNumber): number {
  if (one.rank !== 0 || other.rank !== 0) return one.rank - other.rank;
  const exponent = Math.min(one.exponent, other.exponent);
  const scaled = (value: PlainNumber): bigint => value.digits * 10n ** BigInt(value.exponent - exponent);
  return compareExact(scaled(one), scaled(other));
}

function momentOf(text: string): bigint {
  if (text === 'infinity') return 1n << 64n;
  return momentMicros(text) ?? -(1n << 64n);
}

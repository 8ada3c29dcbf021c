import { escapeIdentifier, escapeLiteral } from 'pg';
import type { FilterConditionDefinition, SourceFilterDefinition } from '../../../lib/table-mappings/document';
import { timestampMicros } from '../columns/temporal';

type FilterGroups = readonly (readonly SourceFilterDefinition[])[];

/** How values of a column compare: as numbers, as moments, or as text by code point. */
export type Comparison = 'number' | 'moment' | 'text';

/** The comparison that belongs to a DMS type. */
export function comparisonOf(dmsType: string): Comparison {
  if (/^(INT|NUMERIC|REAL)/.test(dmsType)) return 'number';
  return ['DATE', 'DATETIME'].includes(dmsType) ? 'moment' : 'text';
}

/**
 * The filters as a WHERE condition for the full load, `undefined` without filters. Text compares by code point, as the
 * predicate for changes does, whatever the database's collation is.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.Filters.html
 */
export function filterSql(groups: FilterGroups, comparison: (column: string) => Comparison): string | undefined {
  if (groups.length === 0) return undefined;
  return anyOf(groups.map((group) => group.map((filter) => {
    const collation = comparison(filter['column-name']) === 'text' ? '::text COLLATE "C"' : '';
    const column = escapeIdentifier(filter['column-name']) + collation;
    return anyOf(filter['filter-conditions'].map((condition) => conditionSql(column, condition)));
  }).join(' AND ')));
}

const anyOf = (conditions: readonly string[]): string => `(${conditions.join(' OR ')})`;

function conditionSql(column: string, condition: FilterConditionDefinition): string {
  const literal = (value: string | number | undefined): string => escapeLiteral(String(value));
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

const SQL_OPERATOR = { lte: '<=', ste: '<=', gte: '>=', eq: '=', noteq: '<>' } as const;

/** A row as logical decoding sends it: text by column; `undefined` for a column that it did not send. */
export type RowValue = (column: string) => string | null | undefined;

/**
 * Whether a changed row passes the filters. A row whose filter column was not sent (a DELETE carries only its key) does
 * not pass: DMS documents that such deletes are lost.
 */
export function passesFilters(groups: FilterGroups, comparison: (column: string) => Comparison, row: RowValue): boolean {
  if (groups.length === 0) return true;
  return groups.some((group) => group.every((filter) => {
    const value = row(filter['column-name']);
    if (value === undefined) return false;
    const kind = comparison(filter['column-name']);
    return filter['filter-conditions'].some((condition) => passes(value, kind, condition));
  }));
}

function passes(value: string | null, kind: Comparison, condition: FilterConditionDefinition): boolean {
  const operator = condition['filter-operator'];
  if (operator === 'null') return value === null;
  if (value === null) return false;
  const order = (other: string | number | undefined): number => compare(value, String(other), kind);
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

function compare(one: string, other: string, kind: Comparison): number {
  if (kind === 'number') return compareNumbers(one, other);
  if (kind === 'moment') return Number(momentOf(one) - momentOf(other));
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** Plain decimals compare exactly whatever their length; other notations (1e5, NaN) as doubles, NaN above everything. */
function compareNumbers(one: string, other: string): number {
  const left = DECIMAL.exec(one);
  const right = DECIMAL.exec(other);
  if (left === null || right === null) {
    const [a, b] = [Number(one), Number(other)];
    return Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : Math.sign(a - b);
  }
  const scale = Math.max(left[3]?.length ?? 0, right[3]?.length ?? 0);
  const difference = unscaled(left, scale) - unscaled(right, scale);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

const DECIMAL = /^\s*([+-]?)(\d+)(?:\.(\d*))?\s*$/;

function unscaled(match: RegExpExecArray, scale: number): bigint {
  const value = BigInt(match[2]! + (match[3] ?? '').padEnd(scale, '0'));
  return match[1] === '-' ? -value : value;
}

function momentOf(text: string): bigint {
  if (text === 'infinity') return 1n << 62n;
  if (text === '-infinity') return -(1n << 62n);
  return timestampMicros(text) ?? timestampMicros(`${text} 00:00:00`) ?? 0n;
}

import { escapeIdentifier, escapeLiteral } from 'pg';
import type { WavePart } from './change-wave';
import type { RowChangeOfTarget } from './row-change';
import type { RowValue } from './row-values';
import type { TargetColumn, TargetTable } from './target-table';

/** A statement for many rows: one array for each column. */
export interface Statement {
  readonly text: string;
  readonly values: readonly string[];
}

/**
 * The statement for the rows of a part.
 *
 * @param upserts whether an insert updates a row that is there with its key
 */
export function statementOf(table: TargetTable, part: WavePart, upserts: boolean): Statement {
  const { columns, key } = table;
  const { rows } = part;
  switch (part.kind) {
    case 'insert': {
      const conflict = upserts && table.hasUniqueKey ? onConflict(table) : '';
      return {
        text: `INSERT INTO ${table.name} (${names(columns)}) OVERRIDING SYSTEM VALUE SELECT ${columns.map((column, at) =>
          sent(column, 'c', at)).join(', ')} FROM ${rowsOf([[columns, 'c']])}${conflict}`,
        values: columns.map((_, at) => arrayText(rows, ({ values }) => values[at])),
      };
    }
    case 'update': {
      const set = part.columns.map((at) => columns[at]!);
      const keys = key.map((at) => columns[at]!);
      // Without a column to set, the rows have to be there all the same.
      const assigned = set.length > 0 ? set : keys;
      const assignments = assigned.map((column, i) =>
        `${escapeIdentifier(column.name)} = ${sent(column, set.length > 0 ? 'c' : 'k', i)}`);
      return {
        text: `UPDATE ${table.name} AS t SET ${assignments.join(', ')} FROM ${rowsOf([[set, 'c'], [keys, 'k']])} WHERE ${matches(keys)}`,
        values: [
          ...part.columns.map((at) => arrayText(rows, ({ values }) => values[at])),
          ...keys.map((_, i) => arrayText(rows, ({ oldKey }) => oldKey[i])),
        ],
      };
    }
    case 'delete': {
      const keys = key.map((at) => columns[at]!);
      return {
        text: `DELETE FROM ${table.name} AS t USING ${rowsOf([[keys, 'k']])} WHERE ${matches(keys)}`,
        values: keys.map((_, i) => arrayText(rows, ({ oldKey }) => oldKey[i])),
      };
    }
  }
}

/** One row of a table without a key, found by all of its values; of several equal ones any. */
export function keylessStatement(table: TargetTable, change: RowChangeOfTarget): string {
  const { columns, name } = table;
  const same = columns.flatMap(({ name: column }, at) => {
    const value = change.oldKey[at];
    return value === undefined ? [] : [`format('%s', ${escapeIdentifier(column)}) IS NOT DISTINCT FROM format('%s', ${literal(value)}::${columns[at]!.plain})
      AND ${escapeIdentifier(column)} IS ${value === null ? '' : 'NOT '}NULL`];
  });
  const row = `ctid = (SELECT ctid FROM ${name} WHERE ${same.join(' AND ') || 'true'} LIMIT 1)`;
  return change.kind === 'delete' ? `DELETE FROM ${name} WHERE ${row}` : `UPDATE ${name} SET ${assignmentsOf(table, change)} WHERE ${row}`;
}

/** A change as somebody would write it, for `awsdms_apply_exceptions`. */
export function readableStatement(table: TargetTable, { kind, values, oldKey }: RowChangeOfTarget): string {
  const { columns, key, name } = table;
  const where = (key.length > 0 ? key : columns.map((_, at) => at)).flatMap((at, i) => {
    const value = oldKey[i];
    return value === undefined ? [] : `${escapeIdentifier(columns[at]!.name)} ${value === null ? 'IS NULL' : `= ${literal(value)}`}`;
  }).join(' AND ');
  const change = { kind, values, oldKey, movesKey: true };
  switch (kind) {
    case 'insert':
      return `INSERT INTO ${name} (${names(columns)}) VALUES (${values.map((value) => literal(value ?? null)).join(', ')})`;
    case 'update':
      return `UPDATE ${name} SET ${assignmentsOf(table, change)} WHERE ${where}`;
    case 'delete':
      return `DELETE FROM ${name} WHERE ${where}`;
  }
}

function assignmentsOf({ columns }: TargetTable, { values }: RowChangeOfTarget): string {
  return columns.flatMap(({ name, isIdentity }, at) => {
    const value = values[at];
    return value === undefined || isIdentity ? [] : [`${escapeIdentifier(name)} = ${literal(value)}`];
  }).join(', ');
}

/** `INSERT_RECORD` */
function onConflict({ columns, key }: TargetTable): string {
  const others = columns.filter(({ isIdentity }, at) => !key.includes(at) && !isIdentity);
  const target = names(key.map((at) => columns[at]!));
  if (others.length === 0) return ` ON CONFLICT (${target}) DO NOTHING`;
  const set = others.map(({ name }) => `${escapeIdentifier(name)} = EXCLUDED.${escapeIdentifier(name)}`);
  return ` ON CONFLICT (${target}) DO UPDATE SET ${set.join(', ')}`;
}

const names = (columns: readonly TargetColumn[]): string => columns.map(({ name }) => escapeIdentifier(name)).join(', ');

/** One row for each element of the arrays, which are the parameters. */
function rowsOf(groups: readonly (readonly [readonly TargetColumn[], string])[]): string {
  const columns = groups.flatMap(([of, prefix]) => of.map((column, at) => ({ column, name: `${prefix}${at}` })));
  const arrays = columns.map(({ column }, i) => `$${i + 1}::${column.asText ? 'text' : column.plain}[]`);
  return `unnest(${arrays.join(', ')}) AS sent (${columns.map(({ name }) => name).join(', ')})`;
}

/** The length of a declared type is left to the assignment, which refuses what does not fit; a cast would cut it. */
const sent = ({ asText, plain }: TargetColumn, prefix: string, at: number): string =>
  `sent.${prefix}${at}${asText ? `::${plain}` : ''}`;

const matches = (keys: readonly TargetColumn[]): string =>
  keys.map((column, at) => `t.${escapeIdentifier(column.name)} = ${sent(column, 'k', at)}`).join(' AND ');

const literal = (value: string | null): string => (value === null ? 'NULL' : escapeLiteral(value));

/** An array of PostgreSQL as text. */
function arrayText(rows: readonly RowChangeOfTarget[], valueOf: (row: RowChangeOfTarget) => RowValue): string {
  let text = '{';
  for (let i = 0; i < rows.length; i++) {
    const value = valueOf(rows[i]!);
    if (i > 0) text += ',';
    if (value === null || value === undefined) text += 'NULL';
    else text += /["\\]/.test(value) ? `"${value.replace(/["\\]/g, '\\$&')}"` : `"${value}"`;
  }
  return `${text}}`;
}

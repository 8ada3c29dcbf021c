import { escapeIdentifier, escapeLiteral } from 'pg';
import type { PredictedTable, Row, SourceTable, Value } from './mapping-oracle';
import { sorted } from './lake-rows';

/** A table with its rows, and with what an application does after the load. */
export interface MappedTable extends SourceTable {
  readonly rows: readonly Row[];
  /** An update and a delete are of the row with this key. */
  readonly changes: readonly { readonly kind: 'insert' | 'update' | 'delete'; readonly row: Row }[];
}

const quoted = ({ schema, name }: SourceTable): string => `${escapeIdentifier(schema)}.${escapeIdentifier(name)}`;
const literal = (value: Value): string => (value === null ? 'NULL' : escapeLiteral(String(value)));
const insertion = (table: MappedTable, row: Row): string =>
  `INSERT INTO ${quoted(table)} VALUES (${table.columns.map((column) => literal(row[column]!)).join(', ')});`;

/** SQL that makes the table with its rows. */
export function definition(table: MappedTable, sqlTypeOf: (column: string) => string): string {
  const columns = table.columns.map((column) => `${escapeIdentifier(column)} ${sqlTypeOf(column)}`);
  return `CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(table.schema)};
    CREATE TABLE ${quoted(table)} (${columns.join(', ')}, PRIMARY KEY (${escapeIdentifier(table.key)}));
    ${table.rows.map((row) => insertion(table, row)).join('')}`;
}

/** SQL of the changes. */
export function changesOf(table: MappedTable): string {
  return table.changes.map(({ kind, row }) => {
    const where = `WHERE ${escapeIdentifier(table.key)} = ${literal(row[table.key]!)};`;
    if (kind === 'insert') return insertion(table, row);
    if (kind === 'delete') return `DELETE FROM ${quoted(table)} ${where}`;
    const set = table.columns.map((column) => `${escapeIdentifier(column)} = ${literal(row[column]!)}`);
    return `UPDATE ${quoted(table)} SET ${set.join(', ')} ${where}`;
  }).join('');
}

const textOf = (value: Value): string | null => (value === null ? null : String(value));

/** The rows that the load of a table has to have, in an order of their own. */
export function predictedLoad(table: PredictedTable): (string | null)[][] {
  const { rows } = table.source as MappedTable;
  return sorted(rows.filter((row) => table.takes(row, 'load')).map((row) => table.valuesOf(row, 'load').map(textOf)));
}

/** The rows that its changes have to have, in order, each with its operation first. */
export function predictedChanges(table: PredictedTable): (string | null)[][] {
  return (table.source as MappedTable).changes
    .filter(({ kind, row }) => table.takes(row, kind))
    .map(({ kind, row }) => [kind[0]!.toUpperCase(), ...table.valuesOf(row, kind).map(textOf)]);
}

import type { SourceFilterDefinition, TableMappingDocument } from '../../../lib/table-mappings/document';
import { UsageError } from '../../errors';
import type { Column } from '../columns/column';
import { addedColumnType } from '../columns/dms-types';
import type { ColumnType, TypeOptions } from '../columns/postgres-types';
import { columnType } from '../columns/postgres-types';
import type { SourceTable } from '../source/catalog';
import { Expression } from './expression';
import type { Comparison } from './filter';
import { comparisonOf } from './filter';
import type { Selected } from './selection';
import { transformTable } from './transformation';

/** A column that comes from the source. */
export interface CopiedColumn {
  /** Its name in the target. */
  readonly name: string;
  readonly source: string;
  readonly type: ColumnType;
}

/** A column that a rule adds. */
export interface ComputedColumn {
  readonly name: string;
  readonly expression: Expression;
  readonly create: () => Column;
}

/** Everything that load, capture and comparison need to know of one table. */
export interface TablePlan {
  readonly source: SourceTable;
  /** Schema and name in the target: the folders of the lake. */
  readonly schema: string;
  readonly name: string;
  readonly copied: readonly CopiedColumn[];
  readonly computed: readonly ComputedColumn[];
  readonly filters: readonly (readonly SourceFilterDefinition[])[];
  readonly loadOrder: number;
  /** DMS type of every source column, replicated or not. */
  readonly dmsTypeOf: (column: string) => string;
}

/** How the values of a column compare in filters. */
export function comparison(plan: TablePlan): (column: string) => Comparison {
  return (column) => comparisonOf(plan.dmsTypeOf(column));
}

/**
 * Plans one selected table.
 *
 * @throws {UsageError} when a rule names a column that the table does not have, or two columns get one name
 */
export async function planTable(
  mappings: TableMappingDocument,
  { table, filters, loadOrder }: Selected<SourceTable>,
  options: TypeOptions,
): Promise<TablePlan> {
  const types = new Map(table.columns.map((column) => [column.name, columnType(column.type, options)]));
  const names = [...types.keys()];
  const transformed = transformTable(mappings, table, names);
  const title = `${table.schema}.${table.name}`;

  for (const filter of filters.flat()) {
    if (!types.has(filter['column-name'])) {
      throw new UsageError(`${title}: filter on column "${filter['column-name']}", which it does not have; it has ${names.join(', ')}`);
    }
  }
  const computed = await Promise.all(transformed.added.map(async (rule): Promise<ComputedColumn> => {
    const where = `rule ${rule['rule-id']}`;
    const definition = rule['data-type'] ?? { type: 'string', length: 50 };
    const header = { schema: table.schema, table: table.name };
    return {
      name: rule.value ?? '',
      expression: await Expression.compile(rule.expression ?? 'NULL', header, names, where),
      create: addedColumnType(definition, options, where),
    };
  }));
  const copied = [...transformed.columns].map(([source, name]) => ({ name, source, type: types.get(source)! }));
  refuseTwins(title, [...copied, ...computed].map((column) => column.name));

  return {
    source: table,
    schema: transformed.schema,
    name: transformed.name,
    copied,
    computed,
    filters,
    loadOrder,
    dmsTypeOf: (column) => types.get(column)?.dms ?? 'STRING',
  };
}

function refuseTwins(table: string, names: readonly string[]): void {
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) {
    throw new UsageError(`${table}: two columns would be called "${twin}" in the target; change the transformation rules`);
  }
}

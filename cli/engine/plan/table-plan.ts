import type { SourceFilterDefinition, TableMappingDocument } from '../../../lib/table-mappings/document';
import { UsageError } from '../../errors';
import type { Column } from '../columns/column';
import { addedColumnType } from '../columns/dms-types';
import type { ColumnType, PlainValue, TypeOptions } from '../columns/postgres-types';
import { columnType } from '../columns/postgres-types';
import type { SourceTable } from '../source/catalog';
import { titleOf } from '../source/names';
import { Expression } from './expression';
import { unusableValue } from './filter';
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
  /** The type of every source column, replicated or not. */
  readonly typeOf: (column: string) => ColumnType;
}

/** What filters see of the columns. */
export function plainColumns(plan: TablePlan): (column: string) => PlainValue {
  return (column) => plan.typeOf(column).plain;
}

/**
 * Plans one selected table.
 *
 * @throws {UsageError} when a rule names a column that the table does not have or that it cannot be applied to, or two
 * columns get one name
 */
export async function planTable(
  mappings: TableMappingDocument,
  { table, filters, loadOrder }: Selected<SourceTable>,
  options: TypeOptions,
): Promise<TablePlan> {
  const types = new Map(table.columns.map((column) => [column.name, columnType(column.type, options)]));
  const names = [...types.keys()];
  const transformed = transformTable(mappings, table, names);
  const title = titleOf(table);

  filters.flat().forEach((filter) => refuseUnusable(title, filter, types));
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
    typeOf: (column) => types.get(column)!,
  };
}

function refuseUnusable(table: string, filter: SourceFilterDefinition, types: ReadonlyMap<string, ColumnType>): void {
  const column = filter['column-name'];
  const type = types.get(column);
  if (type === undefined) {
    throw new UsageError(`${table}: filter on column "${column}", which it does not have; it has ${[...types.keys()].join(', ')}`);
  }
  if (type.dms.endsWith('LOB')) {
    throw new UsageError(`${table}: filter on column "${column}", which is a LOB (${type.dms}) to DMS: DMS filters on other columns only`);
  }
  const problem = unusableValue(type.plain, filter);
  if (problem !== undefined) throw new UsageError(`${table}: filter on column "${column}": ${problem}`);
}

function refuseTwins(table: string, names: readonly string[]): void {
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) {
    throw new UsageError(`${table}: two columns would be called "${twin}" in the target; change the transformation rules`);
  }
}

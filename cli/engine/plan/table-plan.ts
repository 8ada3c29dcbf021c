import type {
  SourceFilterDefinition, TableMappingDocument, TagDefinition, TransformationRule,
} from '../../../lib/table-mappings/document';
import { UsageError } from '../../errors';
import type { ColumnChange } from '../columns/column-change';
import { changedType } from '../columns/column-change';
import { dmsType } from '../columns/dms-types';
import type { Mask } from '../columns/masking';
import type { ColumnType, PlainValue, TypeOptions } from '../columns/postgres-types';
import { columnType } from '../columns/postgres-types';
import type { SourceTable } from '../source/catalog';
import { titleOf } from '../source/names';
import { beforeImagesOf } from './before-images';
import type { BeforeImage, ComputedColumn, CopiedColumn } from './columns';
import { Expression } from './expression';
import { unusableValue } from './filter';
import { definedKeyOf, keyOf } from './primary-key';
import type { ParallelLoad } from './parallel-load';
import { parallelLoadOf } from './parallel-load';
import type { Selected } from './selection';
import { tagsOf } from './tags';
import { isValidated } from './validation';
import { transformTable } from './transformation';

/** Everything that load, capture and comparison need to know of one table. */
export interface TablePlan {
  readonly source: SourceTable;
  /** Schema and name in the target: the folders of the lake. */
  readonly schema: string;
  readonly name: string;
  readonly copied: readonly CopiedColumn[];
  readonly computed: readonly ComputedColumn[];
  /** Columns behind all others for the values before a change; null in a load. */
  readonly beforeImages: readonly BeforeImage[];
  /** The source columns that tell the rows of the target apart; empty when none do. */
  readonly key: readonly string[];
  /** The columns of the target that a rule defines as its primary key; without a rule, none. */
  readonly definedKey: readonly string[];
  /** Of the S3 objects. */
  readonly tags: readonly TagDefinition[];
  readonly parallelLoad: ParallelLoad | undefined;
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
  const transformed = transformTable(mappings, table, [...types].map(([name, { dms }]) => ({ name, dms })));
  const title = titleOf(table);

  filters.flat().forEach((filter) => refuseUnusable(title, filter, types));
  const computed = await Promise.all(transformed.added.map(async (rule): Promise<ComputedColumn> => {
    const where = `rule ${rule['rule-id']}`;
    const definition = rule['data-type'] ?? { type: 'string', length: 50 };
    const named = rule['object-locator']['column-name'] ?? '';
    const expression = await Expression.compile(rule.expression ?? 'NULL', {
      schema: table.schema,
      table: table.name,
      modifiedSchema: transformed.schema,
      modifiedTable: transformed.name,
      column: types.has(named) ? { name: named, dms: types.get(named)!.dms } : undefined,
    }, names, where);
    if (expression.flagsOperations && table.key.length === 0) {
      throw new UsageError(`${where}: operation_indicator needs a primary key, and ${title} has none; leave it out of the rule`);
    }
    const type = dmsType(definition, options, where);
    return { name: rule.value ?? '', expression, type, create: type.create };
  }));
  const replicated = [...transformed.columns].filter(([source]) =>
    options.supportLobs !== false || !types.get(source)!.dms.endsWith('LOB'));
  const copied = replicated.map(([source, name]) => {
    const changes = transformed.changes.get(source)!.map((rule) => columnChange(rule, options));
    const ofSource = types.get(source)!;
    const type = changedType(ofSource, changes, `${title}.${source}`);
    const isCompared = isValidated(mappings, table, { name: source, dms: ofSource.dms });
    return { name, source, type: isCompared ? type : { ...type, compareAs: undefined } };
  });
  const beforeImages = beforeImagesOf(mappings, table, copied);
  const targetNames = [...copied, ...computed, ...beforeImages].map((column) => column.name);
  refuseNameless(title, copied, computed);
  refuseTwins(title, targetNames);

  return {
    source: table,
    schema: transformed.schema,
    name: transformed.name,
    copied,
    computed,
    beforeImages,
    key: keyOf(mappings, table, copied, targetNames),
    definedKey: definedKeyOf(mappings, table),
    tags: tagsOf(mappings, table),
    parallelLoad: parallelLoadOf(mappings, table, types),
    filters,
    loadOrder,
    typeOf: (column) => types.get(column)!,
  };
}

function columnChange(rule: TransformationRule, options: TypeOptions): ColumnChange {
  const where = `rule ${rule['rule-id']}`;
  return rule['rule-action'] === 'change-data-type'
    ? { kind: 'type', type: dmsType(rule['data-type']!, options, where), where }
    : { kind: 'mask', mask: { action: rule['rule-action'] as Mask['action'], character: rule.value ?? '' }, where };
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

/** A prefix or suffix that is all of a name can be removed, and the value of a rule may be empty. */
function refuseNameless(table: string, copied: readonly CopiedColumn[], computed: readonly ComputedColumn[]): void {
  const nameless = copied.find(({ name }) => name === '');
  if (nameless === undefined && computed.every(({ name }) => name !== '')) return;
  const column = nameless === undefined ? 'an added column' : `column "${nameless.source}"`;
  throw new UsageError(`${table}: ${column} would have no name in the target; change the transformation rules`);
}

function refuseTwins(table: string, names: readonly string[]): void {
  const twin = names.find((name, index) => names.indexOf(name) !== index);
  if (twin !== undefined) {
    throw new UsageError(`${table}: two columns would be called "${twin}" in the target; change the transformation rules`);
  }
}

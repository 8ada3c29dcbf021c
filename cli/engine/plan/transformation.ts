import type {
  TableMappingDocument,
  TransformationLocator,
  TransformationRule,
  TransformationTarget,
} from '../../../lib/table-mappings/document';
import { matchesPattern } from '../../../lib/table-mappings/wildcard';
import type { TableName } from '../source/names';

/** A column that a rule adds. */
export type AddedColumn = TransformationRule & { readonly 'rule-action': 'add-column' };

/** What the transformation rules make of one table. */
export interface TransformedTable {
  readonly schema: string;
  readonly name: string;
  /** The name in the target of each source column; removed columns are missing. */
  readonly columns: ReadonlyMap<string, string>;
  readonly added: readonly AddedColumn[];
}

/**
 * Applies the transformation rules. Rules see the names of the source; of several rules for one object the lowest
 * rule id counts, as documented.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Transformations.html
 */
export function transformTable(
  mappings: TableMappingDocument,
  table: TableName,
  columns: readonly string[],
): TransformedTable {
  const rules = mappings.rules
    .filter((rule): rule is TransformationRule => rule['rule-type'] === 'transformation')
    .sort((one, other) => Number(one['rule-id']) - Number(other['rule-id']))
    .filter((rule) => locates(rule['object-locator'], table));
  const first = (target: TransformationTarget): TransformationRule | undefined =>
    rules.find((rule) => rule['rule-target'] === target);

  return {
    schema: renamed(table.schema, first('schema')),
    name: renamed(table.name, first('table')),
    columns: transformColumns(rules.filter((rule) => rule['rule-target'] === 'column'), columns),
    added: rules.filter((rule): rule is AddedColumn => rule['rule-action'] === 'add-column'),
  };
}

function transformColumns(rules: readonly TransformationRule[], columns: readonly string[]): Map<string, string> {
  const keeping = rules.filter((rule) => rule['rule-action'] === 'include-column');
  const changing = rules.filter((rule) => !['include-column', 'add-column'].includes(rule['rule-action']));
  const result = new Map<string, string>();
  for (const column of columns) {
    if (keeping.length > 0 && !keeping.some((rule) => locatesColumn(rule, column))) continue;
    const rule = changing.find((candidate) => locatesColumn(candidate, column));
    if (rule?.['rule-action'] !== 'remove-column') result.set(column, renamed(column, rule));
  }
  return result;
}

function locates(locator: TransformationLocator, table: TableName): boolean {
  return (
    matchesPattern(locator['schema-name'], table.schema) &&
    (locator['table-name'] === undefined || matchesPattern(locator['table-name'], table.name))
  );
}

function locatesColumn(rule: TransformationRule, column: string): boolean {
  return matchesPattern(rule['object-locator']['column-name'] ?? '%', column);
}

function renamed(name: string, rule: TransformationRule | undefined): string {
  if (rule === undefined) return name;
  const value = rule.value ?? '';
  const old = rule['old-value'] ?? '';
  switch (rule['rule-action']) {
    case 'rename':
      return value;
    case 'convert-lowercase':
      return name.toLowerCase();
    case 'convert-uppercase':
      return name.toUpperCase();
    case 'add-prefix':
      return value + name;
    case 'add-suffix':
      return name + value;
    case 'remove-prefix':
      return name.startsWith(value) ? name.slice(value.length) : name;
    case 'remove-suffix':
      return name.endsWith(value) ? name.slice(0, name.length - value.length) : name;
    case 'replace-prefix':
      return name.startsWith(old) ? value + name.slice(old.length) : name;
    case 'replace-suffix':
      return name.endsWith(old) ? name.slice(0, name.length - old.length) + value : name;
    default:
      return name;
  }
}

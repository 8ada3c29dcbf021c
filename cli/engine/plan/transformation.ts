import type {
  TableMappingDocument,
  TransformationAction,
  TransformationLocator,
  TransformationRule,
  TransformationTarget,
} from '../../../lib/table-mappings/document';
import { matchesPattern } from '../../../lib/table-mappings/wildcard';
import { UsageError } from '../../errors';
import type { TableName } from '../source/names';
import { titleOf } from '../source/names';
import { rulesOf } from './rules';

/** A column that a rule adds. */
export type AddedColumn = TransformationRule & { readonly 'rule-action': 'add-column' };

/** A column as rules see it. */
export interface TransformableColumn {
  readonly name: string;
  /** Its DMS type. */
  readonly dms: string;
}

/** What the transformation rules make of one table. */
export interface TransformedTable {
  readonly schema: string;
  readonly name: string;
  /** The name in the target of each source column; removed columns are missing. */
  readonly columns: ReadonlyMap<string, string>;
  /** The rules that change the values of a source column, in the order in which they do. */
  readonly changes: ReadonlyMap<string, readonly TransformationRule[]>;
  readonly added: readonly AddedColumn[];
}

/** What is done to a table beside its name, and to its columns as a whole. */
const OTHER_ACTIONS: readonly TransformationAction[] = [
  'define-primary-key', 'include-column', 'add-column', 'add-before-image-columns',
];
const MASKING = 'data-masking-';
/** DMS transforms no column whose name has one of these, or is written from right to left. */
const UNTRANSFORMABLE = /[#\\/-]|[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * Applies the transformation rules. Rules see the names of the source; of several rules for one object the lowest
 * rule id counts, as documented, also of a new name and a new type for one column. Masking does not compete.
 *
 * @throws {UsageError} when a rule is for a column that DMS cannot transform
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Transformations.html
 */
export function transformTable(
  mappings: TableMappingDocument,
  table: TableName,
  columns: readonly TransformableColumn[],
): TransformedTable {
  const rules = rulesOf(mappings, 'transformation').filter((rule) => locates(rule['object-locator'], table));
  const competing = rules.filter((rule) => !OTHER_ACTIONS.includes(rule['rule-action']));
  const first = (target: TransformationTarget): TransformationRule | undefined =>
    competing.find((rule) => rule['rule-target'] === target);
  const ofColumns = competing.filter((rule) => rule['rule-target'] === 'column');
  const keeping = rules.filter((rule) => rule['rule-action'] === 'include-column');
  const names = new Map<string, string>();
  const changes = new Map<string, TransformationRule[]>();
  for (const column of columns) {
    if (keeping.length > 0 && !keeping.some((rule) => locatesColumn(rule, column))) continue;
    const applied = rulesOfColumn(ofColumns, column);
    refuseUntransformable(table, column, applied);
    if (applied.some((rule) => rule['rule-action'] === 'remove-column')) continue;
    names.set(column.name, applied.reduce(renamed, column.name));
    changes.set(column.name, applied.filter((rule) => rule['rule-action'] === 'change-data-type' || isMasking(rule)));
  }
  return {
    schema: renamed(table.schema, first('schema')),
    name: renamed(table.name, first('table')),
    columns: names,
    changes,
    added: rules.filter((rule): rule is AddedColumn => rule['rule-action'] === 'add-column'),
  };
}

/** The rules that count for a column, at most one that masks and one that does not, in the order of their ids. */
function rulesOfColumn(rules: readonly TransformationRule[], column: TransformableColumn): TransformationRule[] {
  const matching = rules.filter((rule) => locatesColumn(rule, column));
  const counting = [matching.find((rule) => !isMasking(rule)), matching.find(isMasking)];
  return matching.filter((rule) => counting.includes(rule));
}

const isMasking = (rule: TransformationRule): boolean => rule['rule-action'].startsWith(MASKING);

function refuseUntransformable(
  table: TableName, { name }: TransformableColumn, rules: readonly TransformationRule[],
): void {
  const rule = rules.find((candidate) => candidate['rule-action'] !== 'remove-column');
  // A rule for all columns that leaves a name as it is does nothing to it.
  if (rule === undefined || !UNTRANSFORMABLE.test(name)) return;
  if (rules.every((candidate) => isNaming(candidate) && renamed(name, candidate) === name)) return;
  throw new UsageError(
    `rule ${rule['rule-id']}: ${rule['rule-action']} of ${titleOf(table)}.${name}: DMS transforms no columns with #, \\, / or - `
    + 'in their names, or written from right to left; leave the column out of the rule',
  );
}

const isNaming = (rule: TransformationRule): boolean => rule['rule-action'] !== 'change-data-type' && !isMasking(rule);

/** Whether a transformation's locator matches a table. */
export function locates(locator: TransformationLocator, table: TableName): boolean {
  return (
    matchesPattern(locator['schema-name'], table.schema) &&
    (locator['table-name'] === undefined || matchesPattern(locator['table-name'], table.name))
  );
}

/** Whether a rule's locator matches a column of a table that it matches. */
export function locatesColumn(
  { 'object-locator': locator }: { readonly 'object-locator': TransformationLocator },
  { name, dms }: TransformableColumn,
): boolean {
  return (
    matchesPattern(locator['column-name'] ?? '%', name) &&
    (locator['data-type'] === undefined || locator['data-type'].toUpperCase() === dms)
  );
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

import type { SelectionRule } from './document';
import { matchesPattern } from './wildcard';

/** What selection rules choose from. */
export interface Selectable {
  readonly schema: string;
  readonly name: string;
  readonly isView: boolean;
}

/** Whether a selection rule is about a table. Rules are for tables, unless their `table-type` says otherwise. */
export function selects(rule: SelectionRule, table: Selectable): boolean {
  const { 'schema-name': schema, 'table-name': name, 'table-type': type = 'table' } = rule['object-locator'];
  if (type !== 'all' && (type === 'view') !== table.isView) return false;
  if (rule['rule-action'] === 'explicit') return schema === table.schema && name === table.name;
  return matchesPattern(schema, table.schema) && matchesPattern(name, table.name);
}

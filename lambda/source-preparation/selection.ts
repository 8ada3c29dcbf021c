import type { SelectionRule } from '../../lib/table-mappings/document';
import { type Selectable, selects } from '../../lib/table-mappings/selects';
import { hasWildcard } from '../../lib/table-mappings/wildcard';

/** The selection rules of a task, as the construct passes them. */
export function parseSelection(document: string): SelectionRule[] {
  return (JSON.parse(document) as { rules: SelectionRule[] }).rules;
}

/** The tables that any of the tasks replicates. In a task an exclusion beats every inclusion. */
export function selectTables<T extends Selectable>(tasks: readonly SelectionRule[][], tables: readonly T[]): T[] {
  return tables.filter((table) => tasks.some((rules) => {
    const matching = rules.filter((rule) => selects(rule, table));
    return matching.length > 0 && !matching.some((rule) => rule['rule-action'] === 'exclude');
  }));
}

/** Tables that a rule names without wildcards and that are not there: most often a spelling mistake. */
export function missingTables(tasks: readonly SelectionRule[][], tables: readonly Selectable[]): string[] {
  return tasks.flat()
    .filter((rule) => rule['rule-action'] !== 'exclude' && isExact(rule) && !tables.some((table) => selects(rule, table)))
    .map(({ 'object-locator': { 'schema-name': schema, 'table-name': name } }) => `${schema}.${name}`);
}

/** An underscore is a wildcard to DMS, but was hardly meant as one. */
function isExact({ 'rule-action': action, 'object-locator': locator }: SelectionRule): boolean {
  const names = [locator['schema-name'], locator['table-name']];
  return action === 'explicit' || names.every((name) => !hasWildcard(name.replaceAll('_', '')));
}

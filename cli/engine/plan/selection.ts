import type {
  SelectionRule,
  SourceFilterDefinition,
  TableMappingDocument,
} from '../../../lib/table-mappings/document';
import { type Selectable, selects } from '../../../lib/table-mappings/selects';
import type { TableName } from '../source/names';

export interface Selected<T extends TableName> {
  readonly table: T;
  /** Rows that match one of these groups are replicated; no group means every row. */
  readonly filters: readonly (readonly SourceFilterDefinition[])[];
  /** Higher numbers load first. */
  readonly loadOrder: number;
}

/**
 * The tables that the selection rules choose, in load order. An exclusion beats every inclusion; a row is chosen when
 * any rule that includes its table chooses it. Rules are for tables, unless their `table-type` says otherwise.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Selections.html
 */
export function selectTables<T extends Selectable>(
  mappings: TableMappingDocument, tables: readonly T[],
): Selected<T>[] {
  const rules = mappings.rules.filter((rule): rule is SelectionRule => rule['rule-type'] === 'selection');
  const excluding = rules.filter((rule) => rule['rule-action'] === 'exclude');
  const including = rules.filter((rule) => rule['rule-action'] !== 'exclude');
  return tables
    .filter((table) => !excluding.some((rule) => selects(rule, table)))
    .flatMap((table) => {
      const matching = including.filter((rule) => selects(rule, table));
      if (matching.length === 0) return [];
      const groups = matching.map((rule) => rule.filters ?? []);
      return [{
        table,
        filters: groups.some((group) => group.length === 0) ? [] : groups,
        loadOrder: Math.max(...matching.map((rule) => Number(rule['load-order'] ?? 0))),
      }];
    })
    // sort is stable: tables of the same order keep the catalog's.
    .sort((one, other) => other.loadOrder - one.loadOrder);
}

/** Selection rules that name a table without wildcards and chose none: most often a spelling mistake. */
export function unmatchedRules(mappings: TableMappingDocument, tables: readonly Selectable[]): SelectionRule[] {
  return mappings.rules
    .filter((rule): rule is SelectionRule => rule['rule-type'] === 'selection' && rule['rule-action'] !== 'exclude')
    .filter((rule) => !tables.some((table) => selects(rule, table)));
}

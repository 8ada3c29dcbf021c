import type { TaskReport } from '../engine/run/report';
import { titleOf } from './table-statistics';

/** What differs between source and target in one table. */
export interface TableDifferences {
  /** `schema.table`. */
  readonly table: string;
  readonly failed: number;
  /** Some of the rows: their keys, and what is wrong with each. */
  readonly examples: readonly string[];
}

export interface SortedWarnings {
  readonly differences: readonly TableDifferences[];
  /** The warnings that are no examples of differences. */
  readonly others: readonly string[];
}

/** A report has the rows that differ among its warnings, each as `schema.table: key, what is wrong`. */
export function sortWarnings({ tables, warnings }: Pick<TaskReport, 'tables' | 'warnings'>): SortedWarnings {
  const examples = new Map<string, string[]>();
  const failed = new Map<string, number>();
  for (const table of tables) {
    if (table.validationFailed === 0) continue;
    failed.set(titleOf(table), table.validationFailed);
    examples.set(titleOf(table), []);
  }
  const others: string[] = [];
  for (const warning of warnings) {
    const table = longest([...examples.keys()].filter((title) => warning.startsWith(`${title}: `)));
    if (table === undefined) others.push(warning);
    else examples.get(table)!.push(warning.slice(`${table}: `.length));
  }
  return {
    differences: [...examples].map(([table, rows]) => ({ table, failed: failed.get(table)!, examples: rows })),
    others,
  };
}

/** A table's name may begin with that of another one and a colon. */
function longest(titles: readonly string[]): string | undefined {
  return [...titles].sort((a, b) => b.length - a.length)[0];
}

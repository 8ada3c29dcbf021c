import { quotedName } from '../source/names';
import { filterSql } from './filter';
import type { TablePlan } from './table-plan';
import { plainColumns } from './table-plan';

/** SQL for the rows of a table that are replicated. Children of a table are tables of their own. */
export function rowQuery(plan: TablePlan, expressions: readonly string[]): string {
  const where = filterSql(plan.filters, plainColumns(plan));
  return `SELECT ${expressions.join(', ')} FROM ONLY ${quotedName(plan.source)}${where === undefined ? '' : ` WHERE ${where}`}`;
}

import { quotedName } from '../source/names';
import { filterSql } from './filter';
import type { TablePlan } from './table-plan';
import { plainColumns } from './table-plan';

/**
 * SQL for the rows of a table that are replicated. Children of a table are tables of their own.
 *
 * @param condition a further condition that rows have to meet
 */
export function rowQuery(plan: TablePlan, expressions: readonly string[], condition?: string): string {
  const conditions = [filterSql(plan.filters, plainColumns(plan)), condition].filter((sql) => sql !== undefined);
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return `SELECT ${expressions.join(', ')} FROM ONLY ${quotedName(plan.source)}${where}`;
}

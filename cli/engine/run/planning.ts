import type { Client } from 'pg';
import { UsageError } from '../../errors';
import type { Selected } from '../plan/selection';
import { selectTables, unmatchedRules } from '../plan/selection';
import type { TablePlan } from '../plan/table-plan';
import { planTable } from '../plan/table-plan';
import type { SourceColumn, SourceTable } from '../source/catalog';
import { readCatalog } from '../source/catalog';
import { looksLikePattern } from '../../../lib/table-mappings/wildcard';
import type { Relation } from '../source/pgoutput';
import type { ReplicationTask } from './replication-task';

/**
 * The plans of all selected tables, in load order.
 *
 * @throws {UsageError} when nothing is selected, or a rule names a table that does not exist
 */
export async function planTables(client: Client, task: ReplicationTask): Promise<TablePlan[]> {
  const catalog = await readCatalog(client);
  refuseMissing(task, catalog);
  const selected = selectTables(task.mappings, catalog);
  if (selected.length === 0) {
    throw new UsageError(`task ${task.id}: its selection rules choose no table; the source has ${listed(catalog)}`);
  }
  return Promise.all(selected.map((selection) => planTable(task.mappings, selection, task.types)));
}

/**
 * The plan of a table as the change stream describes it now: the old one when nothing has changed.
 */
export async function planAgain(
  client: () => Promise<Client>,
  task: ReplicationTask,
  plan: TablePlan,
  relation: Relation,
): Promise<TablePlan> {
  if (describes(plan.source, relation)) return plan;
  const catalog = await readCatalog(await client());
  const now = catalog.find((table) => table.oid === plan.source.oid);
  const columns = relation.columns.map(({ name, typeOid, typeModifier }): SourceColumn => {
    const same = now?.columns.find((column) => column.name === name && column.declared.oid === typeOid);
    // The table may have changed once more since: the stream's own description has to do.
    return same ?? {
      name,
      type: { oid: typeOid, modifier: typeModifier, name: '', kind: 'b', category: '' },
      declared: { oid: typeOid, modifier: typeModifier },
      generated: false,
    };
  });
  const selection: Selected<SourceTable> = {
    table: { ...(now ?? plan.source), schema: plan.source.schema, name: plan.source.name, columns },
    filters: plan.filters,
    loadOrder: plan.loadOrder,
  };
  return planTable(task.mappings, selection, task.types);
}

function describes(table: SourceTable, relation: Relation): boolean {
  const sent = table.columns.filter((column) => !column.generated);
  return (
    sent.length === relation.columns.length &&
    sent.every(({ name, declared }, i) => {
      const column = relation.columns[i]!;
      return column.name === name && column.typeOid === declared.oid && column.typeModifier === declared.modifier;
    })
  );
}

function refuseMissing(task: ReplicationTask, catalog: readonly SourceTable[]): void {
  const missing = unmatchedRules(task.mappings, catalog).find(({ 'object-locator': locator }) =>
    !looksLikePattern(locator['schema-name']) && !looksLikePattern(locator['table-name']));
  if (missing === undefined) return;
  const { 'schema-name': schema, 'table-name': table } = missing['object-locator'];
  throw new UsageError(
    `task ${task.id}: rule ${missing['rule-id']} selects ${schema}.${table}, which the source does not have; it has ${listed(catalog)}`,
  );
}

function listed(catalog: readonly SourceTable[]): string {
  const names = catalog.map(({ schema, name }) => `${schema}.${name}`);
  if (names.length === 0) return 'no table at all';
  return names.length <= 10 ? names.join(', ') : `${names.slice(0, 10).join(', ')} and ${names.length - 10} more`;
}

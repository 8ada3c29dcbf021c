import type { Client } from 'pg';
import { UsageError } from '../../errors';
import type { Selected } from '../plan/selection';
import { selectTables, unmatchedRules } from '../plan/selection';
import type { TablePlan } from '../plan/table-plan';
import { planTable } from '../plan/table-plan';
import type { SourceColumn, SourceTable } from '../source/catalog';
import { readCatalog } from '../source/catalog';
import { looksLikePattern } from '../../../lib/table-mappings/wildcard';
import { titleOf } from '../source/names';
import { isFolderName } from '../target/layout';
import type { Relation } from '../source/pgoutput';
import type { ReplicationTask } from '../task/replication-task';
import { isLakeTask } from '../task/replication-task';

/**
 * The plans of all selected tables, in load order.
 *
 * @throws {UsageError} when nothing is selected, or a rule names a table that does not exist
 */
export async function planTables(client: Client, task: ReplicationTask): Promise<TablePlan[]> {
  const catalog = await readCatalog(client);
  refuseMissing(task, catalog);
  const selected = selectTables(task.mappings, catalog);
  if (selected.length === 0 && task.failOnNoTables) {
    throw new UsageError(`task ${task.id}: its selection rules choose no table; the source has ${listed(catalog)}`);
  }
  const plans = await Promise.all(selected.map((selection) => planTable(task.mappings, selection, task.types)));
  plans.forEach((plan) => refusePlace(task, plan));
  refuseSharedPlaces(plans);
  return plans;
}

/**
 * The plan of a table that the source has got since the run began; `undefined` when it is not selected.
 *
 * @param others plans of the tables beside it
 * @throws {UsageError} when the task cannot have it
 */
export async function planCreated(
  task: ReplicationTask, table: SourceTable, others: readonly TablePlan[],
): Promise<TablePlan | undefined> {
  const [selection] = selectTables(task.mappings, [table]);
  if (selection === undefined) return undefined;
  const plan = await planTable(task.mappings, selection, task.types);
  refusePlace(task, plan);
  refuseSharedPlaces([...others, plan]);
  return plan;
}

/** The plans of a run that goes on, for its tables as the stream last described them: the slot knows no others. */
export function planAsBefore(task: ReplicationTask, sources: readonly SourceTable[]): Promise<TablePlan[]> {
  const { mappings, types } = task;
  return Promise.all(selectTables(mappings, sources).map((selection) => planTable(mappings, selection, types)));
}

/** Names become folders and columns of files: what cannot be one, or is taken by DMS itself, has to be renamed. */
function refusePlace(task: ReplicationTask, plan: TablePlan): void {
  if (!isLakeTask(task)) return;
  const { changeColumns, loadColumns, bucketFolder } = task.lake;
  const title = titleOf(plan.source);
  const folders = [...bucketFolder.split('/').filter((part) => part !== ''), plan.schema, plan.name];
  const strange = folders.find((folder) => !isFolderName(folder));
  if (strange !== undefined) {
    throw new UsageError(`${title}: ${JSON.stringify(strange)} cannot be a folder of the lake; rename it with a transformation rule`);
  }
  const own = [changeColumns.op || loadColumns.op ? 'Op' : undefined, changeColumns.timestampColumn];
  const taken = [...plan.copied, ...plan.computed, ...plan.beforeImages].find(({ name }) => own.includes(name));
  if (taken !== undefined) {
    throw new UsageError(`${title}: its column "${taken.name}" has the name of one that DMS adds; rename it with a transformation rule`);
  }
}

function refuseSharedPlaces(plans: readonly TablePlan[]): void {
  const owners = new Map<string, TablePlan>();
  for (const plan of plans) {
    const folder = `${plan.schema}/${plan.name}`;
    const owner = owners.get(folder);
    if (owner !== undefined) {
      const [one, other] = [owner, plan].map(({ source }) => titleOf(source));
      throw new UsageError(`${one} and ${other} would both become ${folder}: DMS does not merge tables; change the transformation rules`);
    }
    owners.set(folder, plan);
  }
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
      declared: { oid: typeOid, modifier: typeModifier, sql: 'text' },
      generation: null,
    };
  });
  const generated = (now ?? plan.source).columns.filter((column) => column.generation !== null);
  const selection: Selected<SourceTable> = {
    table: {
      ...(now ?? plan.source),
      schema: plan.source.schema,
      name: plan.source.name,
      columns: [...columns, ...generated],
    },
    filters: plan.filters,
    loadOrder: plan.loadOrder,
  };
  return planTable(task.mappings, selection, task.types);
}

/** The plan with the columns that its table still has: the stream tells of a changed table only with its next row. */
export async function asItIsNow(client: Client, plan: TablePlan): Promise<TablePlan> {
  const now = (await readCatalog(client, plan.source.oid))[0] ?? plan.source;
  const isThere = (name: string): boolean => {
    const planned = plan.source.columns.find((column) => column.name === name);
    return now.columns.some((column) => column.name === name && column.declared.oid === planned?.declared.oid);
  };
  return {
    ...plan,
    source: { ...plan.source, schema: now.schema, name: now.name },
    copied: plan.copied.filter(({ source }) => isThere(source)),
  };
}

function describes(table: SourceTable, relation: Relation): boolean {
  const sent = table.columns.filter((column) => column.generation === null);
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
  const names = catalog.map(titleOf);
  if (names.length === 0) return 'no table at all';
  return names.length <= 10 ? names.join(', ') : `${names.slice(0, 10).join(', ')} and ${names.length - 10} more`;
}

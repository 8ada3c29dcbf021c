import type { ClientBase } from 'pg';
import { escapeIdentifier } from 'pg';
import { TableError } from '../../errors';
import type { TablePlan } from '../plan/table-plan';
import { quotedName } from '../source/names';

/** A column of the target that a task writes. */
export interface TargetColumn {
  readonly name: string;
  /** The type as it is declared. */
  readonly declared: string;
  /** SQL of the type without length or precision, a domain followed to what is below it. */
  readonly plain: string;
  /** Whether `unnest` would take its values apart, or its arrays have a delimiter of their own: they travel as text. */
  readonly asText: boolean;
  /** Whether the target computes it. */
  readonly isGenerated: boolean;
  /** `GENERATED ALWAYS AS IDENTITY`: no UPDATE may set it. */
  readonly isIdentity: boolean;
}

/** A table of the target as a task writes it. */
export interface TargetTable {
  readonly plan: TablePlan;
  /** As SQL has it. */
  readonly name: string;
  /** Those that the plan has and the target does not compute, in the order of the plan. */
  readonly columns: readonly TargetColumn[];
  /** Where their values are among all of the plan's. */
  readonly places: readonly number[];
  /** Which of them tell rows apart; empty when none do. */
  readonly key: readonly number[];
  /** Whether no two rows of the target have one key. */
  readonly hasUniqueKey: boolean;
}

interface ColumnRow {
  readonly schema: string;
  readonly table: string;
  readonly columns: readonly TargetColumn[];
  readonly unique: readonly (readonly string[])[] | null;
}

const COLUMNS = `
  WITH RECURSIVE base AS (
    SELECT oid, oid AS type FROM pg_type
    UNION ALL
    SELECT base.oid, t.typbasetype FROM base JOIN pg_type t ON t.oid = base.type AND t.typtype = 'd'
  )
  SELECT n.nspname::text AS schema, c.relname::text AS table,
         (SELECT json_agg(json_build_object(
                   'name', a.attname, 'declared', format_type(a.atttypid, a.atttypmod), 'plain', format_type(t.oid, -1),
                   'asText', t.typcategory = 'A' OR t.typtype = 'c' OR t.typname = 'box',
                   'isGenerated', a.attgenerated <> '', 'isIdentity', a.attidentity = 'a') ORDER BY a.attnum)
            FROM pg_attribute a
            JOIN base ON base.oid = a.atttypid
            JOIN pg_type t ON t.oid = base.type AND t.typtype <> 'd'
           WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns,
         (SELECT json_agg((SELECT json_agg(a.attname) FROM pg_attribute a
                            WHERE a.attrelid = c.oid AND a.attnum = ANY (i.indkey::int2[])))
            FROM pg_index i
           WHERE i.indrelid = c.oid AND i.indisunique AND i.indimmediate AND i.indisvalid
             AND i.indpred IS NULL AND i.indexprs IS NULL AND i.indnkeyatts = i.indnatts) AS unique
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p')
     AND (n.nspname, c.relname) IN (SELECT * FROM unnest($1::name[], $2::name[]))`;

/**
 * The tables of the target, by plan.
 *
 * @param failed told of a table that is not there or lacks a column; it may throw
 */
export async function readTargetTables(
  client: ClientBase, plans: readonly TablePlan[], failed: (plan: TablePlan, error: TableError) => void,
): Promise<Map<TablePlan, TargetTable>> {
  const names = [plans.map(({ schema }) => schema), plans.map(({ name }) => name)];
  const { rows } = await client.query<ColumnRow>(COLUMNS, names);
  const rowOf = new Map(rows.map((row) => [JSON.stringify([row.schema, row.table]), row]));
  const tables = new Map<TablePlan, TargetTable>();
  for (const plan of plans) {
    const table = targetTable(plan, rowOf.get(JSON.stringify([plan.schema, plan.name])));
    if (table instanceof TableError) failed(plan, table);
    else tables.set(plan, table);
  }
  return tables;
}

function targetTable(plan: TablePlan, row: ColumnRow | undefined): TargetTable | TableError {
  const title = `${plan.schema}.${plan.name}`;
  if (row === undefined) return new TableError(`the target has no table ${title}`);
  const { columns: all, unique } = row;
  const missing = columnNames(plan).find((name) => !all.some((column) => column.name === name));
  if (missing !== undefined) {
    return new TableError(
      `${title} of the target has no column "${missing}", it has ${all.map(({ name }) => name).join(', ')}: ` +
      'add it, leave it out with a transformation rule, or let TargetTablePrepMode DROP_AND_CREATE make the table',
    );
  }
  const planned = columnNames(plan).map((name) => all.find((column) => column.name === name)!);
  const places = planned.flatMap(({ isGenerated }, at) => (isGenerated ? [] : [at]));
  const columns = places.map((at) => planned[at]!);
  const key = keyNames(plan).map((name) => columns.findIndex((column) => column.name === name));
  const usable = key.length > 0 && key.every((at) => at >= 0) ? key : [];
  const names = usable.map((at) => columns[at]!.name).sort();
  return {
    plan,
    name: quotedName(plan),
    columns,
    places,
    key: usable,
    hasUniqueKey: names.length > 0 && (unique ?? []).some((index) => isSameSet([...index].sort(), names)),
  };
}

/** All columns of a plan, as the target calls them. */
export function columnNames({ copied, computed, beforeImages }: TablePlan): string[] {
  return [...copied, ...computed, ...beforeImages].map(({ name }) => name);
}

/** The columns of the target by which rows of the source are found there; empty when one of them is not there. */
export function keyNames({ source, copied }: TablePlan): string[] {
  const names = source.key.map((column) => copied.find((one) => one.source === column)?.name);
  return names.every((name) => name !== undefined) ? names : [];
}

/** The columns of a target as SQL lists them. */
export function columnList(columns: readonly { readonly name: string }[]): string {
  return columns.map(({ name }) => escapeIdentifier(name)).join(', ');
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, i) => name === other[i]);
}

import type { ClientBase } from 'pg';
import { escapeIdentifier } from 'pg';
import { codeOf } from '../../errors';
import type { DmsType } from '../columns/dms-types';
import type { CopiedColumn } from '../plan/columns';
import type { TablePlan } from '../plan/table-plan';
import { quotedName } from '../source/names';
import { keyNames } from './target-table';

/** A column as SQL defines it. */
interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
}

/** DMS has no types of a database's own: what the target does not know becomes text. */
const FALLBACK = 'text';

/**
 * Makes a table as DMS makes it: columns and primary key. Indexes, foreign keys, defaults and identities are for who
 * owns the target.
 *
 * @param source to ask which columns are never null
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.PostgreSQL.html
 */
export async function createTable(target: ClientBase, source: ClientBase, plan: TablePlan): Promise<void> {
  const definitions = await columnDefinitions(target, plan, await requiredColumns(source, plan));
  const key = plan.definedKey.length > 0 ? plan.definedKey : keyNames(plan);
  const parts = [
    ...definitions.map(({ name, type, isRequired }) => `${escapeIdentifier(name)} ${type}${isRequired ? ' NOT NULL' : ''}`),
    ...(key.length > 0 ? [`PRIMARY KEY (${key.map(escapeIdentifier).join(', ')})`] : []),
  ];
  await target.query(`CREATE TABLE ${quotedName(plan)} (${parts.join(', ')})`);
}

/** Removes all rows of a table, within the open transaction. @param name as SQL has it */
export async function emptyTable(target: ClientBase, name: string): Promise<void> {
  await target.query('SAVEPOINT dms_truncate');
  try {
    await target.query(`TRUNCATE ${name}`);
  } catch (error) {
    // A table that a foreign key refers to cannot be truncated, whoever asks.
    if (codeOf(error) !== '0A000') throw error;
    await target.query(`ROLLBACK TO dms_truncate; DELETE FROM ${name}`);
  }
  await target.query('RELEASE dms_truncate');
}

/** The statements that make of a target's table what its source has become. */
export function alterTable(before: TablePlan, after: TablePlan): string[] {
  const of = (plan: TablePlan, column: string): CopiedColumn | undefined =>
    plan.copied.find(({ source }) => source === column);
  const gone = before.copied.filter(({ source }) => of(after, source) === undefined);
  const come = after.copied.filter(({ source }) => of(before, source) === undefined);
  // The stream does not tell of a new name: it is a column of the same type at the same place.
  const renamed = gone.flatMap((old) => {
    const place = before.source.columns.findIndex(({ name }) => name === old.source);
    const now = after.source.columns[place];
    const same = before.source.columns.length === after.source.columns.length
      && now?.declared.sql === before.source.columns[place]?.declared.sql;
    const new_ = same ? come.find(({ source }) => source === now?.name) : undefined;
    return new_ === undefined ? [] : [{ old, new_ }];
  });
  const changed = after.copied.filter((column) => {
    const old = of(before, column.source);
    const isRetyped = column.type.changed?.type !== undefined;
    return old !== undefined && !isRetyped && sourceType(before, old) !== sourceType(after, column);
  });
  const table = `ALTER TABLE ${quotedName(after)}`;
  return [
    ...renamed.map(({ old, new_ }) => `${table} RENAME COLUMN ${escapeIdentifier(old.name)} TO ${escapeIdentifier(new_.name)}`),
    ...gone.filter((column) => !renamed.some(({ old }) => old === column))
      .map(({ name }) => `${table} DROP COLUMN IF EXISTS ${escapeIdentifier(name)}`),
    ...come.filter((column) => !renamed.some(({ new_ }) => new_ === column))
      .map((column) => `${table} ADD COLUMN IF NOT EXISTS ${escapeIdentifier(column.name)} ${typeOf(after, column)}`),
    ...changed.map((column) => {
      const name = escapeIdentifier(column.name);
      return `${table} ALTER COLUMN ${name} TYPE ${typeOf(after, column)} USING ${name}::text::${typeOf(after, column)}`;
    }),
  ];
}

async function columnDefinitions(
  target: ClientBase, plan: TablePlan, required: ReadonlySet<string>,
): Promise<ColumnDefinition[]> {
  const columns: ColumnDefinition[] = [
    ...plan.copied.map((column) => ({
      name: column.name, type: typeOf(plan, column),
      // What a rule makes of a value may be null.
      isRequired: required.has(column.source) && column.type.changed === undefined,
    })),
    ...plan.computed.map(({ name, type }) => ({ name, type: sqlType(type), isRequired: false })),
    ...plan.beforeImages.map((column) => ({ name: column.name, type: typeOf(plan, column), isRequired: false })),
  ];
  const { rows } = await target.query<{ type: string }>(
    'SELECT type FROM unnest($1::text[]) AS wanted (type) WHERE to_regtype(type) IS NULL', [columns.map(({ type }) => type)]);
  const unknown = new Set(rows.map(({ type }) => type));
  return columns.map((column) => (unknown.has(column.type) ? { ...column, type: FALLBACK } : column));
}

async function requiredColumns(source: ClientBase, { source: { oid } }: TablePlan): Promise<Set<string>> {
  const { rows } = await source.query<{ name: string }>(
    'SELECT attname::text AS name FROM pg_attribute WHERE attrelid = $1 AND attnum > 0 AND attnotnull', [oid]);
  return new Set(rows.map(({ name }) => name));
}

function sourceType(plan: TablePlan, { source }: CopiedColumn): string {
  return plan.source.columns.find(({ name }) => name === source)!.declared.sql;
}

function typeOf(plan: TablePlan, column: CopiedColumn): string {
  const { changed, dms } = column.type;
  if (changed?.type !== undefined) return sqlType(changed.type);
  // A mask makes text of everything but numbers.
  return changed !== undefined && dms === 'STRING' ? FALLBACK : sourceType(plan, column);
}

/** @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.PostgreSQL.html (target data types) */
function sqlType(type: DmsType): string {
  switch (type.family) {
    case 'integer':
      return type.max < 2n ** 15n ? 'smallint' : type.max < 2n ** 31n ? 'integer' : type.max < 2n ** 63n ? 'bigint' : 'numeric(20)';
    case 'numeric':
      return `numeric(${type.precision},${type.scale})`;
    case 'float':
      return type.dms === 'REAL4' ? 'real' : 'double precision';
    case 'text':
      return type.length === undefined || type.dms.endsWith('LOB') ? 'text' : `character varying(${type.length})`;
    case 'bytes':
      return 'bytea';
    case 'boolean':
      return 'boolean';
    case 'date':
      return 'date';
    case 'time':
      return 'time without time zone';
    case 'datetime':
      return 'timestamp without time zone';
  }
}

import type { ClientBase } from 'pg';
import type { PostgresType } from '../columns/postgres-types';

export interface SourceColumn {
  readonly name: string;
  readonly type: PostgresType;
  /** The type as declared, a domain not followed: what the change stream tells of the column. */
  readonly declared: { readonly oid: number; readonly modifier: number; readonly sql: string };
  /** SQL of a generated column, else null: COPY can read such a column, logical decoding does not send it. */
  readonly generation: string | null;
}

export interface SourceTable {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** A view: it has rows to load and no changes. */
  readonly isView: boolean;
  readonly columns: readonly SourceColumn[];
  /** The columns that identify a row in UPDATE and DELETE: of the replica identity, in key order; empty without one. */
  readonly key: readonly string[];
  /** `REPLICA IDENTITY FULL`: old rows come whole. */
  readonly fullIdentity: boolean;
  /** The planner's estimate; for progress only. */
  readonly estimatedRows: number;
}

/** Schemas that no pipeline replicates: the system's own, and what DMS and its plug-ins put into a source. */
const SYSTEM_SCHEMAS = ['pg_catalog', 'information_schema', 'pglogical'];
const DMS_TABLES = 'awsdms\\_%';

// A domain is followed to its base type; the modifier is that of the domain that gives one.
const COLUMNS = `
  WITH RECURSIVE base AS (
    SELECT oid, oid AS type, -1 AS modifier FROM pg_type
    UNION ALL
    SELECT base.oid, t.typbasetype, GREATEST(base.modifier, t.typtypmod)
      FROM base JOIN pg_type t ON t.oid = base.type AND t.typtype = 'd'
  ), resolved AS (
    SELECT base.oid, base.type, base.modifier FROM base JOIN pg_type t ON t.oid = base.type AND t.typtype <> 'd'
  )
  SELECT a.attrelid, a.attnum, a.attname AS name,
         CASE WHEN a.attgenerated <> '' THEN
           (SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum)
         END AS generation,
         a.atttypid::int8 AS declared, a.atttypmod AS declared_modifier, format_type(a.atttypid, a.atttypmod) AS declared_sql,
         t.oid::int8 AS oid, GREATEST(r.modifier, a.atttypmod) AS modifier,
         t.typname AS type_name, t.typtype AS kind, t.typcategory AS category
    FROM pg_attribute a
    JOIN resolved r ON r.oid = a.atttypid
    JOIN pg_type t ON t.oid = r.type
   WHERE a.attnum > 0 AND NOT a.attisdropped`;

// The replica identity's index where one is declared, else the primary key. PostgreSQL takes no deferrable key for a
// replica identity, and a generated column of the key would not be sent.
const TABLES = `
  WITH columns AS (${COLUMNS})
  SELECT c.oid::int8 AS oid, n.nspname AS schema, c.relname AS name, c.relkind = 'v' AS is_view, c.relreplident AS identity,
         GREATEST(c.reltuples, 0)::float8 AS estimate,
         (SELECT json_agg(json_build_object(
                   'name', k.name, 'generation', k.generation,
                   'declared', json_build_object('oid', k.declared, 'modifier', k.declared_modifier, 'sql', k.declared_sql),
                   'type', json_build_object(
                     'oid', k.oid, 'modifier', k.modifier, 'name', k.type_name, 'kind', k.kind, 'category', k.category))
                 ORDER BY k.attnum)
            FROM columns k WHERE k.attrelid = c.oid) AS columns,
         (SELECT json_agg(a.attname ORDER BY key.position)
            FROM pg_index i
            CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS key(attnum, position)
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = key.attnum
           WHERE i.indrelid = c.oid AND i.indimmediate
             AND NOT EXISTS (SELECT FROM pg_attribute g
                              WHERE g.attrelid = c.oid AND g.attnum = ANY (i.indkey::int2[]) AND g.attgenerated <> '')
             AND CASE WHEN c.relreplident = 'i' THEN i.indisreplident ELSE i.indisprimary END) AS key
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'v') AND c.relpersistence = 'p'
     AND n.nspname <> ALL ($1) AND n.nspname NOT LIKE 'pg\\_%' AND c.relname NOT LIKE $2
     AND c.oid = COALESCE($3, c.oid)
   ORDER BY n.nspname, c.relname`;

interface TableRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly is_view: boolean;
  readonly identity: string;
  readonly estimate: number;
  readonly columns: readonly SourceColumn[] | null;
  readonly key: readonly string[] | null;
}

/**
 * The ordinary tables and the views of the database. Partitioned parents are not among them: DMS replicates partitions
 * as tables of their own and tells users to select those.
 *
 * @param oid only this table
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html
 */
export async function readCatalog(client: ClientBase, oid?: number): Promise<SourceTable[]> {
  const { rows } = await client.query<TableRow>(TABLES, [SYSTEM_SCHEMAS, DMS_TABLES, oid]);
  return rows.map((row) => ({
    oid: Number(row.oid),
    schema: row.schema,
    name: row.name,
    isView: row.is_view,
    columns: row.columns ?? [],
    key: row.identity === 'n' ? [] : (row.key ?? []),
    fullIdentity: row.identity === 'f',
    estimatedRows: row.estimate,
  }));
}

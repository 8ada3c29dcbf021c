import type { Client } from 'pg';
import type { SelectionRule } from '../../lib/table-mappings/document';
import { missingTables, selectTables } from './selection';

/** A selected table as the checks need to know it. */
export interface Table {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly isView: boolean;
  /** A partitioned table itself: its rows are in its partitions. */
  readonly isPartitioned: boolean;
  /** The partitioned tables that it is a part of, directly or not. */
  readonly ancestors: readonly number[];
  readonly hasKey: boolean;
  /** `default`, `nothing`, `full` or `index`. */
  readonly identity: 'default' | 'nothing' | 'full' | 'index';
  readonly mayEnterSchema: boolean;
  readonly mayRead: boolean;
  /** Row-level security hides rows from the user. */
  readonly hidesRows: boolean;
}

/** The selected tables, and those that were named and do not exist. */
export interface Tables {
  readonly selected: readonly Table[];
  readonly missing: readonly string[];
}

/** Schemas that no task replicates: the system's own, and those of plug-ins. */
const TABLES = `
  WITH RECURSIVE parents AS (
    SELECT inhrelid AS child, inhparent AS ancestor FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     WHERE c.relispartition
    UNION
    SELECT p.child, i.inhparent FROM parents p JOIN pg_inherits i ON i.inhrelid = p.ancestor
  )
  SELECT c.oid::int8 AS oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind IN ('v', 'm') AS is_view,
         c.relkind = 'p' AS is_partitioned, c.relreplident AS identity,
         ARRAY(SELECT ancestor::int8 FROM parents WHERE child = c.oid) AS ancestors,
         EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indimmediate) AS has_key,
         COALESCE(has_schema_privilege(r.oid, n.oid, 'USAGE'), false) AS may_enter_schema,
         COALESCE(has_table_privilege(r.oid, c.oid, 'SELECT'), false) AS may_read,
         c.relrowsecurity AND NOT (r.rolsuper OR r.rolbypassrls OR (c.relowner = r.oid AND NOT c.relforcerowsecurity))
           AS hides_rows
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_roles r ON r.rolname = $1
   WHERE c.relkind IN ('r', 'p', 'v', 'm') AND c.relpersistence = 'p'
     AND n.nspname NOT IN ('information_schema', 'pglogical') AND n.nspname NOT LIKE 'pg\\_%'
     AND c.relname NOT LIKE 'awsdms\\_%'
   ORDER BY n.nspname, c.relname`;

interface TableRow {
  readonly oid: string;
  readonly schema: string;
  readonly name: string;
  readonly is_view: boolean;
  readonly is_partitioned: boolean;
  readonly identity: 'd' | 'n' | 'f' | 'i';
  readonly ancestors: string[];
  readonly has_key: boolean;
  readonly may_enter_schema: boolean;
  readonly may_read: boolean;
  readonly hides_rows: boolean | null;
}

const IDENTITIES = { d: 'default', n: 'nothing', f: 'full', i: 'index' } as const;

/** Reads the selected tables, and what `user` may do with them. Changes nothing. */
export async function readTables(client: Client, tasks: readonly SelectionRule[][], user: string): Promise<Tables> {
  const { rows } = await client.query<TableRow>(TABLES, [user]);
  const tables = rows.map((row): Table & { readonly isView: boolean } => ({
    oid: Number(row.oid),
    schema: row.schema,
    name: row.name,
    isView: row.is_view,
    isPartitioned: row.is_partitioned,
    ancestors: row.ancestors.map(Number),
    hasKey: row.has_key,
    identity: IDENTITIES[row.identity],
    mayEnterSchema: row.may_enter_schema,
    mayRead: row.may_read,
    hidesRows: row.hides_rows ?? false,
  }));
  return { selected: selectTables(tasks, tables), missing: missingTables(tasks, tables) };
}

import { type Client, escapeIdentifier } from 'pg';
import { isSelected } from '../../../lambda/two-way-database/names';

/** What a table holds, in a few characters: the same for the same rows in any order. */
export type Checksum = string;

/** The tables of a schema that are replicated, with the names of their columns. */
interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}

/** The checksums of the replicated tables of a schema, by their names, as one moment had them. */
export async function checksumsOf(
  client: Client, schema: string, patterns: readonly string[],
): Promise<ReadonlyMap<string, Checksum>> {
  const sums = new Map<string, Checksum>();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  try {
    for (const { name, columns } of await tablesOf(client, schema, patterns)) {
      // The order of the columns may differ between the sites: that of their names does not.
      const row = `ROW(${columns.map((column) => escapeIdentifier(column)).join(', ')})::text`;
      const { rows: [sum] } = await client.query<{ rows: string; sum: string }>(
        `SELECT count(*)::text AS rows, coalesce(sum(hashtextextended(${row}, 0)::numeric), 0)::text AS sum
           FROM ONLY ${escapeIdentifier(schema)}.${escapeIdentifier(name)}`);
      sums.set(name, `${sum!.rows} rows ${sum!.sum}`);
    }
  } finally {
    await client.query('ROLLBACK');
  }
  return sums;
}

async function tablesOf(client: Client, schema: string, patterns: readonly string[]): Promise<Table[]> {
  const { rows } = await client.query<Table>(
    `SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attname) AS columns
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE c.relnamespace = to_regnamespace($1) AND c.relkind = 'r' AND a.attgenerated = ''
      GROUP BY c.relname ORDER BY c.relname`,
    [escapeIdentifier(schema)],
  );
  return rows.filter(({ name }) => isSelected(name.toLowerCase(), patterns));
}

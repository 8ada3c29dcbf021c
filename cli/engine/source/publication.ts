import type { Client } from 'pg';
import { UsageError } from '../../errors';
import { readCatalog } from './catalog';
import { LOOPBACK_TABLE } from './loopback-table';
import type { TableName } from './names';
import { titleOf } from './names';
import { createPublications } from './slot';

/**
 * Makes the publication through which a slot of the same name is read later, before the slot: pgoutput looks it up in
 * the catalog as it was at the moment of each change. Does nothing when it is there with these tables.
 *
 * @param client of the owner of the tables, or a superuser
 * @param loopbackSchema of the table that tells transactions of the task in the other direction; made when missing
 * @throws {UsageError} when a table is missing or has no primary key: its UPDATE and DELETE could not be replicated
 */
export async function preparePublication(
  client: Client, name: string, tables: readonly TableName[], loopbackSchema?: string,
): Promise<void> {
  const catalog = await readCatalog(client);
  const published = tables.map((table) => {
    const found = catalog.find((one) => one.schema === table.schema && one.name === table.name);
    if (found === undefined) throw new UsageError(`there is no table ${titleOf(table)} to publish`);
    if (found.key.length === 0) {
      throw new UsageError(`${titleOf(table)} has no primary key: UPDATE and DELETE of it cannot be replicated; add one`);
    }
    return found;
  });
  const marks = loopbackSchema === undefined ? [] : [{ schema: loopbackSchema, name: LOOPBACK_TABLE }];
  const wanted = [...published, ...marks].map(titleOf).sort();
  const { rows } = await client.query<{ titles: string[] | null }>(
    `SELECT (SELECT array_agg(schemaname || '.' || tablename) FROM pg_publication_tables t WHERE t.pubname = p.pubname) AS titles
       FROM pg_publication p WHERE pubname = $1`, [name]);
  const [existing] = rows;
  if (existing === undefined) {
    await createPublications(client, name, published, loopbackSchema);
    return;
  }
  const has = [...(existing.titles ?? [])].sort();
  if (wanted.length === has.length && wanted.every((title, i) => title === has[i])) return;
  throw new UsageError(
    `publication ${name} is there with other tables (${has.join(', ') || 'none'}): drop it, and the slot that is read through it`,
  );
}

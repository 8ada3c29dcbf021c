import type { Client } from 'pg';
import { escapeIdentifier } from 'pg';
import { UsageError, codeOf, messageOf } from '../../errors';
import type { SourceTable } from './catalog';
import { quotedName } from './names';

/** The objects that a run makes in the source, all of one random name, and takes away at its end. */
export interface SourceObjects {
  readonly slot: string;
  readonly publications: readonly string[];
}

/**
 * Creates the publications that a slot's stream is read through. Tables without a key get one that carries no UPDATE
 * and DELETE: in an ordinary publication PostgreSQL would refuse those statements to everybody.
 *
 * @throws {UsageError} when the user does not own the tables
 */
export async function createPublications(client: Client, name: string, tables: readonly SourceTable[]): Promise<string[]> {
  const keyed = tables.filter((table) => table.key.length > 0 || table.fullIdentity);
  const keyless = tables.filter((table) => !keyed.includes(table));
  const publications: [string, readonly SourceTable[], string][] = [
    [name, keyed, 'insert, update, delete, truncate'],
    [`${name}_inserts`, keyless, 'insert, truncate'],
  ];
  const created: string[] = [];
  for (const [publication, members, operations] of publications) {
    if (members.length === 0) continue;
    const list = members.map((table) => `ONLY ${quotedName(table)}`).join(', ');
    try {
      await client.query(`CREATE PUBLICATION ${escapeIdentifier(publication)} FOR TABLE ${list} WITH (publish = '${operations}')`);
    } catch (error) {
      if (codeOf(error) !== '42501') throw error;
      throw new UsageError(
        `the source user may not publish the tables: ${messageOf(error)}; rehearse as their owner or as a superuser (rds_superuser)`,
      );
    }
    created.push(publication);
  }
  return created;
}

/** Takes slot and publications away; those that are gone already are fine. */
export async function dropSourceObjects(client: Client, { slot, publications }: SourceObjects): Promise<void> {
  for (const publication of publications) {
    await client.query(`DROP PUBLICATION IF EXISTS ${escapeIdentifier(publication)}`);
  }
  await client.query(
    'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = $1',
    [slot],
  );
}

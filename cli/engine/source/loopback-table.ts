import type { Client } from 'pg';
import { escapeIdentifier } from 'pg';
import type { TableName } from './names';
import { quotedName } from './names';

/**
 * The table that a task writes to in every transaction that it applies, so that the task in the other direction knows
 * them.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.Loopback.html
 */
export const LOOPBACK_TABLE = 'awsdms_loopback_prevention';

/** Makes the table when it is missing: the two tasks of a pair write to and read from the same one. */
export async function prepareLoopbackTable(client: Client, schema: string): Promise<TableName> {
  const table = { schema, name: LOOPBACK_TABLE };
  const { rows } = await client.query<{ missing: boolean; schema_missing: boolean }>(
    'SELECT to_regclass($1) IS NULL AS missing, to_regnamespace($2) IS NULL AS schema_missing',
    [quotedName(table), escapeIdentifier(schema)]);
  const { missing, schema_missing: schemaMissing } = rows[0]!;
  if (schemaMissing) await client.query(`CREATE SCHEMA IF NOT EXISTS ${escapeIdentifier(schema)}`);
  if (missing) {
    await client.query(`CREATE TABLE IF NOT EXISTS ${quotedName(table)} (
      task_name varchar(255) PRIMARY KEY, position varchar(64) NOT NULL, applied_at timestamptz NOT NULL)`);
  }
  return table;
}

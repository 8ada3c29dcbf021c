import type { Client } from 'pg';
import { UsageError, codeOf, messageOf } from '../../errors';
import { openSession } from '../source/session';
import type { DatabaseLocation } from '../target/target-location';
import { titleOfTarget } from '../target/target-location';
import type { DatabaseSettings } from '../task/database-settings';

/** Nobody waits for an application that holds a lock for less than the run itself would take to begin again. */
const SETTINGS = 'SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET synchronous_commit = on';

/**
 * A connection that writes to the target. Triggers and foreign keys are silent for it: tables are loaded one by one in
 * any order, and what a trigger did at the source arrives as a change of its own.
 *
 * @throws {UsageError} when the user may not silence triggers
 */
export async function openTargetSession(
  location: DatabaseLocation, { afterConnect }: DatabaseSettings,
): Promise<Client> {
  const client = await openSession(location.url);
  try {
    await client.query(SETTINGS);
    await client.query("SET session_replication_role = 'replica'");
    if (afterConnect !== undefined) await client.query(afterConnect);
    return client;
  } catch (error) {
    await client.end();
    if (codeOf(error) === '42501') throw new UsageError(mayNotSilence(location, client.user ?? ''), { cause: error });
    throw new UsageError(`${titleOfTarget(location)}: AfterConnectScript fails: ${messageOf(error)}`, { cause: error });
  }
}

function mayNotSilence(location: DatabaseLocation, user: string): string {
  return `the target user "${user}" may not set session_replication_role at ${titleOfTarget(location)}, without which ` +
    'triggers and foreign keys would get in the way: connect as a superuser (on RDS and Aurora a member of rds_superuser), ' +
    `or, from PostgreSQL 15 on, GRANT SET ON PARAMETER session_replication_role TO ${user}`;
}

import { EPOCH_IDENTIFIER, EPOCH_PARAMETER, EPOCH_VARIABLE } from '../../lib/two-way/switch/fence-errors';
import { CommitUnknown } from './errors';
import type { WritableSite } from './site-client';

/** What is needed of a PostgreSQL connection: a client of `pg` has it. Not a pool: all of it is one session. */
export interface PostgresSession {
  query(text: string): Promise<{ readonly command?: string }>;
}

/** Classes of SQLSTATE that say for certain that a COMMIT did not take place. Others may come after it did. */
const NOT_COMMITTED = /^(23|25|40(?!003)|DMS)/;

/** Does work in one transaction that has declared the epoch, so that it is refused when there was a switch since. */
export async function inTransaction<T>(
  session: PostgresSession, { site, epoch }: Pick<WritableSite, 'site' | 'epoch'>, work: () => Promise<T>,
): Promise<T> {
  await session.query('BEGIN');
  let result: T;
  try {
    await session.query(`SET LOCAL ${EPOCH_PARAMETER} = '${wholeNumber(epoch)}'`);
    result = await work();
  } catch (error) {
    // A session that does not even answer this has ended, and its transaction with it.
    await session.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
  const answer = await commit(session, site);
  if (answer === 'ROLLBACK') {
    throw new Error('the transaction was rolled back: a statement in it had failed, and its error was passed over. Let the '
      + 'work fail when a statement fails');
  }
  return result;
}

async function commit(session: PostgresSession, site: string): Promise<string | undefined> {
  try {
    return (await session.query('COMMIT')).command;
  } catch (error) {
    const { code } = (error ?? {}) as { code?: unknown };
    if (typeof code === 'string' && NOT_COMMITTED.test(code)) throw error;
    throw new CommitUnknown(`site ${site} has not answered whether it has committed: look whether the rows are there`, { cause: error });
  }
}

/**
 * The statement with which a session declares the epoch of its site. Whoever has sessions that last longer than a unit
 * of work sends it before each of them.
 */
export function declareEpoch({ dbengine, epoch }: Pick<WritableSite, 'dbengine' | 'epoch'>): string {
  const number = wholeNumber(epoch);
  switch (dbengine) {
    case 'postgresql': return `SET ${EPOCH_PARAMETER} = '${number}'`;
    case 'mysql': return `SET ${EPOCH_VARIABLE} = ${number}`;
    case 'oracle': return `BEGIN DBMS_SESSION.SET_IDENTIFIER('${EPOCH_IDENTIFIER}${number}'); END;`;
    default: throw new Error(`dbengine is ${dbengine}; allowed: postgresql, mysql, oracle`);
  }
}

/** It becomes part of a statement. */
function wholeNumber(epoch: number): number {
  if (!Number.isSafeInteger(epoch)) throw new RangeError(`epoch is ${epoch}; it has to be a whole number`);
  return epoch;
}

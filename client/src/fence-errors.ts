import { FENCED, ORACLE_FENCED, ORACLE_STALE, STALE } from '../../lib/two-way/switch/fence-errors';
import { CommitUnknown } from './errors';

/** SQLSTATEs of PostgreSQL and MySQL: a site that is fenced, and an epoch that is over. */
const STATES: readonly string[] = [FENCED, STALE];

/** The same of Oracle, by the number of the error. */
const NUMBERS: readonly number[] = [ORACLE_FENCED, ORACLE_STALE];

/** Libraries wrap the errors of drivers, a few times at most. */
const DEEPEST = 5;

/** What `pg`, `mysql2` and `oracledb` put into their errors. */
type DriverError = Partial<Record<'code' | 'sqlState' | 'errorNum' | 'cause', unknown>>;

/**
 * Whether an error says that the database has refused a write because of its fence. The statement was not carried out,
 * so a unit of work that is one transaction has left nothing behind.
 */
export function isFenceError(error: unknown): boolean {
  let found = false;
  let current = error;
  for (let depth = 0; depth < DEEPEST && typeof current === 'object' && current !== null; depth += 1) {
    // Whatever else it says: this one does not know whether it has left something behind.
    if (current instanceof CommitUnknown) return false;
    const { code, sqlState, errorNum, cause } = current as DriverError;
    found ||= [code, sqlState].some((state) => STATES.includes(state as string));
    found ||= NUMBERS.includes(errorNum as number);
    current = cause;
  }
  return found;
}

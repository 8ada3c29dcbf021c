import { TableError, UsageError, codeOf } from '../../errors';
import type { Loss } from '../target/table-batch';
import { isLostConnection } from '../source/lost-connection';

/** A file keeps every record: `IGNORE_RECORD` is of databases only. */
export type RecordErrorPolicy = 'IGNORE_RECORD' | 'LOG_ERROR' | 'SUSPEND_TABLE' | 'STOP_TASK';

/** `ErrorBehavior`: what an error comes to that is not that of the connection. */
export interface ErrorPolicies {
  /** Of values that have no counterpart in the target. */
  readonly data: RecordErrorPolicy;
  /** Of values that are too long. */
  readonly truncation: RecordErrorPolicy;
  /** What so many of both in one table come to; with 0 nothing. */
  readonly escalation: { readonly count: number; readonly policy: RecordErrorPolicy };
  /** Whether a table with an error is left out from then on, and the others go on. */
  readonly suspendsTables: boolean;
}

/**
 * What values that did not arrive whole come to.
 *
 * @param errors how many the table has had, these among them
 * @returns why the table is to be suspended, if it is
 * @throws {UsageError} when the task is to stop
 */
export function judgeLosses(
  policies: ErrorPolicies, table: string, losses: readonly Loss[], errors: number,
): string | undefined {
  const { data, truncation, escalation } = policies;
  const total = (count: (loss: Loss) => number): number => losses.reduce((sum, loss) => sum + count(loss), 0);
  const truncated = total((loss) => loss.truncated);
  const unrepresentable = total((loss) => loss.unrepresentable);
  const found: [boolean, RecordErrorPolicy, string][] = [
    [truncated > 0, truncation, `${truncated} values were too long, and DataTruncationErrorPolicy is ${truncation}`],
    [unrepresentable > 0, data, `${unrepresentable} values have no counterpart in Parquet, and DataErrorPolicy is ${data}`],
    [
      escalation.count > 0 && errors >= escalation.count && truncated + unrepresentable > 0, escalation.policy,
      `it has ${errors} data errors, DataErrorEscalationCount is ${escalation.count} and DataErrorEscalationPolicy ${escalation.policy}`,
    ],
  ];
  const stop = found.find(([applies, policy]) => applies && policy === 'STOP_TASK');
  if (stop !== undefined) throw new UsageError(`${table}: ${stop[2]}: mend the values, or choose another policy`);
  return found.find(([applies, policy]) => applies && policy === 'SUSPEND_TABLE')?.[2];
}

/** PostgreSQL's errors, except when it is short of memory or disk or broken: that concerns every table. */
const OF_THE_SERVER = /^(53|58|XX000|F0)/;

/** Whether an error is one of a table, which the others have nothing to do with. */
export function isTableError(error: unknown): boolean {
  if (error instanceof TableError) return true;
  if (error instanceof UsageError || isLostConnection(error)) return false;
  const code = codeOf(error) ?? '';
  return /^(?=.*\d)[0-9A-Z]{5}$/.test(code) && !OF_THE_SERVER.test(code);
}

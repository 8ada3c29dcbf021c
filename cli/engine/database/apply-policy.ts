import { codeOf } from '../../errors';
import type { ApplyPolicies } from '../task/database-settings';
import type { ErrorPolicies, RecordErrorPolicy } from '../task/error-policy';
import type { RowChangeOfTarget } from './row-change';

/** What is done about a row that the target did not take. */
export interface Judgement {
  readonly policy: RecordErrorPolicy;
  /** The setting that says so. */
  readonly setting: string;
}

const TOO_LONG = '22001';

/**
 * What the settings say about a row that was not applied: bad data is for `DataErrorPolicy`, everything else for the
 * policy of the operation. What `INSERT_RECORD` and `UPDATE_RECORD` cannot mend is logged.
 *
 * @param error that of PostgreSQL; `undefined` when there was no such row
 */
export function judge(
  kind: RowChangeOfTarget['kind'], error: unknown, apply: ApplyPolicies, errors: ErrorPolicies,
): Judgement {
  const code = codeOf(error) ?? '';
  if (code === TOO_LONG) return { policy: errors.truncation, setting: 'DataTruncationErrorPolicy' };
  if (code.startsWith('22')) return { policy: errors.data, setting: 'DataErrorPolicy' };
  const policy = apply[kind];
  return {
    policy: policy === 'INSERT_RECORD' || policy === 'UPDATE_RECORD' ? 'LOG_ERROR' : policy,
    setting: SETTINGS[kind],
  };
}

const SETTINGS = { insert: 'ApplyErrorInsertPolicy', update: 'ApplyErrorUpdatePolicy', delete: 'ApplyErrorDeletePolicy' };

/** What so many errors of one table come to, those that were ignored included. */
export function escalated({ escalation }: ApplyPolicies, errors: number): Judgement | undefined {
  if (escalation.count === 0 || errors < escalation.count) return undefined;
  return { policy: escalation.policy, setting: 'ApplyErrorEscalationPolicy' };
}

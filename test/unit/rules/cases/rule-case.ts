import { Finding } from '../../../../lib/rules';

/**
 * A rule, something that breaks it in exactly one place, and its neighbour that just passes. Both are checked when
 * their test runs, not when the module loads: mutation testing knows by that which tests reach which line.
 */
export interface RuleCase {
  readonly rule: string;
  /** What makes this case differ from others of the rule. */
  readonly when?: string;
  readonly broken: () => Finding[];
  readonly path: string;
  readonly message: string;
  readonly passing: () => Finding[];
}

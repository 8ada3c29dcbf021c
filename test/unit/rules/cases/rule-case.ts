import { Finding } from '../../../../lib/rules';

/** A rule, something that breaks it in exactly one place, and its neighbour that just passes. */
export interface RuleCase {
  readonly rule: string;
  /** What makes this case differ from others of the rule. */
  readonly when?: string;
  readonly broken: Finding[];
  readonly path: string;
  readonly message: string;
  readonly passing: Finding[];
}

/** How serious a finding is: an error is refused or loses data, a warning is a risk somebody may accept. */
export type Severity = 'error' | 'warning';

/** One thing that is checked, with the reason and the page it comes from. */
export interface Rule {
  /** Stable id, `family/name`; findings carry it and warnings are acknowledged by it. */
  readonly id: string;
  readonly severity: Severity;
  /** Why the rule exists. */
  readonly reason: string;
  /** What to do about a finding. */
  readonly fix: string;
  /** The documentation page the rule comes from. */
  readonly source: string;
}

/** A place where a rule is broken. */
export interface Finding {
  /** The rule's id. */
  readonly rule: string;
  readonly severity: Severity;
  /** Where: a JSON path such as `rules[1].object-locator.table-name`. */
  readonly path: string;
  /** What was given and what is allowed. */
  readonly message: string;
  readonly fix: string;
}

/** A finding of `rule` at `path`. */
export function finding(rule: Rule, path: string, message: string): Finding {
  return { rule: rule.id, severity: rule.severity, path, message, fix: rule.fix };
}

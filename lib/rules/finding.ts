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

/** What is written down about a rule; `error` where no severity is given. */
export interface RuleText {
  readonly severity?: Severity;
  readonly reason: string;
  readonly fix: string;
  /** Where it is not the family's page. */
  readonly source?: string;
}

/** The rules of one family, each under its name: `defineRules('s3', …)['bucket-name'].id` is `s3/bucket-name`. */
export function defineRules<Name extends string>(
  family: string, source: string, texts: Readonly<Record<Name, RuleText>>,
): Readonly<Record<Name, Rule>> {
  const rules = Object.entries<RuleText>(texts)
    .map(([name, text]): [string, Rule] => [name, { id: `${family}/${name}`, severity: 'error', source, ...text }]);
  return Object.fromEntries(rules) as Record<Name, Rule>;
}

/** A finding of `rule` at `path`. */
export function finding(rule: Rule, path: string, message: string): Finding {
  return { rule: rule.id, severity: rule.severity, path, message, fix: rule.fix };
}

/** The path of `key` in the thing at `path`. */
export function at(path: string, key: string): string {
  if (path === '') return key;
  return key.startsWith('[') ? `${path}${key}` : `${path}.${key}`;
}

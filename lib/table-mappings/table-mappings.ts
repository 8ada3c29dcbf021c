import { readFileSync } from 'node:fs';
import { parseRules } from './parse';
import { DocumentRule, TableMappingRule } from './table-mapping-rule';

/**
 * Which tables a task migrates and what happens to them on the way: an immutable list of rules.
 *
 * @example
 * TableMappings.of(
 *   TableSelection.include('public', 'orders'),
 *   Transformation.renameSchema('public', 'shop'),
 * );
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.html
 */
export class TableMappings {
  /**
   * A mapping of these rules. Rules without an id get one, in order, that no other rule has.
   *
   * @throws when two rules were given the same id
   */
  public static of(...rules: TableMappingRule[]): TableMappings {
    return new TableMappings(numbered(rules));
  }

  /**
   * A mapping that exists already, as an object or as JSON text. It is kept as it is: `dms check` and the constructs
   * say what is wrong with it.
   *
   * @throws when it is not a mapping at all: no JSON, no list of rules, a rule that is no object
   */
  public static fromJson(document: unknown): TableMappings {
    return new TableMappings(parseRules(document).map((rule) => new DocumentRule(rule)));
  }

  /**
   * A mapping from a JSON file.
   *
   * @throws when the file cannot be read or is not a mapping; the message names the file
   */
  public static fromFile(path: string): TableMappings {
    const text = readFileSync(path, 'utf8');
    try {
      return TableMappings.fromJson(text);
    } catch (error) {
      throw new Error(`${path}: ${(error as Error).message}`);
    }
  }

  private readonly _rules: readonly TableMappingRule[];

  private constructor(rules: readonly TableMappingRule[]) {
    this._rules = rules;
  }

  /** The rules in order. */
  public get rules(): TableMappingRule[] {
    return [...this._rules];
  }

  /** The mapping as a plain object, `{rules: […]}`. */
  public toJson(): unknown {
    return { rules: this._rules.map((rule) => rule.toJson() as object) };
  }

  /** The mapping as compact JSON text, as a replication task takes it. */
  public toString(): string {
    return JSON.stringify(this.toJson());
  }
}

function numbered(rules: readonly TableMappingRule[]): TableMappingRule[] {
  const taken = new Map<string, number>();
  rules.forEach(({ ruleId }, index) => {
    if (ruleId === undefined) return;
    const other = taken.get(ruleId);
    if (other !== undefined) {
      throw new Error(`rule ${other + 1} and rule ${index + 1} both have the id ${ruleId}: `
        + 'ids are unique in a mapping; change one, or leave ruleId out to have it given');
    }
    taken.set(ruleId, index);
  });
  let last = 0;
  return rules.map((rule) => {
    if (rule.ruleId !== undefined) return rule;
    do last += 1; while (taken.has(String(last)));
    const { 'rule-type': type, 'rule-name': name, ...body } = rule.toJson() as Record<string, unknown>;
    return new DocumentRule({ 'rule-type': type, 'rule-id': String(last), 'rule-name': name ?? String(last), ...body });
  });
}

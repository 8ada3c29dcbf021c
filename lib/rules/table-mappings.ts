import { isRecord, Json } from '../private/json';
import { RuleType } from '../table-mappings/document';
import { RULE_SHAPES } from '../table-mappings/shape';
import { RULE_TYPES } from '../table-mappings/vocabulary';
import { at, Finding, finding } from './finding';
import { checkRuleDetails } from './table-mapping-details';
import { MAPPING_RULES } from './table-mapping-rules';
import { checkMembers } from './shape';
import { asText, didYouMean, isUnresolved, oneOf, shown } from './values';

/** A rule of a mapping and where it stands. */
interface PlacedRule {
  readonly rule: Json;
  readonly path: string;
}

/** Checks a table-mapping document. */
export function checkTableMappings(document: unknown, path: string = ''): Finding[] {
  const rules = isRecord(document) ? document.rules : undefined;
  if (!Array.isArray(rules)) {
    return isUnresolved(document) || isUnresolved(rules) ? [] : [finding(MAPPING_RULES['not-a-document'], path,
      `${shown(document)} is given: a table mapping has a list of rules`)];
  }
  return [...checkRules(rules, path), ...checkSelected(rules, at(path, 'rules'))];
}

/** Checks rules without asking for a selection among them: for parts of a document. */
export function checkRules(rules: readonly unknown[], path: string = ''): Finding[] {
  const placed = rules.map((rule, index) => ({ rule, path: at(path, `rules[${index}]`) }));
  const known = placed.filter((entry): entry is PlacedRule => isRecord(entry.rule) && !isUnresolved(entry.rule));
  return [
    ...placed.filter((entry) => !isRecord(entry.rule) && !isUnresolved(entry.rule)).map((entry) =>
      finding(MAPPING_RULES['not-a-document'], entry.path, `${shown(entry.rule)} is given: a rule is an object`)),
    ...known.flatMap(checkRule),
    ...checkUnique(known),
    ...checkShadowed(known),
  ];
}

function checkRule({ rule, path }: PlacedRule): Finding[] {
  const type = rule['rule-type'];
  const identity = checkIdentity(rule, path);
  if (isUnresolved(type)) return identity;
  if (type === undefined) {
    return [...identity, finding(MAPPING_RULES['missing-key'], path, `there is no "rule-type": it is ${oneOf(RULE_TYPES)}`)];
  }
  if (!isRuleType(type)) {
    const hint = typeof type === 'string' ? didYouMean(type, RULE_TYPES) : '';
    return [...identity, finding(MAPPING_RULES['unknown-value'], at(path, 'rule-type'),
      `${shown(type)} is not a rule type${hint}: it is ${oneOf(RULE_TYPES)}`)];
  }
  return [
    ...identity,
    ...checkMembers(rule, RULE_SHAPES[type], path, MAPPING_RULES),
    ...checkRuleDetails(type, rule, path),
  ];
}

function checkIdentity(rule: Json, path: string): Finding[] {
  const id = rule['rule-id'];
  if (isUnresolved(id)) return [];
  if (id === undefined || id === null) {
    return [finding(MAPPING_RULES['rule-id'], path, 'there is no "rule-id": each rule has a number of its own')];
  }
  const numeric = typeof id === 'number' ? Number.isInteger(id) && id >= 0 : typeof id === 'string' && /^[0-9]+$/.test(id);
  return numeric ? [] : [finding(MAPPING_RULES['rule-id'], at(path, 'rule-id'),
    `${shown(id)} is not a number: a rule id is digits only, as in "7"`)];
}

function checkUnique(rules: readonly PlacedRule[]): Finding[] {
  const ids = repeated(rules, ({ rule }) => numericId(rule)).map(([first, second]) =>
    finding(MAPPING_RULES['duplicate-rule-id'], at(second.path, 'rule-id'),
      `${named(second)} has the id ${shown(second.rule['rule-id'])} that ${named(first)} has already`));
  const names = repeated(rules, ({ rule }) => asText(rule['rule-name'])).map(([first, second]) =>
    finding(MAPPING_RULES['duplicate-rule-name'], at(second.path, 'rule-name'),
      `${named(second)} has the name that ${named(first)} has already`));
  return [...ids, ...names];
}

/** `007` and `7` are the same id. */
function numericId(rule: Json): string | undefined {
  const id = rule['rule-id'];
  if (typeof id === 'number') return String(id);
  return typeof id === 'string' && /^[0-9]+$/.test(id) ? id.replace(/^0+(?=[0-9])/, '') : undefined;
}

const named = ({ rule, path }: PlacedRule): string => {
  const name = asText(rule['rule-name']);
  return name === undefined ? path : `${path} (${JSON.stringify(name)})`;
};

/** Pairs of the first thing of a key and each later one of the same key. */
function repeated<T>(things: readonly T[], keyOf: (thing: T) => string | undefined): [T, T][] {
  const firsts = new Map<string, T>();
  return things.flatMap((thing): [T, T][] => {
    const key = keyOf(thing);
    if (key === undefined) return [];
    const first = firsts.get(key);
    if (first !== undefined) return [[first, thing]];
    firsts.set(key, thing);
    return [];
  });
}

const NAME_ACTION = /^(rename|convert-lowercase|convert-uppercase|(add|remove|replace)-(prefix|suffix))$/;

function checkShadowed(rules: readonly PlacedRule[]): Finding[] {
  return repeated(rules, ({ rule }) => {
    const changesName = rule['rule-type'] === 'transformation' && NAME_ACTION.test(String(rule['rule-action']));
    const locator = rule['object-locator'];
    if (!changesName || !isRecord(locator)) return undefined;
    return JSON.stringify([rule['rule-target'], Object.entries(locator).sort(([a], [b]) => (a < b ? -1 : 1))]);
  }).map(([first, second]) => finding(MAPPING_RULES['one-transformation'], second.path,
    `${named(second)} changes the name that ${named(first)} changes already`));
}

function checkSelected(rules: readonly unknown[], path: string): Finding[] {
  const known = rules.filter(isRecord);
  if (rules.some(isUnresolved) || known.some((rule) => isUnresolved(rule['rule-type']))) return [];
  const selections = known.filter((rule) => rule['rule-type'] === 'selection');
  if (selections.some((rule) => rule['rule-action'] !== 'exclude')) return [];
  return [finding(MAPPING_RULES['no-selection'], path, selections.length === 0
    ? `there is no selection among ${rules.length} rules: a mapping needs at least one`
    : 'every selection excludes tables: a mapping needs at least one that includes some')];
}

const isRuleType = (value: unknown): value is RuleType => (RULE_TYPES as readonly unknown[]).includes(value);

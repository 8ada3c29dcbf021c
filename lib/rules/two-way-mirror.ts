import { Json } from '../private/json';
import { matchesPattern } from '../table-mappings/wildcard';
import { asText, isUnresolved, section } from './values';

/**
 * What a leg selects, in the words of its target: `include shop.orders`. Case does not count, because a leg between
 * engines of different case changes it, and neither do the tables that DMS writes for itself. `undefined` when
 * something in it is not known.
 */
export function selectionOf(rules: readonly Json[], otherWay: boolean): ReadonlySet<string> | undefined {
  const selections = rules.filter((rule) => rule['rule-type'] === 'selection');
  if (selections.some((rule) => hasUnknown(rule))) return undefined;
  const rename = otherWay ? (name: string) => name : renamesOf(rules);
  return new Set(selections
    .filter((rule) => !plain(section(rule['object-locator'])['table-name']).startsWith('awsdms'))
    .map((rule) => {
      const { 'schema-name': schema, 'table-name': table } = section(rule['object-locator']);
      const action = rule['rule-action'] === 'exclude' ? 'exclude' : 'include';
      return `${action} ${rename(plain(schema))}.${rename(plain(table))}`;
    }));
}

function hasUnknown(rule: Json): boolean {
  const { 'schema-name': schema, 'table-name': table } = section(rule['object-locator']);
  return [rule['rule-action'], rule['object-locator'], schema, table].some(isUnresolved);
}

/** How a name of a schema or table is called at the other side. */
function renamesOf(rules: readonly Json[]): (name: string) => string {
  const renames = new Map(transformationsOf(rules)
    .filter((rule) => rule['rule-action'] === 'rename' && rule['rule-target'] !== 'column')
    .map((rule) => [ownName(rule), plain(rule.value)]));
  return (name) => renames.get(name) ?? name;
}

/** The name that a transformation changes. */
function ownName(rule: Json): string {
  const { 'schema-name': schema, 'table-name': table, 'column-name': column } = section(rule['object-locator']);
  return plain({ schema, table, column }[asText(rule['rule-target']) ?? '']);
}

const transformationsOf = (rules: readonly Json[]): Json[] =>
  rules.filter((rule) => rule['rule-type'] === 'transformation');

/** A name without the brackets of a literal underscore, in lower case. */
const plain = (name: unknown): string => (asText(name) ?? '').replaceAll('[_]', '_').toLowerCase();

/**
 * What a leg changes, in words in which a change and the one that undoes it are the same: those of the first leg.
 * Changes that cannot be undone are told apart by the leg that makes them.
 */
export function changesOf(rules: readonly Json[], otherWay: boolean): ReadonlySet<string> {
  return new Set([
    ...transformationsOf(rules).map((rule) => changeOf(rule, otherWay)),
    ...rules.filter((rule) => Array.isArray(rule.filters) && rule.filters.length > 0)
      .map(() => `filter on the way ${otherWay ? 'back' : 'there'}`),
  ]);
}

function changeOf(rule: Json, otherWay: boolean): string {
  const target = asText(rule['rule-target']) ?? '';
  const own = ownName(rule);
  switch (rule['rule-action']) {
    case 'convert-lowercase': return `${target} ${otherWay ? 'upper' : 'lower'}`;
    case 'convert-uppercase': return `${target} ${otherWay ? 'lower' : 'upper'}`;
    case 'rename': return `${target} ${(otherWay ? [plain(rule.value), own] : [own, plain(rule.value)]).join(' → ')}`;
    default: return `${target} ${String(rule['rule-action'])} on the way ${otherWay ? 'back' : 'there'}`;
  }
}

/** Indexes of the selections that take the tables that DMS writes for itself, in a leg that leaves none of them out. */
export function takesControlTables(rules: readonly Json[]): number[] {
  const name = 'awsdms_loopback_prevention';
  const selections = rules.map((rule, index) => ({ rule, index }))
    .filter(({ rule }) => rule['rule-type'] === 'selection');
  const taken = ({ rule }: { readonly rule: Json }): boolean => {
    const table = asText(section(rule['object-locator'])['table-name']);
    return table !== undefined && [name, name.toUpperCase()].some((one) => matchesPattern(table, one));
  };
  const isExclude = ({ rule }: { readonly rule: Json }): boolean => rule['rule-action'] === 'exclude';
  if (selections.some((one) => isExclude(one) && (taken(one) || hasUnknown(one.rule)))) return [];
  return selections.filter((one) => !isExclude(one) && taken(one)).map(({ index }) => index);
}

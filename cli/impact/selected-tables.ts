import { isRecord, type Json } from '../../lib/private/json';

/** A selection rule as people say it, without its number and its name. */
interface Selection {
  readonly action: string;
  readonly table: string;
  /** Filters and load order, as they are written. */
  readonly rest: string;
}

/** What becomes of the tables between two table mappings, one line for each selection that differs. */
export function mappingDetails(before: unknown, after: unknown): string[] {
  return [
    ...selectionDetails(rulesOf(before, 'selection').map(selectionOf), rulesOf(after, 'selection').map(selectionOf)),
    ...['transformation', 'table-settings', 'validation', 'post-processing'].flatMap((type) =>
      otherDetails(type, rulesOf(before, type), rulesOf(after, type))),
  ];
}

function selectionDetails(before: readonly Selection[], after: readonly Selection[]): string[] {
  const key = ({ action, table }: Selection): string => `${action} ${table}`;
  const find = (all: readonly Selection[], one: Selection): Selection | undefined =>
    all.find((other) => key(other) === key(one));
  const verbs: Record<string, [gone: string, come: string]> = {
    include: ['is no longer replicated', 'is replicated from now on'],
    explicit: ['is no longer replicated', 'is replicated from now on'],
    exclude: ['is no longer excluded', 'is excluded from now on'],
  };
  const verb = (one: Selection, index: 0 | 1): string =>
    `${one.table} ${verbs[one.action]?.[index] ?? ['loses', 'gets'][index]! + ` the selection "${one.action}"`}`;
  return [
    ...before.filter((one) => find(after, one) === undefined).map((one) => verb(one, 0)),
    ...after.filter((one) => find(before, one) === undefined).map((one) => verb(one, 1)),
    ...after
      .filter((one) => (find(before, one)?.rest ?? one.rest) !== one.rest)
      .map((one) => `${one.table} has other filters or another load order`),
  ];
}

function otherDetails(type: string, before: readonly Json[], after: readonly Json[]): string[] {
  const [old, current] = [before.map(withoutNames), after.map(withoutNames)];
  const gone = old.filter((rule) => !current.includes(rule)).length;
  const come = current.filter((rule) => !old.includes(rule)).length;
  return gone + come === 0 ? [] : [`${type} rules: ${gone} gone, ${come} new`];
}

function rulesOf(document: unknown, type: string): Json[] {
  const rules: unknown = isRecord(document) ? document['rules'] : undefined;
  return Array.isArray(rules) ? rules.filter(isRecord).filter((rule) => rule['rule-type'] === type) : [];
}

function selectionOf(rule: Json): Selection {
  const locator = isRecord(rule['object-locator']) ? rule['object-locator'] : {};
  const { 'rule-action': action, filters = [], 'load-order': order } = rule;
  return {
    action: String(action),
    table: `${String(locator['schema-name'])}.${String(locator['table-name'])}`,
    rest: JSON.stringify([filters, order]),
  };
}

const withoutNames = (rule: Json): string =>
  JSON.stringify(Object.fromEntries(Object.entries(rule).filter(([key]) => key !== 'rule-id' && key !== 'rule-name')));

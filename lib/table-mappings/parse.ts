import { isRecord, Json } from '../private/json';

/** What a piece of mapping JSON is; everything but `document` is wrapped before it is used. */
export type MappingShape = 'document' | 'rule-list' | 'rule' | 'fragment';

/** The keys that the pages of DMS print by themselves, and the rule that each is a part of. */
const FRAGMENTS: Readonly<Record<string, Json>> = {
  'parallel-load': { 'rule-type': 'table-settings' },
  'lob-settings': { 'rule-type': 'table-settings' },
  filters: { 'rule-type': 'selection', 'rule-action': 'include' },
  'tag-set': { 'rule-type': 'post-processing', 'rule-action': 'add-tag' },
  'mapping-parameters': { 'rule-type': 'object-mapping', 'rule-action': 'map-record-to-record' },
  'primary-key-def': {
    'rule-type': 'transformation', 'rule-action': 'define-primary-key', 'rule-target': 'table',
  },
  'before-image-def': {
    'rule-type': 'transformation', 'rule-action': 'add-before-image-columns', 'rule-target': 'column',
  },
};

/** What `value` is, or `undefined` when it has nothing of a mapping. */
export function mappingShape(value: unknown): MappingShape | undefined {
  if (Array.isArray(value)) return value.length > 0 && value.every(hasRuleType) ? 'rule-list' : undefined;
  if (!isRecord(value)) return undefined;
  if ('rules' in value) return 'document';
  if (hasRuleType(value)) return 'rule';
  return fragmentKey(value) === undefined ? undefined : 'fragment';
}

/** The document that a shape stands for; fragments are put into a rule for a table of no name. */
export function wrapMapping(value: unknown, shape: MappingShape): Json {
  switch (shape) {
    case 'document': return value as Json;
    case 'rule-list': return { rules: value };
    case 'rule': return { rules: [value] };
    case 'fragment': return { rules: [wrapFragment(value as Json)] };
  }
}

function wrapFragment(fragment: Json): Json {
  return {
    ...FRAGMENTS[fragmentKey(fragment)!],
    'rule-id': '1',
    'rule-name': '1',
    'object-locator': { 'schema-name': 'schema', 'table-name': 'table' },
    ...fragment,
  };
}

const fragmentKey = (value: Json): string | undefined =>
  Object.keys(value).find((key) => Object.hasOwn(FRAGMENTS, key));

/**
 * The rules of a mapping given as an object or as JSON text. A bare list of rules, as the DMS pages print it now and
 * then, is taken for a document.
 *
 * @throws when it is no mapping document at all; what is wrong inside of it is for the rules to say
 */
export function parseRules(document: unknown): Json[] {
  const value = typeof document === 'string' ? parseText(document) : document;
  const rules = Array.isArray(value) ? value as unknown[] : isRecord(value) ? value.rules : undefined;
  if (!Array.isArray(rules)) {
    throw new Error(`this is no table mapping: there is no list of rules in ${describe(value)}; `
      + 'it looks like {"rules": [{"rule-type": "selection", …}]}');
  }
  rules.forEach((rule, index) => {
    if (!isRecord(rule)) {
      throw new Error(`this is no table mapping: rules[${index}] is ${describe(rule)}; each rule is an object`);
    }
  });
  return rules as Json[];
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`this is no table mapping: it is not JSON (${(error as Error).message})`);
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value !== 'object') return `${typeof value} ${JSON.stringify(value)}`;
  const keys = Object.keys(value);
  return keys.length === 0 ? 'an empty object' : `an object with ${keys.slice(0, 5).join(', ')}`;
}

const hasRuleType = (value: unknown): boolean => isRecord(value) && 'rule-type' in value;

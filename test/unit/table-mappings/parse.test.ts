import { mappingShape, MappingShape, parseRules, wrapMapping } from '../../../lib/table-mappings/parse';

const rule = { 'rule-type': 'selection' };

test.each<[unknown, MappingShape | undefined]>([
  [{ rules: [] }, 'document'],
  [{ rules: [], 'rule-type': 'selection' }, 'document'],
  [[rule, rule], 'rule-list'],
  [[rule, {}], undefined],
  [[], undefined],
  [rule, 'rule'],
  [{ 'lob-settings': {} }, 'fragment'],
  [{ 'lob-setting': {} }, undefined],
  ['rules', undefined],
  [null, undefined],
])('%j is a %s', (value, shape) => {
  expect(mappingShape(value)).toBe(shape);
});

const placed = { 'rule-id': '1', 'rule-name': '1', 'object-locator': { 'schema-name': 'schema', 'table-name': 'table' } };

test.each<[MappingShape, unknown, unknown]>([
  ['document', { rules: [rule], more: 1 }, { rules: [rule], more: 1 }],
  ['rule-list', [rule, rule], { rules: [rule, rule] }],
  ['rule', rule, { rules: [rule] }],
  ['fragment', { filters: [1] }, {
    rules: [{ 'rule-type': 'selection', 'rule-action': 'include', ...placed, filters: [1] }],
  }],
  ['fragment', { 'tag-set': [], 'rule-id': '9' }, {
    rules: [{ 'rule-type': 'post-processing', 'rule-action': 'add-tag', ...placed, 'rule-id': '9', 'tag-set': [] }],
  }],
])('a %s becomes a document', (shape, value, document) => {
  expect(wrapMapping(value, shape)).toStrictEqual(document);
});

const LOOKS = 'it looks like {"rules": [{"rule-type": "selection", …}]}';

test.each<[string, unknown, string]>([
  ['nothing', undefined, `there is no list of rules in undefined; ${LOOKS}`],
  ['null', null, `there is no list of rules in null; ${LOOKS}`],
  ['text', '"rules"', `there is no list of rules in string "rules"; ${LOOKS}`],
  ['a number', 7, `there is no list of rules in number 7; ${LOOKS}`],
  ['an empty object', {}, `there is no list of rules in an empty object; ${LOOKS}`],
  ['an object with more keys than are worth naming', { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 },
    `there is no list of rules in an object with a, b, c, d, e; ${LOOKS}`],
  ['a list for a rule', { rules: [{}, []] }, 'rules[1] is a list; each rule is an object'],
])('%s is refused', (_what, document, message) => {
  expect(() => parseRules(document)).toThrow(new Error(`this is no table mapping: ${message}`));
});

import { checkDocument } from '../../../lib/rules';

const selection = {
  'rule-type': 'selection',
  'rule-id': '1',
  'rule-action': 'include',
  'object-locator': { 'schema-name': 'public', 'table-name': 'orders' },
};
const tablespace = {
  'rule-type': 'transformation',
  'rule-id': '3',
  'rule-action': 'rename',
  'rule-target': 'table-tablespace',
  'object-locator': { 'schema-name': 'S', 'table-name': '%', 'table-tablespace-name': '%' },
  value: 'NEW',
};

test.each<[string, unknown, string]>([
  ['a mapping', { rules: [selection] }, 'table-mapping'],
  ['a list of rules', [tablespace], 'table-mapping fragment'],
  ['one rule', tablespace, 'table-mapping fragment'],
  ['parallel load', { 'parallel-load': { type: 'partitions-auto' } }, 'table-mapping fragment'],
  ['filters', { filters: [] }, 'table-mapping fragment'],
  ['tags', { 'tag-set': [{ key: 'k', value: '${schema-name}' }] }, 'table-mapping fragment'],
  ['attributes', { 'mapping-parameters': { 'partition-key-type': 'schema-table' } }, 'table-mapping fragment'],
  ['a primary key', { 'primary-key-def': { name: 'k', columns: ['id'] } }, 'table-mapping fragment'],
  ['before images', { 'before-image-def': { 'column-prefix': 'BI_' } }, 'table-mapping fragment'],
  ['settings', { Logging: { EnableLogging: true }, TTSettings: null }, 'task-settings'],
  ['a template', { Resources: {} }, 'template'],
])('%s is recognised and passes', (_name, document, kind) => {
  expect(checkDocument(document)).toEqual({ kind, findings: [] });
});

test.each<[string, unknown, string, string]>([
  ['a rule', { ...tablespace, 'rule-id': 'x' }, 'mappings/rule-id', 'rule-id'],
  ['a list of rules', [tablespace, tablespace], 'mappings/duplicate-rule-id', '[1].rule-id'],
  ['a part of a rule', { 'lob-settings': { mode: 'some' } }, 'mappings/unknown-value', 'lob-settings.mode'],
])('paths in %s start where the document starts', (_name, document, rule, path) => {
  expect(checkDocument(document).findings[0]).toMatchObject({ rule, path });
});

test.each<[unknown, string]>([
  [[], 'this is []: '],
  ['rules', 'this is "rules": '],
  [{ version: 1 }, 'this is an object with "version": '],
  [{ rule: [] }, 'this is an object with "rule" (did you mean "rules"?): '],
  [{ Resource: {} }, 'this is an object with "Resource" (did you mean "Resources"?): '],
  [{ a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 }, 'this is an object with "a", "b", "c", "d", "e": '],
  [{ FullLoadSetting: {} }, 'this is an object with "FullLoadSetting" (did you mean "FullLoadSettings"?): '],
])('%j is refused with what it is and what would do', (document, start) => {
  expect(() => checkDocument(document)).toThrow(`${start}a document is a table mapping ("rules"), a rule ("rule-type"), `
    + 'task settings (a section such as "FullLoadSettings") or a CloudFormation template ("Resources")');
});

test('settings with a section that is not known are settings', () => {
  const { kind, findings } = checkDocument({ Logging: { EnableLogging: true }, Login: {} });
  expect([kind, findings.map(({ rule, path }) => [rule, path])]).toEqual(['task-settings', [['settings/unknown-key', 'Login']]]);
});

test('a template whose resources are no object is called one', () => {
  expect(() => checkDocument({ Resources: 5 }))
    .toThrow('this is no CloudFormation template: there is no object "Resources" in it');
});

import { checkTableMappings } from '../../../lib/rules';

type Json = Record<string, unknown>;

const TABLE = { 'schema-name': 's', 'table-name': 't' };
const COLUMN = { ...TABLE, 'column-name': 'c' };
const selection: Json = {
  'rule-type': 'selection', 'rule-id': '1', 'rule-name': 'first', 'rule-action': 'include',
  'object-locator': { 'schema-name': 'public', 'table-name': 'orders' },
};
const rule = (type: string, body: Json): Json =>
  ({ 'rule-type': type, 'rule-id': '2', 'rule-name': 'second', 'object-locator': TABLE, ...body });
const selected = (body: Json): Json => rule('selection', { 'rule-action': 'include', ...body });
const filtered = (condition: Json): Json => selected({
  filters: [{ 'filter-type': 'source', 'column-name': 'c', 'filter-conditions': [condition] }],
});
const changed = (action: string, target: string, body: Json = {}): Json =>
  rule('transformation', { 'rule-action': action, 'rule-target': target, ...body });
const tagged = { 'rule-action': 'add-tag', 'tag-set': [{ key: 'k', value: 'v' }] };
const validated = {
  'rule-action': 'override-validation-function', 'rule-target': 'column', 'object-locator': COLUMN,
  'source-function': 'a', 'target-function': 'b',
};
const check = (second: unknown): string[][] =>
  checkTableMappings({ rules: [selection, second] }).map(({ rule: id, path, message }) => [id, path, message]);

/** The rule without what stands at `path`. */
function without(value: unknown, [key, ...rest]: string[]): unknown {
  const copy = structuredClone(value) as Json;
  if (rest.length > 0) copy[key!] = without(copy[key!], rest);
  else delete copy[key!];
  return copy;
}

/** A complete rule, and the keys that it cannot do without. */
const COMPLETE: readonly [Json, ...string[]][] = [
  [selected({}), 'rule-action', 'object-locator', 'object-locator.schema-name', 'object-locator.table-name'],
  ...['lte', 'ste', 'gte', 'eq', 'noteq'].map((operator): [Json, ...string[]] =>
    [filtered({ 'filter-operator': operator, value: '1' }), 'filters.0.filter-conditions.0.filter-operator']),
  [filtered({ 'filter-operator': 'null' }),
    'filters.0.filter-type', 'filters.0.column-name', 'filters.0.filter-conditions'],
  [filtered({ 'filter-operator': 'notnull' })],
  ...['schema', 'table', 'column'].flatMap((target): [Json, ...string[]][] => {
    const place = { 'object-locator': target === 'schema' ? { 'schema-name': 's' } : target === 'table' ? TABLE : COLUMN };
    const named = Object.keys(place['object-locator']).map((key) => `object-locator.${key}`);
    return [
      [changed('rename', target, { ...place, value: 'n' }), 'rule-action', 'rule-target', 'object-locator', 'value', ...named],
      [changed('convert-lowercase', target, place), 'object-locator', ...named],
      [changed('convert-uppercase', target, place), 'object-locator', ...named],
      ...['add-prefix', 'remove-prefix', 'add-suffix', 'remove-suffix'].map((action): [Json, ...string[]] =>
        [changed(action, target, { ...place, value: 'x' }), 'value', ...named]),
      ...['replace-prefix', 'replace-suffix'].map((action): [Json, ...string[]] =>
        [changed(action, target, { ...place, value: 'x', 'old-value': 'y' }), 'value', 'old-value', ...named]),
    ];
  }),
  ...['table-tablespace', 'index-tablespace'].map((target): [Json, ...string[]] => [
    changed('rename', target, { 'object-locator': { ...TABLE, [`${target}-name`]: '%' }, value: 'n' }),
    'value', 'object-locator.schema-name', 'object-locator.table-name',
  ]),
  [changed('add-column', 'column', { value: 'n', expression: 'x', 'data-type': { type: 'int4' } }),
    'value', 'data-type', 'data-type.type', 'object-locator.table-name'],
  ...['include-column', 'remove-column', 'data-masking-digits-randomize', 'data-masking-hash-mask']
    .map((action): [Json, ...string[]] => [changed(action, 'column', { 'object-locator': COLUMN }), 'object-locator.column-name']),
  [changed('data-masking-digits-mask', 'column', { 'object-locator': COLUMN, value: '#' }),
    'value', 'object-locator.column-name'],
  [changed('change-data-type', 'column', { 'object-locator': COLUMN, 'data-type': { type: 'numeric', precision: 9, scale: 2 } }),
    'data-type', 'data-type.type', 'object-locator.column-name'],
  ...['primary-key', 'unique-index'].map((origin): [Json, ...string[]] => [
    changed('define-primary-key', 'table', { 'primary-key-def': { name: 'k', origin, columns: ['c'] } }),
    'primary-key-def', 'primary-key-def.columns',
  ]),
  ...['pk-only', 'non-lob', 'all'].map((filter): [Json, ...string[]] => [
    changed('add-before-image-columns', 'column', {
      'before-image-def': { 'column-prefix': 'BI_', 'column-suffix': '', 'column-filter': filter },
    }), 'before-image-def',
  ]),
  [rule('table-settings', { 'lob-settings': { mode: 'limited', 'bulk-max-size': 1 } }),
    'object-locator', 'object-locator.schema-name', 'object-locator.table-name'],
  [rule('table-settings', { 'lob-settings': { mode: 'unlimited', 'bulk-max-size': 0 } })],
  ...['partitions-auto', 'subpartitions-auto', 'none'].map((type): [Json, ...string[]] =>
    [rule('table-settings', { 'parallel-load': { type } }), 'parallel-load.type']),
  [rule('table-settings', { 'parallel-load': { type: 'partitions-list', partitions: ['p'], subpartitions: ['q'] } }),
    'parallel-load.type'],
  [rule('table-settings', { 'parallel-load': { type: 'ranges', columns: ['c'], boundaries: [['1']] } }),
    'parallel-load.columns', 'parallel-load.boundaries'],
  ...['map-record-to-record', 'map-record-to-document'].map((action): [Json, ...string[]] =>
    [rule('object-mapping', { 'rule-action': action }), 'rule-action', 'object-locator']),
  ...['schema-table', 'transaction-id', 'primary-key', 'constant', 'attribute-name'].map((type): [Json, ...string[]] =>
    [rule('object-mapping', {
      'rule-action': 'map-record-to-record',
      'target-table-name': 't',
      'kafka-target-topic': 'k',
      'partition-key': { value: 'x' },
      'mapping-parameters': {
        'partition-key-type': type, 'partition-key-name': 'p', 'partition-key': {}, 'sort-key-name': 's',
        'exclude-columns': ['c'],
        'attribute-mappings': [{
          'target-attribute-name': 'a', 'attribute-name': 'b', 'attribute-type': 'scalar', 'attribute-sub-type': 'string',
          value: '${c}',
        }],
      },
    })]),
  [rule('post-processing', tagged), 'rule-action', 'object-locator', 'object-locator.schema-name',
    'object-locator.table-name', 'tag-set', 'tag-set.0.key', 'tag-set.0.value'],
  [rule('validation', validated), 'rule-action', 'object-locator', 'object-locator.schema-name',
    'object-locator.table-name', 'object-locator.column-name', 'source-function', 'target-function'],
];

test.each(COMPLETE.map(([complete]) => [JSON.stringify(complete), complete] as const))('%s is complete', (_title, complete) => {
  expect(check(complete)).toEqual([]);
});

const NEEDED = COMPLETE.flatMap(([complete, ...keys]) =>
  keys.map((path) => [path, JSON.stringify(complete), complete] as const));

test.each(NEEDED)(
  '%s cannot be left out of %s', (path, _title, complete) => {
    const keys = path.split('.');
    const owner = keys.slice(0, -1).map((key) => (/^[0-9]+$/.test(key) ? `[${key}]` : `.${key}`)).join('');
    expect(check(without(complete, keys)))
      .toEqual([['mappings/missing-key', `rules[1]${owner}`, `there is no "${keys.at(-1)}"`]]);
  });

test.each<[string, Json, string]>([
  ['lte', {}, '"value"'], ['ste', {}, '"value"'], ['gte', { value: null }, '"value"'], ['eq', {}, '"value"'],
  ['noteq', { 'start-value': '1', 'end-value': '2' }, '"value"'],
  ['between', { value: '1' }, '"start-value" and "end-value"'],
  ['between', { 'end-value': '1' }, '"start-value"'],
  ['notbetween', { 'start-value': '1' }, '"end-value"'],
])('the operator %s does not do with %j', (operator, values, lacking) => {
  expect(check(filtered({ 'filter-operator': operator, ...values }))).toEqual([
    ['mappings/filter-values', 'rules[1].filters[0].filter-conditions[0]', `the operator "${operator}" lacks ${lacking}`],
  ]);
});

test.each<[string, string, string]>([
  ['add-column', 'table', 'column'], ['include-column', 'schema', 'column'], ['remove-column', 'table', 'column'],
  ['change-data-type', 'table', 'column'], ['define-primary-key', 'column', 'table'],
  ['add-before-image-columns', 'table', 'column'], ['data-masking-digits-mask', 'table', 'column'],
  ['data-masking-digits-randomize', 'table', 'column'], ['data-masking-hash-mask', 'table', 'column'],
  ['add-prefix', 'table-tablespace', 'schema, table or column'],
  ['convert-uppercase', 'index-tablespace', 'schema, table or column'],
])('%s does not work on a %s', (action, target, allowed) => {
  const all = { value: '#', 'data-type': { type: 'int4' }, 'primary-key-def': { columns: ['c'] }, 'before-image-def': {} };
  const found = check(changed(action, target, { ...all, 'object-locator': COLUMN }));
  expect(found).toEqual([
    ['mappings/transformation-target', 'rules[1].rule-target', `"${target}" cannot be the target of "${action}": it is ${allowed}`],
  ]);
});

test('a target that is not known yet may be a schema, whose locator has its name only', () => {
  expect(check(changed('rename', '${Token[TARGET.1]}', { 'object-locator': { 'schema-name': 's' }, value: 'n' }))).toEqual([]);
});

const ID = 'rules[1].rule-id';
const NOT_A_NUMBER = 'is not a number: a rule id is digits only, as in "7"';

test.each<[unknown, string[][]]>([
  [7, []], [0, []], ['007', []],
  [-1, [['mappings/rule-id', ID, `-1 ${NOT_A_NUMBER}`]]],
  [1.5, [['mappings/rule-id', ID, `1.5 ${NOT_A_NUMBER}`]]],
  ['7a', [['mappings/rule-id', ID, `"7a" ${NOT_A_NUMBER}`]]],
  ['a7', [['mappings/rule-id', ID, `"a7" ${NOT_A_NUMBER}`]]],
  ['', [['mappings/rule-id', ID, `"" ${NOT_A_NUMBER}`]]],
  [true, [['mappings/rule-id', ID, `true ${NOT_A_NUMBER}`]]],
  [null, [['mappings/rule-id', 'rules[1]', 'there is no "rule-id": each rule has a number of its own']]],
  ['1', [['mappings/duplicate-rule-id', ID, 'rules[1] ("second") has the id "1" that rules[0] ("first") has already']]],
  ['001', [['mappings/duplicate-rule-id', ID, 'rules[1] ("second") has the id "001" that rules[0] ("first") has already']]],
  [1, [['mappings/duplicate-rule-id', ID, 'rules[1] ("second") has the id 1 that rules[0] ("first") has already']]],
])('the rule id %j', (id, findings) => {
  expect(check(selected({ 'rule-id': id }))).toEqual(findings);
});

test('ids of nothing but zeros are the same, and not those with zeros at the end', () => {
  const rules = ['0', '10', '100', '00'].map((id) => ({ ...selection, 'rule-id': id, 'rule-name': id }));
  expect(checkTableMappings({ rules }).map(({ rule: broken, path }) => [broken, path]))
    .toEqual([['mappings/duplicate-rule-id', 'rules[3].rule-id']]);
});

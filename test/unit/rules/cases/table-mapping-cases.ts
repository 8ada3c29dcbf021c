import { checkTableMappings, Finding } from '../../../../lib/rules';
import { RuleCase } from './rule-case';

type Json = Record<string, unknown>;

const selection = (body: Json = {}, id: unknown = '1'): Json => ({
  'rule-type': 'selection',
  'rule-id': id,
  'rule-name': `name ${String(id)}`,
  'rule-action': 'include',
  'object-locator': { 'schema-name': 'public', 'table-name': 'orders' },
  ...body,
});

const rule = (type: string, body: Json, id = '2'): Json => ({
  'rule-type': type,
  'rule-id': id,
  'rule-name': `name ${id}`,
  'object-locator': { 'schema-name': 'public', 'table-name': 'orders' },
  ...body,
});

const transformation = (action: string, target: string, body: Json, id = '2'): Json =>
  rule('transformation', { 'rule-action': action, 'rule-target': target, ...body }, id);

const column = { 'schema-name': 'public', 'table-name': 'orders', 'column-name': 'id' };
const everyTable = { 'schema-name': 'public', 'table-name': 'o%' };

/** A mapping with one selection besides `rules`. */
const check = (...rules: unknown[]): Finding[] => checkTableMappings({ rules: [selection(), ...rules] });
const checkSelection = (body: Json): Finding[] => checkTableMappings({ rules: [selection(body)] });

const filter = (condition: Json): Json => ({
  filters: [{ 'filter-type': 'source', 'column-name': 'id', 'filter-conditions': [condition] }],
});
const ranges = (body: Json): Json =>
  rule('table-settings', { 'parallel-load': { type: 'ranges', columns: ['id'], boundaries: [['9']], ...body } });
const tags = (count: number): Json => rule('post-processing', {
  'rule-action': 'add-tag',
  'tag-set': Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: 'v' })),
});
const masked = (value: string): Json =>
  transformation('data-masking-digits-mask', 'column', { 'object-locator': column, value });
const beforeImage = (prefix: string): Json => transformation('add-before-image-columns', 'column', {
  'before-image-def': { 'column-prefix': prefix, 'column-suffix': '', 'column-filter': 'all' },
});
const primaryKey = (table: string, columns: string[] = ['id']): Json => transformation('define-primary-key', 'table', {
  'object-locator': { 'schema-name': 'public', 'table-name': table },
  'primary-key-def': { name: 'key', columns },
});
const tableSettings = (table: string, lob: Json = { mode: 'none' }): Json => rule('table-settings', {
  'object-locator': { 'schema-name': 'public', 'table-name': table }, 'lob-settings': lob,
});

export const TABLE_MAPPING_CASES: RuleCase[] = [
  {
    rule: 'mappings/not-a-document',
    broken: () => checkTableMappings({ rule: [] }),
    path: '',
    message: '{"rule":[]} is given: a table mapping has a list of rules',
    passing: () => checkTableMappings({ rules: [selection()] }),
  },
  {
    rule: 'mappings/not-a-document',
    when: 'a rule is text',
    broken: () => check('include'),
    path: 'rules[1]',
    message: '"include" is given: a rule is an object',
    passing: () => check(selection({}, '2')),
  },
  {
    rule: 'mappings/no-selection',
    broken: () => checkTableMappings({ rules: [] }),
    path: 'rules',
    message: 'there is no selection among 0 rules: a mapping needs at least one',
    passing: () => checkTableMappings({ rules: [selection()] }),
  },
  {
    rule: 'mappings/no-selection',
    when: 'there are exclusions only',
    broken: () => checkSelection({ 'rule-action': 'exclude' }),
    path: 'rules',
    message: 'every selection excludes tables: a mapping needs at least one that includes some',
    passing: () => checkSelection({ 'rule-action': 'explicit' }),
  },
  {
    rule: 'mappings/missing-key',
    broken: () => check(transformation('rename', 'schema', {})),
    path: 'rules[1]',
    message: 'there is no "value"',
    passing: () => check(transformation('rename', 'schema', { value: 'shop' })),
  },
  {
    rule: 'mappings/missing-key',
    when: 'the locator lacks a name',
    broken: () => check(transformation('remove-column', 'column', {})),
    path: 'rules[1].object-locator',
    message: 'there is no "column-name"',
    passing: () => check(transformation('remove-column', 'column', { 'object-locator': column })),
  },
  {
    rule: 'mappings/missing-key',
    when: 'there is no rule type',
    broken: () => check({ ...selection({}, '2'), 'rule-type': undefined }),
    path: 'rules[1]',
    message: 'there is no "rule-type": it is selection, transformation, table-settings, object-mapping, '
      + 'post-processing or validation',
    passing: () => check(selection({}, '2')),
  },
  {
    rule: 'mappings/missing-key',
    when: 'a primary key has no column',
    broken: () => check(primaryKey('orders', [])),
    path: 'rules[1].primary-key-def.columns',
    message: 'there is no column: a primary key has at least one',
    passing: () => check(primaryKey('orders')),
  },
  {
    rule: 'mappings/wrong-type',
    broken: () => checkSelection({ filters: {} }),
    path: 'rules[0].filters',
    message: '{} is given: it has to be a list',
    passing: () => checkSelection({ filters: [] }),
  },
  {
    rule: 'mappings/wrong-type',
    when: 'a number has letters',
    broken: () => checkSelection({ 'load-order': 'first' }),
    path: 'rules[0].load-order',
    message: '"first" is given: it has to be a whole number from 1 to 2147483647',
    passing: () => checkSelection({ 'load-order': '1' }),
  },
  {
    rule: 'mappings/unknown-value',
    broken: () => checkSelection({ 'rule-action': 'inlcude' }),
    path: 'rules[0].rule-action',
    message: '"inlcude" is not allowed (did you mean "include"?): it is include, exclude or explicit',
    passing: () => checkSelection({ 'rule-action': 'include' }),
  },
  {
    rule: 'mappings/unknown-value',
    when: 'of the rule type',
    broken: () => check(rule('transform', {})),
    path: 'rules[1].rule-type',
    message: '"transform" is not a rule type: it is selection, transformation, table-settings, object-mapping, '
      + 'post-processing or validation',
    passing: () => check(transformation('convert-lowercase', 'table', {})),
  },
  {
    rule: 'mappings/unknown-value',
    when: 'of a filter operator',
    broken: () => checkSelection(filter({ 'filter-operator': 'lt', value: '9' })),
    path: 'rules[0].filters[0].filter-conditions[0].filter-operator',
    message: '"lt" is not allowed (did you mean "lte"?): it is lte, ste, gte, eq, noteq, between, notbetween, null or '
      + 'notnull',
    passing: () => checkSelection(filter({ 'filter-operator': 'ste', value: '9' })),
  },
  {
    rule: 'mappings/unknown-value',
    when: 'of a data type',
    broken: () => check(transformation('change-data-type', 'column', { 'object-locator': column, 'data-type': { type: 'set' } }),
      transformation('change-data-type', 'column', { 'object-locator': column, 'data-type': { type: 'int16' } }, '3')),
    path: 'rules[2].data-type.type',
    message: '"int16" is not allowed (did you mean "int1"?): it is bytes, date, time, datetime, int1, int2, int4, int8, '
      + 'numeric, real4, real8, string, uint1, uint2, uint4, uint8, wstring, blob, nclob, clob, boolean, set, list, map '
      + 'or tuple',
    passing: () => check(transformation('change-data-type', 'column', {
      'object-locator': column, 'data-type': { type: 'string', length: '4092', scale: '' },
    })),
  },
  {
    rule: 'mappings/out-of-range',
    broken: () => checkSelection({ 'load-order': 0 }),
    path: 'rules[0].load-order',
    message: '0 is out of range: it is a whole number from 1 to 2147483647',
    passing: () => checkSelection({ 'load-order': 2147483647 }),
  },
  {
    rule: 'mappings/unknown-key',
    broken: () => check(transformation('change-data-type', 'column', {
      'object-locator': column, 'data-type': { type: 'string', lenght: 50 },
    })),
    path: 'rules[1].data-type.lenght',
    message: '"lenght" is not a documented key (did you mean "length"?)',
    passing: () => check(transformation('change-data-type', 'column', {
      'object-locator': column, 'data-type': { type: 'string', length: 50 },
    })),
  },
  {
    rule: 'mappings/rule-id',
    broken: () => check(selection({}, 'one')),
    path: 'rules[1].rule-id',
    message: '"one" is not a number: a rule id is digits only, as in "7"',
    passing: () => check(selection({}, 566251737)),
  },
  {
    rule: 'mappings/rule-id',
    when: 'it is left out',
    broken: () => check({ ...selection({}, '2'), 'rule-id': undefined }),
    path: 'rules[1]',
    message: 'there is no "rule-id": each rule has a number of its own',
    passing: () => check(selection({}, '2')),
  },
  {
    rule: 'mappings/duplicate-rule-id',
    broken: () => check(selection({}, '2'), selection({ 'rule-name': 'later' }, '002')),
    path: 'rules[2].rule-id',
    message: 'rules[2] ("later") has the id "002" that rules[1] ("name 2") has already',
    passing: () => check(selection({}, '2'), selection({}, '20')),
  },
  {
    rule: 'mappings/duplicate-rule-name',
    broken: () => check(selection({ 'rule-name': 'name 1' }, '2')),
    path: 'rules[1].rule-name',
    message: 'rules[1] ("name 1") has the name that rules[0] ("name 1") has already',
    passing: () => check(selection({ 'rule-name': undefined }, '2'), selection({ 'rule-name': undefined }, '3')),
  },
  {
    rule: 'mappings/transformation-target',
    broken: () => check(transformation('add-column', 'table', { value: 'c', 'data-type': { type: 'int8' } })),
    path: 'rules[1].rule-target',
    message: '"table" cannot be the target of "add-column": it is column',
    passing: () => check(transformation('add-column', 'column', { value: 'c', 'data-type': { type: 'int8' } })),
  },
  {
    rule: 'mappings/one-transformation',
    broken: () => check(
      transformation('rename', 'table', { value: 'a' }),
      transformation('convert-uppercase', 'table', {}, '3'),
    ),
    path: 'rules[2]',
    message: 'rules[2] ("name 3") changes the name that rules[1] ("name 2") changes already',
    passing: () => check(
      transformation('rename', 'table', { value: 'a' }),
      transformation('rename', 'column', { 'object-locator': column, value: 'a' }, '3'),
    ),
  },
  {
    rule: 'mappings/explicit-wildcard',
    broken: () => checkSelection({ 'rule-action': 'explicit', 'object-locator': everyTable }),
    path: 'rules[0].object-locator.table-name',
    message: '"o%" has a wildcard: an explicit selection takes exact names',
    passing: () => checkSelection({
      'rule-action': 'explicit', 'object-locator': { 'schema-name': 'public', 'table-name': 'order_lines' },
    }),
  },
  {
    rule: 'mappings/filter-on-include-only',
    broken: () => check(selection({ 'rule-action': 'exclude', ...filter({ 'filter-operator': 'null' }) }, '2')),
    path: 'rules[1].filters',
    message: 'an exclude selection has filters: only include selections can have them',
    passing: () => check(selection({ 'rule-action': 'exclude', filters: [] }, '2')),
  },
  {
    rule: 'mappings/filter-wildcard',
    broken: () => checkSelection({ 'object-locator': everyTable, ...filter({ 'filter-operator': 'notnull' }) }),
    path: 'rules[0].object-locator.table-name',
    message: '"o%" has a wildcard and the selection has filters: filters need an exact table name',
    passing: () => checkSelection({ 'object-locator': everyTable, filters: [] }),
  },
  {
    rule: 'mappings/filter-values',
    broken: () => checkSelection(filter({ 'filter-operator': 'between', 'start-value': '1' })),
    path: 'rules[0].filters[0].filter-conditions[0]',
    message: 'the operator "between" lacks "end-value"',
    passing: () => checkSelection(filter({ 'filter-operator': 'between', 'start-value': '1', 'end-value': 2 })),
  },
  {
    rule: 'mappings/filter-values',
    when: 'a filter has no condition',
    broken: () => checkSelection({ filters: [{ 'filter-type': 'source', 'column-name': 'id', 'filter-conditions': [] }] }),
    path: 'rules[0].filters[0].filter-conditions',
    message: 'there is no condition: a filter has at least one',
    passing: () => checkSelection(filter({ 'filter-operator': 'eq', value: '' })),
  },
  {
    rule: 'mappings/primary-key-wildcard',
    broken: () => check(primaryKey('%')),
    path: 'rules[1].object-locator.table-name',
    message: '"%" has a wildcard: a primary key takes exact names',
    passing: () => check(primaryKey('order_lines')),
  },
  {
    rule: 'mappings/before-image-affix',
    broken: () => check(beforeImage('')),
    path: 'rules[1].before-image-def',
    message: 'column-prefix and column-suffix are empty',
    passing: () => check(beforeImage('BI_')),
  },
  {
    rule: 'mappings/mask-character',
    broken: () => check(masked('##')),
    path: 'rules[1].value',
    message: '"##" is given: it has to be one printable ASCII character',
    passing: () => check(masked('#')),
  },
  {
    rule: 'mappings/table-settings-wildcard',
    broken: () => check(tableSettings('%')),
    path: 'rules[1].object-locator.table-name',
    message: '"%" has a wildcard: a table-settings rule takes exact names',
    passing: () => check(tableSettings('order_lines')),
  },
  {
    rule: 'mappings/parallel-load',
    broken: () => check(ranges({ boundaries: [['9'], ['10', '11']] })),
    path: 'rules[1].parallel-load.boundaries[1]',
    message: 'there are 2 values for 1 columns: a boundary has one for each',
    passing: () => check(ranges({ boundaries: [['9'], [10]] })),
  },
  {
    rule: 'mappings/parallel-load',
    when: 'there are too many columns',
    broken: () => check(ranges({ columns: [...'abcdefghijk'], boundaries: [[...'abcdefghijk']] })),
    path: 'rules[1].parallel-load.columns',
    message: 'there are 11 columns: ranges have 1 to 10',
    passing: () => check(ranges({ columns: [...'abcdefghij'], boundaries: [[...'abcdefghij']] })),
  },
  {
    rule: 'mappings/segment-names',
    broken: () => check(ranges({ 'segment-names': ['a'] })),
    path: 'rules[1].parallel-load.segment-names',
    message: 'there are 1 names for 2 segments: each boundary ends one, and one more follows the last',
    passing: () => check(ranges({ 'segment-names': ['a', 'b'] })),
  },
  {
    rule: 'mappings/lob-limit',
    broken: () => check(tableSettings('orders', { mode: 'limited', 'bulk-max-size': '0' })),
    path: 'rules[1].lob-settings.bulk-max-size',
    message: 'the limit is 0 KB in limited mode: it has to be more than 0',
    passing: () => check(tableSettings('orders', { mode: 'unlimited', 'bulk-max-size': '0' })),
  },
  {
    rule: 'mappings/tag-count',
    broken: () => check(tags(11)),
    path: 'rules[1].tag-set',
    message: 'there are 11 tags: an S3 object has 1 to 10',
    passing: () => check(tags(10)),
  },
];

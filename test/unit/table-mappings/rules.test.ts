import { checkTableMappings } from '../../../lib/rules';
import {
  BeforeImageColumnFilter,
  ColumnDataType,
  ColumnValidation,
  FilterCondition,
  LobHandling,
  NameChange,
  ObjectTags,
  ParallelLoad,
  PrimaryKeyOrigin,
  SelectedTableType,
  SourceFilter,
  TableMappingRule,
  TableMappings,
  TableSelection,
  TableSettings,
  Transformation,
} from '../../../lib/table-mappings';

const TABLE = { 'schema-name': 's', 'table-name': 't' };
const COLUMN = { ...TABLE, 'column-name': 'c' };
const selection = (action: string, more: object = {}, locator: object = TABLE): object =>
  ({ 'rule-type': 'selection', 'rule-action': action, 'object-locator': locator, ...more });
const change = (action: string, target: string, locator: object, more: object = {}): object =>
  ({ 'rule-type': 'transformation', 'rule-action': action, 'rule-target': target, 'object-locator': locator, ...more });
const settings = (more: object): object => ({ 'rule-type': 'table-settings', 'object-locator': TABLE, ...more });

const filters = (): SourceFilter[] => [
  SourceFilter.on(
    'c',
    FilterCondition.between('1', '2'), FilterCondition.notBetween('3', '4'), FilterCondition.equalTo('5'),
    FilterCondition.notEqualTo('6'), FilterCondition.atMost('7'), FilterCondition.atLeast('8'),
    FilterCondition.isNull(), FilterCondition.isNotNull(),
  ),
];
const conditions = [
  { 'filter-operator': 'between', 'start-value': '1', 'end-value': '2' },
  { 'filter-operator': 'notbetween', 'start-value': '3', 'end-value': '4' },
  { 'filter-operator': 'eq', value: '5' },
  { 'filter-operator': 'noteq', value: '6' },
  { 'filter-operator': 'lte', value: '7' },
  { 'filter-operator': 'gte', value: '8' },
  { 'filter-operator': 'null' },
  { 'filter-operator': 'notnull' },
];
const affixed = (how: NameChange): TableMappingRule => Transformation.changeTableNames('s', 't', how);

/** Each factory with the JSON it stands for. */
const FACTORIES: readonly [() => TableMappingRule, object][] = [
  [() => TableSelection.include('s', 't', { loadOrder: 2, tableType: SelectedTableType.VIEW, filters: filters() }), selection('include', {
    'load-order': '2',
    filters: [{ 'filter-type': 'source', 'column-name': 'c', 'filter-conditions': conditions }],
  }, { ...TABLE, 'table-type': 'view' })],
  [() => TableSelection.include('s', 't', { loadOrder: 1 }), selection('include', { 'load-order': '1' })],
  [() => TableSelection.include('s', 't', { loadOrder: 2147483647 }), selection('include', { 'load-order': '2147483647' })],
  [() => TableSelection.include('s', '%', { filters: [] }), selection('include', { filters: [] }, { ...TABLE, 'table-name': '%' })],
  [() => TableSelection.exclude('s', 't'), selection('exclude')],
  [() => TableSelection.explicit('s', 't'), selection('explicit')],
  [() => Transformation.renameSchema('s', 'n'), change('rename', 'schema', { 'schema-name': 's' }, { value: 'n' })],
  [() => Transformation.renameTable('s', 't', 'n'), change('rename', 'table', TABLE, { value: 'n' })],
  [() => Transformation.renameColumn('s', 't', 'c', 'n'), change('rename', 'column', COLUMN, { value: 'n' })],
  [() => Transformation.renameTableTablespace('s', 't', 'x', 'n'),
    change('rename', 'table-tablespace', { ...TABLE, 'table-tablespace-name': 'x' }, { value: 'n' })],
  [() => Transformation.renameIndexTablespace('s', 't', 'x', 'n'),
    change('rename', 'index-tablespace', { ...TABLE, 'index-tablespace-name': 'x' }, { value: 'n' })],
  [() => Transformation.changeSchemaNames('s', NameChange.lowercase()),
    change('convert-lowercase', 'schema', { 'schema-name': 's' })],
  [() => affixed(NameChange.uppercase()), change('convert-uppercase', 'table', TABLE)],
  [() => affixed(NameChange.addPrefix('p')), change('add-prefix', 'table', TABLE, { value: 'p' })],
  [() => affixed(NameChange.removePrefix('p')), change('remove-prefix', 'table', TABLE, { value: 'p' })],
  [() => affixed(NameChange.replacePrefix('p', 'q')),
    change('replace-prefix', 'table', TABLE, { value: 'q', 'old-value': 'p' })],
  [() => affixed(NameChange.addSuffix('p')), change('add-suffix', 'table', TABLE, { value: 'p' })],
  [() => affixed(NameChange.removeSuffix('p')), change('remove-suffix', 'table', TABLE, { value: 'p' })],
  [() => affixed(NameChange.replaceSuffix('p', '')), change('replace-suffix', 'table', TABLE, { value: '', 'old-value': 'p' })],
  [() => Transformation.changeColumnNames('s', 't', 'c', NameChange.lowercase(), { dataType: ColumnDataType.of('set') }),
    change('convert-lowercase', 'column', { ...COLUMN, 'data-type': 'set' })],
  [() => Transformation.addColumn('s', 't', 'n', ColumnDataType.datetime(6), { expression: 'datetime()' }),
    change('add-column', 'column', TABLE, {
      value: 'n', expression: 'datetime()', 'data-type': { type: 'datetime', precision: 6 },
    })],
  [() => Transformation.removeColumn('s', 't', 'c'), change('remove-column', 'column', COLUMN)],
  [() => Transformation.removeColumn('s', 't', 'c', { ruleId: '7' }),
    change('remove-column', 'column', COLUMN, { 'rule-id': '7', 'rule-name': '7' })],
  [() => Transformation.includeColumn('s', 't', 'c'), change('include-column', 'column', COLUMN)],
  [() => Transformation.changeDataType('s', 't', 'c', ColumnDataType.numeric(12, 2)),
    change('change-data-type', 'column', COLUMN, { 'data-type': { type: 'numeric', precision: 12, scale: 2 } })],
  [() => Transformation.definePrimaryKey('s', 't', 'k', ['c'], { origin: PrimaryKeyOrigin.UNIQUE_INDEX }),
    change('define-primary-key', 'table', TABLE, {
      'primary-key-def': { name: 'k', origin: 'unique-index', columns: ['c'] },
    })],
  [() => Transformation.addBeforeImageColumns('s', 't', { columnFilter: BeforeImageColumnFilter.NON_LOB }),
    change('add-before-image-columns', 'column', TABLE, {
      'before-image-def': { 'column-prefix': 'BI_', 'column-suffix': '', 'column-filter': 'non-lob' },
    })],
  [() => Transformation.addBeforeImageColumns('s', 't', { columnPrefix: '', columnSuffix: '_OLD' }),
    change('add-before-image-columns', 'column', TABLE, {
      'before-image-def': { 'column-prefix': '', 'column-suffix': '_OLD', 'column-filter': 'pk-only' },
    })],
  [() => Transformation.definePrimaryKey('s', 't', 'k', ['a', 'b']),
    change('define-primary-key', 'table', TABLE, { 'primary-key-def': { name: 'k', columns: ['a', 'b'] } })],
  [() => Transformation.maskDigits('s', 't', 'c', '#'), change('data-masking-digits-mask', 'column', COLUMN, { value: '#' })],
  [() => Transformation.randomizeDigits('s', 't', 'c'), change('data-masking-digits-randomize', 'column', COLUMN)],
  [() => Transformation.hashValues('s', 't', 'c'), change('data-masking-hash-mask', 'column', COLUMN)],
  [() => TableSettings.forTable('s', 't', { parallelLoad: ParallelLoad.partitions() }),
    settings({ 'parallel-load': { type: 'partitions-auto' } })],
  [() => TableSettings.forTable('s', 't', { parallelLoad: ParallelLoad.subpartitions() }),
    settings({ 'parallel-load': { type: 'subpartitions-auto' } })],
  [() => TableSettings.forTable('s', 't', { parallelLoad: ParallelLoad.partitionList(['a'], ['b']) }),
    settings({ 'parallel-load': { type: 'partitions-list', partitions: ['a'], subpartitions: ['b'] } })],
  [() => TableSettings.forTable('s', 't', {
    parallelLoad: ParallelLoad.automaticSegments({
      numberOfPartitions: 5, collectionCountFromMetadata: true, maxRecordsSkipPerPage: 7, batchSize: 9,
    }),
  }), settings({
    'parallel-load': {
      type: 'partitions-auto', 'number-of-partitions': 5, 'collection-count-from-metadata': 'true',
      'max-records-skip-per-page': 7, 'batch-size': 9,
    },
  })],
  [() => TableSettings.forTable('s', 't', {
    parallelLoad: ParallelLoad.ranges(['a', 'b'], [['1', 'x']], { segmentNames: ['low', 'high'] }),
    lobHandling: LobHandling.limited(16),
  }), settings({
    'parallel-load': { type: 'ranges', columns: ['a', 'b'], boundaries: [['1', 'x']], 'segment-names': ['low', 'high'] },
    'lob-settings': { mode: 'limited', 'bulk-max-size': '16' },
  })],
  [() => TableSettings.forTable('s', 't', { parallelLoad: ParallelLoad.partitionList(['a']) }),
    settings({ 'parallel-load': { type: 'partitions-list', partitions: ['a'] } })],
  [() => TableSettings.forTable('s', 't', { parallelLoad: ParallelLoad.automaticSegments() }),
    settings({ 'parallel-load': { type: 'partitions-auto' } })],
  [() => TableSettings.forTable('s', 't', {
    parallelLoad: ParallelLoad.ranges([...'abcdefghij'], [[...'0123456789']]),
    lobHandling: LobHandling.limited(1),
  }), settings({
    'parallel-load': { type: 'ranges', columns: [...'abcdefghij'], boundaries: [[...'0123456789']] },
    'lob-settings': { mode: 'limited', 'bulk-max-size': '1' },
  })],
  [() => TableSettings.forTable('s', 't', { lobHandling: LobHandling.unlimited() }),
    settings({ 'lob-settings': { mode: 'unlimited', 'bulk-max-size': '0' } })],
  [() => TableSettings.forTable('s', 't', { lobHandling: LobHandling.none() }), settings({ 'lob-settings': { mode: 'none' } })],
  [() => ObjectTags.add('s', 't', { team: '${schema-name}' }), {
    'rule-type': 'post-processing', 'rule-action': 'add-tag', 'object-locator': TABLE,
    'tag-set': [{ key: 'team', value: '${schema-name}' }],
  }],
  [() => ObjectTags.add('s', 't', Object.fromEntries([...'0123456789'].map((key) => [key, 'v']))), {
    'rule-type': 'post-processing', 'rule-action': 'add-tag', 'object-locator': TABLE,
    'tag-set': [...'0123456789'].map((key) => ({ key, value: 'v' })),
  }],
  [() => ColumnValidation.compareBy('s', 't', 'c', 'a', 'b'), {
    'rule-type': 'validation', 'rule-action': 'override-validation-function', 'rule-target': 'column',
    'object-locator': COLUMN, 'source-function': 'a', 'target-function': 'b',
  }],
  [() => ColumnValidation.compareBy('s', 't', 'c', 'a', 'b', { dataType: ColumnDataType.datetime(0) }), {
    'rule-type': 'validation', 'rule-action': 'override-validation-function', 'rule-target': 'column',
    'object-locator': { ...COLUMN, 'data-type': 'datetime' }, 'source-function': 'a', 'target-function': 'b',
  }],
];

test.each(FACTORIES.map(([rule, json]) => [JSON.stringify(json), rule, json] as const))('%s', (_title, rule, json) => {
  expect(rule().toJson()).toStrictEqual(json);
});

test.each(FACTORIES.map(([rule, json]) => [JSON.stringify(json), rule] as const))('the checks accept %s', (_t, rule) => {
  const table = TableSelection.include('s', 'other');
  expect(checkTableMappings(TableMappings.of(table, rule()).toJson())).toEqual([]);
});

test('a rule id is the name too, unless there is one', () => {
  expect(TableSelection.exclude('s', 't', { ruleId: '9' }).toJson())
    .toEqual(selection('exclude', { 'rule-id': '9', 'rule-name': '9' }));
  expect(TableSelection.exclude('s', 't', { ruleId: '9', ruleName: 'audit' }).toJson())
    .toEqual(selection('exclude', { 'rule-id': '9', 'rule-name': 'audit' }));
});

test.each<[string, () => unknown, string]>([
  ['an id with letters', () => TableSelection.include('s', 't', { ruleId: 'a' }),
    'rule id "a" is not a number: DMS allows digits only, as in "7"; leave ruleId out to have one given'],
  ['an id with letters behind', () => TableSelection.include('s', 't', { ruleId: '7a' }), 'rule id "7a" is not a number'],
  ['an id with letters before', () => TableSelection.include('s', 't', { ruleId: 'a7' }), 'rule id "a7" is not a number'],
  ['an empty schema', () => TableSelection.include('', 't'),
    'the schema is empty: name one, or use "%" where every schema is meant'],
  ['filters on a pattern', () => TableSelection.include('s', 't%', { filters: filters() }),
    'the selection of s.t% has filters and a wildcard in its table name: DMS filters exact table names only; write one '
    + 'selection for each table'],
  ['an explicit pattern', () => TableSelection.explicit('s', '%'),
    'the explicit selection of s.% has a wildcard: explicit takes exact names; use TableSelection.include for patterns'],
  ['a load order of 0', () => TableSelection.include('s', 't', { loadOrder: 0 }),
    'load order 0 is out of range: it is a whole number from 1 to 2147483647, and tables with a higher number load first'],
  ['a load order that is too high', () => TableSelection.include('s', 't', { loadOrder: 2147483648 }),
    'load order 2147483648 is out of range'],
  ['a load order between two numbers', () => TableSelection.include('s', 't', { loadOrder: 1.5 }),
    'load order 1.5 is out of range'],
  ['a filter without condition', () => SourceFilter.on('c'),
    'the filter on column "c" has no condition: give at least one, for example FilterCondition.atLeast("100")'],
  ['an empty prefix', () => NameChange.addPrefix(''), 'the prefix or suffix is empty: give at least one character'],
  ['an unknown type', () => ColumnDataType.of('varchar'), '"varchar" is not a DMS data type: it is one of bytes, date'],
  ['a length of 0', () => ColumnDataType.string(0), 'string length 0 is out of range: it is a whole number of at least 1'],
  ['a scale above the precision', () => ColumnDataType.numeric(4, 5),
    'numeric scale 5 is out of range: it is from 0 to 4'],
  ['the key of a pattern', () => Transformation.definePrimaryKey('s', '%', 'k', ['c']),
    'the primary key of s.% has a wildcard in its table: DMS takes exact names here; write one rule for each table'],
  ['a key without column', () => Transformation.definePrimaryKey('s', 't', 'k', []),
    'the primary key of s.t has no column: name at least one'],
  ['before images of the same name', () => Transformation.addBeforeImageColumns('s', 't', { columnPrefix: '' }),
    'before-image columns need a prefix or a suffix: both are empty, so the names would collide'],
  ['a mask of two characters', () => Transformation.maskDigits('s', 't', 'c', '##'),
    'the mask "##" is not one printable ASCII character: use one, as in "#"'],
  ['settings of a pattern', () => TableSettings.forTable('s', 't%', { lobHandling: LobHandling.none() }),
    'the table settings of s.t% have a wildcard: DMS takes exact names here; write one rule for each table'],
  ['settings that set nothing', () => TableSettings.forTable('s', 't', {}),
    'the table settings of s.t set nothing: give parallelLoad, lobHandling or both'],
  ['ranges without column', () => ParallelLoad.ranges([], []), 'the ranges have 0 columns: give 1 to 10'],
  ['ranges with too many columns', () => ParallelLoad.ranges([...'abcdefghijk'], []),
    'the ranges have 11 columns: give 1 to 10'],
  ['a first boundary that does not fit', () => ParallelLoad.ranges(['a'], [['2', '3']]),
    'boundary 1 has 2 values for 1 columns'],
  ['a boundary that does not fit', () => ParallelLoad.ranges(['a'], [['1'], ['2', '3']]),
    'boundary 2 has 2 values for 1 columns: give each boundary one value for each column'],
  ['too few segment names', () => ParallelLoad.ranges(['a'], [['1']], { segmentNames: ['x'] }),
    '1 boundaries cut 2 segments, yet there are 1 segment names: give one for each segment'],
  ['a LOB limit of 0', () => LobHandling.limited(0),
    'the limit of 0 KB is out of range: limited mode takes a whole number from 1 on'],
  ['a negative inline limit', () => LobHandling.unlimited(-1),
    'the inline limit of -1 KB is out of range: it is a whole number from 0 on'],
  ['too many tags', () => ObjectTags.add('s', 't', Object.fromEntries([...'0123456789a'].map((key) => [key, 'v']))),
    'there are 11 tags for s.t: an S3 object takes 1 to 10'],
  ['no tags', () => ObjectTags.add('s', 't', {}), 'there are 0 tags for s.t: an S3 object takes 1 to 10'],
])('%s is refused', (_what, make, message) => {
  expect(make).toThrow(message);
});

const type = ColumnDataType.BOOLEAN;
const none = LobHandling.none();

test.each<[string, () => unknown]>([
  ['schema', () => TableSelection.exclude('', 't')],
  ['schema', () => Transformation.renameSchema('', 'n')],
  ['schema', () => Transformation.renameTable('', 't', 'n')],
  ['schema', () => TableSettings.forTable('', 't', { lobHandling: none })],
  ['schema', () => ObjectTags.add('', 't', { a: 'b' })],
  ['schema', () => ColumnValidation.compareBy('', 't', 'c', 'a', 'b')],
  ['table', () => TableSelection.exclude('s', '')],
  ['table', () => Transformation.renameTable('s', '', 'n')],
  ['table', () => TableSettings.forTable('s', '', { lobHandling: none })],
  ['table', () => ObjectTags.add('s', '', { a: 'b' })],
  ['table', () => ColumnValidation.compareBy('s', '', 'c', 'a', 'b')],
  ['column', () => Transformation.renameColumn('s', 't', '', 'n')],
  ['column', () => Transformation.addColumn('s', 't', '', type)],
  ['column', () => ColumnValidation.compareBy('s', 't', '', 'a', 'b')],
  ['filter column', () => SourceFilter.on('', FilterCondition.isNull())],
  ['key', () => Transformation.definePrimaryKey('s', 't', '', ['c'])],
  ['tablespace', () => Transformation.renameTableTablespace('s', 't', '', 'n')],
  ['tablespace', () => Transformation.renameIndexTablespace('s', 't', '', 'n')],
])('an empty name of a %s is refused', (what, make) => {
  expect(make).toThrow(`the ${what} is empty: name one, or use "%" where every ${what} is meant`);
});

test('conditions of a filter hold what they compare with, and nothing else', () => {
  expect(filters()[0]!.toJson())
    .toStrictEqual({ 'filter-type': 'source', 'column-name': 'c', 'filter-conditions': conditions });
});

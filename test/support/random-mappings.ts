import * as fc from 'fast-check';
import type { Row, Rule, Value } from './mapping-oracle';
import type { MappedTable } from './mapped-tables';

/** Columns by their types, with values of which filters hit some. */
const COLUMNS: Readonly<Record<string, readonly [sql: string, values: fc.Arbitrary<Value>]>> = {
  n: ['integer', fc.option(fc.integer({ min: -3, max: 6 }))],
  n_1: ['integer', fc.option(fc.integer({ min: -3, max: 6 }))],
  name: ['varchar(20)', fc.option(fc.constantFrom('', 'a', 'B', 'ab', 'b 12', '7'))],
  Name_2: ['varchar(20)', fc.option(fc.constantFrom('', 'a', 'x9y', '2026'))],
  nameX2: ['varchar(20)', fc.option(fc.constantFrom('', 'a', 'x9y'))],
};
const KEY = 'id';
const SCHEMAS = ['shop', 'shop_2', 'shopX2', 'Shop'];
const TABLES = ['order', 'order_1', 'orderX1', 'Order2', 'items', 'a-b', 'x%y'];

const name = (...names: string[]): fc.Arbitrary<string> => fc.constantFrom(...names);
const schemaPattern = name('%', 'shop', 'shop%', 'shop_2', 'shop[_]2', 's%2', '[Ss]hop', '[a-z]hop%');
const tablePattern = name('%', '%', 'order%', 'order_1', 'order[_]1', '[a-i]%', '%1', 'O%', 'items', 'x[%]y');
const columnPattern = name('%', 'n%', 'n_1', 'n[_]1', 'name', 'Name_2', 'name_2', '[nN]ame%', 'id');

export interface Mapping {
  readonly tables: readonly MappedTable[];
  readonly rules: readonly Rule[];
}

export const sqlTypeOf = (column: string): string => (column === KEY ? 'integer' : COLUMNS[column]![0]);

const randomTable = (schema: string, tableName: string): fc.Arbitrary<MappedTable> =>
  fc.subarray(Object.keys(COLUMNS)).chain((others) => {
    const columns = [KEY, ...others];
    const row = fc.tuple(...others.map((column) => COLUMNS[column]![1]))
      .map((values): Row => Object.fromEntries(others.map((column, i) => [column, values[i]!])));
    const withKeys = (rows: readonly Row[], first: number): Row[] =>
      rows.map((values, i) => ({ [KEY]: first + i, ...values }));
    return fc.record({
      loaded: fc.array(row, { maxLength: 6 }), inserted: fc.array(row, { maxLength: 3 }),
      updated: fc.array(row, { maxLength: 3 }), deleted: fc.nat(3),
    }).map(({ loaded, inserted, updated, deleted }) => {
      const rows = withKeys(loaded, 0);
      const updates = withKeys(updated.slice(0, rows.length), 0);
      return {
        schema, name: tableName, columns, key: KEY, rows,
        changes: [
          ...withKeys(inserted, 100).map((values) => ({ kind: 'insert' as const, row: values })),
          ...updates.map((values) => ({ kind: 'update' as const, row: values })),
          ...rows.slice(0, deleted).map((values) => ({ kind: 'delete' as const, row: values })),
        ],
      };
    });
  });

const value = name('1', '0', '3', '-2');
const condition = fc.oneof(
  fc.record({ 'filter-operator': name('null', 'notnull') }),
  fc.record({ 'filter-operator': name('eq', 'noteq', 'gte', 'lte', 'ste'), value }),
  fc.record({ 'filter-operator': name('between', 'notbetween'), 'start-value': value, 'end-value': value }),
);

/** DMS takes filters for tables with exact names only; every one of the tables has the key, some have the rest. */
const filters = (tables: readonly MappedTable[], tableName: string): fc.Arbitrary<object[]> => {
  const named = tables.filter((table) => table.name === tableName);
  const common = [KEY, ...Object.keys(COLUMNS)]
    .filter((column) => named.every(({ columns }) => columns.includes(column)));
  return fc.array(fc.record({
    'filter-type': fc.constant('source'),
    'column-name': fc.constantFrom(...common),
    'filter-conditions': fc.array(condition, { minLength: 1, maxLength: 2 }),
  }), { maxLength: 2 });
};

/** With a name that has no wildcard in it, where there is one. */
const explicitly = (tables: readonly MappedTable[]): fc.MaybeWeightedArbitrary<object>[] => {
  const exact = tables.filter((table) => !table.name.includes('%'));
  return exact.length === 0 ? [] : [{ weight: 1, arbitrary: fc.record({
    'rule-action': name('explicit'),
    'object-locator': fc.constantFrom(...exact).map((table) => ({ 'schema-name': table.schema, 'table-name': table.name })),
  }) }];
};

const selectionOf = (tables: readonly MappedTable[]): fc.Arbitrary<object> => fc.oneof(
  { weight: 4, arbitrary: fc.record({
    'rule-action': name('include', 'include', 'include', 'exclude'),
    'object-locator': fc.record({ 'schema-name': schemaPattern, 'table-name': tablePattern }),
  }) },
  { weight: 2, arbitrary: fc.constantFrom(...tables).chain((table) => filters(tables, table.name).map((list) => ({
    'rule-action': 'include', 'object-locator': { 'schema-name': table.schema, 'table-name': table.name.replace('%', '[%]') },
    // In a name with a wildcard in it they would not be exact.
    ...(list.length === 0 || /[%_]/.test(table.name + table.schema) ? {} : { filters: list }),
  }))) },
  ...explicitly(tables),
).chain((rule) => fc.option(fc.integer({ min: 1, max: 9 }), { freq: 2 }).map((order) => ({
  'rule-type': 'selection', ...rule, ...(order === null || (rule as Record<string, unknown>)['rule-action'] === 'exclude' ? {} : { 'load-order': String(order) }),
})));

/** Wide enough that rules compete for one object. */
const wide = (pattern: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(name('%'), pattern);
const locatorOf = (target: string): fc.Arbitrary<object> => fc.record({
  'schema-name': wide(schemaPattern),
  ...(target === 'schema' ? {} : { 'table-name': wide(tablePattern) }),
  ...(target === 'column' ? { 'column-name': wide(columnPattern) } : {}),
});
const affix = name('p_', 'S', 'order', 'n', '_1', 'id');

const naming = name('schema', 'table', 'table', 'column', 'column', 'column').chain((target) => fc.record({
  'rule-type': name('transformation'), 'rule-target': name(target), 'object-locator': locatorOf(target),
}).chain((rule) => fc.oneof(
  fc.record({ 'rule-action': name('convert-lowercase', 'convert-uppercase') }),
  fc.record({ 'rule-action': name('rename'), 'value': name('renamed', 'other') }),
  fc.record({ 'rule-action': name('add-prefix', 'add-suffix'), 'value': affix }),
  fc.record({ 'rule-action': name('add-prefix', 'add-suffix', 'remove-prefix', 'remove-suffix'), 'value': affix }),
  fc.record({ 'rule-action': name('replace-prefix', 'replace-suffix'), 'value': affix, 'old-value': affix }),
).map((action) => ({ ...rule, ...action }))));

const ofColumn = (
  rest: fc.Arbitrary<object>, columns: fc.Arbitrary<string> | undefined,
): fc.Arbitrary<object> => fc.tuple(rest, fc.record({
  'rule-type': name('transformation'), 'rule-target': name('column'),
  'object-locator': fc.record({ 'schema-name': schemaPattern, 'table-name': tablePattern, ...(columns && { 'column-name': columns }) }),
})).map(([action, rule]) => ({ ...rule, ...action }));

const transformation: fc.Arbitrary<object> = fc.oneof(
  { weight: 6, arbitrary: naming },
  { weight: 1, arbitrary: ofColumn(fc.record({ 'rule-action': name('remove-column', 'include-column') }), columnPattern) },
  { weight: 1, arbitrary: ofColumn(fc.record({ 'rule-action': name('data-masking-digits-mask'), 'value': name('#', 'x') }), name('name', '[nN]ame_2', 'Name[_]2')) },
  { weight: 1, arbitrary: ofColumn(fc.record({
    'rule-action': name('add-column'), 'value': name('added', 'more', 'n'), 'expression': name("'constant'", '$id', "$id || '!'"),
    'data-type': fc.record({ type: name('string'), length: fc.constantFrom('50', 50) }),
  }), undefined) },
);

/** Tables of several schemas with rows and changes, and rules over them with random ids in random order. */
export const randomMapping: fc.Arbitrary<Mapping> = fc.uniqueArray(
  fc.tuple(name(...SCHEMAS), name(...TABLES)), { minLength: 1, maxLength: 6, selector: (names) => names.join('.') },
).chain((names) => fc.tuple(...names.map(([schema, table]) => randomTable(schema, table)))).chain((tables) => fc.tuple(
  fc.array(selectionOf(tables), { minLength: 1, maxLength: 4 }),
  fc.array(transformation, { maxLength: 8, size: 'max' }),
).chain(([selections, transformations]) => {
  const rules = [...selections, ...transformations];
  return fc.tuple(
    fc.uniqueArray(fc.integer({ min: 1, max: 120 }), { minLength: rules.length, maxLength: rules.length }),
    fc.shuffledSubarray(rules, { minLength: rules.length, maxLength: rules.length }),
  ).map(([ids, shuffled]): Mapping => ({
    tables, rules: shuffled.map((rule, i) => ({ ...rule, 'rule-id': String(ids[i]), 'rule-name': `r${ids[i]}` }) as unknown as Rule),
  }));
}));

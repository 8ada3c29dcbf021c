import { selectTables } from '../../../cli/engine/plan/selection';
import { transformTable } from '../../../cli/engine/plan/transformation';
import type { TableMappingDocument } from '../../../lib/table-mappings/document';
import type { Selectable } from '../../../lib/table-mappings/selects';
import { selection, taskOf, transformation, type TemplateOptions } from '../../support/dms-template';

const mapping = (...rules: object[]): TableMappingDocument => ({ rules }) as unknown as TableMappingDocument;
/** A name in capitals after the point is a view's. */
const tables = (...names: string[]): Selectable[] => names.map((full) => {
  const [schema, name] = full.split('.') as [string, string];
  return { schema, name, isView: /^[A-Z]+$/.test(name) };
});
const selected = (rules: object[], ...names: string[]): string[] =>
  selectTables(mapping(...rules), tables(...names)).map(({ table }) => `${table.schema}.${table.name}`);

describe('selection', () => {
  const exclude = (schema: string, table: string): object => selection(schema, table, { 'rule-action': 'exclude' });

  test('% is any number of characters, _ one, [_] an underscore, and case matters', () => {
    const names = ['a.order', 'a.order_1', 'a.orderX1', 'a.Order_2', 'b.order_1'];
    expect(selected([selection('a', 'order%')], ...names)).toEqual(['a.order', 'a.order_1', 'a.orderX1']);
    expect(selected([selection('%', 'order_1')], ...names)).toEqual(['a.order_1', 'a.orderX1', 'b.order_1']);
    expect(selected([selection('a', 'order[_]_')], ...names)).toEqual(['a.order_1']);
  });

  test('an exclusion beats every inclusion, wherever it stands', () => {
    const rules = [exclude('a', 'secret%'), selection('a', '%'), selection('a', 'secret_1')];
    expect(selected(rules, 'a.x', 'a.secret_1', 'b.x')).toEqual(['a.x']);
  });

  test('rules are for tables, unless table-type says view or all; so are exclusions', () => {
    const typed = (action: string, pattern: string, type: string): object => selection('a', pattern, {
      'rule-action': action, 'object-locator': { 'schema-name': 'a', 'table-name': pattern, 'table-type': type },
    });
    const names = ['a.x', 'a.VIEW', 'a.OTHER'];
    expect(selected([selection('a', '%')], ...names)).toEqual(['a.x']);
    expect(selected([typed('include', '%', 'view')], ...names)).toEqual(['a.VIEW', 'a.OTHER']);
    expect(selected([typed('include', '%', 'all')], ...names)).toEqual(names);
    expect(selected([typed('include', '%', 'all'), typed('exclude', 'O%', 'view')], ...names)).toEqual(['a.x', 'a.VIEW']);
    expect(selected([typed('include', '%', 'all'), typed('exclude', '%', 'table')], ...names)).toEqual(['a.VIEW', 'a.OTHER']);
    expect(selected([typed('explicit', 'VIEW', 'view')], ...names)).toEqual(['a.VIEW']);
  });

  test('explicit takes names literally', () => {
    const rules = [selection('a', 'o_1', { 'rule-action': 'explicit' })];
    expect(selected(rules, 'a.o_1', 'a.oX1')).toEqual(['a.o_1']);
  });

  test('higher load orders come first; tables of one order stay in their order', () => {
    const rules = [
      selection('a', '%'),
      selection('a', 'late', { 'load-order': 1 }),
      selection('a', 'first', { 'load-order': '20' }),
    ];
    expect(selected(rules, 'a.b', 'a.c', 'a.first', 'a.late')).toEqual(['a.first', 'a.late', 'a.b', 'a.c']);
  });

  test('several rules for one table: a row is chosen by any of them, and one without filters chooses all', () => {
    const filter = (value: string): object => ({
      filters: [{ 'filter-type': 'source', 'column-name': 'id', 'filter-conditions': [{ 'filter-operator': 'eq', value }] }],
    });
    const filtersOf = (...rules: object[]): unknown => selectTables(mapping(...rules), tables('a.t'))[0]?.filters.length;
    expect(filtersOf(selection('a', 't', filter('1')), selection('a', 't', filter('2')))).toBe(2);
    expect(filtersOf(selection('a', 't', filter('1')), selection('a', '%'))).toBe(0);
  });
});

describe('transformations', () => {
  interface Outcome { schema: string; name: string; columns: [string, string][]; added: string[] }
  const transformed = (...rules: object[]): Outcome => {
    const result = transformTable(mapping(...rules), { schema: 'Sales', name: 'old_orders' }, ['id', 'Name', 'old_price'].map((name) => ({ name, dms: 'INT4' })));
    return { schema: result.schema, name: result.name, columns: [...result.columns], added: result.added.map(({ value }) => value ?? '') };
  };
  const column = (name: string): object => ({ 'column-name': name });

  test.each([
    ['rename', { value: 'x' }, 'x'],
    ['convert-uppercase', {}, 'OLD_ORDERS'],
    ['convert-lowercase', {}, 'old_orders'],
    ['add-prefix', { value: 'p_' }, 'p_old_orders'],
    ['add-suffix', { value: '_s' }, 'old_orders_s'],
    ['remove-prefix', { value: 'old_' }, 'orders'],
    ['remove-prefix', { value: 'new_' }, 'old_orders'],
    ['remove-suffix', { value: '_orders' }, 'old'],
    ['replace-prefix', { value: 'new_', 'old-value': 'old_' }, 'new_orders'],
    ['replace-suffix', { value: '_items', 'old-value': '_orders' }, 'old_items'],
  ])('%s %j makes old_orders %s', (action, rest, name) => {
    expect(transformed(transformation(2, action, 'table', {}, rest)).name).toBe(name);
  });

  test('the lowest rule id wins, as a number and not by place', () => {
    const rules = [
      transformation(10, 'rename', 'table', {}, { value: 'ten' }),
      transformation(9, 'rename', 'table', {}, { value: 'nine' }),
      transformation(2, 'rename', 'table', { 'table-name': 'other' }, { value: 'two' }),
    ];
    expect(transformed(...rules).name).toBe('nine');
  });

  test('schema, table and column rules are apart, and all see the names of the source', () => {
    expect(transformed(
      transformation(2, 'rename', 'schema', { 'schema-name': 'Sales' }, { value: 'lake' }),
      transformation(3, 'add-prefix', 'column', { 'schema-name': 'Sales', 'table-name': 'old%', ...column('old%') }, { value: 'very_' }),
      transformation(4, 'convert-lowercase', 'column', column('%')),
    )).toEqual({ schema: 'lake', name: 'old_orders', columns: [['id', 'id'], ['Name', 'name'], ['old_price', 'very_old_price']], added: [] });
  });

  test('remove-column removes; include-column keeps nothing else; add-column adds', () => {
    expect(transformed(transformation(2, 'remove-column', 'column', column('old%'))).columns.map(([name]) => name)).toEqual(['id', 'Name']);
    const kept = transformed(
      transformation(2, 'include-column', 'column', column('id')),
      transformation(3, 'include-column', 'column', column('Na__')),
      transformation(4, 'add-column', 'column', {}, { value: 'twice', expression: '$id * 2' }),
    );
    expect(kept.columns.map(([name]) => name)).toEqual(['id', 'Name']);
    expect(kept.added).toEqual(['twice']);
  });
});

describe('what the engine does not have is refused by its key', () => {
  test.each<[TemplateOptions, RegExp]>([
    [{ rules: [selection('%', '%'), transformation(2, 'rename', 'table', {}, { value: 'x', expression: "'x'" })] }, /rule 2: expression of rule-action "rename"/],
    [{ rules: [{ ...selection('a', '%'), 'object-locator': { 'schema-name': 'a', 'table-name': '%', 'table-type': 'view' } }] }, /rule 1: table-type "view" in a full-load-and-cdc task: views have no changes; load them by a full-load task/],
    [{ s3: { GlueCatalogGeneration: true } }, /S3Settings\.GlueCatalogGeneration/],
    [{ s3: { Sparkles: 1 } }, /S3Settings\.Sparkles/],
    [{ s3: { RowGroupLength: 'many' } }, /S3Settings\.RowGroupLength is "many": give a number above 0/],
    [{ s3: { DatePartitionEnabled: true, DatePartitionSequence: 'YYYY' } }, /S3Settings\.DatePartitionSequence is "YYYY": it must be one of YYYYMMDD, YYYYMMDDHH/],
    [{ s3: { DatePartitionEnabled: true, DatePartitionTimezone: 'Mars/Olympus' } }, /S3Settings\.DatePartitionTimezone is "Mars\/Olympus"/],
    [{ s3: { CdcInsertsOnly: true, CdcInsertsAndUpdates: true } }, /CdcInsertsOnly excludes CdcInsertsAndUpdates/],
    [{ settings: { TargetMetadata: { BatchApplyEnabled: true } } }, /TargetMetadata\.BatchApplyEnabled = true/],
    [{ source: { MapLongVarcharAs: 'clob' } }, /PostgreSqlSettings\.MapLongVarcharAs/],
    [{ migrationType: 'everything' }, /MigrationType is "everything": it must be one of full-load, cdc, full-load-and-cdc/],
    [{ rules: [selection('a', '%', { 'rule-action': 'choose' })] }, /TableMappings\.rules\[0\]\.rule-action: "choose"/],
  ])('%j', (options, message) => {
    expect(() => taskOf(options)).toThrow(message);
  });
});

import { selectTables } from '../../../cli/engine/plan/selection';
import { transformTable } from '../../../cli/engine/plan/transformation';
import { Expression, type RowHeader } from '../../../cli/engine/plan/expression';
import type { TableMappingDocument } from '../../../lib/table-mappings/document';
import { selection, taskOf, transformation, type TemplateOptions } from '../../support/dms-template';

const mapping = (...rules: object[]): TableMappingDocument => ({ rules }) as unknown as TableMappingDocument;
const tables = (...names: string[]): { schema: string; name: string }[] =>
  names.map((full) => ({ schema: full.split('.')[0]!, name: full.split('.')[1]! }));
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
    const result = transformTable(mapping(...rules), { schema: 'Sales', name: 'old_orders' }, ['id', 'Name', 'old_price']);
    return { ...result, columns: [...result.columns], added: result.added.map(({ value }) => value ?? '') };
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

describe('expressions', () => {
  const header: RowHeader = { operation: 'UPDATE', streamPosition: '0/1A', timestamp: '2026-01-02 03:04:05.000006', changeSequence: '0001' };
  const values: Readonly<Record<string, string | number | null>> = { id: 7, name: "O'Neil $x", nothing: null, 'größe': 'L' };

  async function evaluated(text: string): Promise<string | null> {
    const expression = await Expression.compile(text, { schema: 's', table: 't' }, Object.keys(values), 'rule 5');
    const result = expression.evaluate((name) => values[name] ?? null, header);
    return result === null ? null : `${result.isBlob ? 'blob ' : ''}${result.bytes.toString(result.isBlob ? 'hex' : 'utf8')}`;
  }

  test.each([
    ['$id * 2 + 1', '15'],
    ["'$id and ''quotes'' ' || $name", "$id and 'quotes' O'Neil $x"],
    ['upper($name) || lower($name)', "O'NEIL $Xo'neil $x"],
    ['$größe', 'L'],
    ["coalesce($nothing, 'none')", 'none'],
    ['$nothing', null],
    ['nullif($id, 7)', null],
    ['substr($name, 1, 2)', "O'"],
    ["replace($name, 'Neil', 'X')", "O'X $x"],
    ["replaceChars($name, 'Nl$', 'nL')", "O'neiL x"],
    ["trim('  a ') || ltrim(' b') || rtrim('c ')", 'abc'],
    ["hash_sha256('abc')", 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ["hex('ab')", '6162'],
    ["x'00ff'", 'blob 00ff'],
    ['zeroblob(2)', 'blob 0000'],
    ['abs(-3) || max(1, 2) || min(1, 2) || round(2.567, 1)', '3212.6'],
    ["CASE WHEN $id > 5 THEN 'big' ELSE 'small' END", 'big'],
    ["date('2026-02-28', '+1 day') || strftime('%Y', '2026-01-01')", '2026-03-012026'],
    ['9223372036854775807', '9223372036854775807'],
    ['$AR_H_OPERATION', 'UPDATE'],
    ['$AR_H_STREAM_POSITION', '0/1A'],
    ['$AR_H_COMMIT_TIMESTAMP', '2026-01-02 03:04:05.000006'],
    ['$AR_H_CHANGE_SEQ', '0001'],
    ["$AR_M_SOURCE_SCHEMA || '.' || $AR_M_SOURCE_TABLE_NAME", 's.t'],
  ])('%s is %s', async (text, value) => {
    expect(await evaluated(text)).toBe(value);
  });

  test.each([
    ['$missing', /^rule 5: expression refers to \$missing, but s\.t has no such column; it has id, name, nothing, größe$/],
    ['$id +', /^rule 5: expression "\$id \+" is not valid: incomplete input$/],
    ["operation_indicator('D', 'U', 'I')", /^rule 5: expression .* is not valid: no such function: operation_indicator$/],
    ['abs(-9223372036854775808)', /^rule 5: its expression fails for a row of s\.t: integer overflow$/],
  ])('%s is refused', async (text, message) => {
    await expect(evaluated(text)).rejects.toThrow(message);
  });
});

describe('what the engine does not have is refused by its key', () => {
  test.each<[TemplateOptions, RegExp]>([
    [{ rules: [selection('%', '%'), transformation(2, 'change-data-type', 'column', { 'column-name': 'a' }, { 'data-type': { type: 'int4' } })] }, /rule 2: rule-action "change-data-type"/],
    [{ rules: [{ ...selection('a', '%'), 'object-locator': { 'schema-name': 'a', 'table-name': '%', 'table-type': 'view' } }] }, /rule 1: table-type "view"/],
    [{ s3: { DataFormat: 'csv' } }, /S3Settings\.DataFormat "csv"/],
    [{ s3: { GlueCatalogGeneration: true } }, /S3Settings\.GlueCatalogGeneration/],
    [{ s3: { Sparkles: 1 } }, /S3Settings\.Sparkles/],
    [{ s3: { RowGroupLength: 'many' } }, /S3Settings\.RowGroupLength is "many": give a number above 0/],
    [{ s3: { DatePartitionEnabled: true, DatePartitionSequence: 'YYYY' } }, /S3Settings\.DatePartitionSequence is "YYYY": it must be one of YYYYMMDD, YYYYMMDDHH/],
    [{ s3: { DatePartitionEnabled: true, DatePartitionTimezone: 'Mars/Olympus' } }, /S3Settings\.DatePartitionTimezone is "Mars\/Olympus"/],
    [{ s3: { CdcInsertsOnly: true, CdcInsertsAndUpdates: true } }, /both CdcInsertsOnly and CdcInsertsAndUpdates/],
    [{ settings: { TargetMetadata: { BatchApplyEnabled: true } } }, /TargetMetadata\.BatchApplyEnabled = true/],
    [{ source: { MapLongVarcharAs: 'clob' } }, /PostgreSqlSettings\.MapLongVarcharAs/],
    [{ migrationType: 'everything' }, /MigrationType is "everything": it must be one of full-load, cdc, full-load-and-cdc/],
    [{ rules: [selection('a', '%', { 'rule-action': 'choose' })] }, /TableMappings\.rules\[0\]\.rule-action: "choose"/],
  ])('%j', (options, message) => {
    expect(() => taskOf(options)).toThrow(message);
  });
});

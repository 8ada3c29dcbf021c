import fc from 'fast-check';
import { selectTables } from '../../../cli/engine/plan/selection';
import { transformTable } from '../../../cli/engine/plan/transformation';
import type { TableMappings } from '../../../lib';
import { checkTableMappings } from '../../../lib/rules';
import type { TableMappingDocument } from '../../../lib/table-mappings/document';
import { checkTables, legMappings } from '../../../lib/two-way/two-way-mappings';
import { TwoWaySiteEngine } from '../../../lib/two-way/two-way-site';

const oracle = { engine: TwoWaySiteEngine.ORACLE, schema: 'CUSTOMER_ORDERS' };
const postgres = { engine: TwoWaySiteEngine.POSTGRES, schema: 'customer_orders' };
const documentOf = (mappings: TableMappings): TableMappingDocument => mappings.toJson() as TableMappingDocument;

/** A table with one column after a leg; nothing when the leg does not replicate it. */
function carried(mappings: TableMappings, schema: string, name: string, column: string): string[] | undefined {
  const document = documentOf(mappings);
  if (selectTables(document, [{ schema, name, isView: false }]).length === 0) return undefined;
  const { columns, ...table } = transformTable(document, { schema, name }, [{ name: column, dms: 'STRING' }]);
  return [table.schema, table.name, columns.get(column)!];
}

test('from Oracle to PostgreSQL: the schema without what belongs to one site, in lower case', () => {
  expect(documentOf(legMappings(oracle, postgres, ['%'])).rules.map((rule) => ({ ...rule, 'rule-name': undefined }))).toEqual([
    selection('1', 'include', 'CUSTOMER[_]ORDERS', '%'),
    selection('2', 'exclude', 'CUSTOMER[_]ORDERS', 'DMS[_]FENCE'),
    selection('3', 'exclude', 'CUSTOMER[_]ORDERS', 'AWSDMS[_]%'),
    selection('4', 'exclude', 'CUSTOMER[_]ORDERS', 'awsdms[_]%'),
    lower('5', 'schema', {}), lower('6', 'table', { 'table-name': '%' }),
    lower('7', 'column', { 'table-name': '%', 'column-name': '%' }),
  ]);
});

const selection = (id: string, action: string, schema: string, table: string): object => ({
  'rule-type': 'selection', 'rule-id': id, 'rule-name': undefined, 'rule-action': action,
  'object-locator': { 'schema-name': schema, 'table-name': table },
});
const lower = (id: string, target: string, locator: object): object => ({
  'rule-type': 'transformation', 'rule-id': id, 'rule-name': undefined, 'rule-action': 'convert-lowercase',
  'rule-target': target, 'object-locator': { 'schema-name': 'CUSTOMER_ORDERS', ...locator },
});

test('between engines of one case only the schema changes, and only where it differs', () => {
  const other = { engine: TwoWaySiteEngine.MYSQL, schema: 'shop' };
  const actions = (mappings: TableMappings): unknown[] => documentOf(mappings).rules
    .filter((rule) => rule['rule-type'] === 'transformation').map((rule) => [rule['rule-action'], rule.value]);
  expect(actions(legMappings(postgres, postgres, ['%']))).toEqual([]);
  expect(actions(legMappings(postgres, other, ['%']))).toEqual([['rename', 'shop']]);
  expect(actions(legMappings(other, postgres, ['%']))).toEqual([['rename', 'customer_orders']]);
});

test('named tables come with the heartbeat, and an underscore is no pattern', () => {
  const mappings = legMappings(postgres, oracle, ['order_items', 'shop_%']);
  const at = (name: string): string | undefined => carried(mappings, 'customer_orders', name, 'id')?.[1];
  expect([at('order_items'), at('shop_1'), at('dms_heartbeat')]).toEqual(['ORDER_ITEMS', 'SHOP_1', 'DMS_HEARTBEAT']);
  expect([at('orderXitems'), at('shopX1'), at('dmsXheartbeat'), at('dms_fence'), at('other')])
    .toEqual([undefined, undefined, undefined, undefined, undefined]);
  expect(carried(mappings, 'customerXorders', 'order_items', 'id')).toBeUndefined();
});

const lowerName = fc.stringMatching(/^[a-z][a-z0-9_]{0,12}$/);
const site = fc.oneof(
  fc.record({
    engine: fc.constantFrom(TwoWaySiteEngine.POSTGRES, TwoWaySiteEngine.MYSQL), schema: lowerName,
  }),
  fc.record({ engine: fc.constant(TwoWaySiteEngine.ORACLE), schema: lowerName.map((name) => name.toUpperCase()) }),
);

test('what goes there and back is at the same place again, and both legs carry the same tables', () => {
  fc.assert(fc.property(site, site, lowerName, lowerName, fc.option(lowerName), (a, b, table, column, selected) => {
    const tables = selected === null ? ['%'] : [selected, 'orders_%'];
    const there = legMappings(a, b, tables);
    const back = legMappings(b, a, tables);
    const spelled = (name: string): string => (a.engine === TwoWaySiteEngine.ORACLE ? name.toUpperCase() : name);
    const start = [a.schema, spelled(table), spelled(column)] as const;
    const arrived = carried(there, ...start);
    const isCarried = !/^(dms_fence$|awsdms_)/.test(table)
      && (selected === null || table === selected || table.startsWith('orders_'));
    expect(arrived !== undefined).toBe(isCarried);
    if (arrived === undefined) return;
    expect(arrived[0]).toBe(b.schema);
    expect(carried(back, ...arrived as [string, string, string])).toEqual(start);
  }), { numRuns: 200, examples: [[oracle, postgres, 'dms_fence', 'id', null]] });
});

test('our own rules find nothing in them', () => {
  expect([legMappings(oracle, postgres, ['%']), legMappings(postgres, oracle, ['orders'])]
    .flatMap((mappings) => checkTableMappings(mappings.toJson()))).toEqual([]);
});

test.each([[['Orders'], '"Orders"'], [['public.orders', 'x y'], '"public.orders", "x y"'], [[], 'tables is empty']])(
  'tables %j are refused', (tables, message) => {
    expect(() => checkTables(tables)).toThrow(message);
  },
);

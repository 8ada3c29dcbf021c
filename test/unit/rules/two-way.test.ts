import { checkTemplate } from '../../../lib/rules';
import { Json } from './cases/good-template';
import { change, findingsOf, select, without } from './cases/two-way-cases';

const rulesOf = (findings: readonly { rule: string }[]): string[] => findings.map(({ rule }) => rule);

/*
 * The facts of the original: an Oracle schema and a PostgreSQL one, two endpoints, the setting inside the mapping, the
 * way back for one table, the preparation of tables left to DMS, one password for both.
 */
const loopback = (source: string, target: string): Json =>
  ({ LoopbackPreventionSettings: { EnableLoopbackPrevention: true, SourceSchema: source, TargetSchema: target } });
const cased = (schema: string, action: string): Json[] =>
  ['schema', 'table', 'column'].map((target) => change(target, action, schema));
const endpoint = (EndpointType: string, EngineName: string, ServerName: string, Port: number): Json => ({
  Type: 'AWS::DMS::Endpoint',
  Properties: {
    EndpointType, EngineName, ServerName, Port, DatabaseName: ServerName, Username: 'u', Password: 'Pass',
  },
});
const task = (
  MigrationType: string, source: string, target: string, rules: readonly Json[], settings?: Json,
): Json => ({
  Type: 'AWS::DMS::ReplicationTask',
  Properties: {
    MigrationType, SourceEndpointArn: { Ref: source }, TargetEndpointArn: { Ref: target },
    TableMappings: JSON.stringify({ rules: rules.map((rule, index) => ({ ...rule, 'rule-id': String(index + 1) })) }),
    ...(settings === undefined ? {} : { ReplicationTaskSettings: JSON.stringify(settings) }),
  },
});
const there = (settings?: Json): Json => task('full-load-and-cdc', 'Oracle', 'Postgres', [
  select('CUSTOMER_ORDERS', '%', settings === undefined ? loopback('CUSTOMER_ORDERS', 'customer_orders') : {}),
  ...cased('CUSTOMER_ORDERS', 'convert-lowercase'),
], settings);
const back = (table: string, settings?: Json): Json => task('cdc', 'Postgres', 'Oracle', [
  select('customer_orders', table, settings === undefined ? loopback('customer_orders', 'CUSTOMER_ORDERS') : {}),
  ...cased('customer_orders', 'convert-uppercase'),
], settings);
const twoWayFindings = (Forward: Json, Backward: Json): Record<string, string[]> => {
  const Resources = {
    Oracle: endpoint('source', 'oracle', 'ora', 1521), Postgres: endpoint('target', 'postgres', 'pg', 5432),
    Forward, Backward,
  };
  const found = checkTemplate({ Resources }).filter(({ rule }) => rule.startsWith('two-way/') || rule === 'task/endpoint-type');
  return Object.fromEntries(Object.keys(Resources).slice(2).map((id) => [
    id, rulesOf(found.filter(({ path }) => path.startsWith(`Resources.${id}.`))).sort(),
  ]));
};

test('the original: every defect that a template can show is found in it', () => {
  expect(twoWayFindings(there(), back('heartbeat'))).toEqual({
    Forward: [
      // The tables are dropped and created, without their keys.
      'two-way/control-tables', 'two-way/loopback-in-mapping', 'two-way/loopback-missing', 'two-way/prep-mode',
      'two-way/validation',
    ],
    Backward: [
      // The endpoints of the way back were never made, only the heartbeat can come back, and one password opens both.
      'task/endpoint-type', 'task/endpoint-type', 'two-way/ddl-both-ways', 'two-way/loopback-in-mapping',
      'two-way/loopback-missing', 'two-way/same-login', 'two-way/selection-not-mirrored', 'two-way/validation',
    ],
  });
});

test('each defect goes away with its own correction', () => {
  const sound = (source: string, target: string): Json => ({
    ...loopback(source, target),
    FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
    ChangeProcessingDdlHandlingPolicy: {
      HandleSourceTableDropped: false, HandleSourceTableTruncated: false, HandleSourceTableAltered: false,
    },
    ValidationSettings: { EnableValidation: true },
  });
  expect(twoWayFindings(
    there(sound('CUSTOMER_ORDERS', 'customer_orders')), back('%', sound('customer_orders', 'CUSTOMER_ORDERS')),
  )).toEqual({
    Forward: ['two-way/control-tables'],
    Backward: ['task/endpoint-type', 'task/endpoint-type', 'two-way/control-tables', 'two-way/same-login'],
  });
});

test('a sound pair has no finding, whichever task comes first', () => {
  expect(findingsOf()).toEqual([]);
  expect(findingsOf({ there: { MigrationType: 'cdc' }, back: { MigrationType: 'full-load-and-cdc' } })).toEqual([]);
});

test.each<[string, Json, Json, number]>([
  ['between other databases', { ServerName: 'a', PostgreSqlSettings: null }, { PostgreSqlSettings: null }, 0],
  ['of which nothing is known', { PostgreSqlSettings: null }, { PostgreSqlSettings: null }, 0],
  ['by server', { ServerName: 'a', PostgreSqlSettings: null }, { ServerName: 'b', PostgreSqlSettings: null }, 1],
  ['on one server', { ServerName: 'a', PostgreSqlSettings: null }, { ServerName: 'a', PostgreSqlSettings: null }, 1],
  ['of one database', { ServerName: 'a', DatabaseName: 'x', PostgreSqlSettings: null },
    { ServerName: 'a', DatabaseName: 'x', PostgreSqlSettings: null }, 0],
])('two tasks %s', (_, sideA, sideB, found) => {
  // Both load: found only where the two are known to be a pair.
  expect(findingsOf({ sideA, sideB, back: { MigrationType: 'full-load-and-cdc' } })
    .filter(({ rule }) => rule === 'two-way/two-full-loads')).toHaveLength(found);
});

test('a task with loopback prevention is checked without its counterpart, and one without is left alone', () => {
  const oneWay = (settings: Json): string[] => rulesOf(checkTemplate({
    Resources: {
      A: endpoint('source', 'postgres', 'a', 5432), B: endpoint('target', 'postgres', 'b', 5432),
      Task: task('full-load-and-cdc', 'A', 'B', [select('public'), without('public')], settings),
    },
  })).filter((rule) => rule.startsWith('two-way/'));
  expect(oneWay({})).toEqual([]);
  expect(oneWay(loopback('a', 'b'))).toEqual(['two-way/prep-mode', 'two-way/validation']);
});

test.each<[string, Json[], Json[], string[]]>([
  ['renamed tables', [change('table', 'rename', 'a', { value: 'new', 'object-locator': { 'schema-name': 'a', 'table-name': 'old' } })],
    [change('table', 'rename', 'b', { value: 'old', 'object-locator': { 'schema-name': 'b', 'table-name': 'new' } })], []],
  ['a column that is added on the way', [change('column', 'add-column', 'a', { value: 'c' })], [],
    ['two-way/transformations-not-mirrored']],
])('%s', (_, thereExtra, backExtra, expected) => {
  expect(rulesOf(findingsOf({
    thereRules: [
      select('a', 'old'), without('a'), change('schema', 'rename', 'a', { value: 'b' }), ...thereExtra,
    ],
    backRules: [
      select('b', thereExtra[0]!['rule-action'] === 'rename' ? 'new' : 'old'), without('b'),
      change('schema', 'rename', 'b', { value: 'a' }), ...backExtra,
    ],
  }))).toEqual(expected);
});

test.each([{ Ref: 'Parameter' }, '${Token[TOKEN.1]}', { 'Fn::If': ['C', {}, { Ref: 'AWS::NoValue' }] }])(
  'documents that are only known at deployment (%j) are not guessed at', (value) => {
    expect(findingsOf({ back: { ReplicationTaskSettings: value, TableMappings: value } })).toEqual([]);
  },
);

import { checkTwoWay, Finding, legOf } from '../../../../lib/rules';
import { Json } from './good-template';
import { RuleCase } from './rule-case';

/** The two tasks, each as a change to the sound pair. */
export interface PairChange {
  readonly there?: Json;
  readonly back?: Json;
  /** Changes to the settings of a task. */
  readonly thereSettings?: Json;
  readonly backSettings?: Json;
  readonly thereRules?: readonly Json[];
  readonly backRules?: readonly Json[];
  /** Changes to both endpoints of a side. */
  readonly sideA?: Json;
  readonly sideB?: Json;
}

export const select = (schema: string, table = '%', over: Json = {}): Json => ({
  'rule-type': 'selection', 'rule-id': '1', 'rule-action': 'include',
  'object-locator': { 'schema-name': schema, 'table-name': table }, ...over,
});
export const without = (schema: string, table = 'awsdms[_]%'): Json => select(schema, table, { 'rule-action': 'exclude' });
export const change = (target: string, action: string, schema: string, over: Json = {}): Json => ({
  'rule-type': 'transformation', 'rule-id': '9', 'rule-action': action, 'rule-target': target,
  'object-locator': {
    'schema-name': schema,
    ...(target === 'schema' ? {} : { 'table-name': '%' }), ...(target === 'column' ? { 'column-name': '%' } : {}),
  },
  ...over,
});
const settings = (source: string, target: string): Json => ({
  LoopbackPreventionSettings: { EnableLoopbackPrevention: true, SourceSchema: source, TargetSchema: target },
  TargetMetadata: { BatchApplyEnabled: false },
  FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
  ChangeProcessingDdlHandlingPolicy: {
    HandleSourceTableDropped: false, HandleSourceTableTruncated: false, HandleSourceTableAltered: false,
  },
  ValidationSettings: { EnableValidation: true },
});
const endpoint = (type: string, side: string, over: Json = {}): Json => ({
  EngineName: 'postgres', EndpointType: type, DatabaseName: side,
  PostgreSqlSettings: { SecretsManagerSecretId: { Ref: `Secret${side}` } }, ...over,
});

/** What the rules find in the sound pair with a change to it. */
export function findingsOf(over: PairChange = {}): Finding[] {
  const leg = (properties: Json, document: Json, rules: readonly Json[], type: string): Json => ({
    MigrationType: type,
    TableMappings: JSON.stringify({ rules }),
    ReplicationTaskSettings: JSON.stringify(document),
    ...properties,
  });
  const there = leg(over.there ?? {}, { ...settings('a', 'b'), ...over.thereSettings },
    over.thereRules ?? [select('a'), without('a'), change('schema', 'rename', 'a', { value: 'b' })], 'full-load-and-cdc');
  const back = leg(over.back ?? {}, { ...settings('b', 'a'), ...over.backSettings },
    over.backRules ?? [select('b'), without('b'), change('schema', 'rename', 'b', { value: 'a' })], 'cdc');
  return checkTwoWay([
    legOf({
      properties: there, source: endpoint('source', 'A', over.sideA), target: endpoint('target', 'B', over.sideB),
    }, 'There'),
    legOf({
      properties: back, source: endpoint('source', 'B', over.sideB), target: endpoint('target', 'A', over.sideA),
    }, 'Back'),
  ]);
}

const SETTINGS = 'Back.ReplicationTaskSettings →';
const loopback = (source: string, target: string, enabled: unknown = true): Json =>
  ({ LoopbackPreventionSettings: { EnableLoopbackPrevention: enabled, SourceSchema: source, TargetSchema: target } });
const backRules = (...rules: Json[]): PairChange =>
  ({ backRules: [select('b'), without('b'), change('schema', 'rename', 'b', { value: 'a' }), ...rules] });

export const TWO_WAY_CASES: RuleCase[] = [
  {
    rule: 'two-way/loopback-in-mapping',
    broken: () => findingsOf(backRules({ ...without('b'), ...loopback('b', 'a') })),
    path: 'Back.TableMappings → rules[3].LoopbackPreventionSettings',
    message: 'LoopbackPreventionSettings stands in a rule of the table mapping',
    passing: () => findingsOf(),
  },
  ...([['left out', null], ['off', false]] as const).map(([when, enabled]): RuleCase => ({
    rule: 'two-way/loopback-missing',
    when,
    broken: () => findingsOf({ backSettings: loopback('b', 'a', enabled) }),
    path: `${SETTINGS} LoopbackPreventionSettings`,
    message: 'the task is one of two ways, and EnableLoopbackPrevention is not true',
    passing: () => findingsOf({ backSettings: loopback('b', 'a', '${Token[ON.1]}') }),
  })),
  {
    rule: 'two-way/loopback-not-mirrored',
    broken: () => findingsOf({ backSettings: loopback('b', 'A') }),
    path: `${SETTINGS} LoopbackPreventionSettings.TargetSchema`,
    message: 'TargetSchema is "A", and SourceSchema of the task at There is "a"',
    passing: () => findingsOf({ backSettings: loopback('b', '${Token[SCHEMA.1]}') }),
  },
  {
    rule: 'two-way/two-full-loads',
    broken: () => findingsOf({ back: { MigrationType: 'full-load-and-cdc' } }),
    path: 'Back.MigrationType',
    message: 'both this and the task at There load tables',
    passing: () => findingsOf({ there: { MigrationType: 'cdc' }, back: { MigrationType: 'full-load-and-cdc' } }),
  },
  {
    rule: 'two-way/ddl-both-ways',
    broken: () => findingsOf({
      thereSettings: { ChangeProcessingDdlHandlingPolicy: null },
      backSettings: { ChangeProcessingDdlHandlingPolicy: { HandleSourceTableAltered: false } },
    }),
    path: `${SETTINGS} ChangeProcessingDdlHandlingPolicy`,
    message: 'both this and the task at There carry DDL',
    passing: () => findingsOf({ thereSettings: { ChangeProcessingDdlHandlingPolicy: null } }),
  },
  {
    rule: 'two-way/selection-not-mirrored',
    broken: () => findingsOf({
      backRules: [select('b', 'heartbeat'), without('b'), change('schema', 'rename', 'b', { value: 'a' })],
    }),
    path: 'Back.TableMappings → rules',
    message: 'only one of this and the task at There has: include b.%, include b.heartbeat',
    passing: () => findingsOf({
      backRules: [select('B', '%', { 'rule-id': '7' }), without('B'), change('schema', 'rename', 'B', { value: 'A' })],
    }),
  },
  {
    rule: 'two-way/transformations-not-mirrored',
    broken: () => findingsOf(backRules(change('table', 'convert-uppercase', 'b'))),
    path: 'Back.TableMappings → rules',
    message: 'one of this and the task at There does not undo the other: table lower',
    passing: () => findingsOf({
      thereRules: [
        select('a'), without('a'), change('schema', 'rename', 'a', { value: 'b' }), change('table', 'convert-lowercase', 'a'),
      ],
      ...backRules(change('table', 'convert-uppercase', 'b')),
    }),
  },
  {
    rule: 'two-way/transformations-not-mirrored',
    when: 'filters',
    broken: () => findingsOf({
      backRules: [
        select('b', '%', { filters: [{ 'filter-type': 'source' }] }), without('b'),
        change('schema', 'rename', 'b', { value: 'a' }),
      ],
    }),
    path: 'Back.TableMappings → rules',
    message: 'one of this and the task at There does not undo the other: filter on the way back',
    passing: () => findingsOf(),
  },
  {
    rule: 'two-way/control-tables',
    broken: () => findingsOf({ backRules: [select('b'), change('schema', 'rename', 'b', { value: 'a' })] }),
    path: 'Back.TableMappings → rules[0].object-locator.table-name',
    message: 'the selection takes the tables that DMS writes for itself',
    passing: () => findingsOf({
      thereRules: [select('a', 'orders'), change('schema', 'rename', 'a', { value: 'b' })],
      backRules: [select('b', 'orders'), change('schema', 'rename', 'b', { value: 'a' })],
    }),
  },
  {
    rule: 'two-way/engine',
    broken: () => findingsOf({ there: { MigrationType: 'cdc' } }).concat(checkTwoWay([legOf({
      properties: {
        MigrationType: 'cdc', TableMappings: { rules: [select('a', 'orders')] }, ReplicationTaskSettings: settings('a', 'b'),
      },
      source: { EngineName: 'mariadb' }, target: { EngineName: 'aurora' },
    }, 'There')])),
    path: 'There.SourceEndpointArn',
    message: 'the engine mariadb cannot be one of two ways',
    passing: () => findingsOf({ sideA: { EngineName: 'aurora-postgresql' } }),
  },
  {
    rule: 'two-way/serverless',
    broken: () => findingsOf({ back: { ReplicationType: 'cdc' } }),
    path: 'Back.ReplicationType',
    message: 'a serverless replication of type cdc is one of two ways',
    passing: () => findingsOf({ there: { ReplicationType: 'full-load-and-cdc' } }),
  },
  {
    rule: 'two-way/validation',
    broken: () => findingsOf({ backSettings: { ValidationSettings: null } }),
    path: `${SETTINGS} ValidationSettings.EnableValidation`,
    message: 'EnableValidation is left out, which is false',
    passing: () => findingsOf({ backSettings: { ValidationSettings: { EnableValidation: '${Token[ON.1]}' } } }),
  },
  ...([
    ['left out', undefined, 'left out, which is DROP_AND_CREATE'], ['truncate', 'TRUNCATE_BEFORE_LOAD', '"TRUNCATE_BEFORE_LOAD"'],
  ] as const).map(([when, mode, shown]): RuleCase => ({
    rule: 'two-way/prep-mode',
    when,
    broken: () => findingsOf({ thereSettings: { FullLoadSettings: { TargetTablePrepMode: mode } } }),
    path: 'There.ReplicationTaskSettings → FullLoadSettings.TargetTablePrepMode',
    message: `TargetTablePrepMode is ${shown}`,
    passing: () => findingsOf({ backSettings: { FullLoadSettings: { TargetTablePrepMode: mode } } }),
  })),
  {
    rule: 'two-way/same-login',
    broken: () => findingsOf({
      sideA: { PostgreSqlSettings: { SecretsManagerSecretId: { Ref: 'Secret' } } },
      sideB: { PostgreSqlSettings: { SecretsManagerSecretId: { Ref: 'Secret' } } },
    }),
    path: 'Back.SourceEndpointArn',
    message: 'both sides have the same secret',
    passing: () => findingsOf(),
  },
  {
    rule: 'two-way/same-login',
    when: 'a password',
    broken: () => findingsOf({
      sideA: { PostgreSqlSettings: null, ServerName: 'a', Password: { Ref: 'Password' } },
      sideB: { PostgreSqlSettings: null, ServerName: 'b', Password: { Ref: 'Password' } },
    }),
    path: 'Back.SourceEndpointArn',
    message: 'both sides have the same password',
    passing: () => findingsOf({
      sideA: { PostgreSqlSettings: null, ServerName: 'a', Password: { Ref: 'Password' } },
      sideB: { PostgreSqlSettings: null, ServerName: 'b', Password: { Ref: 'Other' } },
    }),
  },
];

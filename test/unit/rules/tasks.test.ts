import { checkSubnetGroup, checkTask } from '../../../lib/rules';
import { Json } from './cases/good-template';

const brief = (findings: readonly { rule: string; path: string; message: string }[]): string[] =>
  findings.map(({ rule, path, message }) => `${rule} ${path}: ${message}`);

const selection = (locator: Json = {}): Json => ({
  'rule-type': 'selection', 'rule-id': '1', 'rule-action': 'include',
  'object-locator': { 'schema-name': 's', 'table-name': 't', ...locator },
});
const mappings = (...rules: Json[]): Json => ({ rules: [selection(), ...rules] });
const quiet = { FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' } };
const task = (properties: Json, source?: Json, target?: Json): string[] => brief(checkTask({
  properties: {
    MigrationType: 'full-load', TableMappings: mappings(), ReplicationTaskSettings: quiet, ...properties,
  },
  source, target,
}, 'T'));
const redshift = (metadata: unknown, properties: Json = {}, EngineName = 'redshift'): string[] =>
  task({ ReplicationTaskSettings: { ...quiet, TargetMetadata: metadata }, ...properties }, undefined, { EngineName });

const METADATA = 'T.ReplicationTaskSettings → TargetMetadata';
const TOO_LARGE = [`redshift/lob-size ${METADATA}.LobMaxSize: LobMaxSize is 64 KB: it is at most 63`];

test.each<[unknown, string[]]>([
  [{ LobMaxSize: 64 }, TOO_LARGE], [{ LobMaxSize: 64, SupportLobs: true }, TOO_LARGE],
  [{ LobMaxSize: 64, FullLobMode: false }, TOO_LARGE],
  [{ LobMaxSize: 63 }, []], [{ LobMaxSize: 64, SupportLobs: false }, []], [{ LobMaxSize: '${Token[LOBS.1]}' }, []],
  [{ LobMaxSize: 64, FullLobMode: true, LimitedSizeLobMode: false }, []],
  [{ LobMaxSize: 64, SupportLobs: '${Token[LOBS.1]}' }, []], [{ LobMaxSize: 64, FullLobMode: '${Token[LOBS.1]}' }, []],
  [{ LobMaxSize: 1, ParallelLoadThreads: 32 }, []], [{ Ref: 'Metadata' }, []],
  [{ LobMaxSize: 1, ParallelLoadThreads: 33 },
    [`redshift/load-threads ${METADATA}.ParallelLoadThreads: ParallelLoadThreads is 33: it is at most 32`]],
  [{ LobMaxSize: 1, TargetSchema: '_s' }, [`redshift/schema-name ${METADATA}.TargetSchema: the schema becomes "_s"`]],
  [{ LobMaxSize: 1, TargetSchema: 's_' }, []],
])('a task into Redshift with %j: %j', (metadata, found) => {
  expect(redshift(metadata)).toEqual(found);
  expect(redshift(metadata, {}, 'redshift-serverless')).toEqual(found);
});

test.each<[Json, boolean]>([
  [{ BatchApplyEnabled: true }, false], [{ BatchApplyEnabled: false }, true], [{ BatchApplyEnabled: null }, true],
  [{}, true],
  [{ BatchApplyEnabled: '${Token[BATCH.1]}' }, false],
])('changes go into Redshift with %j: a finding: %j', (metadata, isFound) => {
  const rules = (MigrationType: string): string[] =>
    redshift({ LobMaxSize: 1, ...metadata }, { MigrationType }).map((line) => line.split(' ')[0]!);
  expect([rules('cdc'), rules('full-load')]).toEqual([isFound ? ['redshift/batch-apply'] : [], []]);
});

test.each<[string, string, boolean]>([
  ['rename', 'schema', true], ['add-prefix', 'schema', true], ['rename', 'table', false], ['add-suffix', 'schema', false],
  ['remove-prefix', 'schema', false],
])('%s of a %s makes a schema of Redshift: %j', (action, target, isNamed) => {
  const rule = {
    'rule-type': 'transformation', 'rule-id': '2', 'rule-action': action, 'rule-target': target, value: '_x',
    'object-locator': { 'schema-name': 's', ...(target === 'table' ? { 'table-name': 't' } : {}) },
  };
  expect(redshift({ LobMaxSize: 1 }, { TableMappings: mappings(rule) }))
    .toEqual(isNamed ? ['redshift/schema-name T.TableMappings → rules[1].value: the schema becomes "_x"'] : []);
});

test('a replaced prefix makes a schema of Redshift', () => {
  const rule = {
    'rule-type': 'transformation', 'rule-id': '2', 'rule-action': 'replace-prefix', 'rule-target': 'schema', value: '_x',
    'old-value': 'y', 'object-locator': { 'schema-name': 's' },
  };
  expect(redshift({ LobMaxSize: 1 }, { TableMappings: mappings(rule) })).toHaveLength(1);
});

const PREP = 'task/table-prep-mode T.ReplicationTaskSettings → FullLoadSettings.TargetTablePrepMode: '
  + 'TargetTablePrepMode is left out, which is DROP_AND_CREATE';

test.each<[string, unknown, string[]]>([
  ['left out', undefined, [PREP]], ['without the mode', { FullLoadSettings: {} }, [PREP]], ['without the section', {}, [PREP]],
  ['with a mode', { FullLoadSettings: { TargetTablePrepMode: 'DROP_AND_CREATE' } }, []],
  ['with a section not known', { FullLoadSettings: { Ref: 'Load' } }, []], ['not known', { Ref: 'Settings' }, []],
  ['not an object', [], ['settings/not-a-document T.ReplicationTaskSettings: [] is given: settings are an object']],
])('settings %s', (_what, ReplicationTaskSettings, found) => {
  expect(task({ ReplicationTaskSettings })).toEqual(found);
});

test.each(['view', 'all'])('a selection with table-type %s is loaded and not captured', (type) => {
  const check = (MigrationType: string): string[] =>
    task({ MigrationType, TableMappings: { rules: [selection({ 'table-type': type })] } });
  expect([check('full-load'), check('cdc')]).toEqual([[], [
    `task/views-with-cdc T.TableMappings → rules[0].object-locator.table-type: table-type is ${type} in a task that captures changes`,
  ]]);
});

test.each(['none', 'ranges'])('PostgreSQL is loaded with parallel-load of type %s', (type) => {
  const load = { type, ...(type === 'ranges' ? { columns: ['c'], boundaries: [['1']] } : {}) };
  const settings = {
    'rule-type': 'table-settings', 'rule-id': '2', 'object-locator': { 'schema-name': 's', 'table-name': 't' }, 'parallel-load': load,
  };
  expect(task({ TableMappings: mappings(settings) }, { EngineName: 'postgres' })).toEqual([]);
});

test('a start position that is not known is not said to lack a slot\'s checkpoint', () => {
  const source = { EngineName: 'postgres', PostgreSqlSettings: { HeartbeatEnable: true, SlotName: 's' } };
  expect(task({ MigrationType: 'cdc', CdcStartPosition: { Ref: 'Position' } }, source)).toEqual([]);
});

test('the type of a serverless replication has another name', () => {
  const { rules } = mappings();
  const properties = {
    ReplicationType: 'load', TableMappings: { rules }, ReplicationSettings: quiet, ComputeConfig: { MaxCapacityUnits: 1 },
  };
  expect(brief(checkTask({ properties }, 'T'))).toEqual(['task/migration-type T.ReplicationType: "load" is not a migration type: '
    + 'it is full-load, cdc or full-load-and-cdc']);
});

test('mappings that are no mapping are named where they stand', () => {
  expect(task({ TableMappings: [] }))
    .toEqual(['mappings/not-a-document T.TableMappings: [] is given: a table mapping has a list of rules']);
});

test.each<[unknown, number]>([
  [['a', 'b'], 0], [['a'], 1], [[], 1], [['a', '${Token[SUBNETS.1]}'], 0], [['${Token[SUBNETS.1]}'], 0], [[null], 1],
  [[{ 'Fn::Select': [0, { Ref: 'Ids' }] }], 0], [[{ Ref: 'Subnet' }], 1], [{ Ref: 'Subnets' }, 0], ['a', 0],
])('the subnets %j break %i rules', (SubnetIds, count) => {
  expect(checkSubnetGroup({ SubnetIds })).toHaveLength(count);
});

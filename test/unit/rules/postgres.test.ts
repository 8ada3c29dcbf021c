import { checkEndpoint, checkParameterGroup, checkTask } from '../../../lib/rules';
import { endpointSettings } from '../../../lib/rules/connection-attributes';
import { checkPostgresServer } from '../../../lib/rules/postgres-server';
import { TemplateResources } from '../../../lib/rules/resources';

type Json = Record<string, unknown>;
const brief = (findings: readonly { rule: string; message: string }[]): string[] =>
  findings.map(({ rule, message }) => `${rule}: ${message}`);

const on = { 'rds.logical_replication': '1' };

test.each<[unknown, string | undefined]>([
  ['1', undefined], [1, undefined], ['on', undefined], ['true', undefined], [true, undefined], [{ Ref: 'Value' }, undefined],
  ['0', '"0"'], ['off', '"off"'], [undefined, 'left out, which is 0'], [null, 'left out, which is 0'], ['10', '"10"'],
])('rds.logical_replication %j', (value, shown) => {
  expect(brief(checkParameterGroup({ 'rds.logical_replication': value }))).toEqual(shown === undefined ? []
    : [`postgres/logical-replication: rds.logical_replication is ${shown}: DMS needs 1`]);
});

test.each<[unknown, string | undefined]>([
  ['logical', undefined], ['replica', 'too little'],
])('wal_level %j on a server of one\'s own', (wal_level, found) => {
  expect(checkParameterGroup({ wal_level })).toHaveLength(found === undefined ? 0 : 1);
});

test.each<[unknown, string | undefined]>([
  [0, undefined], ['0', undefined], ['0s', undefined], ['10000', undefined], ['10s', undefined], [' 10 s ', undefined],
  ['299999', undefined], ['4min', undefined], ['299s', undefined], ['often', undefined], ['-1', undefined], ['1.5s', undefined],
  ['10 weeks', undefined], ['10s x', undefined], ['x 10s', undefined], [undefined, undefined], [{ Ref: 'Timeout' }, undefined],
  ['9999', 'wal-sender-timeout: wal_sender_timeout is 9999 ms: DMS needs 0 (never) or at least 10000 ms'],
  ['9999ms', 'wal-sender-timeout: wal_sender_timeout is 9999 ms: DMS needs 0 (never) or at least 10000 ms'],
  ['9s', 'wal-sender-timeout: wal_sender_timeout is 9000 ms: DMS needs 0 (never) or at least 10000 ms'],
  ['300000', 'long-wal-sender-timeout: wal_sender_timeout is 300000 ms: it should be under 300000 ms'],
  ['5min', 'long-wal-sender-timeout: wal_sender_timeout is 300000 ms: it should be under 300000 ms'],
  ['1h', 'long-wal-sender-timeout: wal_sender_timeout is 3600000 ms: it should be under 300000 ms'],
  ['2d', 'long-wal-sender-timeout: wal_sender_timeout is 172800000 ms: it should be under 300000 ms'],
])('wal_sender_timeout %j', (wal_sender_timeout, found) => {
  expect(brief(checkParameterGroup({ ...on, wal_sender_timeout }))).toEqual(found === undefined ? [] : [`postgres/${found}`]);
});

test.each(['max_replication_slots', 'max_wal_senders'])('%s is enough for the tasks', (name) => {
  const check = (value: unknown, tasks?: number): number =>
    checkParameterGroup({ ...on, [name]: value }, tasks === undefined ? {} : { tasks }).length;
  expect([check(2, 3), check('2', 3), check(3, 3), check(4, 3), check(0), check(undefined, 3), check({ Ref: 'N' }, 3)])
    .toEqual([1, 1, 0, 0, 0, 0, 0]);
});

test.each<[unknown, number]>([
  [-1, 0], ['-1', 0], [undefined, 0], [{ Ref: 'Size' }, 0], [0, 1], ['1', 1], ['1GB', 1],
])('max_slot_wal_keep_size %j breaks %i rules', (max_slot_wal_keep_size, count) => {
  expect(checkParameterGroup({ ...on, max_slot_wal_keep_size })).toHaveLength(count);
});

const endpoint = (properties: Json): string[] =>
  brief(checkEndpoint({ EngineName: 'postgres', EndpointType: 'source', SslMode: 'require', ...properties }));

test.each(['no-preference', 'test-decoding', 'pglogical', 'TEST_DECODING', 'PgLogical'])('DMS reads the plug-in %s', (PluginName) => {
  expect(endpoint({ PostgreSqlSettings: { PluginName } })).toEqual([]);
});

test.each<[Json, string[]]>([
  [{ SslMode: 'none' }, ['postgres/ssl-mode: SslMode is none']],
  [{ SslMode: null }, ['postgres/ssl-mode: SslMode is left out, which is none']],
  [{ SslMode: { Ref: 'Mode' } }, []],
  [{ PostgreSqlSettings: { DatabaseMode: 'default' } }, []],
  [{ ExtraConnectionAttributes: 'pluginName=wal2json' }, ['postgres/plugin-name: "wal2json" is not a plug-in that DMS reads: '
    + 'it is no-preference, test-decoding or pglogical']],
])('a PostgreSQL endpoint with %j: %j', (properties, found) => {
  expect(endpoint(properties)).toEqual(found);
});

test.each<[unknown, Json, Json]>([
  ['a=1;B = 2 ; c=x=y', {}, { A: '1', b: '2', C: 'x=y' }],
  ['a=1', { A: 'own' }, { A: 'own' }],
  ['a=1', { A: null }, { A: '1' }],
  ['a;=1;;', {}, {}],
  [{ Ref: 'Attributes' }, { b: 1 }, { b: 1 }],
  [undefined, { other: 1 }, { other: 1 }],
])('connection attributes %j beside %j', (ExtraConnectionAttributes, own, settings) => {
  expect(endpointSettings({ ExtraConnectionAttributes, Section: own }, 'Section', ['A', 'b', 'C'])).toEqual(settings);
});

/** A task of a template from this database. */
const server = (task: Json, database: Json, others: Json = {}, source: Json = {}): string[] => {
  const resources = new TemplateResources({
    Instance: { Type: 'AWS::DMS::ReplicationInstance', Properties: { EngineVersion: '3.6.1', ...task } },
    Source: { Type: 'AWS::DMS::Endpoint', Properties: { EngineName: 'postgres', ...source } },
    Database: { Type: 'AWS::RDS::DBInstance', Properties: database },
    ...others,
  });
  const get = (Ref: string): ReturnType<TemplateResources['all']>[number] | undefined => resources.direct({ Ref })?.resource;
  return brief(checkPostgresServer({
    logicalId: 'Task',
    properties: { MigrationType: 'MigrationType' in task ? task.MigrationType : 'cdc' },
    source: get('Source'),
    sourceDatabase: get('Database'),
    sourceParameterGroup: get('Parameters'),
    replicationInstance: get('Instance'),
  }, resources));
};
const needs = (dms: string, major: number, oldest: string): string[] =>
  [`postgres/dms-version: EngineVersion is ${dms} and the source is PostgreSQL ${major}: that takes ${oldest} or later`];

test.each<[number, string, string]>([
  [13, '3.4.3', '3.4.2'], [14, '3.4.7', '3.4.6'], [15, '3.5.1', '3.5.0'], [16, '3.5.3', '3.5.2'], [18, '3.5.4', '3.5.3'],
])('PostgreSQL %i takes DMS %s', (major, oldest, older) => {
  const check = (EngineVersion: string): string[] => server({ EngineVersion }, { EngineVersion: `${major}.1` });
  expect([check(oldest), check(older)]).toEqual([[], needs(older, major, oldest)]);
});

test.each<[string, string, string[]]>([
  ['3.5.3', '17.1', needs('3.5.3', 17, '3.5.4')],
  ['3.5.4', '17.1', ['postgres/dms-version-unsure: EngineVersion is 3.5.4 and the source is PostgreSQL 17: 3.6.1 is sure to read it']],
  ['3.6.0', '17', ['postgres/dms-version-unsure: EngineVersion is 3.6.0 and the source is PostgreSQL 17: 3.6.1 is sure to read it']],
  ['3.6.1', '17.1', []], ['3.4', '17.1', []], ['2.0.0', '12.1', []], ['2.0.0', 'latest', []],
])('DMS %s from PostgreSQL %s: %j', (EngineVersion, version, found) => {
  expect(server({ EngineVersion }, { EngineVersion: version })).toEqual(found);
});

test.each<[string, Json, Json, string[]]>([
  ['the cluster', { DBClusterIdentifier: { Ref: 'Cluster' } },
    { Cluster: { Type: 'AWS::RDS::DBCluster', Properties: { EngineVersion: '16.4' } } }, needs('3.5.2', 16, '3.5.3')],
  ['the family', {}, { Parameters: { Type: 'AWS::RDS::DBParameterGroup', Properties: { Family: 'postgres16' } } },
    needs('3.5.2', 16, '3.5.3')],
  ['the family of Aurora', {},
    { Parameters: { Type: 'AWS::RDS::DBClusterParameterGroup', Properties: { Family: 'aurora-postgresql16' } } },
    needs('3.5.2', 16, '3.5.3')],
  ['the database before its family', { EngineVersion: '15.8' },
    { Parameters: { Type: 'AWS::RDS::DBParameterGroup', Properties: { Family: 'postgres16' } } }, []],
  ['a family of another engine', {}, { Parameters: { Type: 'AWS::RDS::DBParameterGroup', Properties: { Family: 'mysql16' } } }, []],
  ['a family of PostgreSQL with more to its name', {},
    { Parameters: { Type: 'AWS::RDS::DBParameterGroup', Properties: { Family: 'postgres16-custom' } } }, []],
  ['nothing', {}, {}, []],
])('the version of a server is told by %s', (_what, database, others, found) => {
  expect(server({ EngineVersion: '3.5.2' }, database, others)).toEqual(found);
});

const NO = 'postgres/no-change-capture: the source is the';

test.each<[string, Json, Json, Json, string[]]>([
  ['a replica that can decode', {}, { EngineVersion: '16.1', SourceDBInstanceIdentifier: 'a' }, {}, []],
  ['a replica that cannot', {}, { EngineVersion: '15.9', SourceDBInstanceIdentifier: 'a' }, {},
    [`${NO} read replica Database of PostgreSQL 15`]],
  ['a replica of a cluster', {}, { EngineVersion: '15.9', ReplicationSourceIdentifier: 'a' }, {},
    [`${NO} read replica Database of PostgreSQL 15`]],
  ['a replica of which no version is known', {}, { SourceDBInstanceIdentifier: 'a' }, {}, []],
  ['a replica that is only loaded', { MigrationType: 'full-load' }, { EngineVersion: '15.9', SourceDBInstanceIdentifier: 'a' }, {}, []],
  ['Aurora Serverless v1', {}, { EngineMode: 'serverless' }, {}, [`${NO} Aurora Serverless v1 cluster Database`]],
  ['Aurora', {}, { EngineMode: 'provisioned' }, {}, []],
  ['a proxy', {}, {}, { ServerName: { 'Fn::GetAtt': ['Proxy', 'Endpoint'] } }, [`${NO} proxy Proxy`]],
  ['an endpoint of a proxy', {}, {}, { ServerName: { 'Fn::GetAtt': ['ProxyEndpoint', 'Endpoint'] } }, [`${NO} proxy ProxyEndpoint`]],
  ['another engine', {}, { EngineMode: 'serverless' }, { EngineName: 'mysql' }, []],
])('changes of %s', (_what, task, database, source, found) => {
  const proxies = { Proxy: { Type: 'AWS::RDS::DBProxy' }, ProxyEndpoint: { Type: 'AWS::RDS::DBProxyEndpoint' } };
  expect(server(task, database, proxies, source)).toEqual(found);
});

const quiet = { FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' } };
const MAPPINGS = {
  rules: [{
    'rule-type': 'selection', 'rule-id': '1', 'rule-action': 'include', 'object-locator': { 'schema-name': 's', 'table-name': 't' },
  }],
};
const task = (properties: Json, settings: Json = {}, ExtraConnectionAttributes?: string): string[] => brief(checkTask({
  properties: { MigrationType: 'cdc', TableMappings: MAPPINGS, ReplicationTaskSettings: quiet, ...properties },
  source: {
    EngineName: 'postgres', EndpointType: 'source', ExtraConnectionAttributes,
    PostgreSqlSettings: { HeartbeatEnable: true, ...settings },
  },
}));

test.each<[Json, Json, string[]]>([
  [{ CdcStartPosition: 'checkpoint:V1#1' }, {}, []],
  [{ CdcStartPosition: '1/2' }, {},
    ['postgres/start-position-without-slot: CdcStartPosition is given and the PostgreSQL source has no SlotName']],
  [{ CdcStartPosition: '1/2' }, { SlotName: 's' }, []],
  [{}, { SlotName: 's' },
    ['postgres/slot-without-start-position: the PostgreSQL source has the SlotName "s" and there is no CdcStartPosition']],
  [{ MigrationType: 'full-load' }, { SlotName: 's', HeartbeatEnable: false }, []],
  [{}, { HeartbeatEnable: 'false' }, ['postgres/heartbeat: HeartbeatEnable is false on a source of changes']],
  [{}, { HeartbeatEnable: null }, ['postgres/heartbeat: HeartbeatEnable is left out, which is false, on a source of changes']],
  [{ CdcStartTime: 1, CdcStartPosition: 'checkpoint:V1' }, {}, [
    'task/two-starts: CdcStartTime and CdcStartPosition are both given',
    'postgres/start-time: CdcStartTime is given with a PostgreSQL source',
  ]],
])('a task with %j from an endpoint with %j: %j', (properties, settings, found) => {
  expect(task(properties, settings)).toEqual(found);
});

test('slot and heartbeat may be connection attributes', () => {
  expect(task({ CdcStartPosition: '1/2' }, { HeartbeatEnable: undefined }, 'slotName=s;heartbeatEnable=true')).toEqual([]);
});

test.each<[string, number]>([
  ['maxFileSize=0', 1], ['maxFileSize=1', 0], ['maxFileSize=1048576', 0], ['maxFileSize=1048577', 1], ['maxFileSize=large', 0],
  ['slotName=s;heartbeatEnable=true;heartbeatFrequency=5;ddlArtifactsSchema=d', 4],
])('the connection attributes %j of a target break %i rules', (ExtraConnectionAttributes, count) => {
  expect(checkEndpoint({ EngineName: 'postgres', EndpointType: 'target', SslMode: 'require', ExtraConnectionAttributes }))
    .toHaveLength(count);
});

import { checkEndpoint, checkTask, Finding } from '../../../../lib/rules';
import { RuleCase } from './rule-case';

type Json = Record<string, unknown>;

const endpoint = (type: string, settings: Json = {}, properties: Json = {}): Json =>
  ({ EngineName: 'postgres', EndpointType: type, SslMode: 'require', PostgreSqlSettings: settings, ...properties });
const MAPPINGS = JSON.stringify({
  rules: [{
    'rule-type': 'selection',
    'rule-id': '1',
    'rule-action': 'include',
    'object-locator': { 'schema-name': 'public', 'table-name': 'orders' },
  }],
});
const task = (metadata: Json, source: Json = {}, target: Json = {}): Finding[] => checkTask({
  properties: {
    MigrationType: 'full-load-and-cdc',
    TableMappings: MAPPINGS,
    ReplicationTaskSettings: JSON.stringify({
      TargetMetadata: metadata, FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
    }),
  },
  source: endpoint('source', { HeartbeatEnable: true, ...source }),
  target: endpoint('target', target),
});
const booleans = { MapBooleanAsBoolean: true };

export const DATABASE_TARGET_CASES: RuleCase[] = [
  ...['SlotName', 'PluginName', 'HeartbeatSchema'].map((key): RuleCase => ({
    rule: 'postgres/source-only-setting',
    when: key,
    broken: () => checkEndpoint(endpoint('target', { [key]: 'pglogical' })),
    path: `PostgreSqlSettings.${key}`,
    message: `${key} is given on a target`,
    passing: () => checkEndpoint(endpoint('source', { [key]: 'pglogical' })),
  })),
  {
    rule: 'postgres/source-only-setting',
    when: 'as a connection attribute',
    broken: () => checkEndpoint(endpoint('target', {}, { ExtraConnectionAttributes: 'captureDDLs=false' })),
    path: 'PostgreSqlSettings.CaptureDdls',
    message: 'CaptureDdls is given on a target',
    passing: () => checkEndpoint(endpoint('target', {}, { ExtraConnectionAttributes: 'loadUsingCSV=false' })),
  },
  ...([[0, 1], ['1048577', '1048576']] as const).map(([broken, passing]): RuleCase => ({
    rule: 'postgres/max-file-size',
    when: String(broken),
    broken: () => checkEndpoint(endpoint('target', { MaxFileSize: broken })),
    path: 'PostgreSqlSettings.MaxFileSize',
    message: `MaxFileSize is ${JSON.stringify(broken)}: it is 1 to 1048576 KB`,
    passing: () => checkEndpoint(endpoint('target', { MaxFileSize: passing })),
  })),
  {
    rule: 'database/boolean-mapping',
    when: 'the target has it alone',
    broken: () => task({ LobMaxSize: 64 }, {}, booleans),
    path: 'TargetEndpointArn',
    message: 'MapBooleanAsBoolean is true on the target and not on the source: booleans arrive as text',
    passing: () => task({ LobMaxSize: 64 }, booleans, booleans),
  },
  {
    rule: 'database/boolean-mapping',
    when: 'the source has it alone',
    broken: () => task({ LobMaxSize: 64 }, booleans, { MapBooleanAsBoolean: false }),
    path: 'TargetEndpointArn',
    message: 'MapBooleanAsBoolean is true on the source and not on the target: booleans arrive as text',
    passing: () => task({ LobMaxSize: 64 }, {}, { MapBooleanAsBoolean: false }),
  },
  {
    rule: 'database/lob-limit',
    broken: () => task({ LimitedSizeLobMode: true }),
    path: 'ReplicationTaskSettings → TargetMetadata.LobMaxSize',
    message: 'LobMaxSize is left out, which is 32 KB',
    passing: () => task({ LimitedSizeLobMode: true, LobMaxSize: 32 }),
  },
  {
    rule: 'database/lob-limit',
    when: 'LOBs are not whole',
    broken: () => task({}),
    path: 'ReplicationTaskSettings → TargetMetadata.LobMaxSize',
    message: 'LobMaxSize is left out, which is 32 KB',
    passing: () => task({ FullLobMode: true, LimitedSizeLobMode: false }),
  },
  {
    rule: 'database/batch-apply-lobs',
    broken: () => task({ BatchApplyEnabled: true, FullLobMode: true, LimitedSizeLobMode: false }),
    path: 'ReplicationTaskSettings → TargetMetadata.BatchApplyEnabled',
    message: 'BatchApplyEnabled and FullLobMode are both true',
    passing: () => task({ BatchApplyEnabled: true, LobMaxSize: 64 }),
  },
];

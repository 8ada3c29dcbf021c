import { checkTask, Finding } from '../../../../lib/rules';
import { Json } from './good-template';
import { RuleCase } from './rule-case';

const selection = (type?: string): Json => ({
  'rule-type': 'selection', 'rule-id': '1', 'rule-action': 'include',
  'object-locator': { 'schema-name': 'public', 'table-name': '%', ...(type === undefined ? {} : { 'table-type': type }) },
});
const config = (properties: Json = {}, source: Json = {}, target: Json = {}): Finding[] => checkTask({
  properties: {
    ReplicationType: 'full-load',
    ComputeConfig: { MaxCapacityUnits: 16 },
    TableMappings: { rules: [selection()] },
    ReplicationSettings: { FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' } },
    ...properties,
  },
  source: { EngineName: 'mysql', EndpointType: 'source', ...source },
  target: { EngineName: 'kinesis', EndpointType: 'target', ...target },
});
const compute = (properties: Json): Finding[] => config({ ComputeConfig: { MaxCapacityUnits: 16, ...properties } });
const units = '1, 2, 4, 8, 16, 32, 64, 128, 192, 256 or 384';

export const SERVERLESS_CASES: RuleCase[] = [
  {
    rule: 'serverless/missing-capacity',
    broken: () => config({ ComputeConfig: { MinCapacityUnits: 1 } }),
    path: 'ComputeConfig',
    message: 'there is no MaxCapacityUnits',
    passing: () => config({ ComputeConfig: { MaxCapacityUnits: 1 } }),
  },
  ...([[3, 4], [0, 1], [512, '384'], ['many', { Ref: 'Units' }]] as const).map(([broken, passing]): RuleCase => ({
    rule: 'serverless/capacity',
    when: String(broken),
    broken: () => config({ ComputeConfig: { MaxCapacityUnits: broken } }),
    path: 'ComputeConfig.MaxCapacityUnits',
    message: `MaxCapacityUnits is ${JSON.stringify(broken)}: it is ${units}`,
    passing: () => config({ ComputeConfig: { MaxCapacityUnits: passing } }),
  })),
  {
    rule: 'serverless/capacity',
    when: 'at least',
    broken: () => compute({ MinCapacityUnits: 3 }),
    path: 'ComputeConfig.MinCapacityUnits',
    message: `MinCapacityUnits is 3: it is ${units}`,
    passing: () => compute({ MinCapacityUnits: 4 }),
  },
  {
    rule: 'serverless/capacity-order',
    broken: () => compute({ MinCapacityUnits: '32' }),
    path: 'ComputeConfig.MinCapacityUnits',
    message: 'MinCapacityUnits is 32 and MaxCapacityUnits is 16',
    passing: () => compute({ MinCapacityUnits: '16' }),
  },
  {
    rule: 'serverless/standby-zone',
    broken: () => compute({ MultiAZ: true, AvailabilityZone: 'eu-west-1a' }),
    path: 'ComputeConfig.AvailabilityZone',
    message: 'MultiAZ is true and AvailabilityZone is given',
    passing: () => compute({ MultiAZ: true }),
  },
  {
    rule: 'instance/maintenance-window',
    when: 'of a serverless replication',
    broken: () => compute({ PreferredMaintenanceWindow: 'sun' }),
    path: 'ComputeConfig.PreferredMaintenanceWindow',
    message: 'the maintenance window is "sun": it looks like sun:03:00-sun:04:00',
    passing: () => compute({ PreferredMaintenanceWindow: 'sun:03:00-sun:03:30' }),
  },
  ...['CdcStartPosition', 'CdcStartTime'].map((key): RuleCase => ({
    rule: 'serverless/start-point',
    when: key,
    broken: () => config({ ReplicationType: 'cdc', [key]: '1' }),
    path: key,
    message: `${key} is given`,
    passing: () => config({ ReplicationType: 'cdc', [key]: { Ref: 'AWS::NoValue' } }),
  })),
  {
    rule: 'serverless/start-point',
    when: 'a slot of one\'s own',
    broken: () => config({ ReplicationType: 'cdc' }, {
      EngineName: 'postgres', PostgreSqlSettings: { SlotName: 'orders', HeartbeatEnable: true },
    }),
    path: 'SourceEndpointArn',
    message: 'the PostgreSQL source has the SlotName "orders"',
    passing: () => config({ ReplicationType: 'cdc' }, { EngineName: 'postgres', PostgreSqlSettings: { HeartbeatEnable: true } }),
  },
  ...['view', 'all'].map((type): RuleCase => ({
    rule: 'serverless/views',
    when: type,
    broken: () => config({ TableMappings: { rules: [selection(type)] } }),
    path: 'TableMappings → rules[0].object-locator.table-type',
    message: `table-type is ${type}`,
    passing: () => config({ TableMappings: { rules: [selection('table')] } }),
  })),
  {
    rule: 'serverless/engine',
    broken: () => config({}, { EngineName: 'sybase' }),
    path: 'SourceEndpointArn',
    message: 'the engine of the endpoint is sybase',
    passing: () => config({}, { EngineName: 'db2' }),
  },
  {
    rule: 'serverless/engine',
    when: 'of the target',
    broken: () => config({}, {}, { EngineName: 'redis' }),
    path: 'TargetEndpointArn',
    message: 'the engine of the endpoint is redis',
    passing: () => config({}, {}, { EngineName: 'kafka' }),
  },
];

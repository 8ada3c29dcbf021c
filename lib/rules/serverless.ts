import { Json } from '../private/json';
import { at, defineRules, Finding, finding } from './finding';
import { checkMaintenanceWindow } from './replication-instance';
import { TaskSubject } from './task-kind';
import {
  asBoolean, asNumber, asText, CfnProperties, isLeftOut, isSet, isUnresolved, oneOf, section, shown,
} from './values';

const GUIDE = 'https://docs.aws.amazon.com/dms/latest/userguide/';
const LIMITATIONS = `${GUIDE}CHAP_Serverless.Limitations.html`;

/** The rules for serverless replications. */
export const SERVERLESS_RULES = defineRules('serverless', `${GUIDE}CHAP_Serverless.html`, {
  'missing-capacity': {
    reason: 'A serverless replication grows up to a limit that has to be given.',
    fix: 'give ComputeConfig.MaxCapacityUnits',
  },
  capacity: {
    reason: 'Capacity comes in steps of DMS capacity units (DCU).',
    fix: 'use 1, 2, 4, 8, 16, 32, 64, 128, 192, 256 or 384',
  },
  'capacity-order': {
    reason: 'The least capacity cannot be above the most.',
    fix: 'lower MinCapacityUnits, or raise MaxCapacityUnits',
  },
  'standby-zone': {
    reason: 'A replication with a standby is in two Availability Zones; DMS refuses one to be named.',
    fix: 'remove AvailabilityZone, or set MultiAZ to false',
  },
  'start-point': {
    reason: 'A serverless replication captures changes from its own start on; it takes no position and no slot of '
      + 'one\'s own.',
    fix: 'remove the start, or use a replication task on an instance',
    source: LIMITATIONS,
  },
  views: {
    reason: 'Serverless replications do not read views.',
    fix: 'use "table-type": "table", or load views by a replication task on an instance',
    source: LIMITATIONS,
  },
  engine: {
    reason: 'DMS Serverless works with fewer engines than replication instances do.',
    fix: 'use a replication task on an instance',
    source: `${GUIDE}CHAP_Serverless.Components.html`,
  },
});

const CAPACITY_UNITS = [1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 384];

/** Engines that replication instances read or write and serverless replications do not. */
const NOT_AS_SOURCE = ['azuredb', 'azure-sql-managed-instance', 'db2-zos', 'gcp-mysql', 'sybase'];
const NOT_AS_TARGET = ['babelfish', 'redis', 'sybase', 'timestream'];

/**
 * Checks what an `AWS::DMS::ReplicationConfig` has that a task has not, or must not have though a task may.
 *
 * @param rules those of its mapping
 */
export function checkServerless(replication: TaskSubject, rules: readonly Json[], path: string): Finding[] {
  const { properties, source, target } = replication;
  return [
    ...checkCompute(properties.ComputeConfig, at(path, 'ComputeConfig')),
    ...checkStartPoint(properties, source, path),
    ...rules.flatMap((rule, index) => {
      const type = asText(section(rule['object-locator'])['table-type']);
      return type === 'view' || type === 'all' ? [finding(SERVERLESS_RULES.views,
        `${at(path, 'TableMappings')} → rules[${index}].object-locator.table-type`, `table-type is ${type}`)] : [];
    }),
    ...checkEngine(source, NOT_AS_SOURCE, at(path, 'SourceEndpointArn')),
    ...checkEngine(target, NOT_AS_TARGET, at(path, 'TargetEndpointArn')),
  ];
}

function checkCompute(value: unknown, path: string): Finding[] {
  if (isLeftOut(value) || isUnresolved(value)) return [];
  const compute = section(value);
  const { MinCapacityUnits: least, MaxCapacityUnits: most, MultiAZ, AvailabilityZone } = compute;
  const [low, high] = [asNumber(least), asNumber(most)];
  return [
    ...(isLeftOut(most) ? [finding(SERVERLESS_RULES['missing-capacity'], path, 'there is no MaxCapacityUnits')] : []),
    ...['MinCapacityUnits', 'MaxCapacityUnits'].flatMap((key) => checkCapacity(key, compute[key], at(path, key))),
    ...(low !== undefined && high !== undefined && low > high ? [finding(SERVERLESS_RULES['capacity-order'],
      at(path, 'MinCapacityUnits'), `MinCapacityUnits is ${low} and MaxCapacityUnits is ${high}`)] : []),
    ...(asBoolean(MultiAZ) === true && isSet(AvailabilityZone) ? [finding(SERVERLESS_RULES['standby-zone'],
      at(path, 'AvailabilityZone'), 'MultiAZ is true and AvailabilityZone is given')] : []),
    ...checkMaintenanceWindow(compute.PreferredMaintenanceWindow, at(path, 'PreferredMaintenanceWindow')),
  ];
}

function checkCapacity(key: string, value: unknown, path: string): Finding[] {
  if (isLeftOut(value) || isUnresolved(value) || CAPACITY_UNITS.includes(asNumber(value)!)) return [];
  return [finding(SERVERLESS_RULES.capacity, path,
    `${key} is ${shown(value)}: it is ${oneOf(CAPACITY_UNITS.map(String))}`)];
}

function checkStartPoint(properties: CfnProperties, source: CfnProperties | undefined, path: string): Finding[] {
  const slot = section(source?.PostgreSqlSettings).SlotName;
  return [
    ...['CdcStartPosition', 'CdcStartTime'].filter((key) => isSet(properties[key])).map((key) =>
      finding(SERVERLESS_RULES['start-point'], at(path, key), `${key} is given`)),
    ...(isSet(slot) ? [finding(SERVERLESS_RULES['start-point'], at(path, 'SourceEndpointArn'),
      `the PostgreSQL source has the SlotName ${shown(slot)}`)] : []),
  ];
}

function checkEngine(endpoint: CfnProperties | undefined, excluded: readonly string[], path: string): Finding[] {
  const engine = asText(endpoint?.EngineName);
  return engine !== undefined && excluded.includes(engine)
    ? [finding(SERVERLESS_RULES.engine, path, `the engine of the endpoint is ${engine}`)]
    : [];
}

import { isRecord, Json } from '../private/json';
import { checkDatabaseTask, databaseSection } from './database-target';
import { at, Finding, finding } from './finding';
import { POSTGRES_RULES, postgresSettings } from './postgres-source';
import { checkRedshiftTask, isRedshift } from './redshift-target';
import { TASK_RULES } from './replication-task-rules';
import { checkS3Task } from './s3-task';
import { checkServerless } from './serverless';
import { checkTableMappings } from './table-mappings';
import { capturesChanges, isServerless, loadsTables, migrationType, TaskSubject } from './task-kind';
import { checkTaskSettings } from './task-settings';
import { isPostgres, parseJsonProperty } from './template';
import {
  asBoolean, asText, CfnProperties, didYouMean, isLeftOut, isSet, isUnresolved, oneOf, section, shown,
} from './values';

const MIGRATION_TYPES = ['full-load', 'cdc', 'full-load-and-cdc'];

/** Checks a task, its mapping and settings, and what only the combination with its endpoints shows. */
export function checkTask(task: TaskSubject, path: string = ''): Finding[] {
  const { properties, source, target } = task;
  const settingsKey = 'ReplicationSettings' in properties ? 'ReplicationSettings' : 'ReplicationTaskSettings';
  const mappings = parsed(properties, 'TableMappings', path);
  const settings = parsed(properties, settingsKey, path);
  const rules = mappingRules(mappings.value);
  const known = settings.value === undefined && isLeftOut(properties[settingsKey]) ? {} : settings.value;
  return [
    ...mappings.findings,
    ...settings.findings,
    ...(mappings.value === undefined ? [] : inside(checkTableMappings(mappings.value), at(path, 'TableMappings'))),
    ...(settings.value === undefined ? [] : inside(checkTaskSettings(settings.value), at(path, settingsKey))),
    ...checkType(properties, path),
    ...checkEndpointTypes(task, path),
    ...(isServerless(properties) ? [] : checkStart(properties, source, path)),
    ...(source && isPostgres({ properties: source }) ? checkPostgresTask(task, rules, path) : []),
    ...(isRecord(known) ? checkPrepMode(properties, known, at(path, settingsKey)) : []),
    ...(isServerless(properties)
      ? checkServerless(task, rules, path)
      : checkViews(properties, rules, at(path, 'TableMappings'))),
    ...(target?.EngineName === 's3'
      ? checkS3Task({ ...task, target, rules, settings: isRecord(known) ? known : undefined }, path, settingsKey)
      : []),
    ...(target && isRedshift(target)
      ? checkRedshiftTask({ properties, rules, settings: isRecord(known) ? known : undefined }, path, settingsKey)
      : []),
    ...(target && databaseSection(target)
      ? checkDatabaseTask({ source, target, settings: isRecord(known) ? known : undefined }, path, settingsKey)
      : []),
  ];
}

/** Findings in the JSON text of a property. */
function inside(findings: Finding[], path: string): Finding[] {
  return findings.map((found) => ({ ...found, path: found.path === '' ? path : `${path} → ${found.path}` }));
}

function parsed(properties: CfnProperties, key: string, path: string): { value?: unknown; findings: Finding[] } {
  try {
    return { value: parseJsonProperty(properties[key]), findings: [] };
  } catch (error) {
    return { findings: [finding(TASK_RULES['not-json'], at(path, key), (error as Error).message)] };
  }
}

function mappingRules(mappings: unknown): Json[] {
  const rules = isRecord(mappings) ? mappings.rules : undefined;
  return Array.isArray(rules) ? (rules as unknown[]).map((rule) => section(rule)) : [];
}

function checkType(properties: CfnProperties, path: string): Finding[] {
  const type = migrationType(properties);
  if (type === undefined || MIGRATION_TYPES.includes(type)) return [];
  const key = isServerless(properties) ? 'ReplicationType' : 'MigrationType';
  return [finding(TASK_RULES['migration-type'], at(path, key),
    `${shown(type)} is not a migration type${didYouMean(type, MIGRATION_TYPES)}: it is ${oneOf(MIGRATION_TYPES)}`)];
}

function checkEndpointTypes({ source, target }: TaskSubject, path: string): Finding[] {
  return ([['SourceEndpointArn', source, 'source'], ['TargetEndpointArn', target, 'target']] as const)
    .flatMap(([key, endpoint, expected]) => {
      const type = asText(endpoint?.EndpointType);
      return type === undefined || type === expected ? [] : [finding(TASK_RULES['endpoint-type'], at(path, key),
        `the endpoint is of type ${type}: here it has to be of type ${expected}`)];
    });
}

function checkStart(properties: CfnProperties, source: CfnProperties | undefined, path: string): Finding[] {
  const { CdcStartTime: time, CdcStartPosition: position } = properties;
  return [
    ...(isSet(time) && isSet(position) ? [finding(TASK_RULES['two-starts'], at(path, 'CdcStartTime'),
      'CdcStartTime and CdcStartPosition are both given')] : []),
    ...(isSet(time) && source && isPostgres({ properties: source }) ? [finding(POSTGRES_RULES['start-time'],
      at(path, 'CdcStartTime'), 'CdcStartTime is given with a PostgreSQL source')] : []),
  ];
}

function checkPostgresTask({ properties, source = {} }: TaskSubject, rules: readonly Json[], path: string): Finding[] {
  const settings = postgresSettings(source);
  if (isUnresolved(source.PostgreSqlSettings)) return [];
  const position = properties.CdcStartPosition;
  const heartbeat = settings.HeartbeatEnable;
  return [
    ...(isSet(position) && isLeftOut(settings.SlotName) && !isCheckpoint(position) && !isServerless(properties)
      ? [finding(POSTGRES_RULES['start-position-without-slot'], at(path, 'CdcStartPosition'),
        'CdcStartPosition is given and the PostgreSQL source has no SlotName')]
      : []),
    ...(isSet(settings.SlotName) && isLeftOut(position) && capturesChanges(properties) && !isServerless(properties)
      ? [finding(POSTGRES_RULES['slot-without-start-position'], at(path, 'CdcStartPosition'),
        `the PostgreSQL source has the SlotName ${shown(settings.SlotName)} and there is no CdcStartPosition`)]
      : []),
    ...(capturesChanges(properties) && (isLeftOut(heartbeat) || asBoolean(heartbeat) === false)
      ? [finding(POSTGRES_RULES.heartbeat, at(path, 'SourceEndpointArn'),
        `HeartbeatEnable is ${isLeftOut(heartbeat) ? 'left out, which is false,' : 'false'} on a source of changes`)]
      : []),
    ...rules.flatMap((rule, index) => {
      const type = asText(section(rule['parallel-load']).type);
      return type === undefined || type === 'ranges' || type === 'none' ? [] : [finding(
        POSTGRES_RULES['parallel-load-type'], `${at(path, 'TableMappings')} → rules[${index}].parallel-load.type`,
        `${shown(type)} does not work with a PostgreSQL source: it is ranges`)];
    }),
  ];
}

/** A checkpoint of an earlier task names its slot's state itself. */
const isCheckpoint = (position: unknown): boolean => asText(position)?.startsWith('checkpoint:') ?? false;

function checkPrepMode(properties: CfnProperties, settings: Json, path: string): Finding[] {
  const load = settings.FullLoadSettings;
  if (!loadsTables(properties) || isUnresolved(load) || !isLeftOut(section(load).TargetTablePrepMode)) return [];
  return [finding(TASK_RULES['table-prep-mode'], `${path} → FullLoadSettings.TargetTablePrepMode`,
    'TargetTablePrepMode is left out, which is DROP_AND_CREATE')];
}

function checkViews(properties: CfnProperties, rules: readonly Json[], path: string): Finding[] {
  if (!capturesChanges(properties)) return [];
  return rules.flatMap((rule, index) => {
    const type = asText(section(rule['object-locator'])['table-type']);
    return type === 'view' || type === 'all' ? [finding(TASK_RULES['views-with-cdc'],
      `${path} → rules[${index}].object-locator.table-type`,
      `table-type is ${type} in a task that captures changes`)] : [];
  });
}

import { Json } from '../private/json';
import { endpointSettings } from './connection-attributes';
import { at, defineRules, Finding, finding } from './finding';
import { isRedshift } from './redshift-target';
import { isPostgres } from './template';
import { asBoolean, CfnProperties, isLeftOut, isUnresolved, section } from './values';

const GUIDE = 'https://docs.aws.amazon.com/dms/latest/userguide/';

/** The rules for tasks that write to a database: what a lake does not have. */
export const DATABASE_TARGET_RULES = defineRules('database', `${GUIDE}CHAP_Target.html`, {
  'boolean-mapping': {
    severity: 'warning',
    reason: 'Booleans stay booleans only when both endpoints say so; otherwise they arrive as text.',
    fix: 'set MapBooleanAsBoolean to true on both endpoints, or on neither',
    source: `${GUIDE}CHAP_Source.PostgreSQL.html`,
  },
  'lob-limit': {
    severity: 'warning',
    reason: 'Text without a length, JSON and arrays of PostgreSQL are LOBs to DMS, and limited mode cuts them at 32 KB '
      + 'unless told otherwise.',
    fix: 'set TargetMetadata.LobMaxSize to the kilobytes of the longest value',
    source: `${GUIDE}CHAP_Tasks.LOBSupport.html`,
  },
  'batch-apply-lobs': {
    reason: 'Batch apply takes LOBs in limited mode only.',
    fix: 'set LimitedSizeLobMode to true and FullLobMode to false, or BatchApplyEnabled to false',
    source: `${GUIDE}CHAP_Tasks.CustomizingTasks.TaskSettings.ChangeProcessingTuning.html`,
  },
});

/** A task from one database to another. */
export interface DatabaseTask {
  readonly source?: CfnProperties;
  readonly target: CfnProperties;
  /** Its settings; `undefined` when not known. */
  readonly settings?: Json;
}

/** Whether a target is a database, and by which section its endpoint is set up. */
export function databaseSection(target: CfnProperties): 'PostgreSqlSettings' | 'RedshiftSettings' | undefined {
  if (isPostgres({ properties: target })) return 'PostgreSqlSettings';
  return isRedshift(target) ? 'RedshiftSettings' : undefined;
}

/** Checks what a database as the target asks of the source and of the settings. */
export function checkDatabaseTask(task: DatabaseTask, path: string, settingsKey: string): Finding[] {
  const { source, target, settings } = task;
  const fromPostgres = source !== undefined && isPostgres({ properties: source });
  return [
    ...(fromPostgres ? checkBooleans(source, target, at(path, 'TargetEndpointArn')) : []),
    ...(settings ? checkLobs(fromPostgres, settings.TargetMetadata, at(path, settingsKey)) : []),
  ];
}

function checkBooleans(source: CfnProperties, target: CfnProperties, path: string): Finding[] {
  const key = databaseSection(target)!;
  if (isUnresolved(source.PostgreSqlSettings) || isUnresolved(target[key])) return [];
  const sides = [mapsBooleans(source, 'PostgreSqlSettings'), mapsBooleans(target, key)] as const;
  if (sides.includes(undefined) || sides[0] === sides[1]) return [];
  const [on, off] = sides[0] === true ? ['source', 'target'] : ['target', 'source'];
  return [finding(DATABASE_TARGET_RULES['boolean-mapping'], path,
    `MapBooleanAsBoolean is true on the ${on} and not on the ${off}: booleans arrive as text`)];
}

/** `undefined` when not known. */
function mapsBooleans(endpoint: CfnProperties, sectionName: string): boolean | undefined {
  const value = endpointSettings(endpoint, sectionName, ['MapBooleanAsBoolean']).MapBooleanAsBoolean;
  return isLeftOut(value) ? false : asBoolean(value);
}

function checkLobs(fromPostgres: boolean, metadata: unknown, path: string): Finding[] {
  if (isUnresolved(metadata)) return [];
  const { BatchApplyEnabled, FullLobMode, SupportLobs, LobMaxSize } = section(metadata);
  const limited = (isLeftOut(SupportLobs) || SupportLobs === true) && (isLeftOut(FullLobMode) || FullLobMode === false);
  return [
    ...(fromPostgres && limited && isLeftOut(LobMaxSize)
      ? [finding(DATABASE_TARGET_RULES['lob-limit'], `${path} → TargetMetadata.LobMaxSize`,
        'LobMaxSize is left out, which is 32 KB')]
      : []),
    ...(BatchApplyEnabled === true && FullLobMode === true
      ? [finding(DATABASE_TARGET_RULES['batch-apply-lobs'], `${path} → TargetMetadata.BatchApplyEnabled`,
        'BatchApplyEnabled and FullLobMode are both true')]
      : []),
  ];
}

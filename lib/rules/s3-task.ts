import { Json } from '../private/json';
import { at, Finding, finding, Rule } from './finding';
import { TASK_RULES } from './replication-task-rules';
import { s3Settings } from './s3-target';
import { capturesChanges, migrationType } from './task-kind';
import { isPostgres } from './template';
import { asBoolean, CfnProperties, isLeftOut, isUnresolved, section } from './values';

/** A task with an S3 target. */
export interface S3Task {
  readonly properties: CfnProperties;
  readonly source?: CfnProperties;
  readonly target: CfnProperties;
  /** The rules of its mapping. */
  readonly rules: readonly Json[];
  /** Its settings; `undefined` when not known. */
  readonly settings?: Json;
}

/** Checks what an S3 target asks of mapping and settings. */
export function checkS3Task(task: S3Task, path: string, settingsKey: string): Finding[] {
  const settingsPath = at(path, settingsKey);
  return [
    ...(task.settings ? checkLobs(task, task.settings, settingsPath) : []),
    ...(task.settings ? checkSourceDdl(task, task.settings, settingsPath) : []),
    ...(task.settings ? checkValidation(task, task.settings, settingsPath) : []),
    ...checkOpColumn(task, at(path, 'TargetEndpointArn')),
    ...checkTableLobs(task.rules, at(path, 'TableMappings')),
  ];
}

function checkLobs({ source }: S3Task, settings: Json, path: string): Finding[] {
  const metadata = settings.TargetMetadata;
  if (isUnresolved(metadata)) return [];
  const { BatchApplyEnabled, FullLobMode, SupportLobs, LobMaxSize } = section(metadata);
  const broken = (rule: Rule, key: string, message: string): Finding =>
    finding(rule, `${path} → TargetMetadata.${key}`, message);
  return [
    ...(BatchApplyEnabled === true ? [broken(TASK_RULES['s3-batch-apply'], 'BatchApplyEnabled',
      'BatchApplyEnabled is true with an S3 target')] : []),
    ...(FullLobMode === true ? [broken(TASK_RULES['s3-full-lob-mode'], 'FullLobMode',
      'FullLobMode is true with an S3 target')] : []),
    ...(source && isPostgres({ properties: source }) && SupportLobs !== false && isLeftOut(LobMaxSize)
      ? [broken(TASK_RULES['s3-lob-limit'], 'LobMaxSize', 'LobMaxSize is left out, which is 32 KB')]
      : []),
  ];
}

function checkSourceDdl({ properties }: S3Task, settings: Json, path: string): Finding[] {
  const policy = settings.ChangeProcessingDdlHandlingPolicy;
  if (isUnresolved(policy) || !capturesChanges(properties)) return [];
  return ['HandleSourceTableTruncated', 'HandleSourceTableDropped']
    .filter((key) => isLeftOut(section(policy)[key]) || section(policy)[key] === true)
    .map((key) => finding(TASK_RULES['s3-source-ddl'], `${path} → ChangeProcessingDdlHandlingPolicy.${key}`,
      `${key} is ${isLeftOut(section(policy)[key]) ? 'left out, which is true' : 'true'}`));
}

function checkValidation({ properties, target }: S3Task, settings: Json, path: string): Finding[] {
  if (section(settings.ValidationSettings).EnableValidation !== true) return [];
  const s3 = s3Settings(target);
  const lacks = [
    ...(isUnresolved(s3.DataFormat) || s3.DataFormat === 'parquet' ? [] : ['DataFormat parquet']),
    ...(capturesChanges(properties) && isLeftOut(s3.TimestampColumnName) ? ['TimestampColumnName'] : []),
    ...(capturesChanges(properties) && !partitionsByDay(s3) ? ['date partitions that hold the day'] : []),
  ];
  return isUnresolved(target.S3Settings) || lacks.length === 0 ? [] : [finding(TASK_RULES['s3-validation'],
    `${path} → ValidationSettings.EnableValidation`, `validation is on and the S3 target lacks ${lacks.join(', ')}`)];
}

function partitionsByDay(s3: Json): boolean {
  if (isUnresolved(s3.DatePartitionEnabled)) return true;
  return asBoolean(s3.DatePartitionEnabled) === true && s3.DatePartitionSequence !== 'YYYYMM';
}

function checkOpColumn({ properties, target }: S3Task, path: string): Finding[] {
  const s3 = s3Settings(target);
  const op = s3.IncludeOpForFullLoad;
  const twoSchemas = migrationType(properties) === 'full-load-and-cdc' && s3.DataFormat === 'parquet'
    && asBoolean(s3.CdcInsertsOnly) === (isLeftOut(s3.CdcInsertsOnly) ? undefined : false)
    && (isLeftOut(op) || asBoolean(op) === false);
  return twoSchemas ? [finding(TASK_RULES['s3-op-column'], path,
    `IncludeOpForFullLoad is ${isLeftOut(op) ? 'left out, which is false' : 'false'}`)] : [];
}

function checkTableLobs(rules: readonly Json[], path: string): Finding[] {
  return rules.flatMap((rule, index) => isLeftOut(rule['lob-settings']) ? [] : [finding(
    TASK_RULES['s3-table-lob-settings'], `${path} → rules[${index}].lob-settings`,
    'a table has lob-settings with an S3 target')]);
}

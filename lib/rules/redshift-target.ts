import { isRecord, Json } from '../private/json';
import { booleanOrText, choice, integerOrText, JsonMembers, text } from '../private/json-shape';
import { endpointSettings } from './connection-attributes';
import { at, defineRules, Finding, finding, Rule } from './finding';
import { checkMembers } from './shape';
import { capturesChanges } from './task-kind';
import { asNumber, asText, CfnProperties, isLeftOut, isSet, isUnresolved, section, shown } from './values';

const GUIDE = 'https://docs.aws.amazon.com/dms/latest/userguide/';
const PAGE = `${GUIDE}CHAP_Target.Redshift.html`;

/** The rules for Redshift targets: the endpoint, and what it asks of mapping and settings. */
export const REDSHIFT_RULES = defineRules('redshift', PAGE, {
  'wrong-type': {
    reason: 'DMS refuses a value of another type than the documented one.',
    fix: 'write the value as documented',
  },
  'unknown-value': {
    reason: 'The encryption mode is a closed list.',
    fix: 'use one of the documented values',
  },
  'out-of-range': {
    reason: 'DMS refuses numbers outside of the documented range.',
    fix: 'use a number in the range',
  },
  'unknown-key': {
    severity: 'warning',
    reason: 'CloudFormation refuses keys of RedshiftSettings that it does not know.',
    fix: 'correct the spelling, or move the key to ExtraConnectionAttributes',
  },
  'staging-role': {
    reason: 'Without a role of its own DMS stages files with dms-access-for-endpoint, whose policy reaches buckets named '
      + 'dms-… only.',
    fix: 'give ServiceAccessRoleArn, or a bucket whose name starts with dms-',
  },
  'encryption-key': {
    reason: 'sse-kms encrypts with a key that has to be named.',
    fix: 'give ServerSideEncryptionKmsKeyId, or use sse-s3',
  },
  'ssl-mode': {
    reason: 'DMS cannot verify the name in the certificate of a Redshift Serverless workgroup.',
    fix: 'remove SslMode: Redshift is reached over TLS anyway',
  },
  'setting-without-effect': {
    severity: 'warning',
    reason: 'Some settings only work with another one; alone they do nothing.',
    fix: 'remove the setting, or set what it works with',
  },
  'batch-apply': {
    severity: 'warning',
    reason: 'Redshift applies single changes so slowly that a busy source is never caught up with.',
    fix: 'set TargetMetadata.BatchApplyEnabled to true',
  },
  'lob-size': {
    reason: 'A Redshift column holds at most 63 KB of text, and 31 KB of binary LOBs.',
    fix: 'set LobMaxSize to 63 or less, and to 31 where tables have binary LOBs',
  },
  'load-threads': {
    reason: 'DMS loads a Redshift table with at most 32 threads; only some other targets take more.',
    fix: 'use 32 or fewer',
    source: `${GUIDE}CHAP_Tasks.CustomizingTasks.TaskSettings.TargetMetadata.html`,
  },
  'table-lob-settings': {
    severity: 'warning',
    reason: 'LOB settings of single tables do not work with S3 and Redshift targets.',
    fix: 'remove lob-settings, and set TargetMetadata.LobMaxSize for the task',
    source: `${GUIDE}CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Tablesettings.html`,
  },
  'schema-name': {
    reason: 'DMS does not write to Redshift schemas whose names start with an underscore.',
    fix: 'choose another name',
  },
});

const REDSHIFT_SETTINGS: JsonMembers = {
  AcceptAnyDate: booleanOrText,
  AfterConnectScript: text,
  BucketFolder: text,
  BucketName: text,
  CaseSensitiveNames: booleanOrText,
  CompUpdate: booleanOrText,
  ConnectionTimeout: integerOrText(),
  DateFormat: text,
  EmptyAsNull: booleanOrText,
  EncryptionMode: choice(['sse-s3', 'sse-kms']),
  ExplicitIds: booleanOrText,
  FileTransferUploadStreams: integerOrText(1, 64),
  LoadTimeout: integerOrText(),
  MapBooleanAsBoolean: booleanOrText,
  MaxFileSize: integerOrText(1, 1_048_576),
  RemoveQuotes: booleanOrText,
  ReplaceChars: text,
  ReplaceInvalidChars: text,
  SecretsManagerAccessRoleArn: text,
  SecretsManagerSecretId: text,
  ServerSideEncryptionKmsKeyId: text,
  ServiceAccessRoleArn: text,
  TimeFormat: text,
  TrimBlanks: booleanOrText,
  TruncateColumns: booleanOrText,
  WriteBufferSize: integerOrText(),
};

/** Settings that need another one. */
const COMPANIONS = [
  ['ReplaceChars', 'ReplaceInvalidChars'],
  ['AcceptAnyDate', 'DateFormat'],
] as const;

const LARGEST_LOB_KB = 63;
const MOST_LOAD_THREADS = 32;

/** Engine names of Redshift endpoints. */
export const isRedshift = ({ EngineName: engine }: CfnProperties): boolean =>
  engine === 'redshift' || engine === 'redshift-serverless';

/** Checks the properties of a Redshift endpoint. */
export function checkRedshiftEndpoint(properties: CfnProperties, path: string): Finding[] {
  if (isUnresolved(properties.RedshiftSettings)) return [];
  const settings = redshiftSettings(properties);
  const settingsPath = at(path, 'RedshiftSettings');
  const bucket = asText(settings.BucketName);
  const broken = (rule: Rule, key: string, message: string): Finding => finding(rule, at(settingsPath, key), message);
  return [
    ...checkMembers(settings, REDSHIFT_SETTINGS, settingsPath, REDSHIFT_RULES),
    ...(bucket !== undefined && !bucket.startsWith('dms-') && isLeftOut(settings.ServiceAccessRoleArn)
      ? [broken(REDSHIFT_RULES['staging-role'], 'BucketName',
        `the bucket is ${shown(bucket)} and there is no ServiceAccessRoleArn`)]
      : []),
    ...(settings.EncryptionMode === 'sse-kms' && isLeftOut(settings.ServerSideEncryptionKmsKeyId)
      ? [broken(REDSHIFT_RULES['encryption-key'], 'EncryptionMode',
        'EncryptionMode is sse-kms without ServerSideEncryptionKmsKeyId')]
      : []),
    ...(properties.EngineName === 'redshift-serverless' && properties.SslMode === 'verify-full'
      ? [finding(REDSHIFT_RULES['ssl-mode'], at(path, 'SslMode'), 'SslMode is verify-full on redshift-serverless')]
      : []),
    ...COMPANIONS.filter(([key, companion]) => isSet(settings[key]) && isLeftOut(settings[companion]))
      .map(([key, companion]) =>
        broken(REDSHIFT_RULES['setting-without-effect'], key, `${key} only works with ${companion}`)),
  ];
}

/** The settings that apply, with the encryption mode in one spelling (`SSE_KMS` and `sse-kms` are the same to DMS). */
function redshiftSettings(properties: CfnProperties): Json {
  const settings = endpointSettings(properties, 'RedshiftSettings', Object.keys(REDSHIFT_SETTINGS));
  const mode = asText(settings.EncryptionMode);
  return mode === undefined ? settings : { ...settings, EncryptionMode: mode.toLowerCase().replaceAll('_', '-') };
}

/** A task with a Redshift target. */
export interface RedshiftTask {
  readonly properties: CfnProperties;
  /** The rules of its mapping. */
  readonly rules: readonly Json[];
  /** Its settings; `undefined` when not known. */
  readonly settings?: Json;
}

/** Checks what a Redshift target asks of mapping and settings. */
export function checkRedshiftTask(task: RedshiftTask, path: string, settingsKey: string): Finding[] {
  const metadata = task.settings?.TargetMetadata;
  return [
    ...(task.settings && !isUnresolved(metadata)
      ? checkMetadata(task.properties, section(metadata), `${at(path, settingsKey)} → TargetMetadata`)
      : []),
    ...task.rules.flatMap((rule, index) => checkMappingRule(rule, `${at(path, 'TableMappings')} → rules[${index}]`)),
  ];
}

function checkMetadata(properties: CfnProperties, metadata: Json, path: string): Finding[] {
  const { BatchApplyEnabled: batches, FullLobMode, LobMaxSize, SupportLobs, TargetSchema } = metadata;
  const lobs = asNumber(LobMaxSize);
  const threads = asNumber(metadata.ParallelLoadThreads);
  const limited = (isLeftOut(SupportLobs) || SupportLobs === true) && (isLeftOut(FullLobMode) || FullLobMode === false);
  return [
    ...(capturesChanges(properties) && (isLeftOut(batches) || batches === false)
      ? [finding(REDSHIFT_RULES['batch-apply'], `${path}.BatchApplyEnabled`,
        `BatchApplyEnabled is ${isLeftOut(batches) ? 'left out, which is false' : 'false'}`)]
      : []),
    ...(limited && lobs !== undefined && lobs > LARGEST_LOB_KB
      ? [finding(REDSHIFT_RULES['lob-size'], `${path}.LobMaxSize`,
        `LobMaxSize is ${lobs} KB: it is at most ${LARGEST_LOB_KB}`)]
      : []),
    ...(threads !== undefined && threads > MOST_LOAD_THREADS
      ? [finding(REDSHIFT_RULES['load-threads'], `${path}.ParallelLoadThreads`,
        `ParallelLoadThreads is ${threads}: it is at most ${MOST_LOAD_THREADS}`)]
      : []),
    ...checkSchemaName(TargetSchema, `${path}.TargetSchema`),
  ];
}

const NAMING = ['rename', 'add-prefix', 'replace-prefix'];

function checkMappingRule(rule: Json, path: string): Finding[] {
  const names = rule['rule-target'] === 'schema' && NAMING.includes(String(rule['rule-action']));
  return [
    ...(isRecord(rule['lob-settings']) ? [finding(REDSHIFT_RULES['table-lob-settings'], `${path}.lob-settings`,
      'a table has lob-settings with a Redshift target')] : []),
    ...(names ? checkSchemaName(rule.value, `${path}.value`) : []),
  ];
}

function checkSchemaName(name: unknown, path: string): Finding[] {
  return asText(name)?.startsWith('_') ? [finding(REDSHIFT_RULES['schema-name'], path,
    `the schema becomes ${shown(name)}`)] : [];
}

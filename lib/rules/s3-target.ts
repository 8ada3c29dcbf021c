import { isRecord, Json } from '../private/json';
import { booleanOrText, choice, integerOrText, JsonMembers, text } from '../private/json-shape';
import { endpointSettings } from './connection-attributes';
import { at, defineRules, Finding, finding } from './finding';
import { checkMembers } from './shape';
import { asBoolean, asText, CfnProperties, isLeftOut, isSet, isUnresolved, section } from './values';

const PAGE = 'https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.S3.html';

/** The rules for S3 targets: the endpoint's settings and the bucket. */
export const S3_RULES = defineRules('s3', PAGE, {
  'missing-setting': {
    reason: 'DMS writes to a bucket through a role; an S3 endpoint needs both.',
    fix: 'give S3Settings with BucketName and ServiceAccessRoleArn',
  },
  'wrong-type': {
    reason: 'DMS refuses a value of another type than the documented one.',
    fix: 'write the value as documented',
  },
  'unknown-value': {
    reason: 'Formats, modes and encodings are closed lists.',
    fix: 'use one of the documented values',
  },
  'out-of-range': {
    reason: 'DMS refuses numbers outside of the documented range.',
    fix: 'use a number in the range',
  },
  'unknown-key': {
    severity: 'warning',
    reason: 'CloudFormation refuses keys of S3Settings that it does not know.',
    fix: 'correct the spelling, or move the key to ExtraConnectionAttributes',
  },
  'ssl-mode': {
    reason: 'S3 is reached by HTTPS anyway; DMS refuses an SSL mode other than none.',
    fix: 'remove SslMode',
  },
  'kms-key-id': {
    severity: 'warning',
    reason: 'The KmsKeyId of an S3 endpoint encrypts nothing that is written.',
    fix: 'use S3Settings.ServerSideEncryptionKmsKeyId with EncryptionMode sse-kms',
  },
  'encryption-key': {
    reason: 'sse-kms encrypts with a key that has to be named.',
    fix: 'give ServerSideEncryptionKmsKeyId, or use sse-s3',
  },
  'transaction-order': {
    reason: 'Files in transaction order are CSV in one folder: DMS does not combine them with Parquet, date partitions, '
      + 'Glue catalogs or column names.',
    fix: 'remove PreserveTransactions and CdcPath, or the setting that they exclude; with Parquet, order by '
      + 'TimestampColumnName',
  },
  'cdc-path': {
    reason: 'Files in transaction order go to a folder of their own.',
    fix: 'give CdcPath, or remove PreserveTransactions',
  },
  'insert-only-modes': {
    reason: 'CdcInsertsOnly and CdcInsertsAndUpdates exclude each other.',
    fix: 'set one of the two',
  },
  'setting-without-effect': {
    severity: 'warning',
    reason: 'Some settings only work with another one; alone they do nothing.',
    fix: 'remove the setting, or set what it works with',
  },
  versioning: {
    reason: 'In a versioned bucket without a lifecycle old versions pile up until listing objects times out, and with '
      + 'it the connection test of the endpoint.',
    fix: 'turn versioning off, or add a lifecycle rule that expires noncurrent versions',
  },
});

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  DataFormat: ['csv', 'parquet'],
  CompressionType: ['none', 'gzip'],
  EncryptionMode: ['sse-s3', 'sse-kms'],
  ParquetVersion: ['parquet-1-0', 'parquet-2-0'],
  EncodingType: ['plain', 'plain-dictionary', 'rle-dictionary'],
  CannedAclForObjects: [
    'none', 'private', 'public-read', 'public-read-write', 'authenticated-read', 'aws-exec-read', 'bucket-owner-read',
    'bucket-owner-full-control',
  ],
};

const PARQUET_ONLY: JsonMembers = {
  ParquetVersion: choice(CHOICES.ParquetVersion!),
  EncodingType: choice(CHOICES.EncodingType!),
  DictPageSizeLimit: integerOrText(),
  RowGroupLength: integerOrText(1, 64 * 1024 * 1024),
  DataPageSize: integerOrText(),
  EnableStatistics: booleanOrText,
  ParquetTimestampInMillisecond: booleanOrText,
};

const CSV_ONLY: JsonMembers = {
  CsvDelimiter: text,
  CsvRowDelimiter: text,
  CsvNullValue: text,
  CsvNoSupValue: text,
  UseCsvNoSupValue: booleanOrText,
  Rfc4180: booleanOrText,
  MaxFileSize: integerOrText(1, 1048576),
};

const DATE_PARTITION_ONLY: JsonMembers = {
  DatePartitionSequence: choice(['YYYYMMDD', 'YYYYMMDDHH', 'YYYYMM', 'MMYYYYDD', 'DDMMYYYY']),
  DatePartitionDelimiter: choice(['SLASH', 'UNDERSCORE', 'DASH', 'NONE']),
  DatePartitionTimezone: text,
};

const S3_SETTINGS: JsonMembers = {
  ...PARQUET_ONLY,
  ...CSV_ONLY,
  ...DATE_PARTITION_ONLY,
  ServiceAccessRoleArn: text,
  BucketName: text,
  BucketFolder: text,
  DataFormat: choice(CHOICES.DataFormat!),
  CompressionType: choice(CHOICES.CompressionType!),
  EncryptionMode: choice(CHOICES.EncryptionMode!),
  ServerSideEncryptionKmsKeyId: text,
  TimestampColumnName: text,
  UseTaskStartTimeForFullLoadTimestamp: booleanOrText,
  IncludeOpForFullLoad: booleanOrText,
  CdcInsertsOnly: booleanOrText,
  CdcInsertsAndUpdates: booleanOrText,
  CdcMaxBatchInterval: integerOrText(),
  CdcMinFileSize: integerOrText(),
  PreserveTransactions: booleanOrText,
  CdcPath: text,
  DatePartitionEnabled: booleanOrText,
  GlueCatalogGeneration: booleanOrText,
  AddColumnName: booleanOrText,
  CannedAclForObjects: choice(CHOICES.CannedAclForObjects!),
  ExpectedBucketOwner: text,
  AddTrailingPaddingCharacter: booleanOrText,
  ExternalTableDefinition: text,
  IgnoreHeaderRows: integerOrText(),
};

/** The S3 settings that apply, with enum values in one spelling (`SSE_KMS` and `sse-kms` are the same to DMS). */
export function s3Settings(properties: CfnProperties): Json {
  const settings = endpointSettings(properties, 'S3Settings', Object.keys(S3_SETTINGS));
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => {
    const known = asText(value);
    return [key, key in CHOICES && known !== undefined ? known.toLowerCase().replaceAll('_', '-') : value];
  }));
}

/** Checks the properties of an S3 endpoint. */
export function checkS3Endpoint(properties: CfnProperties, path: string): Finding[] {
  if (isUnresolved(properties.S3Settings)) return [];
  const settings = s3Settings(properties);
  const settingsPath = at(path, 'S3Settings');
  const sslMode = asText(properties.SslMode);
  return [
    ...['BucketName', 'ServiceAccessRoleArn'].filter((key) => isLeftOut(settings[key])).map((key) =>
      finding(S3_RULES['missing-setting'], settingsPath, `there is no ${key}: an S3 endpoint needs one`)),
    ...checkMembers(settings, S3_SETTINGS, settingsPath, S3_RULES),
    ...(sslMode !== undefined && sslMode !== 'none' ? [finding(S3_RULES['ssl-mode'], at(path, 'SslMode'),
      `SslMode is ${sslMode}: an S3 endpoint takes none only`)] : []),
    ...(isSet(properties.KmsKeyId) ? [finding(S3_RULES['kms-key-id'], at(path, 'KmsKeyId'),
      'KmsKeyId is given: on an S3 endpoint it encrypts no object')] : []),
    ...(settings.EncryptionMode === 'sse-kms' && isLeftOut(settings.ServerSideEncryptionKmsKeyId)
      ? [finding(S3_RULES['encryption-key'], at(settingsPath, 'EncryptionMode'),
        'EncryptionMode is sse-kms without ServerSideEncryptionKmsKeyId')]
      : []),
    ...(properties.EndpointType === 'source' ? [] : checkTargetSettings(settings, settingsPath)),
  ];
}

function checkTargetSettings(settings: Json, path: string): Finding[] {
  return [
    ...checkTransactionOrder(settings, path),
    ...(isOn(settings.CdcInsertsOnly) && isOn(settings.CdcInsertsAndUpdates)
      ? [finding(S3_RULES['insert-only-modes'], path, 'CdcInsertsOnly and CdcInsertsAndUpdates are both true')]
      : []),
    ...checkEffects(settings, path),
  ];
}

function checkTransactionOrder(settings: Json, path: string): Finding[] {
  const preserves = isOn(settings.PreserveTransactions);
  const ordered = [...(preserves ? ['PreserveTransactions'] : []), ...(isSet(settings.CdcPath) ? ['CdcPath'] : [])];
  const excluded = [
    ...(settings.DataFormat === 'parquet' ? ['DataFormat parquet'] : []),
    ...['DatePartitionEnabled', 'GlueCatalogGeneration', 'AddColumnName'].filter((key) => isOn(settings[key])),
  ];
  return [
    ...(ordered.length > 0 && excluded.length > 0 ? [finding(S3_RULES['transaction-order'], path,
      `${ordered.join(' and ')} cannot be combined with ${excluded.join(', ')}`)] : []),
    ...(preserves && isLeftOut(settings.CdcPath) ? [finding(S3_RULES['cdc-path'], path,
      'PreserveTransactions is true without CdcPath')] : []),
  ];
}

function checkEffects(settings: Json, path: string): Finding[] {
  const format = isLeftOut(settings.DataFormat) ? 'csv' : settings.DataFormat;
  const idle = (members: JsonMembers, needs: string): Finding[] =>
    Object.keys(members).filter((key) => isSet(settings[key])).map((key) =>
      finding(S3_RULES['setting-without-effect'], at(path, key), `${key} only works with ${needs}`));
  const partitioned = settings.DatePartitionEnabled;
  return [
    ...(format === 'csv' ? idle(PARQUET_ONLY, 'DataFormat parquet') : []),
    ...(format === 'parquet' ? idle(CSV_ONLY, 'DataFormat csv') : []),
    ...(isLeftOut(partitioned) || asBoolean(partitioned) === false
      ? idle(DATE_PARTITION_ONLY, 'DatePartitionEnabled true')
      : []),
    ...(settings.EncryptionMode === 'sse-s3'
      ? idle({ ServerSideEncryptionKmsKeyId: text }, 'EncryptionMode sse-kms')
      : []),
  ];
}

/** Checks a bucket that DMS writes to. */
export function checkBucket(properties: CfnProperties, path: string = ''): Finding[] {
  if (section(properties.VersioningConfiguration).Status !== 'Enabled') return [];
  const lifecycle = properties.LifecycleConfiguration;
  const rules = section(lifecycle).Rules;
  const mayExpire = isUnresolved(lifecycle) || isUnresolved(rules)
    || (Array.isArray(rules) && (rules as unknown[]).some(expiresVersions));
  return mayExpire ? [] : [finding(S3_RULES.versioning, at(path, 'VersioningConfiguration'),
    'the bucket is versioned and no lifecycle rule expires noncurrent versions')];
}

/** Whether a lifecycle rule expires noncurrent versions, or may do so as far as is known. */
const expiresVersions = (rule: unknown): boolean => isUnresolved(rule) || (isRecord(rule)
  && rule.Status !== 'Disabled'
  && !(isLeftOut(rule.NoncurrentVersionExpiration) && isLeftOut(rule.NoncurrentVersionExpirationInDays)));

const isOn = (value: unknown): boolean => asBoolean(value) === true;

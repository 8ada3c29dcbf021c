import type { CsvFormat, FileFormat, ParquetFormat } from './file-format';
import type { DatePartition } from './layout';
import { DATE_PARTITION_DELIMITERS, DATE_PARTITION_SEQUENCES, isFolderName } from './layout';
import type { ObjectSettings } from './location';
import { SettingsReader } from './settings-reader';
import type { MetadataColumns } from './table-batch';

/** `S3Settings` of the target endpoint, as far as they decide what files there are and what is in them. */
export interface LakeSettings {
  readonly bucketFolder: string;
  readonly format: FileFormat;
  readonly timestampsInMilliseconds: boolean;
  readonly loadColumns: MetadataColumns;
  readonly changeColumns: MetadataColumns;
  /** `UseTaskStartTimeForFullLoadTimestamp` */
  readonly useTaskStartTime: boolean;
  readonly insertsOnly: boolean;
  readonly insertsAndUpdates: boolean;
  /** A file of changes is written when this many seconds have passed … */
  readonly maxBatchSeconds: number;
  /** … or when this many bytes, before encoding, are waiting: whichever comes first. */
  readonly minFileBytes: number;
  readonly datePartition: DatePartition | undefined;
  readonly transactions: TransactionSettings | undefined;
  /** What a bucket does with the objects. */
  readonly objects: ObjectSettings;
}

/** `PreserveTransactions`: all changes go into files of their own, in the order of the transactions. */
export interface TransactionSettings {
  /** `CdcPath`, below `BucketFolder`. */
  readonly folder: string;
  /** CSV, whatever `DataFormat` says. */
  readonly format: CsvFormat;
}

/** What the run's own target and credentials replace, and what only S3 as a source has. */
const WITHOUT_EFFECT = ['ServiceAccessRoleArn', 'BucketName', 'ExternalTableDefinition', 'IgnoreHeaderRows'];
const PARQUET_KEYS = [
  'ParquetVersion', 'EncodingType', 'DictPageSizeLimit', 'RowGroupLength', 'DataPageSize', 'EnableStatistics',
  'ParquetTimestampInMillisecond',
];
const CSV_KEYS = [
  'CsvDelimiter', 'CsvRowDelimiter', 'CsvNullValue', 'UseCsvNoSupValue', 'CsvNoSupValue', 'Rfc4180', 'AddColumnName',
  'MaxFileSize',
];
const KEYS = [
  'BucketFolder', 'DataFormat', 'CompressionType', 'TimestampColumnName', 'UseTaskStartTimeForFullLoadTimestamp',
  'IncludeOpForFullLoad', 'CdcInsertsOnly', 'CdcInsertsAndUpdates', 'CdcMaxBatchInterval', 'CdcMinFileSize',
  'DatePartitionEnabled', 'DatePartitionSequence', 'DatePartitionDelimiter', 'DatePartitionTimezone',
  'PreserveTransactions', 'CdcPath', 'EncryptionMode', 'ServerSideEncryptionKmsKeyId', 'CannedAclForObjects',
  'ExpectedBucketOwner',
];
/** Off by default; what they switch on is missing here. */
const REFUSED_WHEN_ON = ['GlueCatalogGeneration', 'AddTrailingPaddingCharacter'];

/**
 * Reads `S3Settings` with DMS's defaults.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.S3.html
 * @throws {UsageError} for a key that the local engine does not have
 */
export function readS3Settings(task: string, values: Readonly<Record<string, unknown>>): LakeSettings {
  const settings = new SettingsReader(task, values);
  const known = [...WITHOUT_EFFECT, ...PARQUET_KEYS, ...CSV_KEYS, ...KEYS];
  const unsupported = settings.keys.find((key) =>
    (REFUSED_WHEN_ON.includes(key) ? settings.flag(key) : !known.includes(key)));
  if (unsupported !== undefined) throw settings.problem(`${unsupported} is not supported by the local engine`);

  const isParquet = settings.word('DataFormat', ['csv', 'parquet'], 'csv') === 'parquet';
  const includeOp = settings.flag('IncludeOpForFullLoad');
  const insertsOnly = settings.flag('CdcInsertsOnly');
  const insertsAndUpdates = settings.flag('CdcInsertsAndUpdates');
  if (insertsOnly && insertsAndUpdates) {
    throw settings.problem('CdcInsertsOnly excludes CdcInsertsAndUpdates: switch one off');
  }
  const timestampColumn = settings.text('TimestampColumnName', '') || undefined;
  const bucketFolder = settings.text('BucketFolder', '');
  return {
    bucketFolder,
    format: isParquet ? parquetFormat(settings) : csvFormat(settings),
    timestampsInMilliseconds: isParquet && settings.flag('ParquetTimestampInMillisecond'),
    loadColumns: { op: includeOp, timestampColumn },
    // Without `IncludeOpForFullLoad` the insert-only modes leave the column out of the changes too.
    changeColumns: { op: includeOp || !(insertsOnly || insertsAndUpdates), timestampColumn },
    useTaskStartTime: settings.flag('UseTaskStartTimeForFullLoadTimestamp'),
    insertsOnly,
    insertsAndUpdates,
    maxBatchSeconds: settings.number('CdcMaxBatchInterval', 60),
    minFileBytes: settings.number('CdcMinFileSize', 32_000) * 1024,
    datePartition: settings.flag('DatePartitionEnabled')
      ? {
        sequence: settings.word('DatePartitionSequence', DATE_PARTITION_SEQUENCES, 'YYYYMMDD'),
        delimiter: settings.word('DatePartitionDelimiter', DATE_PARTITION_DELIMITERS, 'SLASH'),
        timeZone: settings.timeZone('DatePartitionTimezone', 'UTC'),
      }
      : undefined,
    transactions: transactionSettings(settings, bucketFolder),
    objects: objectSettings(settings),
  };
}

function parquetFormat(settings: SettingsReader): ParquetFormat {
  return {
    kind: 'parquet',
    gzip: isGzip(settings),
    version2: settings.word('ParquetVersion', ['parquet-1-0', 'parquet-2-0'], 'parquet-1-0') === 'parquet-2-0',
    encoding: settings.word('EncodingType', ['plain', 'plain-dictionary', 'rle-dictionary'], 'rle-dictionary'),
    rowGroupLength: settings.number('RowGroupLength', 10_000),
    dataPageSize: settings.number('DataPageSize', 1024 * 1024),
    dictPageSizeLimit: settings.number('DictPageSizeLimit', 1024 * 1024),
    statistics: settings.flag('EnableStatistics', true),
  };
}

function csvFormat(settings: SettingsReader): CsvFormat {
  const delimiter = settings.rawText('CsvDelimiter', ',') || ',';
  const rowDelimiter = settings.rawText('CsvRowDelimiter', '\n') || '\n';
  if (delimiter === rowDelimiter) throw settings.problem('CsvDelimiter and CsvRowDelimiter are the same: change one');
  const notSupplied = settings.flag('UseCsvNoSupValue');
  if (notSupplied && !settings.has('CsvNoSupValue')) {
    throw settings.problem('UseCsvNoSupValue is on without CsvNoSupValue: give the text that stands for such values');
  }
  return {
    kind: 'csv',
    gzip: isGzip(settings),
    delimiter,
    rowDelimiter,
    nullValue: settings.rawText('CsvNullValue', 'NULL'),
    notSuppliedValue: notSupplied ? settings.rawText('CsvNoSupValue', '') : undefined,
    quotes: settings.flag('Rfc4180', true),
    header: settings.flag('AddColumnName'),
    maxFileBytes: settings.number('MaxFileSize', 1_048_576) * 1024,
  };
}

const isGzip = (settings: SettingsReader): boolean =>
  settings.word('CompressionType', ['none', 'gzip'], 'none') === 'gzip';

function transactionSettings(settings: SettingsReader, bucketFolder: string): TransactionSettings | undefined {
  if (!settings.flag('PreserveTransactions')) return undefined;
  const excluded = ['DatePartitionEnabled', 'AddColumnName'].find((key) => settings.flag(key));
  if (excluded !== undefined) throw settings.problem(`PreserveTransactions excludes ${excluded}: switch one off`);
  const path = settings.text('CdcPath', '').split('/').filter((folder) => folder !== '');
  if (path.length === 0 || !path.every(isFolderName)) {
    throw settings.problem('PreserveTransactions needs a CdcPath: give the folder for the transaction files');
  }
  return {
    folder: [...bucketFolder.split('/').filter((folder) => folder !== ''), ...path].join('/'),
    format: csvFormat(settings),
  };
}

const CANNED_ACLS = [
  'none', 'private', 'public-read', 'public-read-write', 'authenticated-read', 'aws-exec-read', 'bucket-owner-read',
  'bucket-owner-full-control',
] as const;

function objectSettings(settings: SettingsReader): ObjectSettings {
  const acl = settings.word('CannedAclForObjects', CANNED_ACLS, 'none');
  const withKey = settings.word('EncryptionMode', ['sse-s3', 'sse-kms'], 'sse-s3') === 'sse-kms';
  return {
    encryption: withKey ? 'aws:kms' : settings.has('EncryptionMode') ? 'AES256' : undefined,
    kmsKeyId: withKey ? settings.knownText('ServerSideEncryptionKmsKeyId') : undefined,
    acl: acl === 'none' ? undefined : acl,
    bucketOwner: settings.knownText('ExpectedBucketOwner'),
    unknown: [...(withKey ? ['ServerSideEncryptionKmsKeyId'] : []), 'ExpectedBucketOwner']
      .filter((key) => settings.isReference(key)),
  };
}

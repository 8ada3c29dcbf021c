import { UsageError } from '../../errors';
import type { WriterOptions } from '../parquet/file-writer';
import type { DatePartition } from './layout';
import { DATE_PARTITION_DELIMITERS, DATE_PARTITION_SEQUENCES } from './layout';
import type { MetadataColumns } from './table-batch';

/** The Parquet keys of `S3Settings`, with DMS's defaults filled in. */
export interface ParquetOptions extends WriterOptions {
  /** Rows of a row group. */
  readonly rowGroupLength: number;
}

/** `S3Settings` of the target endpoint, as far as they decide what files there are and what is in them. */
export interface LakeSettings {
  readonly bucketFolder: string;
  readonly parquet: ParquetOptions;
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
}

/** Where the lake is, who may read it, and what only CSV files have: nothing that a local Parquet file shows. */
const WITHOUT_EFFECT = [
  'ServiceAccessRoleArn', 'BucketName', 'EncryptionMode', 'ServerSideEncryptionKmsKeyId', 'CannedAclForObjects',
  'ExpectedBucketOwner', 'MaxFileSize', 'CsvDelimiter', 'CsvRowDelimiter', 'CsvNullValue', 'CsvNoSupValue',
  'UseCsvNoSupValue', 'Rfc4180', 'ExternalTableDefinition', 'IgnoreHeaderRows',
];
const SUPPORTED = [
  'BucketFolder', 'DataFormat', 'CompressionType', 'ParquetVersion', 'EncodingType', 'DictPageSizeLimit',
  'RowGroupLength', 'DataPageSize', 'EnableStatistics', 'ParquetTimestampInMillisecond', 'TimestampColumnName',
  'UseTaskStartTimeForFullLoadTimestamp', 'IncludeOpForFullLoad', 'CdcInsertsOnly', 'CdcInsertsAndUpdates',
  'CdcMaxBatchInterval', 'CdcMinFileSize', 'DatePartitionEnabled', 'DatePartitionSequence', 'DatePartitionDelimiter',
  'DatePartitionTimezone',
];
/** Off by default; what they switch on is missing here. */
const REFUSED_WHEN_ON = [
  'CdcPath', 'PreserveTransactions', 'GlueCatalogGeneration', 'AddColumnName', 'AddTrailingPaddingCharacter',
];

type Settings = Readonly<Record<string, unknown>>;

/**
 * Reads `S3Settings` with DMS's defaults.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Target.S3.html
 * @throws {UsageError} for a key that the local engine does not have
 */
export function readS3Settings(task: string, settings: Settings): LakeSettings {
  refuseUnsupported(task, settings);
  const flag = (key: string, otherwise = false): boolean =>
    (settings[key] === undefined ? otherwise : isOn(settings[key]));
  const number = (key: string, otherwise: number): number => positive(task, key, settings[key] ?? otherwise);
  const text = (key: string, otherwise: string): string => {
    const value = settings[key];
    return typeof value === 'string' && value !== '' ? value : otherwise;
  };
  const word = <W extends string>(key: string, allowed: readonly W[], otherwise: W): W =>
    oneOf(task, key, allowed, settings[key] ?? otherwise);

  const includeOp = flag('IncludeOpForFullLoad');
  const insertsOnly = flag('CdcInsertsOnly');
  const insertsAndUpdates = flag('CdcInsertsAndUpdates');
  if (insertsOnly && insertsAndUpdates) {
    throw new UsageError(`task ${task}: S3Settings has both CdcInsertsOnly and CdcInsertsAndUpdates: switch one off`);
  }
  const timestampColumn = text('TimestampColumnName', '') || undefined;
  return {
    bucketFolder: text('BucketFolder', ''),
    parquet: {
      gzip: word('CompressionType', ['none', 'gzip'], 'none') === 'gzip',
      version2: word('ParquetVersion', ['parquet-1-0', 'parquet-2-0'], 'parquet-1-0') === 'parquet-2-0',
      encoding: word('EncodingType', ['plain', 'plain-dictionary', 'rle-dictionary'], 'rle-dictionary'),
      rowGroupLength: number('RowGroupLength', 10_000),
      dataPageSize: number('DataPageSize', 1024 * 1024),
      dictPageSizeLimit: number('DictPageSizeLimit', 1024 * 1024),
      statistics: flag('EnableStatistics', true),
    },
    timestampsInMilliseconds: flag('ParquetTimestampInMillisecond'),
    loadColumns: { op: includeOp, timestampColumn },
    // Without `IncludeOpForFullLoad` the insert-only modes leave the column out of the changes too.
    changeColumns: { op: includeOp || !(insertsOnly || insertsAndUpdates), timestampColumn },
    useTaskStartTime: flag('UseTaskStartTimeForFullLoadTimestamp'),
    insertsOnly,
    insertsAndUpdates,
    maxBatchSeconds: number('CdcMaxBatchInterval', 60),
    minFileBytes: number('CdcMinFileSize', 32_000) * 1024,
    datePartition: flag('DatePartitionEnabled')
      ? {
        sequence: word('DatePartitionSequence', DATE_PARTITION_SEQUENCES, 'YYYYMMDD'),
        delimiter: word('DatePartitionDelimiter', DATE_PARTITION_DELIMITERS, 'SLASH'),
        timeZone: knownTimeZone(task, settings.DatePartitionTimezone ?? 'UTC'),
      }
      : undefined,
  };
}

function refuseUnsupported(task: string, settings: Settings): void {
  const refuse = (what: string): never => {
    throw new UsageError(`task ${task}: ${what} is not supported by the local engine yet`);
  };
  if (wireValue(settings.DataFormat ?? 'csv') !== 'parquet') {
    refuse(`S3Settings.DataFormat ${JSON.stringify(settings.DataFormat ?? 'csv')} (only "parquet" is)`);
  }
  for (const key of Object.keys(settings)) {
    if (REFUSED_WHEN_ON.includes(key) && settings[key] !== '' && settings[key] !== false && settings[key] !== 'false') {
      refuse(`S3Settings.${key}`);
    }
    if (![...REFUSED_WHEN_ON, ...SUPPORTED, ...WITHOUT_EFFECT].includes(key)) refuse(`S3Settings.${key}`);
  }
}

function positive(task: string, key: string, value: unknown): number {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof number === 'number' && number > 0 && Number.isFinite(number)) return number;
  throw new UsageError(`task ${task}: S3Settings.${key} is ${JSON.stringify(value)}: give a number above 0`);
}

function oneOf<W extends string>(task: string, key: string, allowed: readonly W[], value: unknown): W {
  const word = allowed.find((candidate) => wireValue(candidate) === wireValue(value));
  if (word !== undefined) return word;
  throw new UsageError(`task ${task}: S3Settings.${key} is ${JSON.stringify(value)}: it must be one of ${allowed.join(', ')}`);
}

function knownTimeZone(task: string, value: unknown): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: String(value) }).resolvedOptions().timeZone;
  } catch {
    throw new UsageError(`task ${task}: S3Settings.DatePartitionTimezone is ${JSON.stringify(value)}: give an area and location such as Europe/Berlin`);
  }
}

const isOn = (value: unknown): boolean => value === true || value === 'true';

/** The service takes `GZIP` and `PARQUET_2_0` as well as the API's own `gzip` and `parquet-2-0`. */
function wireValue(value: unknown): string {
  return String(value).toLowerCase().replaceAll('_', '-');
}

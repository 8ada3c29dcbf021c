import { UsageError } from '../../errors';
import type { DatePartition, DatePartitionDelimiter, DatePartitionSequence } from './layout';
import type { ParquetOptions } from './parquet-file';
import type { MetadataColumns } from './table-batch';

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
  const number = (key: string, otherwise: number): number => Number(settings[key] ?? otherwise);
  const text = (key: string, otherwise: string): string => {
    const value = settings[key];
    return typeof value === 'string' && value !== '' ? value : otherwise;
  };
  const word = (key: string, otherwise: string): string => wireValue(text(key, otherwise));

  const includeOp = flag('IncludeOpForFullLoad');
  const insertsOnly = flag('CdcInsertsOnly');
  const insertsAndUpdates = flag('CdcInsertsAndUpdates');
  const timestampColumn = text('TimestampColumnName', '') || undefined;
  return {
    bucketFolder: text('BucketFolder', ''),
    parquet: {
      gzip: word('CompressionType', 'none') === 'gzip',
      version2: word('ParquetVersion', 'parquet-1-0') === 'parquet-2-0',
      encoding: word('EncodingType', 'rle-dictionary') as ParquetOptions['encoding'],
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
        sequence: text('DatePartitionSequence', 'YYYYMMDD').toUpperCase() as DatePartitionSequence,
        delimiter: text('DatePartitionDelimiter', 'SLASH').toUpperCase() as DatePartitionDelimiter,
        timeZone: text('DatePartitionTimezone', 'UTC'),
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

const isOn = (value: unknown): boolean => value === true || value === 'true';

/** The service takes `GZIP` and `PARQUET_2_0` as well as the API's own `gzip` and `parquet-2-0`. */
function wireValue(value: unknown): string {
  return String(value).toLowerCase().replaceAll('_', '-');
}

import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Duration, RemovalPolicy, Size } from 'aws-cdk-lib/core';
import type {
  CapturedChanges,
  DatePartitionDelimiter,
  DatePartitionSequence,
  ParquetCompression,
  ParquetEncoding,
  ParquetVersion,
} from './s3-parquet-options';

/** How DMS lays out the lake and its Parquet files. */
export interface S3ParquetFileOptions {
  /**
   * Folder of the bucket under which DMS writes `schema/table/`, without slashes at its ends.
   * Two tasks that write the same table below the same prefix overwrite each other's files.
   *
   * @default - the top of the bucket
   */
  readonly prefix?: string;

  /**
   * Compression of the files.
   *
   * @default ParquetCompression.GZIP - DMS's own default is none, which costs storage and scans
   */
  readonly compression?: ParquetCompression;

  /**
   * Version of the Parquet format.
   *
   * @default - DMS's: Parquet 1.0
   */
  readonly parquetVersion?: ParquetVersion;

  /**
   * Encoding of the values.
   *
   * @default - DMS's: `RLE_DICTIONARY`
   */
  readonly encoding?: ParquetEncoding;

  /**
   * Rows in a row group.
   *
   * @default - DMS's: about 10,000
   */
  readonly rowGroupLength?: number;

  /**
   * Size of a data page, in whole bytes.
   *
   * @default - DMS's: 1 MiB
   */
  readonly dataPageSize?: Size;

  /**
   * Size from which a dictionary page is given up for plain encoding, in whole bytes.
   *
   * @default - DMS's: 1 MiB
   */
  readonly dictionaryPageSizeLimit?: Size;

  /**
   * Whether pages and row groups carry statistics, which let readers skip what a query does not need.
   *
   * @default true
   */
  readonly statistics?: boolean;

  /**
   * Whether timestamps are written in milliseconds. Athena and Glue cannot read DMS's microseconds.
   *
   * @default true
   */
  readonly timestampsInMilliseconds?: boolean;

  /**
   * Name of a column that DMS adds to every row: when the row was committed at the source.
   * It is the only way to bring the changes of a key in order. An empty name leaves the column out.
   *
   * @default 'dms_timestamp'
   */
  readonly timestampColumnName?: string;

  /**
   * Whether rows of the full load carry the start of the task in that column, so that they sort before all changes.
   *
   * @default true
   */
  readonly useTaskStartTimeForFullLoadTimestamp?: boolean;

  /**
   * Whether rows of the full load carry the column `Op` as changes do.
   * Without it `LOAD` files and change files have different schemas, and no table can span both.
   *
   * @default true
   */
  readonly includeOpForFullLoad?: boolean;

  /**
   * Whether change files go into folders by date: a folder that gets a file every minute is soon too long to list.
   *
   * @default true
   */
  readonly datePartition?: boolean;

  /**
   * By what the folders are divided. Needs `datePartition`.
   *
   * @default - DMS's: `YYYYMMDD`
   */
  readonly datePartitionSequence?: DatePartitionSequence;

  /**
   * What stands between the parts of the date. Needs `datePartition`.
   *
   * @default - DMS's: `SLASH`
   */
  readonly datePartitionDelimiter?: DatePartitionDelimiter;

  /**
   * Time zone of the date, such as `America/Bogota`. It also shifts the names of the files. Needs `datePartition`.
   *
   * @default - UTC
   */
  readonly datePartitionTimezone?: string;

  /**
   * How long changes are gathered before a file is written, in whole seconds.
   * The source keeps its write-ahead log for as long.
   *
   * @default - DMS's: 60 seconds
   */
  readonly cdcMaxBatchInterval?: Duration;

  /**
   * How many changes are gathered before a file is written, in whole kibibytes of memory; files come out smaller.
   *
   * @default - DMS's: 32,000 KB
   */
  readonly cdcMinFileSize?: Size;

  /**
   * Which changes are written.
   *
   * @default CapturedChanges.ALL
   */
  readonly capturedChanges?: CapturedChanges;
}

/** A data lake of Parquet files in S3. */
export interface S3ParquetTargetProps extends S3ParquetFileOptions {
  /**
   * An existing bucket, in the region of the replication. Without versioning, or with a lifecycle that expires old
   * versions: DMS lists the bucket, and a long tail of versions times that out.
   *
   * @default - a new bucket: encrypted, private, TLS only
   */
  readonly bucket?: IBucket;

  /**
   * Account that owns the bucket. DMS stops when the bucket belongs to another one.
   *
   * @default - the account of the bucket
   */
  readonly bucketOwner?: string;

  /**
   * Key that encrypts the files. An endpoint that has started with S3's own keys cannot change to this one in place.
   *
   * @default - the key of `bucket`, otherwise keys that S3 manages
   */
  readonly encryptionKey?: IKey;

  /**
   * Whether the new bucket keeps old versions of objects for `noncurrentVersionExpiration`.
   *
   * @default false
   */
  readonly versioned?: boolean;

  /**
   * How long old versions are kept, in whole days. Needs `versioned`.
   *
   * @default Duration.days(7)
   */
  readonly noncurrentVersionExpiration?: Duration;

  /**
   * What happens to the new bucket when it leaves the stack.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Bucket that receives the access logs of the new bucket.
   *
   * @default - access is not logged
   */
  readonly serverAccessLogsBucket?: IBucket;

  /**
   * Prefix of the access logs. Needs `serverAccessLogsBucket`.
   *
   * @default - none
   */
  readonly serverAccessLogsPrefix?: string;
}

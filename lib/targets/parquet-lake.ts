import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { DatePartitionDelimiter, DatePartitionSequence } from './s3-parquet-options';

/** How the files of a lake are laid out, as far as who reads them has to know. */
export interface ParquetLakeLayout {
  /**
   * Folder of the bucket above `schema/table/`.
   *
   * @default - the top of the bucket
   */
  readonly prefix?: string;

  /**
   * Column with the commit time of every row, as text that sorts.
   *
   * @default - there is none
   */
  readonly timestampColumnName?: string;

  /** Whether changes, or load and changes, have the column `Op`. */
  readonly opColumn: boolean;

  /** Whether rows of the load carry an earlier time than every change. */
  readonly loadSortsFirst: boolean;

  /** Whether timestamps are in milliseconds, which Athena reads, and not in microseconds. */
  readonly timestampsInMilliseconds: boolean;

  /**
   * By what the folders of changes are divided.
   *
   * @default - changes lie beside the files of the load
   */
  readonly datePartitionSequence?: DatePartitionSequence;

  /** What stands between the parts of the date. */
  readonly datePartitionDelimiter: DatePartitionDelimiter;

  /** Time zone of the date. */
  readonly datePartitionTimezone: string;
}

/** A lake of Parquet files that DMS writes. */
export interface IParquetLake {
  /** The bucket of the lake. */
  readonly bucket: IBucket;

  /**
   * Key that encrypts the files.
   *
   * @default - keys that S3 manages
   */
  readonly encryptionKey?: IKey;

  /** How the files are laid out. */
  readonly layout: ParquetLakeLayout;
}

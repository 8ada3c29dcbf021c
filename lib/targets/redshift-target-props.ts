import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Duration, RemovalPolicy, Size } from 'aws-cdk-lib/core';
import type { IRedshiftWarehouse } from './redshift-warehouse';

/** How DMS loads a Redshift warehouse: the options of its endpoint. */
export interface RedshiftEndpointOptions {
  /**
   * Whether booleans stay booleans. The source endpoint has to say the same, otherwise they become text.
   *
   * @default true
   */
  readonly mapBooleanAsBoolean?: boolean;

  /**
   * Largest CSV file that is staged, in whole kibibytes, 1 KiB to 1 GiB. Redshift loads many small files in parallel.
   *
   * @default - DMS's own
   */
  readonly maxFileSize?: Size;

  /**
   * Parallel streams that upload one file to the staging bucket, 1 to 64.
   *
   * @default - DMS's: 10
   */
  readonly fileTransferUploadStreams?: number;

  /**
   * Memory for the file that is being written, in whole kibibytes.
   *
   * @default - DMS's: 1000 KB
   */
  readonly writeBufferSize?: Size;

  /**
   * How long DMS waits for a connection, in whole milliseconds.
   *
   * @default - DMS's own
   */
  readonly connectionTimeout?: Duration;

  /**
   * How long DMS waits for a COPY, INSERT, UPDATE or DELETE, in whole milliseconds.
   *
   * @default - DMS's own
   */
  readonly loadTimeout?: Duration;

  /**
   * SQL that DMS runs on each of its connections, before anything else.
   *
   * @default - none
   */
  readonly afterConnectScript?: string;

  /**
   * Whether dates that are none, such as `0000-00-00`, are loaded instead of failing. Needs `dateFormat`.
   *
   * @default false
   */
  readonly acceptAnyDate?: boolean;

  /**
   * Format of dates, as COPY takes it, or `auto`.
   *
   * @default - `YYYY-MM-DD`
   */
  readonly dateFormat?: string;

  /**
   * Format of times, as COPY takes it, `auto`, `epochsecs` or `epochmillisecs`.
   *
   * @default - DMS's own
   */
  readonly timeFormat?: string;

  /**
   * Whether schema names keep their case. The warehouse has to be set up for that.
   *
   * @default false
   */
  readonly caseSensitiveNames?: boolean;

  /**
   * Whether Redshift chooses a compression for empty tables, whatever their definition says.
   *
   * @default true
   */
  readonly compUpdate?: boolean;

  /**
   * Whether empty texts become NULL.
   *
   * @default false - an empty text and no text are not the same
   */
  readonly emptyAsNull?: boolean;

  /**
   * Whether identity columns take the values of the source. For full-load tasks only.
   *
   * @default false
   */
  readonly explicitIds?: boolean;

  /**
   * Whether quotation marks around texts are removed.
   *
   * @default false
   */
  readonly removeQuotes?: boolean;

  /**
   * Characters that are replaced by `replaceChars`.
   *
   * @default - none
   */
  readonly replaceInvalidChars?: string;

  /**
   * What stands for the characters of `replaceInvalidChars`, which it needs.
   *
   * @default '?'
   */
  readonly replaceChars?: string;

  /**
   * Whether white space at the end of texts is removed.
   *
   * @default false
   */
  readonly trimBlanks?: boolean;

  /**
   * Whether a text that is longer than its column is cut off instead of failing.
   *
   * @default false - what is cut off is lost
   */
  readonly truncateColumns?: boolean;

  /**
   * Extra connection attributes, for settings that have no option here. An attribute that an option owns is refused.
   *
   * @default - none
   */
  readonly extraConnectionAttributes?: Record<string, string>;
}

/** A Redshift warehouse as a target, and the bucket through which it is loaded. */
export interface RedshiftTargetProps extends RedshiftEndpointOptions {
  /** The warehouse. */
  readonly warehouse: IRedshiftWarehouse;

  /**
   * An existing bucket for the files that DMS stages, in the region of the replication and without versioning.
   *
   * @default - a new bucket: encrypted, private, TLS only; what a stopped task leaves there is deleted after 30 days
   */
  readonly stagingBucket?: IBucket;

  /**
   * Folder of the bucket, without slashes at its ends. The role reaches nothing else there.
   *
   * @default - the whole bucket
   */
  readonly stagingPrefix?: string;

  /**
   * Key that encrypts the staged files. An endpoint that has started with S3's own keys cannot change to it in place.
   *
   * @default - the key of `stagingBucket`, otherwise keys that S3 manages
   */
  readonly encryptionKey?: IKey;

  /**
   * What happens to the new bucket when it leaves the stack. CloudFormation deletes a bucket only when it is empty.
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
}

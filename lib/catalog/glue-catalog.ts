import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase } from 'aws-cdk-lib/aws-glue';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Duration, Names, type RemovalPolicy, type Size, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ABORT_UPLOADS_AFTER, privateBucketProps } from '../private/buckets';
import { fail } from '../private/validation';
import type { IParquetLake } from '../targets/parquet-lake';
import { GlueCatalogTable, type GlueCatalogTableOptions } from './glue-catalog-table';

/** Athena accepts no smaller limit. */
const LEAST_SCAN_BYTES = 10_000_000;

/** How a lake is entered in Glue, and who pays for queries. */
export interface GlueCatalogProps {
  /** The lake. */
  readonly lake: IParquetLake;

  /** Name of the Glue database to create: lower-case letters, digits and `_`. Queries name it. */
  readonly databaseName: string;

  /**
   * First day with changes, such as `2026-11-01`. Athena works out the date folders from it to today, so a day long
   * before the first change makes queries slow.
   */
  readonly firstDay: string;

  /**
   * Bucket for the results of queries.
   *
   * @default - a new one: encrypted, private, TLS only; results are deleted after 30 days
   */
  readonly resultsBucket?: s3.IBucket;

  /**
   * Key that encrypts the results of queries.
   *
   * @default - the key of `resultsBucket`, otherwise keys that S3 manages
   */
  readonly resultsEncryptionKey?: IKey;

  /**
   * Most that one query may read, in whole bytes, 10 MB at least. Athena cancels a query that reads more.
   *
   * @default - no limit
   */
  readonly bytesScannedCutoffPerQuery?: Size;

  /**
   * What happens to the new bucket for results when it leaves the stack. The catalog is only a description and goes
   * with the stack, and so does the workgroup with its history of queries; the lake does not.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * Bucket that receives the access logs of the new bucket for results.
   *
   * @default - access is not logged
   */
  readonly serverAccessLogsBucket?: s3.IBucket;
}

/**
 * A lake in the Glue catalog, for Athena and whatever else reads that: a database, and a workgroup that encrypts its
 * results. `addTable` enters the tables, column by column: nothing crawls the lake and guesses.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/glue-athena.html
 */
export class GlueCatalog extends Construct {
  /** Name of the Glue database. */
  public readonly databaseName: string;

  /** Name of the Athena workgroup: run queries in it. */
  public readonly workGroupName: string;

  /** The bucket for the results of queries. */
  public readonly resultsBucket: s3.IBucket;

  private readonly lake: IParquetLake;
  private readonly firstDay: string;
  private readonly database: CfnDatabase;
  private readonly tables = new Map<string, string>();

  public constructor(scope: Construct, id: string, props: GlueCatalogProps) {
    super(scope, id);
    if (!/^[a-z0-9_]{1,255}$/.test(props.databaseName)) {
      fail(this, `databaseName is '${props.databaseName}': give lower-case letters, digits and _ only`);
    }
    this.lake = props.lake;
    this.firstDay = props.firstDay;
    this.databaseName = props.databaseName;
    this.database = new CfnDatabase(this, 'Database', {
      catalogId: Stack.of(this).account,
      databaseInput: { name: props.databaseName, description: 'A data lake that AWS DMS writes' },
    });

    const key = props.resultsEncryptionKey ?? props.resultsBucket?.encryptionKey;
    this.resultsBucket = props.resultsBucket ?? new s3.Bucket(this, 'Results', {
      ...privateBucketProps(key, props.removalPolicy),
      lifecycleRules: [{ abortIncompleteMultipartUploadAfter: ABORT_UPLOADS_AFTER, expiration: Duration.days(30) }],
      serverAccessLogsBucket: props.serverAccessLogsBucket,
    });
    this.workGroupName = Names.uniqueResourceName(this, { maxLength: 128, separator: '-' });
    this.createWorkGroup(props, key);
  }

  /** Enters a table of the lake: its history, its changes by date, and its last state. */
  public addTable(id: string, options: GlueCatalogTableOptions): GlueCatalogTable {
    const table = new GlueCatalogTable(this, id, {
      ...options,
      lake: this.lake,
      databaseName: this.databaseName,
      firstDay: this.firstDay,
    });
    const other = this.tables.get(table.historyTableName);
    if (other !== undefined) {
      fail(table, `the catalog has ${table.historyTableName} already, from ${other}: give one of the two a name`);
    }
    this.tables.set(table.historyTableName, `${options.schemaName}.${options.tableName}`);
    table.node.addDependency(this.database);
    return table;
  }

  private createWorkGroup(props: GlueCatalogProps, key?: IKey): void {
    const cutoff = props.bytesScannedCutoffPerQuery?.toBytes();
    if (cutoff !== undefined && cutoff < LEAST_SCAN_BYTES) {
      fail(this, `bytesScannedCutoffPerQuery is ${cutoff} bytes: Athena takes ${LEAST_SCAN_BYTES} or more`);
    }
    new CfnWorkGroup(this, 'WorkGroup', {
      name: this.workGroupName,
      description: `Queries of ${this.databaseName}`,
      // It holds nothing but the history of queries, and a second workgroup could not have its name.
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        // Otherwise a client may choose another place for its results, and leave them unencrypted.
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: cutoff,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: this.resultsBucket.s3UrlForObject(`${this.databaseName}/`),
          expectedBucketOwner: this.resultsBucket.env.account,
          encryptionConfiguration: key
            ? { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn }
            : { encryptionOption: 'SSE_S3' },
        },
      },
    });
  }
}

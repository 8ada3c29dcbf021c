import { CfnTable } from 'aws-cdk-lib/aws-glue';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { fail, validateWith } from '../private/validation';
import { checkCatalogTable } from '../rules';
import type { ColumnDataType } from '../table-mappings';
import type { IParquetLake, ParquetLakeLayout } from '../targets/parquet-lake';
import { athenaType } from './athena-types';
import { DATE_PARTITION, projectionParameters, sortsByDate } from './date-projection';
import { latestStateSql, type ViewColumn, viewText } from './latest-view';

/** A column as DMS writes it. */
export interface GlueCatalogColumn {
  /** The name in the lake, after the transformations of the task. Glue writes it in lower case. */
  readonly name: string;

  /**
   * The DMS type, after the transformations of the task. PostgreSQL's booleans are `ColumnDataType.wstring(5)` unless
   * they are changed, its text, json and arrays `NCLOB`, its numerics without precision `numeric(28, 6)`.
   *
   * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html#CHAP_Source-PostgreSQL-DataTypes
   */
  readonly dataType: ColumnDataType;
}

/** A table of the lake, under the names that the transformations of the task gave it. */
export interface GlueCatalogTableOptions {
  /** Schema of the table: the folder above its own. */
  readonly schemaName: string;

  /** Name of the table: its folder. */
  readonly tableName: string;

  /** The columns of the source, without `Op` and the timestamp column, which are known. */
  readonly columns: GlueCatalogColumn[];

  /** Names of the columns of the primary key. */
  readonly primaryKey: string[];

  /**
   * Text column that tells the changes of one transaction apart: add it to the task with
   * `Transformation.addColumn(schema, table, name, ColumnDataType.wstring(35), { expression: '$AR_H_CHANGE_SEQ' })`.
   *
   * @default - none: of several changes of a row in one transaction, which have one commit time, any may count as last
   */
  readonly sequenceColumnName?: string;

  /**
   * Name in Glue, which `_history`, `_changes` and `_latest` are added to.
   *
   * @default - `tableName`
   */
  readonly name?: string;
}

/** A table of the lake and the database that it is entered in. */
export interface GlueCatalogTableProps extends GlueCatalogTableOptions {
  /** The lake. */
  readonly lake: IParquetLake;

  /** The Glue database, which has to be there before the table. */
  readonly databaseName: string;

  /** First day with changes, such as `2026-11-01`. */
  readonly firstDay: string;
}

/**
 * A table of the lake as Athena sees it: `_history` with every row of load and changes, `_changes` with the changes by
 * date folder, and the view `_latest` with the last state of every row that was not deleted.
 *
 * A TRUNCATE or DROP at the source is not in the lake, so `_latest` keeps showing the rows.
 */
export class GlueCatalogTable extends Construct {
  /** Name of the table with every row. */
  public readonly historyTableName: string;

  /**
   * Name of the table with the changes by date: filter by its column `date_partition`, and Athena reads no other
   * folder.
   *
   * @default - the lake has no date folders
   */
  public readonly changesTableName?: string;

  /** Name of the view with the last state of every row. */
  public readonly latestViewName: string;

  public constructor(scope: Construct, id: string, props: GlueCatalogTableProps) {
    super(scope, id);
    const { layout } = props.lake;
    const name = props.name ?? props.tableName.toLowerCase();
    const columns = this.columnsOf(props);
    refuse(this, { ...props, name }, columns, layout);
    this.historyTableName = `${name}_history`;
    this.latestViewName = `${name}_latest`;

    const folder = [layout.prefix, props.schemaName, props.tableName].filter((part) => part !== undefined).join('/');
    const location = props.lake.bucket.s3UrlForObject(`${folder}/`);
    const files = { columns: columns.map(({ name: column, glue }) => ({ name: column, type: glue })), location };
    const source = `${props.schemaName}.${props.tableName}`;
    const history = this.createTable('History', props.databaseName, {
      ...parquetTable(files),
      name: this.historyTableName,
      description: `Every row of ${source}, load and changes`,
    });
    if (layout.datePartitionSequence !== undefined) {
      this.changesTableName = `${name}_changes`;
      this.createTable('Changes', props.databaseName, {
        ...parquetTable(files, projectionParameters({
          sequence: layout.datePartitionSequence,
          delimiter: layout.datePartitionDelimiter,
          timezone: layout.datePartitionTimezone,
          firstDay: props.firstDay,
          location,
        })),
        partitionKeys: [{ name: DATE_PARTITION, type: 'string' }],
        name: this.changesTableName,
        description: `The changes of ${source} by date`,
      });
    }
    this.createLatestView(props, columns, `The last state of every row of ${source}`).node.addDependency(history);
    validateWith(this, () => checkCatalogTable({
      latestView: this.latestViewName, sequenceColumn: props.sequenceColumnName,
    }));
  }

  /** What the files hold: the columns that DMS adds, then those of the source. */
  private columnsOf({ lake: { layout }, columns, sequenceColumnName }: GlueCatalogTableProps): ViewColumn[] {
    const text = (name?: string): ViewColumn[] =>
      name === undefined ? [] : [{ name: name.toLowerCase(), glue: 'string', athena: 'varchar' }];
    return [
      ...text(layout.opColumn ? 'op' : undefined),
      ...text(layout.timestampColumnName),
      ...text(sequenceColumnName),
      ...columns.map(({ name, dataType }) => {
        try {
          return { name: name.toLowerCase(), ...athenaType(dataType) };
        } catch (error) {
          return fail(this, `column ${name}: ${(error as Error).message}`);
        }
      }),
    ];
  }

  private createLatestView(props: GlueCatalogTableProps, columns: ViewColumn[], description: string): CfnTable {
    const { layout } = props.lake;
    const own = new Set(props.columns.map(({ name }) => name.toLowerCase()));
    const shown = columns.filter(({ name }) => own.has(name));
    const sql = latestStateSql({
      table: this.historyTableName,
      columns: shown.map(({ name }) => name),
      primaryKey: props.primaryKey.map((name) => name.toLowerCase()),
      timestampColumn: layout.timestampColumnName!.toLowerCase(),
      sequenceColumn: props.sequenceColumnName?.toLowerCase(),
      opColumn: layout.opColumn,
    });
    return this.createTable('Latest', props.databaseName, {
      name: this.latestViewName,
      description,
      tableType: 'VIRTUAL_VIEW',
      parameters: { presto_view: 'true', comment: description },
      viewOriginalText: viewText(sql, props.databaseName, shown),
      viewExpandedText: '/* Presto View */',
      storageDescriptor: {
        columns: shown.map(({ name, glue }) => ({ name, type: glue })),
        serdeInfo: {},
      },
    });
  }

  private createTable(id: string, databaseName: string, tableInput: CfnTable.TableInputProperty): CfnTable {
    return new CfnTable(this, id, { catalogId: Stack.of(this).account, databaseName, tableInput });
  }
}

/** What a table of Parquet files has, whatever its columns. */
function parquetTable(
  { columns, location }: { readonly columns: { name: string; type: string }[]; readonly location: string },
  parameters: Record<string, string> = {},
): CfnTable.TableInputProperty {
  return {
    tableType: 'EXTERNAL_TABLE',
    parameters: { EXTERNAL: 'TRUE', classification: 'parquet', ...parameters },
    storageDescriptor: {
      columns,
      location,
      inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
      outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
      serdeInfo: { serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
    },
  };
}

function refuse(
  scope: Construct, props: GlueCatalogTableProps & { readonly name: string }, columns: ViewColumn[],
  layout: ParquetLakeLayout,
): void {
  if (!/^[a-z0-9_]{1,200}$/.test(props.name)) {
    fail(scope, `the name in Glue is '${props.name}': give lower-case letters, digits and _ only, with name`);
  }
  if (!/^\d{4}-\d{2}-\d{2}$/.test(props.firstDay)) {
    fail(scope, `firstDay is '${props.firstDay}': give year, month and day, such as '2026-11-01'`);
  }
  if (layout.timestampColumnName === undefined || !layout.loadSortsFirst) {
    fail(scope, 'the lake has no column that brings the changes of a row in order: give its target a '
      + 'timestampColumnName, and leave useTaskStartTimeForFullLoadTimestamp on');
  }
  if (!layout.timestampsInMilliseconds && columns.some(({ glue }) => glue === 'timestamp')) {
    fail(scope, 'the lake has timestamps in microseconds, which Athena cannot read: leave timestampsInMilliseconds on');
  }
  const { datePartitionSequence: sequence } = layout;
  if (sequence !== undefined && !sortsByDate(sequence)) {
    fail(scope, `the folders of changes are divided by ${sequence}, which does not sort by date: queries from a day on `
      + 'would leave changes out; use DatePartitionSequence.YYYYMMDD');
  }
  const names = columns.map(({ name }) => name);
  const double = [...names, DATE_PARTITION].filter((name, index, all) => all.indexOf(name) !== index);
  if (double.length > 0) {
    fail(scope, `there are two columns ${double.join(', ')}: Glue knows no case, and op, the timestamp column, the `
      + `sequence column and ${DATE_PARTITION} are there already`);
  }
  const own = new Set(props.columns.map(({ name }) => name.toLowerCase()));
  const missing = props.primaryKey.filter((name) => !own.has(name.toLowerCase()));
  if (props.primaryKey.length === 0 || missing.length > 0) {
    fail(scope, `primaryKey is ${JSON.stringify(props.primaryKey)}: give one or more names of columns of the table`);
  }
}

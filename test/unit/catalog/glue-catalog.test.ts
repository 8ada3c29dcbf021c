import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { RemovalPolicy, Size, type Stack } from 'aws-cdk-lib/core';
import {
  ColumnDataType, DatePartitionDelimiter, DatePartitionSequence, GlueCatalog, type GlueCatalogProps,
  type GlueCatalogTable, type GlueCatalogTableOptions, S3ParquetTarget, type S3ParquetTargetProps,
} from '../../../lib';
import { latestStateSql, viewText } from '../../../lib/catalog/latest-view';
import { ACCOUNT, makeStack, REGION } from '../make-stack';

interface Choices {
  readonly lake?: S3ParquetTargetProps;
  readonly catalog?: (stack: Stack) => Partial<GlueCatalogProps>;
  readonly table?: Partial<GlueCatalogTableOptions>;
}

const COLUMNS = [
  { name: 'id', dataType: ColumnDataType.INT8 },
  { name: 'Total', dataType: ColumnDataType.numeric(12, 2) },
  { name: 'ordered_at', dataType: ColumnDataType.datetime(6) },
];

function build({ lake = {}, catalog = () => ({}), table = {} }: Choices = {}):
{ stack: Stack; catalog: GlueCatalog; table: GlueCatalogTable } {
  const stack = makeStack();
  const target = new S3ParquetTarget(stack, 'Lake', {
    bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'lake'), prefix: 'raw', ...lake,
  });
  const glue = new GlueCatalog(stack, 'Catalog', {
    lake: target, databaseName: 'shop', firstDay: '2026-11-01', ...catalog(stack),
  });
  const orders = glue.addTable('Orders', {
    schemaName: 'public', tableName: 'orders', columns: COLUMNS, primaryKey: ['id'], sequenceColumnName: 'dms_sequence',
    ...table,
  });
  return { stack, catalog: glue, table: orders };
}
const templateOf = (choices?: Choices): Template => Template.fromStack(build(choices).stack);

const HISTORY = [
  { Name: 'op', Type: 'string' },
  { Name: 'dms_timestamp', Type: 'string' },
  { Name: 'dms_sequence', Type: 'string' },
  { Name: 'id', Type: 'bigint' },
  { Name: 'total', Type: 'decimal(12,2)' },
  { Name: 'ordered_at', Type: 'timestamp' },
];
const PARQUET = {
  Columns: HISTORY,
  Location: 's3://lake/raw/public/orders/',
  InputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  OutputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
  SerdeInfo: { SerializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe' },
};

function tableInput(template: Template, name: string): Record<string, unknown> {
  const found = Object.values(template.findResources('AWS::Glue::Table'))
    .map(({ Properties: properties }) => (properties as { TableInput: Record<string, unknown> }).TableInput)
    .filter((input) => input['Name'] === name);
  expect(found).toHaveLength(1);
  return found[0]!;
}

describe('a table of the catalog', () => {
  test('has a history of all files, with Op, commit time and sequence before the columns of the source', () => {
    const template = templateOf();
    expect(tableInput(template, 'orders_history')).toEqual({
      Name: 'orders_history',
      Description: 'Every row of public.orders, load and changes',
      TableType: 'EXTERNAL_TABLE',
      Parameters: { EXTERNAL: 'TRUE', classification: 'parquet' },
      StorageDescriptor: PARQUET,
    });
    template.allResourcesProperties('AWS::Glue::Table', { CatalogId: ACCOUNT, DatabaseName: 'shop' });
  });

  test('has its changes by day, which Athena works out and does not look up', () => {
    expect(tableInput(templateOf(), 'orders_changes')).toEqual({
      Name: 'orders_changes',
      Description: 'The changes of public.orders by date',
      TableType: 'EXTERNAL_TABLE',
      PartitionKeys: [{ Name: 'date_partition', Type: 'string' }],
      Parameters: {
        EXTERNAL: 'TRUE',
        classification: 'parquet',
        'projection.enabled': 'true',
        'projection.date_partition.type': 'date',
        'projection.date_partition.format': 'yyyy/MM/dd',
        'projection.date_partition.range': '2026/11/01,NOW',
        'projection.date_partition.interval': '1',
        'projection.date_partition.interval.unit': 'DAYS',
        'storage.location.template': 's3://lake/raw/public/orders/${date_partition}/',
      },
      StorageDescriptor: PARQUET,
    });
  });

  test.each([
    [DatePartitionSequence.YYYYMMDDHH, DatePartitionDelimiter.DASH, 'yyyy-MM-dd-HH', '2026-11-01-00', 'HOURS'],
    [DatePartitionSequence.YYYYMMDD, DatePartitionDelimiter.NONE, 'yyyyMMdd', '20261101', 'DAYS'],
    [DatePartitionSequence.YYYYMM, DatePartitionDelimiter.UNDERSCORE, 'yyyy_MM', '2026_11', 'MONTHS'],
  ])('follows the folders of %s with %s', (datePartitionSequence, datePartitionDelimiter, format, first, unit) => {
    const template = templateOf({
      lake: { datePartitionSequence, datePartitionDelimiter, datePartitionTimezone: 'Asia/Tokyo' },
    });
    expect(tableInput(template, 'orders_changes')['Parameters']).toMatchObject({
      'projection.date_partition.format': format,
      'projection.date_partition.range': `${first},NOW+1DAYS`,
      'projection.date_partition.interval.unit': unit,
    });
  });

  test('has a view of the last state, of the columns of the source alone', () => {
    const { stack } = build();
    const sql = latestStateSql({
      table: 'orders_history', columns: ['id', 'total', 'ordered_at'], primaryKey: ['id'],
      timestampColumn: 'dms_timestamp', sequenceColumn: 'dms_sequence', opColumn: true,
    });
    expect(tableInput(Template.fromStack(stack), 'orders_latest')).toEqual({
      Name: 'orders_latest',
      Description: 'The last state of every row of public.orders',
      TableType: 'VIRTUAL_VIEW',
      Parameters: { presto_view: 'true', comment: 'The last state of every row of public.orders' },
      ViewExpandedText: '/* Presto View */',
      ViewOriginalText: viewText(sql, 'shop', [
        { name: 'id', glue: 'bigint', athena: 'bigint' },
        { name: 'total', glue: 'decimal(12,2)', athena: 'decimal(12,2)' },
        { name: 'ordered_at', glue: 'timestamp', athena: 'timestamp(3)' },
      ]),
      StorageDescriptor: {
        Columns: HISTORY.slice(3),
        SerdeInfo: {},
      },
    });
  });

  test('waits for the database, and the view for the history', () => {
    const template = templateOf();
    const [database] = Object.keys(template.findResources('AWS::Glue::Database'));
    const tables = Object.entries(template.findResources('AWS::Glue::Table'));
    expect(tables).toHaveLength(3);
    tables.forEach(([, { DependsOn: waits }]) => expect(waits).toContain(database));
    const idOf = (part: string): string => tables.map(([id]) => id).find((id) => id.includes(part))!;
    const view = tables.find(([id]) => id === idOf('Latest'))![1] as { DependsOn: string[] };
    expect(view.DependsOn).toContain(idOf('History'));
  });

  test('tells its names, and takes another', () => {
    const { historyTableName, changesTableName, latestViewName } = build({ table: { name: 'shop_orders' } }).table;
    expect([historyTableName, changesTableName, latestViewName])
      .toEqual(['shop_orders_history', 'shop_orders_changes', 'shop_orders_latest']);
  });

  test('has no table of changes where they lie beside the load', () => {
    const { stack, table } = build({ lake: { datePartition: false } });
    expect(table.changesTableName).toBeUndefined();
    Template.fromStack(stack).resourceCountIs('AWS::Glue::Table', 2);
  });

  test('warns when the changes of a transaction cannot be told apart', () => {
    const { stack } = build({ table: { sequenceColumnName: undefined } });
    Annotations.fromStack(stack).hasWarning('/Test/Catalog/Orders', Match.stringLikeRegexp('catalog/no-sequence'));
    expect(Annotations.fromStack(build().stack).findWarning('*', Match.anyValue())).toEqual([]);
  });

  test.each<[ColumnDataType, string]>([
    [ColumnDataType.BOOLEAN, 'boolean'], [ColumnDataType.INT1, 'tinyint'], [ColumnDataType.INT2, 'smallint'],
    [ColumnDataType.INT4, 'int'], [ColumnDataType.UINT2, 'int'], [ColumnDataType.REAL4, 'float'],
    [ColumnDataType.REAL8, 'double'], [ColumnDataType.DATE, 'date'], [ColumnDataType.wstring(5), 'string'],
    [ColumnDataType.NCLOB, 'string'], [ColumnDataType.bytes(16), 'binary'], [ColumnDataType.BLOB, 'binary'],
    [ColumnDataType.numeric(38, 0), 'decimal(38,0)'],
  ])('reads %j as %s', (dataType, type) => {
    const template = templateOf({ table: { columns: [COLUMNS[0]!, { name: 'value', dataType }] } });
    expect(tableInput(template, 'orders_latest')['StorageDescriptor'])
      .toMatchObject({ Columns: [{ Name: 'id' }, { Name: 'value', Type: type }] });
  });

  test.each<[string, Choices, string]>([
    ['a time of day', { table: { columns: [{ name: 'id', dataType: ColumnDataType.TIME }] } },
      'Test/Catalog/Orders: column id: time cannot be read: Athena does not read Parquet times'],
    ['a number that is too long', { table: { columns: [{ name: 'id', dataType: ColumnDataType.numeric(39, 0) }] } },
      'numeric cannot be read: Athena\'s numbers have a precision of 1 to 38, this one has 39'],
    ['unsigned numbers', { table: { columns: [{ name: 'id', dataType: ColumnDataType.UINT4 }] } }, 'uint4 cannot be read'],
    ['a key that is no column', { table: { primaryKey: ['number'] } }, 'primaryKey is ["number"]: give one or more names'],
    ['no key', { table: { primaryKey: [] } }, 'primaryKey is []: give one or more names'],
    ['a column that DMS adds too', { table: { columns: [...COLUMNS, { name: 'OP', dataType: ColumnDataType.INT4 }] } },
      'there are two columns op'],
    ['a name with capital letters', { table: { name: 'Orders' } }, "the name in Glue is 'Orders'"],
    ['a first day that is none', { catalog: () => ({ firstDay: 'today' }) }, "firstDay is 'today': give year, month and day"],
    ['a lake without commit times', { lake: { timestampColumnName: '' } }, 'the lake has no column that brings the changes'],
    ['a load that sorts among the changes', { lake: { useTaskStartTimeForFullLoadTimestamp: false } },
      'the lake has no column that brings the changes'],
    ['microseconds', { lake: { timestampsInMilliseconds: false } }, 'the lake has timestamps in microseconds'],
    ['folders that do not sort', { lake: { datePartitionSequence: DatePartitionSequence.DDMMYYYY } },
      'divided by DDMMYYYY, which does not sort by date'],
  ])('refuses %s', (_, choices, message) => {
    expect(() => build(choices)).toThrow(message);
  });

  test('refuses a second table of the same name', () => {
    const { catalog } = build();
    const again = { schemaName: 'sales', tableName: 'orders', columns: COLUMNS, primaryKey: ['id'] };
    expect(() => catalog.addTable('More', again))
      .toThrow('Test/Catalog/More: the catalog has orders_history already, from public.orders');
    expect(catalog.addTable('Other', { ...again, name: 'sales_orders' }).latestViewName).toBe('sales_orders_latest');
  });
});

describe('the database and the workgroup', () => {
  test('results are encrypted, whatever the client says, and go to a bucket of their own', () => {
    const { stack, catalog } = build();
    const template = Template.fromStack(stack);
    const [results] = Object.keys(template.findResources('AWS::S3::Bucket'));
    template.hasResourceProperties('AWS::Glue::Database', { CatalogId: ACCOUNT, DatabaseInput: { Name: 'shop' } });
    template.hasResource('AWS::Athena::WorkGroup', {
      DeletionPolicy: Match.absent(),
      Properties: {
        Name: catalog.workGroupName,
        RecursiveDeleteOption: true,
        WorkGroupConfiguration: {
          EnforceWorkGroupConfiguration: true,
          PublishCloudWatchMetricsEnabled: true,
          BytesScannedCutoffPerQuery: Match.absent(),
          EngineVersion: { SelectedEngineVersion: 'Athena engine version 3' },
          ResultConfiguration: {
            OutputLocation: { 'Fn::Join': ['', ['s3://', { Ref: results }, '/shop/']] },
            ExpectedBucketOwner: ACCOUNT,
            EncryptionConfiguration: { EncryptionOption: 'SSE_S3' },
          },
        },
      },
    });
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: Match.objectLike({
        LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 30 })] },
        PublicAccessBlockConfiguration: Match.objectLike({ RestrictPublicBuckets: true }),
      }),
    });
  });

  test('take a bucket, a key and a limit', () => {
    const arn = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234`;
    const template = templateOf({
      catalog: (stack) => ({
        resultsBucket: s3.Bucket.fromBucketName(stack, 'Results', 'results'),
        resultsEncryptionKey: kms.Key.fromKeyArn(stack, 'Key', arn),
        bytesScannedCutoffPerQuery: Size.gibibytes(10),
      }),
    });
    template.resourceCountIs('AWS::S3::Bucket', 0);
    template.hasResource('AWS::Athena::WorkGroup', {
      Properties: Match.objectLike({
        WorkGroupConfiguration: Match.objectLike({
          BytesScannedCutoffPerQuery: 10_737_418_240,
          ResultConfiguration: Match.objectLike({
            OutputLocation: 's3://results/shop/',
            EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: arn },
          }),
        }),
      }),
    });
  });

  test('results go with the stack when that is asked for', () => {
    templateOf({ catalog: () => ({ removalPolicy: RemovalPolicy.DESTROY }) })
      .hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
  });

  test.each<[string, Partial<GlueCatalogProps>, string]>([
    ['a limit that Athena does not take', { bytesScannedCutoffPerQuery: Size.mebibytes(1) }, 'Athena takes 10000000 or more'],
    ['a name that Glue writes otherwise', { databaseName: 'Shop' }, "databaseName is 'Shop'"],
  ])('refuse %s', (_, props, message) => {
    expect(() => build({ catalog: () => props })).toThrow(message);
  });
});

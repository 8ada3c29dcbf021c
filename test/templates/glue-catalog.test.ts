import * as s3 from 'aws-cdk-lib/aws-s3';
import { Stack, Validations } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { ColumnDataType, GlueCatalog, S3ParquetTarget } from '../../lib';
import { strictApp } from './ready-made';

const LOGS = { id: 'AwsSolutions::AwsSolutions-S1', reason: 'the buckets of this test are not logged' };

function catalogTemplate(): Template {
  const app = strictApp();
  const stack = new Stack(app, 'Catalog');
  const lake = new S3ParquetTarget(stack, 'Lake', {
    bucket: s3.Bucket.fromBucketName(stack, 'Bucket', 'shop-lake'), prefix: 'raw',
  });
  const catalog = new GlueCatalog(stack, 'Glue', { lake, databaseName: 'shop', firstDay: '2026-11-01' });
  catalog.addTable('Orders', {
    schemaName: 'public',
    tableName: 'orders',
    columns: [{ name: 'id', dataType: ColumnDataType.INT8 }, { name: 'note', dataType: ColumnDataType.NCLOB }],
    primaryKey: ['id'],
    sequenceColumnName: 'dms_sequence',
  });
  Validations.of(catalog.resultsBucket).acknowledge(LOGS);
  Validations.of(lake.role).acknowledge({
    id: 'AwsSolutions::AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::shop-lake/raw/*]',
    reason: 'DMS names the files, below this prefix only',
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return Template.fromStack(stack);
}

test('the catalog passes strict CloudFormation validation and cdk-nag, names no partition, and keeps its ids', () => {
  const template = catalogTemplate();
  expect(JSON.stringify(template.toJSON())).not.toContain('arn:aws:');
  const ids = (type: string): string[] => Object.keys(template.findResources(type)).sort();
  expect({
    database: ids('AWS::Glue::Database'),
    tables: ids('AWS::Glue::Table'),
    workGroup: ids('AWS::Athena::WorkGroup'),
    results: ids('AWS::S3::Bucket'),
  }).toEqual({
    database: ['GlueDatabase9B791F76'],
    tables: ['GlueOrdersChangesC305D666', 'GlueOrdersHistory165B152B', 'GlueOrdersLatest641CC16A'],
    workGroup: ['GlueWorkGroup081189E2'],
    results: ['GlueResultsC8901304'],
  });
});

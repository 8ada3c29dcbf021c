import { checkBucket, checkEndpoint, checkEventSubscription, checkReplicationInstance } from '../../../lib/rules';
import { checkMaintenanceWindow } from '../../../lib/rules/replication-instance';
import { checkServerless } from '../../../lib/rules/serverless';

// Closed lists of DMS, word by word: each is accepted, and next to nothing else is.
const messages = (findings: readonly { message: string }[]): string[] => findings.map(({ message }) => message);

const SIZES: Readonly<Record<string, string>> = {
  t3: 'micro small medium large',
  c5: 'large xlarge 2xlarge 4xlarge 9xlarge 12xlarge 18xlarge 24xlarge',
  r5: 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge',
  c6i: 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge',
  r6i: 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 32xlarge',
  c7i: 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge',
  r7i: 'large xlarge 2xlarge 4xlarge 8xlarge 12xlarge 16xlarge 24xlarge 48xlarge',
};
const classMessages = (name: string): string[] =>
  messages(checkReplicationInstance({ ReplicationInstanceClass: name, PubliclyAccessible: false }));

test.each(Object.entries(SIZES))('the family %s has the sizes %s', (family, sizes) => {
  const all = [...new Set(Object.values(SIZES).join(' ').split(' ')), 'nano', 'metal'];
  expect(all.filter((size) => classMessages(`dms.${family}.${size}`).length === 0)).toEqual(
    all.filter((size) => sizes.split(' ').includes(size)));
});

test.each<[string, string]>([
  ['dms.t2.micro', '"dms.t2.micro" is no class of DMS any more'],
  ['dms.c4.xlarge', '"dms.c4.xlarge" is no class of DMS any more'],
  ['dms.r4.8xlarge', '"dms.r4.8xlarge" is no class of DMS any more'],
  ['dms.r4.metal', '"dms.r4.metal" is no class of DMS'],
  ['dms.x9gd.large', '"dms.x9gd.large" is of a family that is not documented: there are t3, c5, c6i, c7i, r5, r6i or r7i'],
  ['xdms.t3.large', '"xdms.t3.large" is no class of DMS (did you mean "dms.t3.large"?)'],
  ['dms.t3.largex', '"dms.t3.largex" is no class of DMS: the sizes of t3 are micro, small, medium and large'],
  ['dms.t3.large.x', '"dms.t3.large.x" is no class of DMS (did you mean "dms.t3.large"?)'],
  ['dms.large', '"dms.large" is no class of DMS (did you mean "dms.t3.large"?)'],
  ['dms.t.large', '"dms.t.large" is no class of DMS (did you mean "dms.t3.large"?)'],
  ['large', '"large" is no class of DMS'],
])('%s: %s', (name, message) => {
  expect(classMessages(name)).toEqual([message]);
});

test.each([
  ['mon', 'tue'], ['tue', 'wed'], ['wed', 'thu'], ['thu', 'fri'], ['fri', 'sat'], ['sat', 'sun'], ['sun', 'mon'],
])('a maintenance window goes from %s to %s', (from, to) => {
  const rules = (text: string): string[] => checkMaintenanceWindow(text, 'W').map(({ path }) => path);
  expect([rules(`${from}:23:45-${to}:00:15`), rules(`${from}:23:46-${to}:00:15`)]).toEqual([[], ['W']]);
});

test.each([
  'sun:00:00-sun:00:29', 'sun:03:00-sun:03:00', 'sun:03:00-sun:03:60', 'sun:20:00-sun:24:00', 'sun:3:00-sun:04:00',
  'xsun:03:00-sun:04:00', 'sun:03:00x-sun:04:00', 'sun:03:00 - sun:04:00', 'day:03:00-day:04:00', '', 'sun:03:00-',
])('%j is no maintenance window', (text) => {
  expect(checkMaintenanceWindow(text, '')).toHaveLength(1);
});

test.each(['sun:00:00-sun:00:30', 'SUN:19:59-sun:23:59', 'mon:10:00-sun:09:59', 'sun:03:30-sun:03:00'])(
  '%j is a maintenance window', (text) => {
    expect(checkMaintenanceWindow(text, '')).toEqual([]);
  });

const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  'replication-instance': [
    'configuration change', 'creation', 'deletion', 'failover', 'failure', 'low storage', 'maintenance',
  ],
  'replication-task': ['configuration change', 'creation', 'deletion', 'failure', 'state change'],
};

test.each(Object.entries(CATEGORIES))('events of a %s are of the categories %j', (SourceType, categories) => {
  const EventCategories = [...new Set(Object.values(CATEGORIES).flat())];
  const found = checkEventSubscription({ SnsTopicArn: 'topic', SourceType, EventCategories }, 'S');
  expect(found.map(({ rule, path }) => [rule, path])).toEqual(EventCategories.flatMap((category, index) =>
    categories.includes(category) ? [] : [['events/category', `S.EventCategories[${index}]`]]));
});

test('without a type of source events are of every category', () => {
  const EventCategories = Object.values(CATEGORIES).flat();
  expect(checkEventSubscription({ SnsTopicArn: 'topic', EventCategories })).toEqual([]);
  expect(checkEventSubscription({ SnsTopicArn: 'topic', EventCategories: 'creation' })).toEqual([]);
});

const S3 = { BucketName: 'lake', ServiceAccessRoleArn: 'role' };
const s3 = (settings: object): string[] =>
  messages(checkEndpoint({ EngineName: 's3', EndpointType: 'target', S3Settings: { ...S3, ...settings } }));

test.each<[string, string[], object]>([
  ['DataFormat', ['csv', 'parquet'], {}],
  ['CompressionType', ['none', 'gzip', 'GZIP'], {}],
  ['EncryptionMode', ['sse-s3', 'sse-kms', 'SSE_S3', 'SSE_KMS'], {}],
  ['ParquetVersion', ['parquet-1-0', 'parquet-2-0', 'PARQUET_1_0'], { DataFormat: 'parquet' }],
  ['EncodingType', ['plain', 'plain-dictionary', 'rle-dictionary', 'PLAIN_DICTIONARY'], { DataFormat: 'parquet' }],
  ['CannedAclForObjects', [
    'none', 'private', 'public-read', 'public-read-write', 'authenticated-read', 'aws-exec-read', 'bucket-owner-read',
    'bucket-owner-full-control',
  ], {}],
  ['DatePartitionSequence', ['YYYYMMDD', 'YYYYMMDDHH', 'YYYYMM', 'MMYYYYDD', 'DDMMYYYY'], { DatePartitionEnabled: true }],
  ['DatePartitionDelimiter', ['SLASH', 'UNDERSCORE', 'DASH', 'NONE'], { DatePartitionEnabled: true }],
])('the values of %s in S3Settings are %j', (key, values, more) => {
  const key_ = key === 'EncryptionMode' ? { ServerSideEncryptionKmsKeyId: { 'Fn::If': ['C', 'k', { Ref: 'AWS::NoValue' }] } } : {};
  expect(values.map((value) => s3({ ...more, ...key_, [key]: value }))).toEqual(values.map(() => []));
  expect(s3({ ...more, [key]: 'no such value' })[0]).toMatch(/^"no such value" is not allowed: it is /i);
});

test.each<[string, number, number | undefined, object]>([
  ['MaxFileSize', 1, 1048576, {}], ['RowGroupLength', 1, 67108864, { DataFormat: 'parquet' }],
  ['DictPageSizeLimit', 0, undefined, { DataFormat: 'parquet' }], ['CdcMinFileSize', 0, undefined, {}],
])('%s in S3Settings goes from %j to %j', (key, least, most, more) => {
  expect(s3({ ...more, [key]: least })).toEqual([]);
  expect(s3({ ...more, [key]: least - 1 })).toHaveLength(1);
  expect(s3({ ...more, [key]: most ?? 9e9 })).toEqual([]);
  expect(s3({ ...more, [key]: (most ?? 9e15) + 1 })).toHaveLength(most === undefined ? 0 : 1);
});

test.each<[string, string[], object]>([
  ['DataFormat parquet', [
    'ParquetVersion', 'EncodingType', 'DictPageSizeLimit', 'RowGroupLength', 'DataPageSize', 'EnableStatistics',
    'ParquetTimestampInMillisecond',
  ], {}],
  ['DataFormat csv', [
    'CsvDelimiter', 'CsvRowDelimiter', 'CsvNullValue', 'CsvNoSupValue', 'UseCsvNoSupValue', 'Rfc4180', 'MaxFileSize',
  ], { DataFormat: 'parquet' }],
  ['DatePartitionEnabled true', ['DatePartitionSequence', 'DatePartitionDelimiter', 'DatePartitionTimezone'],
    { DatePartitionEnabled: 'false' }],
  ['EncryptionMode sse-kms', ['ServerSideEncryptionKmsKeyId'], { EncryptionMode: 'SSE_S3' }],
])('what only works with %s is %j', (needs, keys, more) => {
  const given = Object.fromEntries(keys.map((key) => [key, { 'Fn::GetAtt': ['Resource', 'Value'] }]));
  expect(s3({ ...more, ...given })).toEqual(keys.map((key) => `${key} only works with ${needs}`));
});

test('a source of files has no settings of targets to be checked', () => {
  const S3Settings = { ...S3, CdcInsertsOnly: true, CdcInsertsAndUpdates: true, RowGroupLength: 1, ExternalTableDefinition: '{}' };
  expect(messages(checkEndpoint({ EngineName: 's3', EndpointType: 'source', S3Settings }))).toEqual([]);
  expect(messages(checkEndpoint({ EngineName: 's3', EndpointType: 'target', S3Settings })))
    .toEqual(['CdcInsertsOnly and CdcInsertsAndUpdates are both true', 'RowGroupLength only works with DataFormat parquet']);
});

test.each<[object, number]>([
  [{}, 1], [{ LifecycleConfiguration: {} }, 1], [{ LifecycleConfiguration: { Rules: [] } }, 1],
  [{ LifecycleConfiguration: { Rules: ['rule'] } }, 1],
  [{ LifecycleConfiguration: { Rules: [{ Status: 'Enabled' }] } }, 1],
  [{ LifecycleConfiguration: { Rules: [{ Status: 'Enabled', NoncurrentVersionExpirationInDays: 1 }] } }, 0],
  [{ LifecycleConfiguration: { Rules: [{ NoncurrentVersionExpiration: { NoncurrentDays: 1 } }] } }, 0],
  [{ LifecycleConfiguration: { Rules: [{ Status: 'Enabled' }, { Ref: 'Rule' }] } }, 0],
  [{ LifecycleConfiguration: { Rules: { Ref: 'Rules' } } }, 0],
  [{ LifecycleConfiguration: { Ref: 'Lifecycle' } }, 0],
])('a versioned bucket with %j breaks %i rules', (lifecycle, count) => {
  expect(checkBucket({ VersioningConfiguration: { Status: 'Enabled' }, ...lifecycle })).toHaveLength(count);
});

test('the capacity of a serverless replication comes in steps', () => {
  const accepted = Array.from({ length: 400 }, (_, units) => units).filter((units) =>
    checkServerless({ properties: { ComputeConfig: { MaxCapacityUnits: units } } }, [], '').length === 0);
  expect(accepted).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 384]);
});

const REDSHIFT = { BucketName: 'staging', ServiceAccessRoleArn: 'role' };
const redshift = (settings: object): string[] =>
  messages(checkEndpoint({ EngineName: 'redshift', EndpointType: 'target', RedshiftSettings: { ...REDSHIFT, ...settings } }));

test.each<[object, string[]]>([
  [{ EncryptionMode: 'sse-s3' }, []], [{ EncryptionMode: 'sse-kms', ServerSideEncryptionKmsKeyId: 'k' }, []],
  [{ MaxFileSize: 1 }, []], [{ MaxFileSize: 1048576 }, []],
  [{ MaxFileSize: 0 }, ['0 is out of range: it is a whole number from 1 to 1048576']],
  [{ MaxFileSize: 1048577 }, ['1048577 is out of range: it is a whole number from 1 to 1048576']],
  [{ FileTransferUploadStreams: 1 }, []],
  [{ FileTransferUploadStreams: 0 }, ['0 is out of range: it is a whole number from 1 to 64']],
  [{ DateFormat: 'auto' }, []], [{ ReplaceInvalidChars: 'x' }, []],
  [{ BucketName: undefined, ServiceAccessRoleArn: undefined }, []],
  [{ BucketName: 'my-dms-bucket', ServiceAccessRoleArn: undefined },
    ['the bucket is "my-dms-bucket" and there is no ServiceAccessRoleArn']],
])('RedshiftSettings with %j: %j', (settings, expected) => {
  expect(redshift(settings)).toEqual(expected);
});

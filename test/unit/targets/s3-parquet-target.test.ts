import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { App, Duration, RemovalPolicy, Size, type Stack } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import {
  CapturedChanges,
  DatePartitionDelimiter,
  DatePartitionSequence,
  ParquetCompression,
  ParquetEncoding,
  ParquetVersion,
  S3ParquetTarget,
  type S3ParquetTargetProps,
} from '../../../lib';
import { ACCOUNT, makeStack } from '../make-stack';

function templateOf(props?: S3ParquetTargetProps): Template {
  const stack = makeStack();
  new S3ParquetTarget(stack, 'Lake', props);
  return Template.fromStack(stack);
}

function withBucket(bucketOf: (stack: Stack) => s3.IBucket, props: S3ParquetTargetProps = {}): Template {
  const stack = makeStack();
  new S3ParquetTarget(stack, 'Lake', { ...props, bucket: bucketOf(stack) });
  return Template.fromStack(stack);
}

const settings = (expected: Record<string, unknown>) => ({ S3Settings: Match.objectLike(expected) });

const ABSENT_BY_DEFAULT = [
  'BucketFolder', 'ServerSideEncryptionKmsKeyId', 'ParquetVersion', 'EncodingType', 'RowGroupLength', 'DataPageSize',
  'DictPageSizeLimit', 'DatePartitionSequence', 'DatePartitionDelimiter', 'DatePartitionTimezone',
  'CdcMaxBatchInterval', 'CdcMinFileSize', 'CdcInsertsOnly', 'CdcInsertsAndUpdates', 'CdcPath', 'PreserveTransactions',
];

describe('S3ParquetTarget', () => {
  test('is an S3 endpoint of compressed Parquet that Athena can read and that full load and changes share', () => {
    const template = templateOf();
    const [bucket] = Object.keys(template.findResources('AWS::S3::Bucket'));
    const [role] = Object.keys(template.findResources('AWS::IAM::Role'));
    template.hasResourceProperties('AWS::DMS::Endpoint', {
      EndpointType: 'target',
      EngineName: 's3',
      SslMode: Match.absent(),
      KmsKeyId: Match.absent(),
      EndpointIdentifier: Match.absent(),
      S3Settings: {
        BucketName: { Ref: bucket },
        ExpectedBucketOwner: ACCOUNT,
        ServiceAccessRoleArn: { 'Fn::GetAtt': [role, 'Arn'] },
        EncryptionMode: 'sse-s3',
        DataFormat: 'parquet',
        CompressionType: 'gzip',
        EnableStatistics: true,
        ParquetTimestampInMillisecond: true,
        TimestampColumnName: 'dms_timestamp',
        UseTaskStartTimeForFullLoadTimestamp: true,
        IncludeOpForFullLoad: true,
        DatePartitionEnabled: true,
        ...Object.fromEntries(ABSENT_BY_DEFAULT.map((key) => [key, Match.absent()])),
      },
    });
  });

  test('writes every option with the unit of DMS', () => {
    templateOf({
      prefix: 'raw/agenda',
      compression: ParquetCompression.NONE,
      parquetVersion: ParquetVersion.PARQUET_2_0,
      encoding: ParquetEncoding.PLAIN_DICTIONARY,
      rowGroupLength: 50_000,
      dataPageSize: Size.mebibytes(2),
      dictionaryPageSizeLimit: Size.kibibytes(512),
      statistics: false,
      timestampsInMilliseconds: false,
      timestampColumnName: 'committed_at',
      useTaskStartTimeForFullLoadTimestamp: false,
      includeOpForFullLoad: true,
      datePartition: true,
      datePartitionSequence: DatePartitionSequence.YYYYMMDDHH,
      datePartitionDelimiter: DatePartitionDelimiter.DASH,
      datePartitionTimezone: 'America/Bogota',
      cdcMaxBatchInterval: Duration.minutes(5),
      cdcMinFileSize: Size.mebibytes(64),
    }).hasResourceProperties('AWS::DMS::Endpoint', settings({
      BucketFolder: 'raw/agenda',
      CompressionType: 'none',
      ParquetVersion: 'parquet-2-0',
      EncodingType: 'plain-dictionary',
      RowGroupLength: 50_000,
      DataPageSize: 2_097_152,
      DictPageSizeLimit: 524_288,
      EnableStatistics: false,
      ParquetTimestampInMillisecond: false,
      TimestampColumnName: 'committed_at',
      UseTaskStartTimeForFullLoadTimestamp: false,
      DatePartitionSequence: 'YYYYMMDDHH',
      DatePartitionDelimiter: 'DASH',
      DatePartitionTimezone: 'America/Bogota',
      CdcMaxBatchInterval: 300,
      CdcMinFileSize: 65_536,
    }));
  });

  test.each([
    [CapturedChanges.ALL, Match.absent(), Match.absent()],
    [CapturedChanges.INSERTS_ONLY, true, Match.absent()],
    [CapturedChanges.INSERTS_AND_UPDATES, Match.absent(), true],
  ])('captures %s with at most one of the two modes', (capturedChanges, insertsOnly, insertsAndUpdates) => {
    templateOf({ capturedChanges }).hasResourceProperties(
      'AWS::DMS::Endpoint',
      settings({ CdcInsertsOnly: insertsOnly, CdcInsertsAndUpdates: insertsAndUpdates }),
    );
  });

  test('leaves the timestamp column out when its name is empty', () => {
    templateOf({ timestampColumnName: '' })
      .hasResourceProperties('AWS::DMS::Endpoint', settings({ TimestampColumnName: Match.absent() }));
  });

  test('creates a bucket that is encrypted, private, TLS only, unversioned and retained', () => {
    const template = templateOf();
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        VersioningConfiguration: Match.absent(),
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [Match.objectLike({
          Effect: 'Deny',
          Action: 's3:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        })],
      },
    });
  });

  test('a versioned bucket expires old versions', () => {
    const versioned = (days: number) => ({
      VersioningConfiguration: { Status: 'Enabled' },
      LifecycleConfiguration: {
        Rules: [Match.objectLike({ NoncurrentVersionExpiration: { NoncurrentDays: days }, Status: 'Enabled' })],
      },
    });
    templateOf({ versioned: true }).hasResourceProperties('AWS::S3::Bucket', versioned(7));
    templateOf({ versioned: true, noncurrentVersionExpiration: Duration.days(2) })
      .hasResourceProperties('AWS::S3::Bucket', versioned(2));
  });

  test('a created bucket that is made versioned behind the back of the construct is refused', () => {
    const stack = makeStack();
    const { bucket } = new S3ParquetTarget(stack, 'Lake');
    (bucket.node.defaultChild as s3.CfnBucket).addPropertyOverride('VersioningConfiguration', { Status: 'Enabled' });
    expect(() => (stack.node.root as App).synth()).toThrow(/\[Test\/Lake\/Bucket\].*version/);
  });

  test('the bucket goes with the stack, and its access is logged, when that is asked for', () => {
    const stack = makeStack();
    const logs = new s3.Bucket(stack, 'Logs');
    new S3ParquetTarget(stack, 'Lake', {
      removalPolicy: RemovalPolicy.DESTROY,
      serverAccessLogsBucket: logs,
      serverAccessLogsPrefix: 'lake/',
    });
    Template.fromStack(stack).hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Delete',
      Properties: Match.objectLike({
        LoggingConfiguration: { DestinationBucketName: stack.resolve(logs.bucketName) as object, LogFilePrefix: 'lake/' },
      }),
    });
  });

  test('gives no warning by default', () => {
    const stack = makeStack();
    new S3ParquetTarget(stack, 'Lake');
    expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
  });
});

describe('the role of the lake', () => {
  test('is for the DMS of this account', () => {
    templateOf().hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{
          Action: 'sts:AssumeRole',
          Effect: 'Allow',
          Principal: { Service: 'dms.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
        }],
      },
    });
  });

  test('may put, delete, tag and list below the prefix, and nothing else', () => {
    const template = withBucket((stack) => s3.Bucket.fromBucketName(stack, 'Bucket', 'lake'), { prefix: 'raw/agenda' });
    template.resourceCountIs('AWS::IAM::Policy', 1);
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          {
            Action: ['s3:DeleteObject', 's3:PutObject', 's3:PutObjectTagging'],
            Effect: 'Allow',
            Resource: 'arn:aws:s3:::lake/raw/agenda/*',
          },
          {
            Action: 's3:ListBucket',
            Effect: 'Allow',
            Resource: 'arn:aws:s3:::lake',
            Condition: { StringLike: { 's3:prefix': ['raw/agenda', 'raw/agenda/*'] } },
          },
        ],
      },
    });
  });

  test('reaches the whole bucket without a prefix', () => {
    const template = withBucket((stack) => s3.Bucket.fromBucketName(stack, 'Bucket', 'lake'));
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          Match.objectLike({ Resource: 'arn:aws:s3:::lake/*' }),
          Match.objectLike({ Action: 's3:ListBucket', Condition: Match.absent() }),
        ],
      },
    });
  });

  test('uses a key of your own, and nothing of it beyond encrypting and decrypting', () => {
    const stack = makeStack();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1234`);
    new S3ParquetTarget(stack, 'Lake', { encryptionKey });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::DMS::Endpoint', settings({
      EncryptionMode: 'sse-kms',
      ServerSideEncryptionKmsKeyId: encryptionKey.keyArn,
    }));
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: encryptionKey.keyArn },
        }],
      },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([{
          Action: [
            'kms:Decrypt',
            'kms:DescribeKey',
            'kms:Encrypt',
            'kms:GenerateDataKey',
            'kms:GenerateDataKeyWithoutPlaintext',
            'kms:ReEncryptFrom',
            'kms:ReEncryptTo',
          ],
          Effect: 'Allow',
          Resource: encryptionKey.keyArn,
        }]),
      },
    });
  });

  test('the endpoint waits for its permissions', () => {
    const template = templateOf();
    const [policy] = Object.keys(template.findResources('AWS::IAM::Policy'));
    template.hasResource('AWS::DMS::Endpoint', { DependsOn: Match.arrayWith([policy]) });
  });
});

describe('an existing bucket', () => {
  const bucketOf = (attributes: Partial<s3.BucketAttributes>) => (stack: Stack): s3.IBucket =>
    s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'lake', ...attributes });

  test('is used as it is, and its owner is verified', () => {
    const template = withBucket(bucketOf({ account: '222222222222' }));
    template.resourceCountIs('AWS::S3::Bucket', 0);
    template.hasResourceProperties('AWS::DMS::Endpoint', settings({
      BucketName: 'lake',
      ExpectedBucketOwner: '222222222222',
    }));
  });

  test('may name its owner', () => {
    withBucket(bucketOf({}), { bucketOwner: '333333333333' })
      .hasResourceProperties('AWS::DMS::Endpoint', settings({ ExpectedBucketOwner: '333333333333' }));
  });

  test('brings its key along', () => {
    const keyArn = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1234`;
    withBucket((stack) => bucketOf({ encryptionKey: kms.Key.fromKeyArn(stack, 'Key', keyArn) })(stack))
      .hasResourceProperties('AWS::DMS::Endpoint', settings({
        EncryptionMode: 'sse-kms',
        ServerSideEncryptionKmsKeyId: keyArn,
      }));
  });

  test('in another region is refused', () => {
    expect(() => withBucket(bucketOf({ region: 'us-east-1' })))
      .toThrow('Test/Lake: the bucket is in us-east-1 and the replication in eu-west-1');
  });

  test('is not shaped by the options of a new one', () => {
    expect(() => withBucket(bucketOf({}), { versioned: true, removalPolicy: RemovalPolicy.DESTROY }))
      .toThrow('Test/Lake: versioned, removalPolicy set together with bucket');
  });
});

describe('contradictions', () => {
  test.each<[string, S3ParquetTargetProps, string]>([
    ['expiring versions that do not exist', { noncurrentVersionExpiration: Duration.days(1) }, 'but versioned is not'],
    ['logs of the lake in the lake', { serverAccessLogsPrefix: 'logs/' }, 'without serverAccessLogsBucket'],
    [
      'dividing folders that are off',
      { datePartition: false, datePartitionTimezone: 'UTC' },
      'datePartitionTimezone set but datePartition is false',
    ],
    ['a prefix with a slash in front', { prefix: '/raw' }, "prefix is '/raw': give folder names"],
    ['a prefix with a slash at its end', { prefix: 'raw/' }, "prefix is 'raw/': give folder names"],
    ['an empty prefix', { prefix: '' }, "prefix is '': give folder names"],
  ])('%s: refused', (_, props, message) => {
    expect(() => templateOf(props)).toThrow(message);
  });
});

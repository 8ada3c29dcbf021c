import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { type App, Duration, RemovalPolicy, Size, type Stack } from 'aws-cdk-lib/core';
import { RedshiftTarget, type RedshiftTargetProps, RedshiftWarehouse } from '../../../lib';
import { ACCOUNT, makeStack, REGION } from '../make-stack';

const SECRET_ARN = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:dms-warehouse-AbCdEf`;
const KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234`;

const attributes = (stack: Stack, arn = SECRET_ARN) => ({
  secret: Secret.fromSecretCompleteArn(stack, 'Login', arn),
  databaseName: 'warehouse',
  securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'WarehouseGroup', 'sg-warehouse')],
});

function build(
  propsOf: (stack: Stack) => Partial<RedshiftTargetProps> = () => ({}),
): { stack: Stack; target: RedshiftTarget } {
  const stack = makeStack();
  const props = propsOf(stack);
  const warehouse = props.warehouse ?? RedshiftWarehouse.cluster(attributes(stack));
  return { stack, target: new RedshiftTarget(stack, 'Target', { ...props, warehouse }) };
}
const templateOf = (propsOf?: (stack: Stack) => Partial<RedshiftTargetProps>): Template =>
  Template.fromStack(build(propsOf).stack);
const lake = (stack: Stack, over: Partial<s3.BucketAttributes> = {}): s3.IBucket =>
  s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'staging', ...over });

function idOf(template: Template, type: string, prefix: string): string {
  const ids = Object.keys(template.findResources(type)).filter((id) => id.startsWith(prefix));
  expect(ids).toHaveLength(1);
  return ids[0]!;
}

describe('the endpoint of a Redshift target', () => {
  test('logs in with the secret, stages in its own bucket with its own role, and keeps booleans', () => {
    const template = templateOf();
    const role = (prefix: string): object => ({ 'Fn::GetAtt': [idOf(template, 'AWS::IAM::Role', prefix), 'Arn'] });
    template.hasResource('AWS::DMS::Endpoint', {
      Properties: {
        EndpointType: 'target',
        EngineName: 'redshift',
        DatabaseName: 'warehouse',
        RedshiftSettings: {
          SecretsManagerSecretId: SECRET_ARN,
          SecretsManagerAccessRoleArn: role('TargetSecretRole'),
          ServiceAccessRoleArn: role('TargetRole'),
          BucketName: { Ref: idOf(template, 'AWS::S3::Bucket', 'TargetStagingBucket') },
          EncryptionMode: 'sse-s3',
          MapBooleanAsBoolean: true,
        },
      },
      DependsOn: Match.arrayWith([
        idOf(template, 'AWS::IAM::Policy', 'TargetRoleDefaultPolicy'),
        idOf(template, 'AWS::IAM::Policy', 'TargetSecretRoleDefaultPolicy'),
      ]),
    });
  });

  test('is redshift-serverless for a workgroup', () => {
    templateOf((stack) => ({ warehouse: RedshiftWarehouse.serverless(attributes(stack)) }))
      .hasResourceProperties('AWS::DMS::Endpoint', { EngineName: 'redshift-serverless', SslMode: Match.absent() });
  });

  test('writes every option with the unit of DMS', () => {
    templateOf((stack) => ({
      stagingBucket: lake(stack),
      stagingPrefix: 'dms/shop',
      mapBooleanAsBoolean: false,
      maxFileSize: Size.mebibytes(64),
      fileTransferUploadStreams: 20,
      writeBufferSize: Size.mebibytes(2),
      connectionTimeout: Duration.seconds(10),
      loadTimeout: Duration.minutes(30),
      afterConnectScript: 'SET query_group TO dms',
      acceptAnyDate: true,
      dateFormat: 'auto',
      timeFormat: 'epochsecs',
      caseSensitiveNames: true,
      compUpdate: false,
      emptyAsNull: true,
      explicitIds: true,
      removeQuotes: true,
      replaceInvalidChars: 'x',
      replaceChars: '!',
      trimBlanks: true,
      truncateColumns: true,
      extraConnectionAttributes: { secretsManagerEndpointOverride: 'vpce-1.example' },
    })).hasResourceProperties('AWS::DMS::Endpoint', {
      RedshiftSettings: {
        SecretsManagerSecretId: SECRET_ARN,
        SecretsManagerAccessRoleArn: Match.anyValue(),
        ServiceAccessRoleArn: Match.anyValue(),
        BucketName: 'staging',
        BucketFolder: 'dms/shop',
        EncryptionMode: 'sse-s3',
        MapBooleanAsBoolean: false,
        MaxFileSize: 65_536,
        FileTransferUploadStreams: 20,
        WriteBufferSize: 2048,
        ConnectionTimeout: 10_000,
        LoadTimeout: 1_800_000,
        AfterConnectScript: 'SET query_group TO dms',
        AcceptAnyDate: true,
        DateFormat: 'auto',
        TimeFormat: 'epochsecs',
        CaseSensitiveNames: true,
        CompUpdate: false,
        EmptyAsNull: true,
        ExplicitIds: true,
        RemoveQuotes: true,
        ReplaceInvalidChars: 'x',
        ReplaceChars: '!',
        TrimBlanks: true,
        TruncateColumns: true,
      },
      ExtraConnectionAttributes: 'secretsManagerEndpointOverride=vpce-1.example',
    });
  });

  test('is checked at synth', () => {
    const { stack } = build(() => ({ fileTransferUploadStreams: 65 }));
    expect(() => (stack.node.root as App).synth())
      .toThrow(/\[Test\/Target\].*FileTransferUploadStreams: 65 is out of range/);
  });

  test('gives no warning by default', () => {
    expect(Annotations.fromStack(build().stack).findWarning('*', Match.anyValue())).toEqual([]);
  });
});

describe('the role of the staging bucket', () => {
  const trust = (service: string, rest: object = {}): object =>
    ({ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: service }, ...rest });

  test.each([
    ['cluster', 'redshift.amazonaws.com'],
    ['serverless', 'redshift-serverless.amazonaws.com'],
  ] as const)('of a %s is for the DMS of this account and for %s', (kind, service) => {
    templateOf((stack) => ({ warehouse: RedshiftWarehouse[kind](attributes(stack)) }))
      .hasResourceProperties('AWS::IAM::Role', {
        Description: 'Lets AWS DMS stage files and Amazon Redshift load them',
        AssumeRolePolicyDocument: {
          Statement: [
            trust('dms.amazonaws.com', { Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } } }),
            trust(service),
          ],
        },
      });
  });

  test('may get, put, delete and list below the prefix, look at the bucket, and nothing else', () => {
    const template = templateOf((stack) => ({ stagingBucket: lake(stack), stagingPrefix: 'dms/shop' }));
    template.resourceCountIs('AWS::S3::Bucket', 0);
    expect(template.findResources('AWS::IAM::Policy')[idOf(template, 'AWS::IAM::Policy', 'TargetRole')])
      .toMatchObject({
        Properties: {
          PolicyDocument: {
            Statement: [
              {
                Action: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
                Effect: 'Allow',
                Resource: 'arn:aws:s3:::staging/dms/shop/*',
              },
              {
                Action: 's3:ListBucket',
                Effect: 'Allow',
                Resource: 'arn:aws:s3:::staging',
                Condition: { StringLike: { 's3:prefix': ['dms/shop', 'dms/shop/*'] } },
              },
              {
                Action: ['s3:GetBucketLocation', 's3:GetBucketPolicy'],
                Effect: 'Allow',
                Resource: 'arn:aws:s3:::staging',
              },
            ],
          },
        },
      });
  });

  test('uses a key of your own, which encrypts the new bucket', () => {
    const template = templateOf((stack) => ({ encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN) }));
    template.hasResourceProperties('AWS::DMS::Endpoint', {
      RedshiftSettings: Match.objectLike({ EncryptionMode: 'sse-kms', ServerSideEncryptionKmsKeyId: KEY_ARN }),
    });
    template.hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY_ARN },
        }],
      },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Action: Match.arrayWith(['kms:Decrypt', 'kms:GenerateDataKey']), Resource: KEY_ARN,
        })]),
      },
    });
  });

  test('the login is read by another role, which may do nothing else', () => {
    const template = templateOf();
    expect(template.findResources('AWS::IAM::Policy')[idOf(template, 'AWS::IAM::Policy', 'TargetSecretRole')])
      .toMatchObject({
        Properties: {
          PolicyDocument: {
            Statement: [{
              Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'],
              Effect: 'Allow',
              Resource: SECRET_ARN,
            }],
          },
        },
      });
  });
});

describe('the staging bucket', () => {
  test('is encrypted, private, TLS only, unversioned, retained, and forgets what was left there', () => {
    const template = templateOf();
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true,
        },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        VersioningConfiguration: Match.absent(),
        LifecycleConfiguration: {
          Rules: [{
            Status: 'Enabled', ExpirationInDays: 30, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
          }],
        },
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })],
      },
    });
  });

  test('goes with the stack, and is logged, when that is asked for', () => {
    const template = templateOf((stack) => ({
      removalPolicy: RemovalPolicy.DESTROY, serverAccessLogsBucket: new s3.Bucket(stack, 'Logs'),
    }));
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Delete',
      Properties: Match.objectLike({ LoggingConfiguration: { DestinationBucketName: { Ref: 'Logs6819BB44' } } }),
    });
  });

  test.each<[string, (stack: Stack) => Partial<RedshiftTargetProps>, string]>([
    ['an existing one is not shaped',
      (stack) => ({ stagingBucket: lake(stack), removalPolicy: RemovalPolicy.DESTROY }),
      'Test/Target: removalPolicy set together with stagingBucket'],
    ['one of another region is refused', (stack) => ({ stagingBucket: lake(stack, { region: 'us-east-1' }) }),
      'Test/Target: the bucket is in us-east-1 and the replication in eu-west-1'],
    ['a prefix with a slash at its end is refused', () => ({ stagingPrefix: 'dms/' }), "stagingPrefix is 'dms/'"],
  ])('%s', (_, propsOf, message) => {
    expect(() => build(propsOf)).toThrow(message);
  });
});

describe('a bound Redshift target', () => {
  test('is opened to the replication on its port, and asks for batches that replace', () => {
    const { stack, target } = build((scope) => ({
      warehouse: RedshiftWarehouse.cluster({ ...attributes(scope), port: 5440 }),
    }));
    const { endpoint, taskSettings } = target.bind({
      replicator: new ec2.Connections({
        securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Replicator', 'sg-replicator')],
      }),
    });
    expect(endpoint).toBe(target.endpoint);
    expect(taskSettings?.toJson()).toEqual({
      TargetMetadata: { SupportLobs: true, FullLobMode: false, LimitedSizeLobMode: true, BatchApplyEnabled: true },
      ErrorBehavior: { ApplyErrorInsertPolicy: 'INSERT_RECORD' },
    });
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', {
      GroupId: 'sg-warehouse', SourceSecurityGroupId: 'sg-replicator', FromPort: 5440, ToPort: 5440,
    });
  });

  test('is opened on port 5439 when none is said', () => {
    const { stack, target } = build();
    target.connections.allowDefaultPortFrom(ec2.Peer.ipv4('10.0.0.0/24'));
    Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 5439, ToPort: 5439 });
  });
});

import { CfnEndpoint } from 'aws-cdk-lib/aws-dms';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Stack } from 'aws-cdk-lib/core';
import {
  AssessmentFailure,
  DmsReplicationPipeline,
  type IReplicationSource,
  type ReplicationTaskOptions,
  ServerlessReplication,
  TableMappings,
  TableSelection,
  type TaskAssessmentOptions,
  type TaskLifecycleOptions,
} from '../../../lib';
import { ACCOUNT, existingVpc, makeStack } from '../make-stack';
import { SomeTarget } from './stand-ins';

const tableMappings = TableMappings.of(TableSelection.include('public', 'orders'));

function sourceOf(stack: Stack, engineName: string): IReplicationSource {
  const endpoint = new CfnEndpoint(stack, 'Source', { endpointType: 'source', engineName });
  return { bind: () => ({ endpoint }) };
}

function build(
  assessment: TaskAssessmentOptions | undefined, lifecycle: TaskLifecycleOptions = {}, engineName = 'oracle',
  stack = makeStack(),
): { stack: Stack; pipeline: DmsReplicationPipeline; options: ReplicationTaskOptions } {
  const options = {
    source: sourceOf(stack, engineName), target: new SomeTarget(stack), tableMappings,
    lifecycle: { ...lifecycle, assessment },
  };
  const pipeline = new DmsReplicationPipeline(stack, 'Pipeline', { vpc: existingVpc(stack), ...options });
  return { stack, pipeline, options };
}

type Named = [string, { DependsOn?: string[]; Properties: object }];

function only(template: Template, type: string, properties: object = {}): Named {
  const found = Object.entries(template.findResources(type, { Properties: properties }));
  expect(found).toHaveLength(1);
  return found[0] as unknown as Named;
}

type Statement = { Action: string | string[] };

/** The statements of all policies that allow one of these actions. */
function statementsFor(template: Template, actions: RegExp): Statement[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .flatMap(({ Properties }: { Properties?: { PolicyDocument: { Statement: Statement[] } } }) =>
      Properties?.PolicyDocument.Statement ?? [])
    .filter(({ Action }) => [Action].flat().some((action) => actions.test(action)));
}

describe('the assessment of a task', () => {
  test('tells the handler what to assess, and where the report goes', () => {
    const template = Template.fromStack(build({}).stack);
    const [bucket] = only(template, 'AWS::S3::Bucket');
    const [role] = only(template, 'AWS::IAM::Role', { Description: Match.stringLikeRegexp('reports of premigration') });
    const [, run] = only(template, 'Custom::DmsTaskRun');
    expect(run.Properties).toHaveProperty('Assessment', {
      RoleArn: { 'Fn::GetAtt': [role, 'Arn'] }, Bucket: { Ref: bucket }, Folder: 'assessments', FailOn: 'ERROR',
    });
    expect(run.DependsOn).toEqual(expect.arrayContaining([bucket, role]));
    expect(run.DependsOn?.filter((id) => id.startsWith('DmsAssessmentResultsRoleDefaultPolicy'))).toHaveLength(1);
    // The guard and the pause have nothing to do with it: an assessment that is added stops no task.
    expect(JSON.stringify(only(template, 'Custom::DmsTaskPause')[1])).not.toContain('Assessment');
  });

  test('lets the handler assess this task, and pass this role to DMS and to nobody else', () => {
    const template = Template.fromStack(build({}).stack);
    const [task] = only(template, 'AWS::DMS::ReplicationTask');
    const [role] = only(template, 'AWS::IAM::Role', { Description: Match.stringLikeRegexp('reports of premigration') });
    expect(statementsFor(template, /Assessment|PassRole/)).toEqual(expect.arrayContaining([
      {
        Action: expect.arrayContaining([
          'dms:DescribeApplicableIndividualAssessments',
          'dms:DescribeReplicationTaskAssessmentRuns',
          'dms:DescribeReplicationTaskIndividualAssessments',
        ]) as string[],
        Effect: 'Allow',
        Resource: '*',
      },
      {
        Action: ['dms:StartReplicationTask', 'dms:StartReplicationTaskAssessmentRun', 'dms:StopReplicationTask'],
        Effect: 'Allow',
        Resource: { Ref: task },
      },
      {
        Action: 'iam:PassRole',
        Effect: 'Allow',
        Resource: { 'Fn::GetAtt': [role, 'Arn'] },
        Condition: { StringEquals: { 'iam:PassedToService': 'dms.amazonaws.com' } },
      },
    ]));
    expect(statementsFor(template, /Assessment|PassRole/)).toHaveLength(3);
  });

  test('lets DMS of this account write below its folder, and no more', () => {
    const template = Template.fromStack(build({ resultsPrefix: 'dms/orders' }).stack);
    const [bucket] = only(template, 'AWS::S3::Bucket');
    template.hasResourceProperties('AWS::IAM::Role', {
      Description: Match.stringLikeRegexp('reports of premigration'),
      AssumeRolePolicyDocument: {
        Statement: [{
          Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'dms.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
        }],
      },
    });
    expect(statementsFor(template, /^s3:/)).toEqual([
      {
        Action: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject', 's3:PutObjectTagging'],
        Effect: 'Allow',
        Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [bucket, 'Arn'] }, '/dms/orders/*']] },
      },
      { Action: ['s3:GetBucketLocation', 's3:ListBucket'], Effect: 'Allow', Resource: { 'Fn::GetAtt': [bucket, 'Arn'] } },
    ]);
  });

  test('keeps reports encrypted, private and for a year', () => {
    const template = Template.fromStack(build({}).stack);
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 365 })] },
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: { Statement: [Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })] },
    });
  });

  test('two tasks of a stack share the bucket and its role', () => {
    const { stack, pipeline, options } = build({});
    pipeline.addTask('Second', options);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::S3::Bucket', 1);
    expect(statementsFor(template, /^s3:/)).toHaveLength(2);
    expect(statementsFor(template, /StartReplicationTaskAssessmentRun/)).toHaveLength(2);
    expect(statementsFor(template, /DescribeReplicationTaskAssessmentRuns/)).toHaveLength(1);
  });

  test('uses a bucket that exists, with its key', () => {
    const stack = makeStack();
    const encryptionKey = new Key(stack, 'Key');
    const resultsBucket = Bucket.fromBucketAttributes(stack, 'Reports', { bucketName: 'reports', encryptionKey });
    const template = Template.fromStack(build({
      resultsBucket, failOn: AssessmentFailure.WARNING, exclude: ['postgres-check-pk'],
    }, {}, 'oracle', stack).stack);
    template.resourceCountIs('AWS::S3::Bucket', 0);
    const [key] = only(template, 'AWS::KMS::Key');
    expect(only(template, 'Custom::DmsTaskRun')[1].Properties).toHaveProperty('Assessment', expect.objectContaining({
      Bucket: 'reports', KeyArn: { 'Fn::GetAtt': [key, 'Arn'] }, Exclude: ['postgres-check-pk'], FailOn: 'WARNING',
    }));
    expect(statementsFor(template, /^kms:/)).toEqual([expect.objectContaining({ Resource: { 'Fn::GetAtt': [key, 'Arn'] } })]);
  });

  test('adds nothing where it is not asked for', () => {
    const template = Template.fromStack(build(undefined).stack);
    template.resourceCountIs('AWS::S3::Bucket', 0);
    expect(statementsFor(template, /Assessment|PassRole/)).toEqual([]);
    expect(only(template, 'Custom::DmsTaskRun')[1].Properties).not.toHaveProperty('Assessment');
  });

  test.each<[string, TaskAssessmentOptions, TaskLifecycleOptions, string, RegExp]>([
    ['a task that the deployment does not start', {}, { startOnDeploy: false }, 'postgres', /assessment is set and startOnDeploy is false/],
    ['both lists', { includeOnly: ['a'], exclude: ['b'] }, {}, 'postgres', /includeOnly and exclude are both set/],
    ['an empty list', { includeOnly: [] }, {}, 'postgres', /includeOnly is empty: leave it out/],
    ['an engine that DMS does not assess', {}, {}, 'mongodb', /the source is of engine mongodb, and DMS assesses postgres, /],
    ['slashes', { resultsPrefix: '/a/' }, {}, 'postgres', /resultsPrefix is '\/a\/'/],
  ])('refuses %s', (_, assessment, lifecycle, engine, message) => {
    expect(() => build(assessment, lifecycle, engine)).toThrow(message);
  });

  test('refuses a serverless replication', () => {
    const stack = makeStack();
    expect(() => new ServerlessReplication(stack, 'Serverless', {
      vpc: existingVpc(stack), source: sourceOf(stack, 'postgres'), target: new SomeTarget(stack), tableMappings,
      maxCapacity: 4, lifecycle: { assessment: {} },
    })).toThrow(/assessment is set for a serverless replication: only tasks are assessed/);
  });
});

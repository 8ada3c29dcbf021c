import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { type CfnElement, Duration, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import {
  ABORT_UPLOADS_AFTER, OBJECT_KEY_ACTIONS, privateBucketProps, refuseOtherRegion, refusePrefix,
} from '../private/buckets';
import { DMS_PRINCIPAL, dmsOfThisAccount } from '../private/principals';
import { fail } from '../private/validation';
import { AssessmentFailure, type AssessmentProperties } from './task-lifecycle-api';

/** What of a premigration assessment makes a deployment fail, and where its report lies. */
export interface TaskAssessmentOptions {
  /**
   * What makes the deployment fail. The rest is written to the log of the lifecycle function, and the task is started.
   *
   * @default AssessmentFailure.ERROR
   */
  readonly failOn?: AssessmentFailure;

  /**
   * Assessments that are made, by their API names such as `postgres-check-pk`. Excludes `exclude`.
   *
   * @default - all that DMS has for the task
   */
  readonly includeOnly?: string[];

  /**
   * Assessments that are not made, by their API names. Excludes `includeOnly`.
   *
   * @default - none
   */
  readonly exclude?: string[];

  /**
   * Bucket for the reports, of the region of the task.
   *
   * @default - a new one for all tasks of the stack, which keeps reports for a year
   */
  readonly resultsBucket?: s3.IBucket;

  /**
   * Folder in the bucket.
   *
   * @default 'assessments'
   */
  readonly resultsPrefix?: string;
}

export interface TaskAssessmentProps extends TaskAssessmentOptions {
  readonly replicationTaskArn: string;
  /** Of the source, where it is known. */
  readonly sourceEngine?: unknown;
  readonly startOnDeploy: boolean;
}

/**
 * The engines of sources that DMS assesses.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.PremigrationAssessmentRuns.html
 */
const ASSESSED_ENGINES = [
  'postgres', 'aurora-postgresql', 'mysql', 'mariadb', 'aurora', 'oracle', 'sqlserver', 'db2',
];

/** What the handler looks at: DMS knows no resources for these. */
export const ASSESSMENT_LOOKS = [
  'dms:DescribeApplicableIndividualAssessments',
  'dms:DescribeReplicationTaskAssessmentRuns',
  'dms:DescribeReplicationTaskIndividualAssessments',
];

/** A bucket for reports and the role with which DMS writes them. */
class AssessmentResults extends Construct {
  /** Those of the stack, which all of its tasks share. */
  public static of(scope: Construct): AssessmentResults {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(SHARED_ID) as AssessmentResults | undefined;
    return existing ?? new AssessmentResults(stack, SHARED_ID, {});
  }

  public readonly bucket: s3.IBucket;
  public readonly role: iam.IRole;

  public constructor(scope: Construct, id: string, props: { readonly bucket?: s3.IBucket }) {
    super(scope, id);
    this.bucket = props.bucket ?? this.createBucket();
    this.role = new iam.Role(this, 'Role', {
      assumedBy: dmsOfThisAccount(this),
      description: 'Lets AWS DMS write the reports of premigration assessments',
    });
  }

  /** Lets DMS write below a folder. What it does there is documented with premigration assessments. */
  public allowFolder(folder: string): void {
    this.role.addToPrincipalPolicy(new iam.PolicyStatement({
      actions: ['s3:PutObject', 's3:GetObject', 's3:DeleteObject', 's3:PutObjectTagging'],
      resources: [this.bucket.arnForObjects(`${folder}/*`)],
    }));
    this.role.addToPrincipalPolicy(new iam.PolicyStatement({
      actions: ['s3:ListBucket', 's3:GetBucketLocation'],
      resources: [this.bucket.bucketArn],
    }));
    this.bucket.encryptionKey?.grant(this.role, ...OBJECT_KEY_ACTIONS);
    if (this.bucket.node.scope === this) {
      const bucket = Stack.of(this).getLogicalId(this.bucket.node.defaultChild as CfnElement);
      Validations.of(this.role).acknowledge({
        id: `${NAG}-IAM5[Resource::<${bucket}.Arn>/${folder}/*]`,
        reason: 'DMS gives the reports names of its own',
      });
    }
  }

  private createBucket(): s3.Bucket {
    const bucket = new s3.Bucket(this, 'Bucket', {
      ...privateBucketProps(),
      lifecycleRules: [{ expiration: Duration.days(365), abortIncompleteMultipartUploadAfter: ABORT_UPLOADS_AFTER }],
    });
    Validations.of(bucket).acknowledge({
      id: `${NAG}-S1`,
      reason: 'reports name tables and hold no rows; whoever needs access logs passes a bucket with them',
    });
    return bucket;
  }
}

const NAG = 'AwsSolutions::AwsSolutions';

const SHARED_ID = 'DmsAssessmentResults';

/** The premigration assessment of a task before its first start: what it needs, and what the handler is told of it. */
export class TaskAssessment extends Construct {
  /** What the handler is told. */
  public readonly properties: AssessmentProperties;

  /** What has to be there before DMS can write a report. */
  public readonly results: Construct;

  /** What the handler may do. */
  public readonly permissions: iam.PolicyStatement[];

  public constructor(scope: Construct, id: string, props: TaskAssessmentProps) {
    super(scope, id);
    refuseUnassessable(this, props);
    refusePrefix(this, 'resultsPrefix', props.resultsPrefix);
    refuseOtherRegion(this, props.resultsBucket);
    const folder = props.resultsPrefix ?? 'assessments';
    const results = props.resultsBucket === undefined
      ? AssessmentResults.of(this)
      : new AssessmentResults(this, 'Results', { bucket: props.resultsBucket });
    results.allowFolder(folder);
    this.results = results;
    this.properties = {
      RoleArn: results.role.roleArn,
      Bucket: results.bucket.bucketName,
      Folder: folder,
      KeyArn: results.bucket.encryptionKey?.keyArn,
      IncludeOnly: props.includeOnly,
      Exclude: props.exclude,
      FailOn: props.failOn ?? AssessmentFailure.ERROR,
    };
    this.permissions = [
      new iam.PolicyStatement({
        actions: ['dms:StartReplicationTaskAssessmentRun'],
        resources: [props.replicationTaskArn],
      }),
      new iam.PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [results.role.roleArn],
        conditions: { StringEquals: { 'iam:PassedToService': DMS_PRINCIPAL } },
      }),
    ];
  }
}

function refuseUnassessable(scope: Construct, props: TaskAssessmentProps): void {
  const { includeOnly, exclude, sourceEngine } = props;
  if (!props.startOnDeploy) {
    fail(scope, 'assessment is set and startOnDeploy is false: it is made before the deployment starts a task for the '
      + 'first time; leave out one of the two');
  }
  if (includeOnly !== undefined && exclude !== undefined) {
    fail(scope, 'includeOnly and exclude are both set: DMS takes one of them');
  }
  const empty = Object.entries({ includeOnly, exclude }).find(([, names]) => names?.length === 0);
  if (empty !== undefined) fail(scope, `${empty[0]} is empty: leave it out to make all assessments`);
  if (typeof sourceEngine === 'string' && !ASSESSED_ENGINES.includes(sourceEngine)) {
    fail(scope, `the source is of engine ${sourceEngine}, and DMS assesses ${ASSESSED_ENGINES.join(', ')}: leave out `
      + 'assessment');
  }
}

import {
  DescribeApplicableIndividualAssessmentsCommand,
  DescribeReplicationTaskAssessmentRunsCommand,
  DescribeReplicationTaskIndividualAssessmentsCommand,
  StartReplicationTaskAssessmentRunCommand,
} from '@aws-sdk/client-database-migration-service';
import type { AssessmentRun, IndividualAssessment } from './assessment-step';
import { dms } from './dms';
import type { Assessment } from './event';

/** The run of this name; nothing when there is none. */
export async function findRun(taskArn: string, runName: string): Promise<AssessmentRun | undefined> {
  const Filters = [{ Name: 'replication-task-arn', Values: [taskArn] }];
  for await (const { ReplicationTaskAssessmentRuns: runs } of pages((Marker) =>
    dms.send(new DescribeReplicationTaskAssessmentRunsCommand({ Filters, Marker })))) {
    const run = runs?.find(({ AssessmentRunName: name }) => name === runName);
    if (run !== undefined) {
      return {
        arn: run.ReplicationTaskAssessmentRunArn ?? '',
        status: run.Status ?? 'unknown',
        failure: run.LastFailureMessage === '' ? undefined : run.LastFailureMessage,
        completed: run.AssessmentProgress?.IndividualAssessmentCompletedCount,
        total: run.AssessmentProgress?.IndividualAssessmentCount,
      };
    }
  }
  return undefined;
}

/** What each assessment of a run came to. */
export async function assessmentsOf(runArn: string): Promise<IndividualAssessment[]> {
  const Filters = [{ Name: 'replication-task-assessment-run-arn', Values: [runArn] }];
  const found: IndividualAssessment[] = [];
  for await (const { ReplicationTaskIndividualAssessments: assessments } of pages((Marker) =>
    dms.send(new DescribeReplicationTaskIndividualAssessmentsCommand({ Filters, Marker })))) {
    found.push(...(assessments ?? []).map(({ IndividualAssessmentName: name, Status: status }) =>
      ({ name: name ?? 'without a name', status: status ?? 'unknown' })));
  }
  return found;
}

/** The names of the assessments that DMS has for a task. */
export async function applicableTo(taskArn: string): Promise<string[]> {
  const names: string[] = [];
  for await (const page of pages((Marker) =>
    dms.send(new DescribeApplicableIndividualAssessmentsCommand({ ReplicationTaskArn: taskArn, Marker })))) {
    names.push(...page.IndividualAssessmentNames ?? []);
  }
  return names;
}

export async function startRun(taskArn: string, assessment: Assessment): Promise<void> {
  await dms.send(new StartReplicationTaskAssessmentRunCommand({
    ReplicationTaskArn: taskArn,
    ServiceAccessRoleArn: assessment.RoleArn,
    ResultLocationBucket: assessment.Bucket,
    ResultLocationFolder: assessment.Folder,
    ResultEncryptionMode: assessment.KeyArn === undefined ? 'SSE_S3' : 'SSE_KMS',
    ResultKmsKeyArn: assessment.KeyArn,
    AssessmentRunName: assessment.RunName,
    IncludeOnly: assessment.IncludeOnly,
    Exclude: assessment.Exclude,
  }));
}

/** All pages of an answer. */
async function* pages<T extends { readonly Marker?: string | undefined }>(
  call: (marker: string | undefined) => Promise<T>,
): AsyncGenerator<T> {
  let marker: string | undefined;
  do {
    const page = await call(marker);
    yield page;
    marker = page.Marker === '' ? undefined : page.Marker;
  } while (marker !== undefined);
}

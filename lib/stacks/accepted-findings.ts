import type { CfnElement } from 'aws-cdk-lib/core';
import { Stack, Validations } from 'aws-cdk-lib/core';
import type { DmsServiceRoles } from '../replication/dms-service-roles';
import type { PostgresCdcSource } from '../sources/postgres-cdc-source';
import type { S3ParquetTarget } from '../targets/s3-parquet-target';

const NAG = 'AwsSolutions::AwsSolutions';

/** Accepts that the login is not rotated. */
export function acceptUnrotatedLogin(source: PostgresCdcSource): void {
  Validations.of(source).acknowledge({
    id: `${NAG}-SMG4`,
    reason: 'a running DMS task may need a restart after a rotation, so rotating belongs into a planned '
      + 'stop, rotate and resume',
  });
}

/** Accepts that the environment was configured to run without a standby. */
export function acceptNoStandby(source: PostgresCdcSource): void {
  Validations.of(source).acknowledge({
    id: `${NAG}-RDS3`,
    reason: 'the environment is configured without a standby: nobody depends on its data',
  });
}

/** Accepts that the environment was configured to be deleted with its stack. */
export function acceptDeletable(source: PostgresCdcSource): void {
  Validations.of(source).acknowledge({
    id: `${NAG}-RDS10`,
    reason: 'the environment is configured to be deleted together with its stack',
  });
}

/** Accepts that DMS may write any object of the one bucket. */
export function acceptAnyObjectOfTheLake(target: S3ParquetTarget): void {
  const bucket = Stack.of(target).getLogicalId(target.bucket.node.defaultChild as CfnElement);
  Validations.of(target.role).acknowledge({
    id: `${NAG}-IAM5[Resource::<${bucket}.Arn>/*]`,
    reason: 'DMS names the files that it writes; the role reaches the objects of this bucket and nothing else',
  });
}

/** Accepts the managed policies of the two roles whose names and policies DMS prescribes. */
export function acceptServicePolicies(roles: DmsServiceRoles): void {
  const policy = (name: string): string =>
    `${NAG}-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/${name}]`;
  const reason = 'DMS prescribes this role and its managed policy, and extends the policy with its own needs';
  Validations.of(roles.vpcRole).acknowledge({ id: policy('AmazonDMSVPCManagementRole'), reason });
  Validations.of(roles.logsRole).acknowledge({ id: policy('AmazonDMSCloudWatchLogsRole'), reason });
}

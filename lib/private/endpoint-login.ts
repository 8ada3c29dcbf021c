import * as iam from 'aws-cdk-lib/aws-iam';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { regionalDms } from './principals';
import { fail } from './validation';

/** Whose login a role reads. */
export interface SecretRoleProps {
  readonly secret: ISecret;
  /** For the description: `source database`. */
  readonly whose: string;
}

/** The role with which DMS reads the secret of an endpoint, and nothing else. */
export class SecretRole extends iam.Role {
  public constructor(scope: Construct, id: string, props: SecretRoleProps) {
    super(scope, id, {
      assumedBy: regionalDms(scope),
      description: `Lets AWS DMS read the login of the ${props.whose}`,
    });
    props.secret.grantRead(this);
    props.secret.encryptionKey?.grant(this, 'kms:DescribeKey');
  }
}

/**
 * A master secret that RDS manages holds only a user name and a password.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/security_iam_secretsmanager.html
 */
export function refuseManagedMasterSecret(scope: Construct, secret: ISecret): void {
  const arn = JSON.stringify(Stack.of(scope).resolve(secret.secretArn));
  if (arn.includes('MasterUserSecret.SecretArn') || arn.includes(':secret:rds!')) {
    fail(scope, 'the secret is the master secret that RDS manages, which holds neither host nor port: DMS needs '
      + 'username, password, host and port in one secret; create a database user for DMS and pass a '
      + 'new DmsSecret(...) with its name');
  }
}

import * as iam from 'aws-cdk-lib/aws-iam';
import { Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

/** The principal that DMS uses for everything but secrets. */
export const DMS_PRINCIPAL = 'dms.amazonaws.com';

/** DMS acting for this account only: another account's DMS cannot be talked into using the role. */
export function dmsOfThisAccount(scope: Construct): iam.PrincipalBase {
  return new iam.ServicePrincipal(DMS_PRINCIPAL, {
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  });
}

/**
 * The regional principal, which is the one that reads secrets.
 *
 * It carries no condition: DMS inspects this trust policy when the endpoint is created and documents it without one.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/security_iam_secretsmanager.html
 */
export function regionalDms(scope: Construct): iam.IPrincipal {
  const { region, urlSuffix } = Stack.of(scope);
  return new iam.ServicePrincipal(`dms.${region}.${urlSuffix}`);
}

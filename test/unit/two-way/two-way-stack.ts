import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Stack } from 'aws-cdk-lib/core';
import { type ITwoWaySite, OracleSite, PostgresSite, TwoWayReplication, type TwoWayReplicationProps } from '../../../lib';
import { existingVpc, makeStack } from '../make-stack';

const groups = (stack: Stack, id: string): ec2.ISecurityGroup[] =>
  [ec2.SecurityGroup.fromSecurityGroupId(stack, `${id}Group`, `sg-${id.toLowerCase()}`)];

export const postgresSite = (
  stack: Stack, siteName: string, props: Partial<ConstructorParameters<typeof PostgresSite>[2]> = {},
): PostgresSite => new PostgresSite(stack, siteName, {
  siteName,
  host: `${siteName.toLowerCase()}.example.internal`,
  databaseName: 'shop',
  secret: new Secret(stack, `${siteName}Login`),
  applicationUser: 'shop_app',
  securityGroups: groups(stack, siteName),
  ...props,
});

export const oracleSite = (stack: Stack, siteName: string, schema = 'PUBLIC_ORDERS'): OracleSite =>
  new OracleSite(stack, siteName, {
    siteName,
    host: `${siteName.toLowerCase()}.example.internal`,
    databaseName: 'ORCL',
    schema,
    secret: new Secret(stack, `${siteName}Login`),
    applicationUser: 'SHOP_APP',
    securityGroups: groups(stack, siteName),
    replicationUser: 'DMS',
    switchFunction: Function.fromFunctionArn(
      stack, `${siteName}Function`, 'arn:aws:lambda:eu-west-1:111111111111:function:oracle-site',
    ),
    unencrypted: true,
  });

/** A two-way replication between two sites, of PostgreSQL when nothing else is said. */
export function twoWay(
  props: Partial<TwoWayReplicationProps> = {},
  sites: (stack: Stack) => [ITwoWaySite, ITwoWaySite] = (stack) => [
    postgresSite(stack, 'SITEA'), postgresSite(stack, 'SITEB'),
  ],
): { stack: Stack; replication: TwoWayReplication } {
  const stack = makeStack();
  const [siteA, siteB] = sites(stack);
  const replication = new TwoWayReplication(stack, 'TwoWay', { vpc: existingVpc(stack), siteA, siteB, ...props });
  return { stack, replication };
}

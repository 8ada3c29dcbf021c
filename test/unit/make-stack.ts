import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import * as ec2 from 'aws-cdk-lib/aws-ec2';

export const ACCOUNT = '111111111111';
export const REGION = 'eu-west-1';

/** The feature flags of the repository, so that tests build what the app builds. */
export const FEATURE_FLAGS = (
  JSON.parse(readFileSync(join(__dirname, '..', '..', 'cdk.json'), 'utf8')) as { context: Record<string, unknown> }
).context;

/** A stack in a known account and region. */
export function makeStack(env: { account?: string; region?: string } = { account: ACCOUNT, region: REGION }): Stack {
  return new Stack(new App({ context: FEATURE_FLAGS }), 'Test', { env });
}

/** A network that exists, with two private subnets in two zones. */
export function existingVpc(stack: Stack): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    isolatedSubnetIds: ['subnet-a', 'subnet-b'],
    isolatedSubnetRouteTableIds: ['rtb-a', 'rtb-b'],
  });
}

import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';

/** What Lambda does in the name of a function to put it into a network. */
const NETWORK_ACTIONS = [
  'ec2:AssignPrivateIpAddresses', 'ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets', 'ec2:UnassignPrivateIpAddresses',
];

/** Why the actions are allowed on anything. */
export const NO_NETWORK_RESOURCES =
  'EC2 knows no resources for the network interfaces of a function before they are there';

/** Lets Lambda put functions of this role into a network. */
export function letIntoNetwork(role: iam.Role): void {
  role.addToPolicy(new iam.PolicyStatement({ actions: NETWORK_ACTIONS, resources: ['*'] }));
}

/**
 * Keeps the code of a function from what only Lambda needs. It belongs in a policy of its own: it names the function,
 * which waits for its role.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
 */
export function networkLimit(created: lambda.IFunction): iam.PolicyStatement {
  return new iam.PolicyStatement({
    effect: iam.Effect.DENY,
    actions: NETWORK_ACTIONS,
    resources: ['*'],
    conditions: { ArnEquals: { 'lambda:SourceFunctionArn': created.functionArn } },
  });
}

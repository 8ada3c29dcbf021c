import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Stack, Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

const NAG = 'AwsSolutions::AwsSolutions';

/**
 * Accepts the findings of cdk-nag about functions that the library brings along, and about CDK's framework that calls
 * them: whoever uses a construct can change neither.
 *
 * @param anyResource why the handler may do something to any resource, if it may
 */
export function acceptProviderFindings(provider: IConstruct, anyResource?: string): void {
  const stack = Stack.of(provider);
  const accept = (id: string, reason: string): void => Validations.of(provider).acknowledge({ id: `${NAG}-${id}`, reason });
  if (anyResource !== undefined) accept('IAM5[Resource::*]', anyResource);
  provider.node.findAll()
    .filter((node) => CfnFunction.isCfnFunction(node))
    .forEach((handler) => accept(`IAM5[Resource::<${stack.getLogicalId(handler)}.Arn>:*]`,
      'the framework may call any version of the functions that belong to it'));
  const everyStep = 'the functions log every step that this machine takes; it only waits between them';
  accept('SF1', everyStep);
  accept('SF2', everyStep);
}

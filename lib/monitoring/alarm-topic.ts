import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { DMS_PRINCIPAL } from '../private/principals';

/** A topic that is encrypted with a key of the customer's: no service can use AWS's own key of SNS. */
export class AlarmTopic extends Construct {
  public readonly topic: Topic;

  public constructor(scope: Construct, id: string, props: { encryptionKey?: IKey }) {
    super(scope, id);
    this.topic = new Topic(this, 'Resource', {
      displayName: 'AWS DMS replication',
      enforceSSL: true,
      masterKey: props.encryptionKey ?? new Key(this, 'Key', {
        description: 'Encrypts the notifications about an AWS DMS replication',
        enableKeyRotation: true,
        // It protects messages on their way; once they are delivered nothing is left that it could open.
        removalPolicy: RemovalPolicy.DESTROY,
      }),
    });
  }
}

/**
 * Lets CloudWatch alarms and DMS publish to a topic and use its key. EventBridge is let in by the rules.
 *
 * Only the alarms of this account and region get in. DMS and EventBridge carry no condition: KMS does not see the
 * account on whose behalf EventBridge calls, DMS does not document that it does, and a notification that is refused
 * is refused silently.
 *
 * @see https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
 */
export function letServicesPublish(scope: IConstruct, topic: ITopic): void {
  const stack = Stack.of(scope);
  topic.grantPublish(new ServicePrincipal('cloudwatch.amazonaws.com', {
    conditions: {
      StringEquals: { 'aws:SourceAccount': stack.account },
      ArnLike: {
        'aws:SourceArn': stack.formatArn({
          service: 'cloudwatch', resource: 'alarm', resourceName: '*', arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      },
    },
  }));
  topic.grantPublish(new ServicePrincipal(DMS_PRINCIPAL));
}

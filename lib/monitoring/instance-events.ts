import { CfnEventSubscription } from 'aws-cdk-lib/aws-dms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { IReplicationInstance } from '../replication/replication-instance';

/** What happens to the instance that is about to hurt its tasks, in the words of DMS. */
const INSTANCE_EVENTS = ['failure', 'failover', 'low storage', 'maintenance', 'deletion'];

/** Whose events, and who is told. */
export interface InstanceEventsProps {
  readonly replicationInstance: IReplicationInstance;
  readonly identifier: string;
  readonly topic: ITopic;
}

/**
 * Tells a topic what happens to a replication instance: the events that no metric shows.
 *
 * Of tasks DMS would only take the names, which CloudFormation makes up and does not tell; they have rules instead.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Events.html
 */
export class InstanceEvents extends Construct {
  public constructor(scope: Construct, id: string, props: InstanceEventsProps) {
    super(scope, id);
    const subscription = new CfnEventSubscription(this, 'Resource', {
      snsTopicArn: props.topic.topicArn,
      sourceType: 'replication-instance',
      sourceIds: [props.identifier],
      eventCategories: INSTANCE_EVENTS,
    });
    // DMS refuses an instance that is not there, and a topic that it may not publish to yet.
    subscription.node.addDependency(props.replicationInstance, props.topic);
  }
}

import { EventField, Match, Rule, RuleTargetInput } from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { ReplicationTask } from '../replication/replication-task';
import { type Runbook, runbookLink } from './runbooks';

/** A task has failed; its clean-up after a deletion has failed. */
const FAILURES = ['DMS-EVENT-0078', 'DMS-EVENT-0082'];

/** Reading has paused: the swap files, or the disk of the replication instance, are at their limit. */
const PAUSES = ['DMS-EVENT-0091', 'DMS-EVENT-0092'];

/** A task has stopped. */
const STOPS = ['DMS-EVENT-0079'];

/** How a task stops that somebody, a deployment or its own settings have stopped. Everything else is unexpected. */
const EXPECTED_STOPS = [
  'NORMAL', 'FULL_LOAD_ONLY_FINISHED', 'STOPPED_AFTER_FULL_LOAD', 'STOPPED_AFTER_CACHED_EVENTS',
  'STOPPED_AT_SERVER_TIME', 'STOPPED_AT_COMMIT_TIME',
].map((reason) => `Stop Reason ${reason}`);

/** What happens, and who is told. */
export interface TaskEventsProps {
  readonly task: ReplicationTask;
  readonly topic: ITopic;
  readonly runbookUrl: string;
}

/**
 * Tells a topic when a task fails, pauses, or stops for a reason that nobody has asked for.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_EventBridge.html
 */
export class TaskEvents extends Construct {
  private readonly props: TaskEventsProps;

  public constructor(scope: Construct, id: string, props: TaskEventsProps) {
    super(scope, id);
    this.props = props;
    this.addRule('Failed', 'DMS task has failed', 'task-failed', { eventId: FAILURES });
    this.addRule('Paused', 'DMS task has paused reading', 'memory', { eventId: PAUSES });
    this.addRule('Stopped', 'DMS task has stopped by itself', 'task-failed', {
      eventId: STOPS,
      // A stop that gives no reason at all is not expected either, and `anything-but` alone does not match it.
      detailMessage: Match.anyOf(Match.anythingBut(...EXPECTED_STOPS), Match.doesNotExist()),
    });
  }

  private addRule(id: string, what: string, runbook: Runbook, detail: Record<string, string[]>): void {
    const { task, topic, runbookUrl } = this.props;
    const message = `critical: ${what}: ${task.node.path} `
      + `(${EventField.fromPath('$.detail.eventType')}: ${EventField.fromPath('$.detail.detailMessage')}). `
      + `Runbook: ${runbookLink(runbookUrl, runbook)}`;
    new Rule(this, id, {
      description: `${what}: ${task.node.path}`,
      eventPattern: {
        source: ['aws.dms'],
        detailType: ['DMS Replication Task State Change'],
        resources: [task.replicationTaskArn],
        detail,
      },
      targets: [new SnsTopic(topic, { message: RuleTargetInput.fromText(message) })],
    });
  }
}

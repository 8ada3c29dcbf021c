import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { PipelineMonitoring } from '../../../lib';
import { ACCOUNT, makeStack, REGION } from '../make-stack';
import { makePipeline, monitor, onlyResource, resources } from './monitored-pipeline';

interface Statement {
  readonly Effect: string;
  readonly Action: unknown;
  readonly Principal: { readonly Service?: string | string[] };
  readonly Condition?: unknown;
}

/** What services may do, as [service, actions, condition]. */
function allowedServices(document: unknown): unknown[] {
  return (document as { Statement: Statement[] }).Statement
    .filter((statement) => statement.Effect === 'Allow' && statement.Principal.Service !== undefined)
    .flatMap(({ Principal: { Service: services }, Action: actions, Condition: condition }) =>
      [services].flat().map((service) => [service, actions, condition]));
}

const ALARMS_OF_THIS_ACCOUNT = {
  StringEquals: { 'aws:SourceAccount': ACCOUNT },
  ArnLike: {
    'aws:SourceArn': { 'Fn::Join': ['', [
      'arn:', { Ref: 'AWS::Partition' }, `:cloudwatch:${REGION}:${ACCOUNT}:alarm:*`,
    ]] },
  },
};

/** CDK writes the partition out where it knows the region. */
const partitionKnown = (value: unknown): unknown => JSON.parse(
  JSON.stringify(value).replace(/\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},"([^"]*)"\]\]\}/g, '"arn:aws$1"'),
);

describe('the topic', () => {
  const template = Template.fromStack(monitor().stack);

  test('is encrypted with a rotated key that goes with it, and refuses plain HTTP', () => {
    const [key] = Object.keys(resources(template, 'AWS::KMS::Key'));
    expect(onlyResource(template, 'AWS::SNS::Topic')['KmsMasterKeyId']).toEqual({ 'Fn::GetAtt': [key, 'Arn'] });
    template.hasResource('AWS::KMS::Key', { DeletionPolicy: 'Delete', Properties: { EnableKeyRotation: true } });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Effect: 'Deny', Action: 'sns:Publish', Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        })]),
      },
    });
  });

  test('lets the alarms of this account publish, EventBridge and DMS, and nobody else', () => {
    expect(allowedServices(onlyResource(template, 'AWS::SNS::TopicPolicy')['PolicyDocument'])).toEqual([
      ['cloudwatch.amazonaws.com', 'sns:Publish', partitionKnown(ALARMS_OF_THIS_ACCOUNT)],
      ['dms.amazonaws.com', 'sns:Publish', undefined],
      ['events.amazonaws.com', 'sns:Publish', undefined],
    ]);
  });

  test('has a key that the same services may encrypt with', () => {
    const actions = ['kms:Decrypt', 'kms:GenerateDataKey*'];
    expect(allowedServices(onlyResource(template, 'AWS::KMS::Key')['KeyPolicy'])).toEqual([
      ['cloudwatch.amazonaws.com', actions, partitionKnown(ALARMS_OF_THIS_ACCOUNT)],
      ['dms.amazonaws.com', actions, undefined],
      ['events.amazonaws.com', actions, undefined],
    ]);
  });

  test('may be encrypted with a key of your own, which lets the services in', () => {
    const { stack, pipeline } = makePipeline();
    const encryptionKey = new kms.Key(stack, 'Mine');
    new PipelineMonitoring(stack, 'Monitoring', {
      replicationInstance: pipeline.replicationInstance, task: pipeline.task, encryptionKey,
    });
    const found = Template.fromStack(stack);
    expect(Object.keys(resources(found, 'AWS::KMS::Key'))).toEqual([expect.stringMatching(/^Mine/)]);
    expect(allowedServices(onlyResource(found, 'AWS::KMS::Key')['KeyPolicy'])).toHaveLength(3);
  });

  test('may be your own: the services are let in, and no other is created', () => {
    const { stack, pipeline } = makePipeline();
    const topic = new sns.Topic(stack, 'Mine', { masterKey: new kms.Key(stack, 'Key') });
    const monitoring = new PipelineMonitoring(stack, 'Monitoring', {
      replicationInstance: pipeline.replicationInstance, task: pipeline.task, topic,
    });
    const found = Template.fromStack(stack);
    expect([monitoring.topic, monitoring.criticalTopic]).toEqual([topic, topic]);
    expect(Object.keys(resources(found, 'AWS::SNS::Topic'))).toEqual([expect.stringMatching(/^Mine/)]);
    expect(allowedServices(onlyResource(found, 'AWS::SNS::TopicPolicy')['PolicyDocument'])).toHaveLength(3);
    expect(allowedServices(onlyResource(found, 'AWS::KMS::Key')['KeyPolicy'])).toHaveLength(3);
  });

  test('cannot be passed together with a key for the one that is not created', () => {
    const stack = makeStack();
    const { pipeline } = makePipeline({}, stack);
    expect(() => new PipelineMonitoring(stack, 'Monitoring', {
      replicationInstance: pipeline.replicationInstance,
      task: pipeline.task,
      topic: new sns.Topic(stack, 'Mine'),
      encryptionKey: new kms.Key(stack, 'Key'),
    })).toThrow('Test/Monitoring: encryptionKey encrypts the topic that is created, and topic is given: leave out one of '
      + 'the two');
  });
});

describe('the notifications about a task', () => {
  const { stack, pipeline } = monitor();
  const template = Template.fromStack(stack);
  const rules = Object.fromEntries(Object.entries(resources(template, 'AWS::Events::Rule'))
    .map(([id, rule]) => [/Events([A-Z][a-z]+)/.exec(id)![1]!, rule]));
  const patternOf = (detail: object): object => ({
    source: ['aws.dms'],
    'detail-type': ['DMS Replication Task State Change'],
    resources: [stack.resolve(pipeline.task.replicationTaskArn)],
    detail,
  });

  test('come when it fails, when it pauses, and when it stops for no reason that anybody gave', () => {
    const patterns = Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, rule['EventPattern']]));
    expect(patterns).toEqual({
      Failed: patternOf({ eventId: ['DMS-EVENT-0078', 'DMS-EVENT-0082'] }),
      Paused: patternOf({ eventId: ['DMS-EVENT-0091', 'DMS-EVENT-0092'] }),
      Stopped: patternOf({
        eventId: ['DMS-EVENT-0079'],
        detailMessage: [{
          'anything-but': [
            'Stop Reason NORMAL', 'Stop Reason FULL_LOAD_ONLY_FINISHED', 'Stop Reason STOPPED_AFTER_FULL_LOAD',
            'Stop Reason STOPPED_AFTER_CACHED_EVENTS', 'Stop Reason STOPPED_AT_SERVER_TIME',
            'Stop Reason STOPPED_AT_COMMIT_TIME',
          ],
        }, { exists: false }],
      }),
    });
  });

  test('name the task and the event, and link to the runbook', () => {
    const [topic] = Object.keys(resources(template, 'AWS::SNS::Topic'));
    const [target] = rules['Failed']!['Targets'] as [Record<string, unknown>];
    expect(target['Arn']).toEqual({ Ref: topic });
    expect(target['InputTransformer']).toEqual({
      InputPathsMap: { 'detail-eventType': '$.detail.eventType', 'detail-detailMessage': '$.detail.detailMessage' },
      InputTemplate: '"critical: DMS task has failed: Test/Pipeline/Task (<detail-eventType>: <detail-detailMessage>). '
        + 'Runbook: https://github.com/cdk-dms-pipelines/cdk-dms-pipelines/blob/main/docs/runbooks/task-failed.md"',
    });
  });
});

test('the notifications about the instance are those of this instance, once DMS may publish and knows it', () => {
  const { stack } = monitor({}, { replicationInstanceIdentifier: 'shop' });
  const template = Template.fromStack(stack);
  const [topic] = Object.keys(resources(template, 'AWS::SNS::Topic'));
  const [policy] = Object.keys(resources(template, 'AWS::SNS::TopicPolicy'));
  const [instance] = Object.keys(resources(template, 'AWS::DMS::ReplicationInstance'));
  template.hasResource('AWS::DMS::EventSubscription', {
    Properties: {
      SnsTopicArn: { Ref: topic },
      SourceType: 'replication-instance',
      SourceIds: ['shop'],
      EventCategories: ['failure', 'failover', 'low storage', 'maintenance', 'deletion'],
    },
    DependsOn: Match.arrayWith([policy, topic, instance]),
  });
});

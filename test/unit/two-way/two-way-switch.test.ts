import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Duration } from 'aws-cdk-lib/core';
import { SWITCH_STEPS } from '../../../lib/two-way/switch/switch-steps';
import { renderSwitchDefinition } from '../../../lib/two-way/switch-definition';
import type { TwoWaySwitch } from '../../../lib/two-way/two-way-switch';
import { makeStack } from '../make-stack';
import { twoWay } from './two-way-stack';

type Resource = { readonly Properties: Record<string, unknown> };
interface Statement {
  readonly Action: string | string[];
  readonly Effect: string;
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

const made = twoWay();
const theSwitch = made.replication.node.findChild('Switch') as TwoWaySwitch;
theSwitch.grantStart(new Role(made.stack, 'Operator', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));
const template = Template.fromStack(made.stack);

/** The statements of the roles whose logical id contains this. */
function statementsOf(role: string, of = template): Statement[] {
  return Object.values(of.findResources('AWS::IAM::Policy')).flatMap((policy) => {
    const { Roles, PolicyDocument } = (policy as Resource).Properties as {
      Roles: { Ref: string }[]; PolicyDocument: { Statement: Statement[] };
    };
    return Roles.some(({ Ref }) => Ref.includes(role)) ? PolicyDocument.Statement : [];
  });
}

const actionsOf = (statements: readonly Statement[], effect = 'Allow'): string[] =>
  statements.filter(({ Effect }) => Effect === effect).flatMap(({ Action }) => Action).sort();

describe('what the functions may do', () => {
  test('the one that asks the map and DMS reads no secret', () => {
    const statements = statementsOf('ControlRole');
    expect(actionsOf(statements)).toEqual([
      'cloudwatch:GetMetricData',
      'dms:DescribeConnections', 'dms:DescribeReplicationInstances', 'dms:DescribeReplicationTasks',
      'dms:DescribeTableStatistics', 'dms:StartReplicationTask', 'dms:StopReplicationTask', 'dms:TestConnection',
      'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Scan',
      'logs:CreateLogStream', 'logs:PutLogEvents',
    ]);
    const everywhere = statements.filter(({ Resource: resource }) => resource === '*');
    expect(actionsOf(everywhere)).toEqual([
      'cloudwatch:GetMetricData', 'dms:DescribeConnections', 'dms:DescribeReplicationInstances',
      'dms:DescribeReplicationTasks',
    ]);
  });

  test('it starts and stops the two tasks only, and tests their connections only', () => {
    const on = (action: string): unknown[] =>
      statementsOf('ControlRole').filter(({ Action }) => Action.includes(action)).flatMap(({ Resource: one }) => one);
    const { forwardTask, backwardTask, replicationInstance } = made.replication;
    const resolve = (value: string): unknown => made.stack.resolve(value) as unknown;
    const sorted = (values: unknown[]): string[] => values.map((value) => JSON.stringify(value)).sort();
    expect(sorted(on('dms:StopReplicationTask'))).toEqual(sorted(
      [forwardTask, backwardTask].map(({ replicationTaskArn }) => resolve(replicationTaskArn))));
    expect(sorted(on('dms:TestConnection'))).toEqual(sorted([
      replicationInstance.replicationInstanceArn,
      ...[forwardTask, backwardTask].flatMap(({ sourceEndpoint, targetEndpoint }) =>
        [sourceEndpoint, targetEndpoint].map(({ endpointRef }) => endpointRef.endpointArn)),
    ].map(resolve)));
  });

  test('the one that logs in to the databases reads two secrets, and calls nothing else', () => {
    const statements = statementsOf('DatabaseRole');
    const network = statements.filter(({ Resource: resource }) => resource === '*');
    expect(actionsOf(statements.filter((one) => !network.includes(one)))).toEqual([
      'logs:CreateLogStream', 'logs:PutLogEvents', 'secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue',
    ]);
    const [reading] = statements.filter(({ Action }) => Action.includes('secretsmanager:GetSecretValue'));
    expect(reading?.Resource).toEqual(Object.keys(template.findResources('AWS::SecretsManager::Secret'))
      .map((secret) => ({ Ref: secret })));
    expect(actionsOf(network).every((action) => action.startsWith('ec2:'))).toBe(true);
    // Denied to the code of each of the two functions; only Lambda itself may.
    expect(actionsOf(network, 'Deny')).toEqual(actionsOf(network).flatMap((action) => [action, action]));
  });

  test('the machine calls these two functions in their versions, and nothing but logs and traces besides', () => {
    const statements = statementsOf('SwitchRole');
    const [calling, ...others] = statements.filter(({ Action }) => Action === 'lambda:InvokeFunction');
    expect(others).toEqual([]);
    const versions = Object.keys(template.findResources('AWS::Lambda::Version'));
    expect(versions).toHaveLength(2);
    expect(calling?.Resource).toEqual([
      { Ref: expect.stringMatching(/ControlCurrentVersion/) as string },
      { Ref: expect.stringMatching(/DatabaseCurrentVersion/) as string },
    ]);
    expect(statements.filter((one) => one !== calling).flatMap(({ Action }) => Action)
      .every((action) => /^(logs|xray):/.test(action))).toBe(true);
  });

  test('whoever may switch may start the machine and follow it, and no more', () => {
    expect(actionsOf(statementsOf('Operator'))).toEqual([
      'states:DescribeExecution', 'states:GetExecutionHistory', 'states:StartExecution',
    ]);
  });
});

test('a version that an execution may still call stays when the function changes', () => {
  template.allResources('AWS::Lambda::Version', { DeletionPolicy: 'Retain' });
});

test('what is deployed is the rendered table', () => {
  const [machine] = Object.values(template.findResources('AWS::StepFunctions::StateMachine')) as Resource[];
  const { DefinitionString } = machine!.Properties;
  const text = (DefinitionString as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1]
    .map((part) => (typeof part === 'string' ? part : `<${(part as { Ref: string }).Ref}>`)).join('');
  const versionOf = (name: string): string =>
    `<${Object.keys(template.findResources('AWS::Lambda::Version')).find((id) => id.includes(name))}>`;
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(renderSwitchDefinition(SWITCH_STEPS, {
    controlFunctionArn: versionOf('Control'), databaseFunctionArn: versionOf('Database'),
    // Longer than the function of the databases may take.
    taskSeconds: 930, totalSeconds: 12 * 3600,
  }))));
});

test('what travels is not written to the log, but every step is', () => {
  template.hasResourceProperties('AWS::StepFunctions::StateMachine', {
    LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: false },
    TracingConfiguration: { Enabled: true },
  });
});

describe('a switch that ends in the middle', () => {
  const middle = [
    { status: ['ABORTED', 'TIMED_OUT'] },
    { status: ['FAILED'], error: [{ 'anything-but': ['Refused', 'RolledBack'] }] },
    { status: ['FAILED'], error: [{ exists: false }] },
  ];

  test('is recovered once, by its name', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { $or: middle, input: [{ 'anything-but': { prefix: '{"action":"recover"' } }] } },
      Targets: [Match.objectLike({
        InputTransformer: {
          InputPathsMap: { 'detail-name': '$.detail.name' },
          InputTemplate: '{"action":"recover","of":<detail-name>}',
        },
      })],
    });
  });

  test('rings an alarm, and so does its recovery', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { $or: middle, input: [{ prefix: '{"action":"recover"' }] } }, Targets: Match.absent(),
    });
    const [alarm] = Object.values(template.findResources('AWS::CloudWatch::Alarm', {
      Properties: { AlarmDescription: Match.stringLikeRegexp('ended in the middle') },
    })) as Resource[];
    expect(alarm?.Properties).toMatchObject({ Threshold: 1, EvaluationPeriods: 1, TreatMissingData: 'notBreaching' });
    expect((alarm?.Properties.Metrics as { Expression?: string }[])[0]?.Expression)
      .toBe('FILL(interrupted, 0) + FILL(stuck, 0)');
  });
});

describe('an approval', () => {
  const machineOf = (of: Template): string => JSON.stringify(of.findResources('AWS::StepFunctions::StateMachine'));

  test('is not there when nobody is asked', () => {
    expect(machineOf(template)).not.toContain('waitForTaskToken');
  });

  test('is asked for at the topic that is given, and the machine may publish there only', () => {
    const arn = 'arn:aws:sns:eu-west-1:111111111111:approvals';
    const topic = Topic.fromTopicArn(makeStack(), 'Topic', arn);
    const { stack: scope } = twoWay({ approvalTopic: topic, approvalTimeout: Duration.minutes(90) });
    const asked = Template.fromStack(scope);
    const publishing = statementsOf('SwitchRole', asked).filter(({ Action }) => Action === 'sns:Publish');
    expect(publishing.map(({ Resource: resource }) => resource)).toEqual([arn]);
    expect(machineOf(asked)).toContain('\\"TimeoutSeconds\\":5400');
  });
});

import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { CfnOutput, Duration, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct, type IDependable } from 'constructs';
import type { ReplicationTask } from '../replication/replication-task';
import type { ISiteMap } from './site-map';
import type { BeginProperties } from './switch/begin-api';
import { SWITCH_STEPS } from './switch/switch-steps';
import { type ApprovalOptions, renderSwitchDefinition } from './switch-definition';
import type { TwoWayConfiguration } from './two-way-api';
import { FUNCTION_TIMEOUTS, TwoWaySwitchFunctions } from './two-way-switch-functions';

/** A task is given up only when its function has certainly ended, so that nothing acts behind the machine's back. */
const TASK_TIMEOUT = FUNCTION_TIMEOUTS.database.plus(Duration.seconds(30));

/** Every step at its worst takes less; and what goes on for longer is taken over by a recovery. */
const TOTAL_TIMEOUT = Duration.hours(12);

const USUAL_APPROVAL_TIMEOUT = Duration.hours(24);

/** The input of a recovery that was started by a rule begins with this, and so do inputs that people usually write. */
const RECOVERY = '{"action":"recover"';

export interface SwitchDatabase {
  /** The login of DMS: user name, password, host and port. */
  readonly secret: ISecret;
  /** Its default port is that of the database. */
  readonly connections: ec2.IConnectable;
}

export interface TwoWaySwitchProps {
  /** What the functions are told; it names a table and two tasks. */
  readonly configuration: TwoWayConfiguration;
  readonly siteMap: ISiteMap;
  readonly forwardTask: ReplicationTask;
  readonly backwardTask: ReplicationTask;
  /** In the order of the sites of the configuration. */
  readonly databases: readonly [SwitchDatabase, SwitchDatabase];
  /** Where the function that logs in to the databases is. */
  readonly vpc: ec2.IVpc;
  readonly vpcSubnets?: ec2.SubnetSelection;
  /** @default - a new one, which the databases are opened to */
  readonly securityGroups?: ec2.ISecurityGroup[];
  /** @default - keys of AWS */
  readonly encryptionKey?: kms.IKey;
  /** @default - nobody is asked */
  readonly approval?: { readonly topic?: sns.ITopic; readonly timeout?: Duration };
  /** The first items of the map. */
  readonly begin: BeginProperties;
}

/**
 * The state machine of the switch, its two functions, and what ends a switch that was left in the middle.
 *
 * A switch that ended in the middle (aborted by hand, timed out, or out of patience) is ended by a recovery that a rule
 * starts once. When that one gets stuck, too, a person has to look: an alarm says so in both cases.
 */
export class TwoWaySwitch extends Construct {
  public readonly stateMachine: sfn.IStateMachine;
  public readonly controlFunction: lambda.IFunction;
  public readonly databaseFunction: lambda.IFunction;
  /** When it is deployed, both databases have their fences, and the new one is closed. */
  public readonly preparation: IDependable;
  /** Where approvals are asked for. */
  public readonly approvalTopic?: sns.ITopic;
  /** Rings when a switch has ended in the middle, and when its recovery has. */
  public readonly unfinishedAlarm: cloudwatch.IAlarm;

  private readonly unfinishedRules: events.Rule[];

  public constructor(scope: Construct, id: string, props: TwoWaySwitchProps) {
    super(scope, id);
    const { approval } = props;
    const functions = new TwoWaySwitchFunctions(this, 'Functions', {
      configuration: props.configuration,
      siteMap: props.siteMap,
      forwardTask: props.forwardTask,
      backwardTask: props.backwardTask,
      databases: props.databases,
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      securityGroups: props.securityGroups,
      encryptionKey: props.encryptionKey,
      begin: props.begin,
    });
    this.preparation = functions.preparation;
    this.controlFunction = functions.controlFunction;
    this.databaseFunction = functions.databaseFunction;
    this.approvalTopic = approval === undefined ? undefined : approval.topic ?? this.createTopic(props.encryptionKey);
    this.stateMachine = this.createMachine(functions, this.approvalOf(approval?.timeout));
    this.unfinishedRules = [this.recoverInterrupted(), this.watchRecoveries()];
    this.unfinishedAlarm = this.metricUnfinished().createAlarm(this, 'Unfinished', {
      alarmDescription: 'A switch between two sites, or its recovery, has ended in the middle. Look at its status with '
        + '`dms status`. See docs/runbooks/switch-interrupted.md',
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
    });
    new CfnOutput(this, 'StateMachineArn', {
      description: 'Switches between the two sites; `dms switch` starts it',
      value: this.stateMachine.stateMachineArn,
    });
  }

  /** Lets somebody start switches and follow them; what they may do is up to the machine. */
  public grantStart(grantee: iam.IGrantable): iam.Grant {
    return this.stateMachine.grantStartExecution(grantee).combine(
      this.stateMachine.grantExecution(grantee, 'states:DescribeExecution', 'states:GetExecutionHistory'));
  }

  /** Switches and recoveries that have ended in the middle: more than 0 is worth an alarm. */
  public metricUnfinished(options?: cloudwatch.MathExpressionOptions): cloudwatch.MathExpression {
    const [interrupted, stuck] = this.unfinishedRules.map(({ ruleName }) => new cloudwatch.Metric({
      namespace: 'AWS/Events', metricName: 'TriggeredRules', dimensionsMap: { RuleName: ruleName }, statistic: 'Sum',
    })) as [cloudwatch.Metric, cloudwatch.Metric];
    return new cloudwatch.MathExpression({
      label: 'Unfinished switches',
      period: Duration.minutes(5),
      ...options,
      expression: 'FILL(interrupted, 0) + FILL(stuck, 0)',
      usingMetrics: { interrupted, stuck },
    });
  }

  /** Switches that did what they were asked for, dry runs and recoveries among them. */
  public metricSucceeded(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metricSucceeded(options);
  }

  /** How long switches take, without writes for a part of it: milliseconds. */
  public metricTime(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metricTime(options);
  }

  private createTopic(masterKey: kms.IKey | undefined): sns.ITopic {
    return new sns.Topic(this, 'Approvals', { displayName: 'Two-way switch', enforceSSL: true, masterKey });
  }

  private approvalOf(timeout = USUAL_APPROVAL_TIMEOUT): ApprovalOptions | undefined {
    if (this.approvalTopic === undefined) return undefined;
    const { topicArn } = this.approvalTopic;
    return { topicArn, partition: Stack.of(this).partition, seconds: timeout.toSeconds() };
  }

  private createMachine(functions: TwoWaySwitchFunctions, approval: ApprovalOptions | undefined): sfn.StateMachine {
    const definition = renderSwitchDefinition(SWITCH_STEPS, {
      controlFunctionArn: functions.control.functionArn,
      databaseFunctionArn: functions.database.functionArn,
      taskSeconds: TASK_TIMEOUT.toSeconds(),
      totalSeconds: TOTAL_TIMEOUT.toSeconds(),
      approval,
    });
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('states.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      description: 'Calls the functions of a two-way switch',
    });
    role.addToPolicy(new iam.PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [functions.control.functionArn, functions.database.functionArn],
    }));
    this.approvalTopic?.grantPublish(role);
    // Not with the customer's key: EventBridge leaves out the input of executions that are encrypted with one, by which
    // a recovery is told from a switch. There are no secrets in it.
    const machine = new sfn.StateMachine(this, 'Resource', {
      comment: 'Switches applications between two sites',
      definitionBody: sfn.DefinitionBody.fromString(Stack.of(this).toJsonString(definition)),
      role,
      tracingEnabled: true,
      logs: {
        destination: functions.logGroup,
        level: sfn.LogLevel.ALL,
        // The token of an approval is worth the approval; the history of an execution has everything for 90 days.
        includeExecutionData: false,
      },
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM5[Resource::*]',
      reason: 'neither X-Ray nor the delivery of logs knows resources',
    });
    return machine;
  }

  /** Ends what was left in the middle. Only once: a recovery is not recovered by itself. */
  private recoverInterrupted(): events.Rule {
    return new events.Rule(this, 'Interrupted', {
      description: 'Recovers a two-way switch that has ended in the middle',
      eventPattern: this.endedInTheMiddle(events.Match.anythingButPrefix(RECOVERY)),
      targets: [new SfnStateMachine(this.stateMachine, {
        // Of that one only: another switch may have begun meanwhile.
        input: events.RuleTargetInput.fromObject({ action: 'recover', of: events.EventField.fromPath('$.detail.name') }),
      })],
    });
  }

  private watchRecoveries(): events.Rule {
    return new events.Rule(this, 'Stuck', {
      description: 'Counts recoveries of two-way switches that have not got through; the alarm watches it',
      eventPattern: this.endedInTheMiddle(events.Match.prefix(RECOVERY)),
    });
  }

  /** `Refused` and `RolledBack` are orderly ends. Where an event does not name the error, it may have been any. */
  private endedInTheMiddle(input: string[]): events.EventPattern {
    return {
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: {
        stateMachineArn: [this.stateMachine.stateMachineArn],
        input,
        $or: [
          { status: ['ABORTED', 'TIMED_OUT'] },
          { status: ['FAILED'], error: events.Match.anythingBut('Refused', 'RolledBack') },
          { status: ['FAILED'], error: events.Match.doesNotExist() },
        ],
      },
    };
  }
}

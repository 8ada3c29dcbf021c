import { join } from 'node:path';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { acceptProviderFindings } from '../private/provider-findings';

/** Where the handler is, seen from lib as from dist. */
const HANDLER = join(__dirname, '..', '..', 'assets', 'task-lifecycle');

/** How long CloudFormation waits for a custom resource. The handler gives up before that, and says why. */
const MOST_PATIENCE = Duration.hours(1);

/**
 * The handler of the lifecycle resources, and the framework that calls it: once in each stack, whatever the number of
 * its tasks and serverless replications.
 *
 * It may look at what it starts and stops, and at its own stack; what it may do to a task is granted task by task.
 */
export class TaskLifecycleProvider extends Construct {
  /** The provider of the stack that `scope` is in. */
  public static of(scope: Construct): TaskLifecycleProvider {
    const stack = Stack.of(scope);
    const existing = stack.node.tryFindChild(ID) as TaskLifecycleProvider | undefined;
    return existing ?? new TaskLifecycleProvider(stack, ID);
  }

  /** The role of the handler. */
  public readonly role: iam.IRole;

  /** What a custom resource names as its provider. */
  public readonly serviceToken: string;

  private readonly logGroup: logs.LogGroup;
  private readonly looks = new Set<string>();

  private constructor(scope: Construct, id: string) {
    super(scope, id);
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      retention: logs.RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = this.createRole('HandlerRole', 'Looks at replications; every one lets it start and stop itself');
    this.role.addToPrincipalPolicy(new iam.PolicyStatement({
      actions: ['cloudformation:DescribeStacks', 'cloudformation:DescribeStackResource'],
      resources: [Stack.of(this).stackId],
    }));
    this.serviceToken = new Provider(this, 'Framework', {
      onEventHandler: this.createFunction('OnEvent', 'onEvent', 'Begins requests for replications'),
      isCompleteHandler: this.createFunction('IsComplete', 'isComplete', 'Takes replications where they should be'),
      frameworkOnEventRole: this.createRole('BeginRole', 'Calls the handler of lifecycle resources'),
      frameworkCompleteAndTimeoutRole: this.createRole('WaitRole', 'Waits for the handler of lifecycle resources'),
      logGroup: this.logGroup,
      queryInterval: Duration.seconds(10),
      totalTimeout: MOST_PATIENCE,
    }).serviceToken;
    acceptProviderFindings(this, 'DMS knows no resources for looking at replications and connections');
  }

  /** Lets the handler look with `actions`, for which DMS knows no resources. */
  public allowLooking(actions: readonly string[]): void {
    const further = actions.filter((action) => !this.looks.has(action));
    if (further.length === 0) return;
    further.forEach((action) => this.looks.add(action));
    this.role.addToPrincipalPolicy(new iam.PolicyStatement({ actions: further, resources: ['*'] }));
  }

  private createFunction(id: string, handler: string, description: string): lambda.Function {
    return new lambda.Function(this, id, {
      description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(HANDLER),
      handler: `index.${handler}`,
      memorySize: 256,
      timeout: Duration.minutes(5),
      role: this.role,
      logGroup: this.logGroup,
    });
  }

  private createRole(id: string, description: string): iam.Role {
    const role = new iam.Role(this, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), description });
    this.logGroup.grants.write(role);
    return role;
  }
}

const ID = 'DmsTaskLifecycle';

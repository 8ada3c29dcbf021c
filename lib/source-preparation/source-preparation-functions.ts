import { join } from 'node:path';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { letIntoNetwork, networkLimit, NO_NETWORK_RESOURCES } from '../private/function-network';
import { acceptProviderFindings } from '../private/provider-findings';
import type { SlotWatchEvent } from './source-preparation-api';

/** Where the handler is, seen from lib as from dist. */
const HANDLER = join(__dirname, '..', '..', 'assets', 'source-preparation');

/** The most that Lambda offers: a database is asked again for 3 minutes, and slots are waited for up to 10. */
const TIMEOUT = Duration.minutes(15);
const WATCH_TIMEOUT = Duration.minutes(2);

export interface SourcePreparationFunctionsProps {
  readonly vpc: ec2.IVpc;
  readonly vpcSubnets?: ec2.SubnetSelection;
  readonly securityGroup: ec2.ISecurityGroup;
}

/**
 * Functions inside the network of a source, with a log group. The framework that calls one of them for CloudFormation
 * stands outside: it answers CloudFormation through the internet, which the network of a database need not reach.
 */
export class SourcePreparationFunctions extends Construct {
  private readonly logGroup: logs.LogGroup;
  private readonly props: SourcePreparationFunctionsProps;

  public constructor(scope: Construct, id: string, props: SourcePreparationFunctionsProps) {
    super(scope, id);
    this.props = props;
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      retention: logs.RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  /** Answers custom resources. Returns what they name as their provider. */
  public createProvider(secrets: ISecret[]): string {
    const handler = this.createFunction('OnEvent', {
      handler: 'onEvent', description: 'Prepares and checks a PostgreSQL source of AWS DMS', timeout: TIMEOUT, secrets,
    });
    const { serviceToken } = new Provider(this, 'Framework', {
      onEventHandler: handler,
      frameworkOnEventRole: this.createRole('FrameworkRole', 'Calls the function that prepares a source'),
      logGroup: this.logGroup,
    });
    acceptProviderFindings(this, NO_NETWORK_RESOURCES);
    return serviceToken;
  }

  /** Publishes metrics on a schedule. */
  public createWatch(secret: ISecret, event: SlotWatchEvent, interval: Duration): events.Rule {
    const watch = this.createFunction('Slots', {
      handler: 'publishSlotMetrics', description: 'Publishes what replication slots of a PostgreSQL source hold back',
      timeout: WATCH_TIMEOUT, secrets: [secret],
    });
    acceptProviderFindings(this, NO_NETWORK_RESOURCES);
    return new events.Rule(this, 'Schedule', {
      description: 'Has the replication slots of a PostgreSQL source looked at',
      schedule: events.Schedule.rate(interval),
      // The next look comes soon enough.
      targets: [new LambdaFunction(watch, { event: events.RuleTargetInput.fromObject(event), retryAttempts: 0 })],
    });
  }

  private createFunction(id: string, options: {
    handler: string; description: string; timeout: Duration; secrets: ISecret[];
  }): lambda.Function {
    const role = this.createRole(`${id}Role`, options.description);
    letIntoNetwork(role);
    options.secrets.forEach((secret) => secret.grantRead(role));
    const created = new lambda.Function(this, id, {
      description: options.description,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      code: lambda.Code.fromAsset(HANDLER),
      handler: `index.${options.handler}`,
      memorySize: 256,
      timeout: options.timeout,
      role,
      logGroup: this.logGroup,
      vpc: this.props.vpc,
      vpcSubnets: this.props.vpcSubnets,
      securityGroups: [this.props.securityGroup],
      // The certificates of Amazon, those of RDS among them: Node.js does not bring them.
      environment: { NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem' },
    });
    new iam.Policy(this, `${id}Limits`, { roles: [role], statements: [networkLimit(created)] });
    return created;
  }

  private createRole(id: string, description: string): iam.Role {
    const role = new iam.Role(this, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), description });
    this.logGroup.grants.write(role);
    return role;
  }
}

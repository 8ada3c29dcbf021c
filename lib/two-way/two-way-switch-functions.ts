import { join } from 'node:path';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { CustomResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Provider } from 'aws-cdk-lib/custom-resources';
import { Construct, type IConstruct, type IDependable } from 'constructs';
import { letIntoNetwork, networkLimit, NO_NETWORK_RESOURCES } from '../private/function-network';
import { letReplicatorIn } from '../private/network';
import { acceptProviderFindings } from '../private/provider-findings';
import type { ReplicationTask } from '../replication/replication-task';
import { BEGIN_RESOURCE } from './switch/begin-api';
import { CONFIGURATION_VARIABLE } from './two-way-api';
import type { SwitchDatabase, TwoWaySwitchProps } from './two-way-switch';

/** Where the handlers are, seen from lib as from dist. */
const handler = (name: string): string => join(__dirname, '..', '..', 'assets', name);

/** The custom resource that prepares the databases. */
export const PREPARATION_RESOURCE = 'Custom::DmsTwoWayPreparation';

/** The fence waits for writers for half of the time without writes, of which there is at most an hour. */
export const FUNCTION_TIMEOUTS = { control: Duration.minutes(2), database: Duration.minutes(15) };

type FunctionsProps = Omit<TwoWaySwitchProps, 'approval'>;

/**
 * The two functions of the switch. The one that may stop and start tasks and write the map sees no password; the one
 * that sees the passwords of the two databases may call nothing else.
 */
export class TwoWaySwitchFunctions extends Construct {
  /** Asks the site map and DMS. An execution that has begun goes on with the version that it began with. */
  public readonly control: lambda.IVersion;
  /** Asks the two databases. */
  public readonly database: lambda.IVersion;
  public readonly controlFunction: lambda.IFunction;
  public readonly databaseFunction: lambda.IFunction;
  /** Both databases are prepared. */
  public readonly preparation: IDependable;
  /** Of the functions and of the state machine. */
  public readonly logGroup: logs.ILogGroup;

  public constructor(scope: Construct, id: string, props: FunctionsProps) {
    super(scope, id);
    this.logGroup = new logs.LogGroup(this, 'Logs', {
      retention: logs.RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
      encryptionKey: props.encryptionKey,
    });
    if (props.encryptionKey !== undefined) letLogsEncrypt(this, props.encryptionKey);
    const environment = { [CONFIGURATION_VARIABLE]: Stack.of(this).toJsonString(props.configuration) };
    const control = this.createControl(props, environment);
    const [database, preparing] = this.createDatabase(props, environment);
    this.controlFunction = control;
    this.databaseFunction = database;
    this.control = control.currentVersion;
    this.database = database.currentVersion;
    this.createResource('Begin', BEGIN_RESOURCE, control, props.begin);
    // Whatever the functions are told may change what has to be prepared, and preparing twice changes nothing.
    this.preparation = this.createResource('Preparation', PREPARATION_RESOURCE, preparing, environment);
    acceptProviderFindings(this, NO_NETWORK_RESOURCES);
  }

  private createControl(props: FunctionsProps, environment: Record<string, string>): lambda.Function {
    const role = this.createRole('ControlRole', 'Writes the site map, and starts and stops the two legs of a switch');
    grantControl(role, props);
    return this.createFunction('Control', role, {
      description: 'Steps of a two-way switch that ask the site map and DMS',
      code: lambda.Code.fromAsset(handler('two-way-control')),
      handler: 'index.handler',
      timeout: FUNCTION_TIMEOUTS.control,
      environment,
      environmentEncryption: props.encryptionKey,
    });
  }

  /** The function of the steps, and the one that prepares the databases: with one role, in one place. */
  private createDatabase(
    props: FunctionsProps, environment: Record<string, string>,
  ): [lambda.Function, lambda.Function] {
    const role = this.createRole('DatabaseRole', 'Logs in to the two databases of a switch');
    letIntoNetwork(role);
    props.databases.forEach(({ secret }) => secret.grantRead(role));
    const options = {
      code: lambda.Code.fromAsset(handler('two-way-database')),
      timeout: FUNCTION_TIMEOUTS.database,
      // The certificates of Amazon, those of RDS among them: Node.js does not bring them.
      environment: { ...environment, NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem' },
      environmentEncryption: props.encryptionKey,
      vpc: props.vpc,
      vpcSubnets: props.vpcSubnets,
      securityGroups: props.securityGroups ?? [new ec2.SecurityGroup(this, 'Access', {
        vpc: props.vpc,
        description: 'The functions of a two-way switch that log in to both databases',
      })],
    };
    const both: [lambda.Function, lambda.Function] = [
      this.createFunction('Database', role, {
        ...options, handler: 'index.onStep', description: 'Steps of a two-way switch that ask the two databases',
      }),
      this.createFunction('Prepare', role, {
        ...options, handler: 'index.onPrepare', description: 'Gives the two databases of a switch what it needs of them',
      }),
    ];
    new iam.Policy(this, 'DatabaseLimits', { roles: [role], statements: both.map(networkLimit) });
    both.forEach((each) => { props.databases.forEach((database) => { letIn(each, database); }); });
    return both;
  }

  private createFunction(
    id: string, role: iam.Role,
    props: Omit<lambda.FunctionProps, 'runtime' | 'architecture' | 'role' | 'logGroup'>,
  ): lambda.Function {
    return new lambda.Function(this, id, {
      ...props,
      runtime: lambda.Runtime.NODEJS_24_X,
      architecture: lambda.Architecture.ARM_64,
      memorySize: 256,
      role,
      logGroup: this.logGroup,
      // A deployment must not take away what an execution that has begun still calls.
      currentVersionOptions: { removalPolicy: RemovalPolicy.RETAIN },
    });
  }

  /** A custom resource that `onEvent` answers for. */
  private createResource(id: string, resourceType: string, onEvent: lambda.Function, properties: object): IDependable {
    const { serviceToken } = new Provider(this, `${id}Framework`, {
      onEventHandler: onEvent,
      frameworkOnEventRole: this.createRole(`${id}FrameworkRole`, 'Calls a function of a two-way switch'),
      logGroup: this.logGroup,
    });
    const created = new CustomResource(this, id, {
      resourceType, serviceToken, properties: { ...properties },
    });
    // The role of a function is there before it; what the role may do need not be.
    created.node.addDependency(onEvent);
    return created;
  }

  private createRole(id: string, description: string): iam.Role {
    const role = new iam.Role(this, id, { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'), description });
    this.logGroup.grantWrite(role);
    return role;
  }
}

/** What the control steps call, and on what. */
function grantControl(role: iam.Role, { siteMap, forwardTask, backwardTask }: FunctionsProps): void {
  const tasks = [forwardTask, backwardTask];
  siteMap.table.grant(role, 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Scan');
  siteMap.table.encryptionKey?.grantEncryptDecrypt(role);
  role.addToPolicy(new iam.PolicyStatement({
    actions: ['dms:StartReplicationTask', 'dms:StopReplicationTask', 'dms:DescribeTableStatistics'],
    resources: tasks.map(({ replicationTaskArn }) => replicationTaskArn),
  }));
  role.addToPolicy(new iam.PolicyStatement({
    actions: ['dms:TestConnection'], resources: [...new Set(tasks.flatMap(connectionEnds))],
  }));
  role.addToPolicy(new iam.PolicyStatement({
    actions: [
      'dms:DescribeReplicationTasks', 'dms:DescribeConnections', 'dms:DescribeReplicationInstances',
      'cloudwatch:GetMetricData',
    ],
    resources: ['*'],
  }));
}

/** A test of a connection needs both of its ends. */
const connectionEnds = ({ replicationInstance, sourceEndpoint, targetEndpoint }: ReplicationTask): string[] => [
  replicationInstance.replicationInstanceArn,
  sourceEndpoint.endpointRef.endpointArn,
  targetEndpoint.endpointRef.endpointArn,
];

/** The function waits for its way in: a switch that cannot reach its databases is no switch. */
function letIn(client: lambda.Function, { connections }: SwitchDatabase): void {
  const opened = letReplicatorIn(connections, client);
  opened.filter((one): one is IConstruct => Stack.of(one as IConstruct) === Stack.of(client))
    .forEach((one) => { client.node.addDependency(one); });
}

/** The logs of one account and region only. */
function letLogsEncrypt(scope: Construct, key: IKey): void {
  const { region, urlSuffix, partition, account } = Stack.of(scope);
  key.grantEncryptDecrypt(new iam.ServicePrincipal(`logs.${region}.${urlSuffix}`, {
    conditions: {
      ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:${partition}:logs:${region}:${account}:log-group:*` },
    },
  }));
}

import * as dms from 'aws-cdk-lib/aws-dms';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { generatedIdentifier, generatedResourceId } from '../private/generated-identifier';
import { isRecord } from '../private/json';
import { fail, renderedIfOwn, renderedProperties, validateWith } from '../private/validation';
import { refuseSingleZone } from '../private/zones';
import { checkSubnetGroup, checkTask } from '../rules';
import type { TaskSettings } from '../task-settings';
import { combinedTaskSettings } from './default-task-settings';
import { DmsVpcEndpoints } from './dms-vpc-endpoints';
import { MigrationType } from './migration-type';
import { refuseUnusedLifecycle } from './replication-lifecycle';
import { ServerlessReplicationLifecycle } from './serverless-replication-lifecycle';
import type { ServerlessReplicationProps } from './serverless-replication-props';

/** What DMS refuses to change once the replication has run. One more here replaces every replication there is. */
const FIXED = ['ReplicationType', 'SourceEndpointArn', 'TargetEndpointArn'];
const FIXED_COMPUTE = ['KmsKeyId', 'ReplicationSubnetGroupId'];

/** What CloudFormation replaces an endpoint for: the replication then has another endpoint. */
const FIXED_ENDPOINT = ['KmsKeyId', 'ResourceIdentifier'];

/**
 * A replication from a source to a target on DMS Serverless: the same definition as on an instance, with the same
 * lifecycle, on compute that DMS sizes by itself.
 *
 * How it differs from a task on an instance:
 *
 * - Views, and starts from a position or a slot of one's own, do not work. The rules say so when the app is
 *   synthesized.
 * - It reaches AWS services through VPC endpoints only: see `createVpcEndpoints`.
 * - DMS needs the service-linked role `AWSServiceRoleForDMSServerless`, and creates it with the first replication of an
 *   account, for which the role that CloudFormation deploys with needs `iam:CreateServiceLinkedRole` for
 *   `dms.amazonaws.com`.
 * - From a start until it runs it takes 40 minutes or more: see `startTimeout` of the lifecycle.
 * - A change of type, endpoints or key *replaces* it, as it replaces a task: DMS does not make such a change to one
 *   that has run. `onChange` of the lifecycle says whether that is allowed.
 * - 48 hours after a stop, for which it is paid, DMS takes its compute away and cannot resume it. A deployment that
 *   finds it so loads everything again if `onChange` is RELOAD, and otherwise fails and says so.
 * - With `onChange` RELOAD it is started with `reload-target`. The API describes that for serverless replications; the
 *   user guide knows no other start than to resume. Should DMS refuse, the deployment says so: give the construct
 *   another id then, which creates a new replication that loads everything.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Serverless.html
 */
export class ServerlessReplication extends Construct implements ec2.IConnectable {
  /**
   * The ARN of the configuration, by which DMS knows the replication.
   *
   * @attribute
   */
  public readonly replicationConfigArn: string;

  /** The group that DMS writes the logs of the replication to, from its first start on. */
  public readonly logGroupName: string;

  /** The endpoint that is read from. */
  public readonly sourceEndpoint: dms.IEndpointRef;

  /** The endpoint that is written to. */
  public readonly targetEndpoint: dms.IEndpointRef;

  /** Whether rows, changes or both are moved. */
  public readonly migrationType: MigrationType;

  /** The settings as they are written into the replication. */
  public readonly taskSettings: TaskSettings;

  /** The network of the replication. */
  public readonly connections: ec2.Connections;

  /**
   * The VPC endpoints, when they were asked for.
   *
   * @default - none
   */
  public readonly vpcEndpoints?: DmsVpcEndpoints;

  public constructor(scope: Construct, id: string, props: ServerlessReplicationProps) {
    super(scope, id);
    refuseUnusedLifecycle(this, props);
    refusePositions(this, props);
    this.migrationType = props.migrationType ?? MigrationType.FULL_LOAD_AND_CDC;
    this.connections = new ec2.Connections({
      securityGroups: props.securityGroups ?? [new ec2.SecurityGroup(this, 'SecurityGroup', {
        vpc: props.vpc,
        description: 'AWS DMS serverless replication',
      })],
    });
    const source = props.source.bind({ replicator: this });
    const target = props.target.bind({ replicator: this });
    this.sourceEndpoint = source.endpoint;
    this.targetEndpoint = target.endpoint;
    this.taskSettings = combinedTaskSettings(source.taskSettings, target.taskSettings, props.taskSettings);

    const subnetGroup = this.createSubnetGroup(props);
    const config = this.createConfig(props, subnetGroup);
    this.replicationConfigArn = config.ref;
    this.logGroupName = `dms-serverless-replication-${config.resourceIdentifier}`;
    validateWith(this, () => checkTask({
      properties: renderedProperties(config),
      source: renderedIfOwn(source.endpoint),
      target: renderedIfOwn(target.endpoint),
    }));

    // DMS assumes the roles while it creates these two, and fails when they are not there yet.
    if (props.serviceRoles !== undefined) {
      subnetGroup.node.addDependency(props.serviceRoles);
      config.node.addDependency(props.serviceRoles);
    }
    if (props.createVpcEndpoints === true) {
      this.vpcEndpoints = new DmsVpcEndpoints(this, 'VpcEndpoints', { vpc: props.vpc, vpcSubnets: props.vpcSubnets });
      this.vpcEndpoints.allowFrom(this);
      config.node.addDependency(this.vpcEndpoints);
    }
    if (props.manageLifecycle ?? true) {
      new ServerlessReplicationLifecycle(this, 'Lifecycle', {
        ...props.lifecycle,
        replicationConfig: config,
        sourceEndpoint: source.endpoint,
        targetEndpoint: target.endpoint,
        startsAfter: [
          ...this.connections.securityGroups, ...source.connectsThrough ?? [], ...target.connectsThrough ?? [],
        ],
      });
    }
  }

  private createSubnetGroup(props: ServerlessReplicationProps): dms.CfnReplicationSubnetGroup {
    const vpcSubnets = props.vpc.selectSubnets(props.vpcSubnets);
    refuseSingleZone(this, 'the serverless replication', vpcSubnets);
    const subnetGroup = new dms.CfnReplicationSubnetGroup(this, 'SubnetGroup', {
      replicationSubnetGroupDescription: 'Subnets of the AWS DMS serverless replication',
      subnetIds: vpcSubnets.subnetIds,
    });
    // Until the VPC is looked up its subnets are stand-ins.
    validateWith(subnetGroup, () =>
      (vpcSubnets.isPendingLookup === true ? [] : checkSubnetGroup(renderedProperties(subnetGroup))));
    return subnetGroup;
  }

  private createConfig(
    props: ServerlessReplicationProps, subnetGroup: dms.CfnReplicationSubnetGroup,
  ): dms.CfnReplicationConfig {
    const config = new dms.CfnReplicationConfig(this, 'Resource', {
      replicationConfigIdentifier: '',
      replicationType: this.migrationType,
      sourceEndpointArn: this.sourceEndpoint.endpointRef.endpointArn,
      targetEndpointArn: this.targetEndpoint.endpointRef.endpointArn,
      tableMappings: props.tableMappings.toJson(),
      replicationSettings: this.taskSettings.toJson(),
      computeConfig: {
        minCapacityUnits: props.minCapacity,
        maxCapacityUnits: props.maxCapacity,
        multiAz: props.multiAz ?? false,
        preferredMaintenanceWindow: props.preferredMaintenanceWindow,
        kmsKeyId: props.kmsKey?.keyArn,
        replicationSubnetGroupId: subnetGroup.ref,
        vpcSecurityGroupIds: this.connections.securityGroups.map((group) => group.securityGroupId),
      },
    });
    config.resourceIdentifier = generatedResourceId(config, this.identityOf(config));
    config.replicationConfigIdentifier = generatedIdentifier(config, ['ResourceIdentifier']);
    return config;
  }

  /** With another identity it is another replication, which CloudFormation creates in the place of this one. */
  private identityOf(config: dms.CfnReplicationConfig): unknown {
    const properties = renderedProperties(config);
    const chosen = (from: unknown, keys: string[]): unknown[] =>
      keys.map((key) => (isRecord(from) ? from[key] : undefined));
    return [
      chosen(properties, FIXED),
      chosen(properties['ComputeConfig'], FIXED_COMPUTE),
      chosen(renderedIfOwn(this.sourceEndpoint), FIXED_ENDPOINT),
      chosen(renderedIfOwn(this.targetEndpoint), FIXED_ENDPOINT),
    ];
  }
}

/** The options of a task have more than those of a serverless replication: what would not be used is not taken. */
function refusePositions(scope: Construct, props: object): void {
  ['cdcStartPosition', 'cdcStopPosition']
    .filter((name) => (props as Record<string, unknown>)[name] !== undefined)
    .forEach((name) => fail(scope, `${name} is given: a serverless replication captures changes from its own start on, `
      + 'until it is stopped; leave it out, or use DmsReplicationPipeline'));
}

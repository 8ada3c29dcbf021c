import * as dms from 'aws-cdk-lib/aws-dms';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Size, Token } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';
import { generatedIdentifier } from '../private/generated-identifier';
import { fail, renderedProperties, validateWith } from '../private/validation';
import { refuseSingleZone } from '../private/zones';
import { checkReplicationInstance, checkSubnetGroup } from '../rules';
import type { IDmsServiceRoles } from './dms-service-roles';
import { DmsVpcEndpoints } from './dms-vpc-endpoints';
import { ReplicationInstanceClass } from './replication-instance-class';

const STORAGE_GIB = { least: 5, most: 6144, default: 50 };

/** What CloudFormation replaces an instance for. A new instance needs a new identifier: the old one is still there. */
const REPLACING_PROPERTIES = [
  'KmsKeyId', 'ReplicationSubnetGroupIdentifier', 'PubliclyAccessible', 'DnsNameServers', 'ResourceIdentifier',
];

/** The compute that replication tasks run on. */
export interface IReplicationInstance extends IConstruct, ec2.IConnectable {
  /**
   * The ARN of the instance.
   *
   * @attribute
   */
  readonly replicationInstanceArn: string;

  /** The identifier of the instance in lower case, which metrics of tasks and the name of their log group hold. */
  readonly replicationInstanceIdentifier: string;
}

/** A replication instance that exists. */
export interface ReplicationInstanceAttributes {
  /** The ARN of the instance. */
  readonly replicationInstanceArn: string;

  /** The identifier of the instance. */
  readonly replicationInstanceIdentifier: string;

  /** The security groups of the instance: sources and targets let them in. */
  readonly securityGroups: ec2.ISecurityGroup[];
}

/** The size, the network and the protection of a replication instance. */
export interface ReplicationInstanceProps {
  /** The network of the instance, from which it has to reach source and target. */
  readonly vpc: ec2.IVpc;

  /**
   * Subnets of the instance, in two Availability Zones or more.
   *
   * @default - the private subnets: those with egress if there are any, else the isolated ones
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * Security groups of the instance.
   *
   * @default - a new one that nothing may enter
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * Class of the instance. Change capture wants memory: transactions are kept there until they are committed.
   *
   * @default ReplicationInstanceClass.T3_MEDIUM
   */
  readonly instanceClass?: ReplicationInstanceClass;

  /**
   * Storage for logs and for changes that do not fit into memory, in whole gibibytes, 5 to 6144.
   *
   * @default Size.gibibytes(50)
   */
  readonly allocatedStorage?: Size;

  /**
   * Whether a standby in a second Availability Zone takes over when the first fails. Doubles the price.
   *
   * @default false
   */
  readonly multiAz?: boolean;

  /**
   * Version of DMS, such as `3.6.1`.
   *
   * @default - the version that DMS gives to new instances
   */
  readonly engineVersion?: string;

  /**
   * The identifier of the instance, which people see in the console. Give another one together with a change that
   * replaces the instance: the new one is created while the old one still has its name.
   *
   * @default - the construct path, a hash of what replaces the instance, and a part of the stack's id
   */
  readonly replicationInstanceIdentifier?: string;

  /**
   * When DMS may apply minor versions, such as `sun:03:00-sun:04:00` (UTC). Tasks are interrupted and resume.
   *
   * @default - a window that DMS chooses
   */
  readonly preferredMaintenanceWindow?: string;

  /**
   * Key that encrypts the storage of the instance and the endpoints' connection data on it. Changing it replaces the
   * instance and its tasks.
   *
   * @default - the account's `aws/dms` key
   */
  readonly kmsKey?: IKey;

  /**
   * The account's service roles, when they are made in this app: the instance waits for them.
   *
   * @default - left alone: `dms-vpc-role` and `dms-cloudwatch-logs-role` exist in the account
   */
  readonly serviceRoles?: IDmsServiceRoles;

  /**
   * Whether to create VPC endpoints for S3, Secrets Manager and CloudWatch Logs. Subnets without a way out need them.
   *
   * @default false
   */
  readonly createVpcEndpoints?: boolean;
}

/**
 * A provisioned replication instance: private, encrypted, with minor versions applied by themselves.
 *
 * Several pipelines may share one: `ReplicationTask` takes any instance, `DmsReplicationPipeline.addTask` its own.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_ReplicationInstance.html
 */
export class ReplicationInstance extends Construct implements IReplicationInstance {
  /** Uses an instance that exists, of this account and region. */
  public static fromReplicationInstanceAttributes(
    scope: Construct, id: string, attrs: ReplicationInstanceAttributes,
  ): IReplicationInstance {
    class Import extends Construct implements IReplicationInstance {
      public readonly replicationInstanceArn = attrs.replicationInstanceArn;
      public readonly replicationInstanceIdentifier = lowerCase(attrs.replicationInstanceIdentifier);
      public readonly connections = new ec2.Connections({ securityGroups: attrs.securityGroups });
    }
    return new Import(scope, id);
  }

  public readonly replicationInstanceArn: string;
  public readonly connections: ec2.Connections;

  /**
   * The VPC endpoints, when they were asked for.
   *
   * @default - none
   */
  public readonly vpcEndpoints?: DmsVpcEndpoints;

  private readonly resource: dms.CfnReplicationInstance;

  public constructor(scope: Construct, id: string, props: ReplicationInstanceProps) {
    super(scope, id);
    const vpcSubnets = props.vpc.selectSubnets(props.vpcSubnets);
    refuseSingleZone(this, 'the replication instance', vpcSubnets);

    const subnetGroup = new dms.CfnReplicationSubnetGroup(this, 'SubnetGroup', {
      replicationSubnetGroupDescription: 'Subnets of the AWS DMS replication instance',
      subnetIds: vpcSubnets.subnetIds,
    });
    this.connections = new ec2.Connections({
      securityGroups: props.securityGroups ?? [new ec2.SecurityGroup(this, 'SecurityGroup', {
        vpc: props.vpc,
        description: 'AWS DMS replication instance',
      })],
    });
    const instance = new dms.CfnReplicationInstance(this, 'Resource', {
      replicationInstanceClass: (props.instanceClass ?? ReplicationInstanceClass.T3_MEDIUM).name,
      allocatedStorage: storageOf(this, props.allocatedStorage),
      multiAz: props.multiAz ?? false,
      engineVersion: props.engineVersion,
      autoMinorVersionUpgrade: true,
      preferredMaintenanceWindow: props.preferredMaintenanceWindow,
      publiclyAccessible: false,
      kmsKeyId: props.kmsKey?.keyArn,
      replicationSubnetGroupIdentifier: subnetGroup.ref,
      vpcSecurityGroupIds: this.connections.securityGroups.map((group) => group.securityGroupId),
    });
    instance.replicationInstanceIdentifier = props.replicationInstanceIdentifier
      ?? generatedIdentifier(instance, REPLACING_PROPERTIES);
    this.resource = instance;
    this.replicationInstanceArn = instance.ref;
    validateWith(this, () => [
      ...checkReplicationInstance(renderedProperties(instance)),
      // Until the VPC is looked up its subnets are stand-ins.
      ...(vpcSubnets.isPendingLookup === true ? [] : checkSubnetGroup(renderedProperties(subnetGroup))),
    ]);

    // DMS assumes the roles while it creates these two, and fails when they are not there yet.
    if (props.serviceRoles !== undefined) {
      subnetGroup.node.addDependency(props.serviceRoles);
      instance.node.addDependency(props.serviceRoles);
    }
    if (props.createVpcEndpoints === true) {
      this.vpcEndpoints = new DmsVpcEndpoints(this, 'VpcEndpoints', { vpc: props.vpc, vpcSubnets: props.vpcSubnets });
      this.vpcEndpoints.allowFrom(this);
      instance.node.addDependency(this.vpcEndpoints);
    }
  }

  public get replicationInstanceIdentifier(): string {
    return lowerCase(this.resource.replicationInstanceIdentifier ?? '');
  }
}

/** DMS keeps identifiers in lower case. */
const lowerCase = (identifier: string): string =>
  (Token.isUnresolved(identifier) ? identifier : identifier.toLowerCase());

function storageOf(scope: Construct, size: Size = Size.gibibytes(STORAGE_GIB.default)): number {
  const gibibytes = size.toGibibytes();
  if (gibibytes < STORAGE_GIB.least || gibibytes > STORAGE_GIB.most) {
    fail(scope, `allocatedStorage is ${gibibytes} GiB: DMS offers ${STORAGE_GIB.least} to ${STORAGE_GIB.most} GiB`);
  }
  return gibibytes;
}

import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { letReplicatorIn } from '../private/network';

/** Where the endpoints go and who uses them. */
export interface DmsVpcEndpointsProps {
  /** The network of the replication instance. */
  readonly vpc: ec2.IVpc;

  /**
   * The subnets of the replication instance.
   *
   * @default - the private subnets: those with egress if there are any, else the isolated ones
   */
  readonly vpcSubnets?: ec2.SubnetSelection;
}

/**
 * Lets replication instances in subnets without a way out reach what they need: S3 through a gateway, Secrets Manager
 * and CloudWatch Logs through interfaces.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_VPC_Endpoints.html
 */
export class DmsVpcEndpoints extends Construct {
  /** The gateway to S3. */
  public readonly s3: ec2.IGatewayVpcEndpoint;

  /** The interface to Secrets Manager. */
  public readonly secretsManager: ec2.IInterfaceVpcEndpoint;

  /** The interface to CloudWatch Logs. */
  public readonly logs: ec2.IInterfaceVpcEndpoint;

  public constructor(scope: Construct, id: string, props: DmsVpcEndpointsProps) {
    super(scope, id);
    const subnets = props.vpcSubnets ?? props.vpc.selectSubnets();
    this.s3 = new ec2.GatewayVpcEndpoint(this, 'S3', {
      vpc: props.vpc,
      service: ec2.GatewayVpcEndpointAwsService.S3,
      subnets: [subnets],
    });
    const addInterface = (name: string, service: ec2.IInterfaceVpcEndpointService): ec2.InterfaceVpcEndpoint =>
      // Not open to the whole network: `allowFrom` names who may use it.
      new ec2.InterfaceVpcEndpoint(this, name, { vpc: props.vpc, service, subnets, open: false });
    this.secretsManager = addInterface('SecretsManager', ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER);
    this.logs = addInterface('Logs', ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS);
  }

  /** Opens the interfaces to a replication instance. */
  public allowFrom(client: ec2.IConnectable): void {
    [this.secretsManager, this.logs].forEach((endpoint) => letReplicatorIn(endpoint, client));
  }
}

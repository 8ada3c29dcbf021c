import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Duration, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { DmsSecret, PostgresSite, SequenceHandOver, TwoWayReplication } from '../../lib'; // in your own app: from 'cdk-dms-pipelines'

/**
 * Moves a shop from one PostgreSQL server to another one, with the way back open: `dms switch` and `dms reverse`.
 *
 * Both servers have the tables, a user `dms` with the password of their secret, and logical replication.
 */
export class ShopTwoWayStack extends Stack {
  public constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const vpc = ec2.Vpc.fromVpcAttributes(this, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-west-1a', 'eu-west-1b'],
      privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'],
      privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0fedcba9876543210'],
    });

    const replication = new TwoWayReplication(this, 'Shop', {
      vpc,
      siteA: this.createSite('SITEA', 'old.example.internal', 'sg-0123456789abcdef0'),
      siteB: this.createSite('SITEB', 'new.example.internal', 'sg-0fedcba9876543210'),
      tables: ['orders', 'order_items', 'customers'],
      sequences: SequenceHandOver.resynchronised({ gap: 10_000 }),
      pauseLimit: Duration.minutes(10),
    });

    // The application asks the map which site it may write to.
    replication.siteMap.grantRead(iam.Role.fromRoleName(this, 'Application', 'shop-application'));
  }

  private createSite(siteName: string, host: string, securityGroupId: string): PostgresSite {
    return new PostgresSite(this, siteName, {
      siteName,
      host,
      databaseName: 'shop',
      schema: 'shop',
      secret: new DmsSecret(this, `${siteName}Login`, { host, username: 'dms' }),
      applicationUser: 'shop_app',
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(this, `${siteName}Access`, securityGroupId)],
    });
  }
}

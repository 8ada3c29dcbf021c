import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Size, Stack } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import {
  DmsServiceRoles,
  ReplicationInstance,
  ReplicationInstanceClass,
  type ReplicationInstanceProps,
} from '../../../lib';
import { existingVpc, makeStack } from '../make-stack';

function templateOf(props: (stack: Stack) => Partial<ReplicationInstanceProps> = () => ({})): Template {
  const stack = makeStack();
  new ReplicationInstance(stack, 'Instance', { vpc: existingVpc(stack), ...props(stack) });
  return Template.fromStack(stack);
}

const idsOf = (template: Template, type: string): string[] => Object.keys(template.findResources(type));

describe('ReplicationInstance', () => {
  test('is private, takes minor versions, has its own security group, and a name of its own', () => {
    const template = templateOf();
    template.hasResourceProperties('AWS::DMS::ReplicationInstance', {
      ReplicationInstanceClass: 'dms.t3.medium',
      AllocatedStorage: 50,
      MultiAZ: false,
      PubliclyAccessible: false,
      AutoMinorVersionUpgrade: true,
      EngineVersion: Match.absent(),
      KmsKeyId: Match.absent(),
      ReplicationInstanceIdentifier: { 'Fn::Join': ['', [Match.stringLikeRegexp('^test-instance(-[0-9a-f]{8}){2}-$'), Match.anyValue()]] },
      ResourceIdentifier: Match.absent(),
      ReplicationSubnetGroupIdentifier: { Ref: idsOf(template, 'AWS::DMS::ReplicationSubnetGroup')[0] },
      VpcSecurityGroupIds: [{ 'Fn::GetAtt': [idsOf(template, 'AWS::EC2::SecurityGroup')[0], 'GroupId'] }],
    });
    template.hasResourceProperties('AWS::DMS::ReplicationSubnetGroup', {
      SubnetIds: ['subnet-a', 'subnet-b'],
      ReplicationSubnetGroupIdentifier: Match.absent(),
    });
    template.hasResourceProperties('AWS::EC2::SecurityGroup', { SecurityGroupIngress: Match.absent() });
  });

  test('takes the choices it is given', () => {
    templateOf((stack) => ({
      instanceClass: ReplicationInstanceClass.of('dms.r7i.16xlarge'),
      allocatedStorage: Size.gibibytes(200),
      multiAz: true,
      engineVersion: '3.6.1',
      preferredMaintenanceWindow: 'sun:03:00-sun:04:00',
      kmsKey: kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111111111111:key/1234'),
      securityGroups: [ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-own')],
      vpcSubnets: { subnets: [subnet(stack, 'a'), subnet(stack, 'b')] },
    })).hasResourceProperties('AWS::DMS::ReplicationInstance', {
      ReplicationInstanceClass: 'dms.r7i.16xlarge',
      AllocatedStorage: 200,
      MultiAZ: true,
      EngineVersion: '3.6.1',
      PreferredMaintenanceWindow: 'sun:03:00-sun:04:00',
      KmsKeyId: 'arn:aws:kms:eu-west-1:111111111111:key/1234',
      VpcSecurityGroupIds: ['sg-own'],
    });
  });

  test('refuses subnets in a single zone', () => {
    expect(() => templateOf((stack) => ({ vpcSubnets: { subnets: [subnet(stack, 'a')] } })))
      .toThrow('Test/Instance: the replication instance has subnets in 1 Availability Zone: DMS needs subnets in at least 2');
  });

  test.each([4, 6145])('refuses %i GiB of storage', (gibibytes) => {
    expect(() => templateOf(() => ({ allocatedStorage: Size.gibibytes(gibibytes) })))
      .toThrow(`allocatedStorage is ${gibibytes} GiB: DMS offers 5 to 6144 GiB`);
  });

  test.each(['r6i.large', 'dms.', 'db.t3.medium', ''])("refuses the class '%s'", (name) => {
    expect(() => ReplicationInstanceClass.of(name)).toThrow(`replication instance class is '${name}': give 'dms.<family>.<size>'`);
  });

  test('creates no VPC endpoint unless asked, and then lets only itself use them', () => {
    templateOf().resourceCountIs('AWS::EC2::VPCEndpoint', 0);
    const template = templateOf(() => ({ createVpcEndpoints: true }));
    const service = (name: string): object => ({ ServiceName: `com.amazonaws.eu-west-1.${name}` });
    template.resourceCountIs('AWS::EC2::VPCEndpoint', 3);
    template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
      ServiceName: { 'Fn::Join': ['', ['com.amazonaws.', { Ref: 'AWS::Region' }, '.s3']] },
      VpcEndpointType: 'Gateway',
      RouteTableIds: ['rtb-a', 'rtb-b'],
    });
    for (const name of ['secretsmanager', 'logs']) {
      template.hasResourceProperties('AWS::EC2::VPCEndpoint', {
        ...service(name),
        VpcEndpointType: 'Interface',
        PrivateDnsEnabled: true,
        SubnetIds: ['subnet-a', 'subnet-b'],
      });
    }
    const rules = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress'));
    expect(rules.map((rule) => (rule as { Properties: { ToPort: number } }).Properties.ToPort)).toEqual([443, 443]);
    template.allResourcesProperties('AWS::EC2::SecurityGroup', { SecurityGroupIngress: Match.absent() });
  });
});

describe('the service roles', () => {
  test('have the names and policies that DMS prescribes, and a trust without conditions', () => {
    const stack = makeStack();
    new DmsServiceRoles(stack, 'ServiceRoles');
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::IAM::Role', 2);
    for (const [RoleName, policy] of [
      ['dms-vpc-role', 'AmazonDMSVPCManagementRole'],
      ['dms-cloudwatch-logs-role', 'AmazonDMSCloudWatchLogsRole'],
    ]) {
      template.hasResourceProperties('AWS::IAM::Role', {
        RoleName,
        AssumeRolePolicyDocument: {
          Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'dms.amazonaws.com' } }],
        },
        ManagedPolicyArns: [
          { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::aws:policy/service-role/${policy}`]] },
        ],
      });
    }
  });

  test('are waited for by subnet group and instance', () => {
    const template = templateOf((stack) => ({ serviceRoles: new DmsServiceRoles(stack, 'ServiceRoles') }));
    const roles = idsOf(template, 'AWS::IAM::Role');
    template.hasResource('AWS::DMS::ReplicationSubnetGroup', { DependsOn: roles.sort() });
    template.hasResource('AWS::DMS::ReplicationInstance', { DependsOn: roles.sort() });
  });

  test('are left alone by default', () => {
    const template = templateOf();
    template.resourceCountIs('AWS::IAM::Role', 0);
    template.hasResource('AWS::DMS::ReplicationSubnetGroup', { DependsOn: Match.absent() });
  });

  test('of the account are known by their names, and not created', () => {
    const stack = makeStack();
    const roles = DmsServiceRoles.fromExisting(stack, 'ServiceRoles');
    expect([roles.vpcRole.roleName, roles.logsRole.roleName]).toEqual(['dms-vpc-role', 'dms-cloudwatch-logs-role']);
    new ReplicationInstance(stack, 'Instance', { vpc: existingVpc(stack), serviceRoles: roles });
    Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 0);
  });

  test('of another stack make that stack deploy first', () => {
    const stack = makeStack();
    const account = new Stack(stack.node.root, 'Account', { env: { account: stack.account, region: stack.region } });
    new ReplicationInstance(stack, 'Instance', {
      vpc: existingVpc(stack),
      serviceRoles: new DmsServiceRoles(account, 'ServiceRoles'),
    });
    Template.fromStack(stack);
    expect(stack.dependencies).toEqual([account]);
  });
});

function subnet(stack: Stack, zone: string): ec2.ISubnet {
  return ec2.Subnet.fromSubnetAttributes(stack, `Subnet${zone}`, {
    subnetId: `subnet-${zone}`,
    availabilityZone: `eu-west-1${zone}`,
    routeTableId: `rtb-${zone}`,
  });
}

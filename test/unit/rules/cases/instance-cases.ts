import { checkReplicationInstance, checkSubnetGroup, checkTemplate, Finding } from '../../../../lib/rules';
import { goodTemplate, Json, mutated, Template } from './good-template';
import { RuleCase } from './rule-case';

const instance = (properties: Json): Finding[] => checkReplicationInstance({
  ReplicationInstanceClass: 'dms.t3.medium', PubliclyAccessible: false, ...properties,
});
const classed = (name: string): Finding[] => instance({ ReplicationInstanceClass: name });
const windowed = (PreferredMaintenanceWindow: string): Finding[] => instance({ PreferredMaintenanceWindow });
const subnets = (...SubnetIds: unknown[]): Finding[] => checkSubnetGroup({ SubnetIds });
/** The good template with a route table for each subnet, and what leads out of them. */
const routed = (more: Template['Resources']): Template => ({
  Resources: {
    ...goodTemplate().Resources,
    ...Object.fromEntries(['A', 'B'].flatMap((zone): [string, Template['Resources'][string]][] => [
      [`Table${zone}`, { Type: 'AWS::EC2::RouteTable', Properties: { VpcId: 'vpc-1' } }],
      [`Route${zone}`, {
        Type: 'AWS::EC2::SubnetRouteTableAssociation',
        Properties: { SubnetId: { Ref: `Subnet${zone}` }, RouteTableId: { Ref: `Table${zone}` } },
      }],
    ])),
    ...more,
  },
});

export const INSTANCE_CASES: RuleCase[] = [
  {
    rule: 'instance/class',
    broken: () => classed('dms.t3.mediun'),
    path: 'ReplicationInstanceClass',
    message: '"dms.t3.mediun" is no class of DMS: the sizes of t3 are micro, small, medium and large',
    passing: () => classed('dms.t3.medium'),
  },
  {
    rule: 'instance/class',
    when: 'the prefix is wrong',
    broken: () => classed('dmc.c6i.32xlarge'),
    path: 'ReplicationInstanceClass',
    message: '"dmc.c6i.32xlarge" is no class of DMS (did you mean "dms.c6i.32xlarge"?)',
    passing: () => classed('dms.c6i.32xlarge'),
  },
  {
    rule: 'instance/class',
    when: 'a family that is gone',
    broken: () => classed('dms.r4.large'),
    path: 'ReplicationInstanceClass',
    message: '"dms.r4.large" is no class of DMS any more',
    passing: () => classed('dms.r5.large'),
  },
  {
    rule: 'instance/unknown-family',
    broken: () => classed('dms.r9g.large'),
    path: 'ReplicationInstanceClass',
    message: '"dms.r9g.large" is of a family that is not documented: there are t3, c5, c6i, c7i, r5, r6i or r7i',
    passing: () => classed('dms.r7i.48xlarge'),
  },
  ...([[4, 5], [6145, 6144], ['50.5', '50'], ['much', 100]] as const).map(([broken, passing]): RuleCase => ({
    rule: 'instance/storage',
    when: String(broken),
    broken: () => instance({ AllocatedStorage: broken }),
    path: 'AllocatedStorage',
    message: `AllocatedStorage is ${JSON.stringify(broken)}: it is a whole number from 5 to 6144 GB`,
    passing: () => instance({ AllocatedStorage: passing }),
  })),
  {
    rule: 'instance/public',
    broken: () => instance({ PubliclyAccessible: 'true' }),
    path: 'PubliclyAccessible',
    message: 'PubliclyAccessible is true',
    passing: () => instance({ PubliclyAccessible: 'false' }),
  },
  {
    rule: 'instance/public',
    when: 'left out',
    broken: () => instance({ PubliclyAccessible: undefined }),
    path: 'PubliclyAccessible',
    message: 'PubliclyAccessible is left out, which is true',
    passing: () => instance({ PubliclyAccessible: { Ref: 'Public' } }),
  },
  {
    rule: 'instance/minor-versions',
    broken: () => instance({ AutoMinorVersionUpgrade: false }),
    path: 'AutoMinorVersionUpgrade',
    message: 'AutoMinorVersionUpgrade is false',
    passing: () => instance({ AutoMinorVersionUpgrade: undefined }),
  },
  {
    rule: 'instance/standby-zone',
    broken: () => instance({ MultiAZ: true, AvailabilityZone: 'eu-west-1a' }),
    path: 'AvailabilityZone',
    message: 'MultiAZ is true and AvailabilityZone is given',
    passing: () => instance({ MultiAZ: false, AvailabilityZone: 'eu-west-1a' }),
  },
  ...['3.6', 'latest'].map((version): RuleCase => ({
    rule: 'instance/version',
    when: version,
    broken: () => instance({ EngineVersion: version }),
    path: 'EngineVersion',
    message: `${JSON.stringify(version)} is no version of DMS: it is three numbers`,
    passing: () => instance({ EngineVersion: '3.6.1' }),
  })),
  ...[['3.5.3', '3.5.4'], ['3.6.0', '3.6.1'], ['2.10.5', '3.10.0']].map(([old, current]): RuleCase => ({
    rule: 'instance/withdrawn-version',
    when: old,
    broken: () => instance({ EngineVersion: old }),
    path: 'EngineVersion',
    message: `EngineVersion is ${old!}: DMS creates no new instances of it`,
    passing: () => instance({ EngineVersion: current }),
  })),
  ...['03:00-04:00', 'sun:03:00', 'sun:24:00-mon:01:00', 'sun:03:00-sun:04:00-sun:05:00', 'son:03:00-sun:04:00'].map((text): RuleCase => ({
    rule: 'instance/maintenance-window',
    when: text,
    broken: () => windowed(text),
    path: 'PreferredMaintenanceWindow',
    message: `the maintenance window is "${text}": it looks like sun:03:00-sun:04:00`,
    passing: () => windowed('Sun:23:45-Mon:00:15'),
  })),
  {
    rule: 'instance/maintenance-window',
    when: 'too short',
    broken: () => windowed('sun:23:45-mon:00:14'),
    path: 'PreferredMaintenanceWindow',
    message: 'the maintenance window is "sun:23:45-mon:00:14": it has to be 30 minutes or longer',
    passing: () => windowed('sun:23:45-mon:00:15'),
  },
  {
    rule: 'subnets/single',
    broken: () => subnets('subnet-a', 'subnet-a'),
    path: 'SubnetIds',
    message: 'there is one subnet, "subnet-a": it has to be two or more',
    passing: () => subnets('subnet-a', 'subnet-b'),
  },
  {
    rule: 'subnets/single',
    when: 'there is none',
    broken: () => subnets(),
    path: 'SubnetIds',
    message: 'there is no subnet: it has to be two or more',
    passing: () => checkSubnetGroup({ SubnetIds: { Ref: 'Subnets' } }),
  },
  {
    rule: 'subnets/single',
    when: 'of the template',
    broken: () => subnets({ Ref: 'SubnetA' }),
    path: 'SubnetIds',
    message: 'there is one subnet, {"Ref":"SubnetA"}: it has to be two or more',
    passing: () => subnets({ 'Fn::ImportValue': 'subnets' }),
  },
  {
    rule: 'subnets/single-zone',
    broken: () => checkTemplate(mutated('SubnetB.AvailabilityZone', 'eu-west-1a')),
    path: 'Resources.Subnets.Properties.SubnetIds',
    message: 'all 2 subnets are in the Availability Zone "eu-west-1a"',
    passing: () => checkTemplate(mutated('SubnetB.AvailabilityZone', undefined)),
  },
  {
    rule: 'subnets/no-way-out',
    broken: () => checkTemplate(routed({})),
    path: 'Resources.Subnets.Properties.SubnetIds',
    message: 'none of the 2 subnets has a route out of the network, and there is no VPC endpoint',
    passing: () => checkTemplate(routed({
      Nat: { Type: 'AWS::EC2::Route', Properties: { RouteTableId: { Ref: 'TableB' }, DestinationCidrBlock: '0.0.0.0/0' } },
    })),
  },
  {
    rule: 'subnets/no-way-out',
    when: 'only of another table',
    broken: () => checkTemplate(routed({
      Nat: { Type: 'AWS::EC2::Route', Properties: { RouteTableId: { Ref: 'Elsewhere' }, DestinationCidrBlock: '0.0.0.0/0' } },
    })),
    path: 'Resources.Subnets.Properties.SubnetIds',
    message: 'none of the 2 subnets has a route out of the network, and there is no VPC endpoint',
    passing: () => checkTemplate(routed({ S3: { Type: 'AWS::EC2::VPCEndpoint', Properties: { VpcId: 'vpc-1' } } })),
  },
];

import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Stack, Validations } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { AwsSolutionsChecks } from 'cdk-nag';
import { DmsSecret, MySqlSite, PostgresSite, TwoWayReplication } from '../../lib';
import type { ITwoWaySite, TwoWayReplicationProps } from '../../lib';
import { ShopTwoWayStack } from '../../examples/two-way/shop-two-way-stack';
import { checkTemplate } from '../../lib/rules';
import { strictApp } from './ready-made';

const NAG = 'AwsSolutions::AwsSolutions';

/** A two-way replication in a stack of its own, validated as CloudFormation does and checked by nag. */
function synthesized(
  siteB: (stack: Stack, group: ec2.ISecurityGroup) => ITwoWaySite, props: Partial<TwoWayReplicationProps> = {},
): Template {
  const app = strictApp();
  const stack = new Stack(app, 'Shop', { env: { account: '111111111111', region: 'eu-west-1' } });
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['eu-west-1a', 'eu-west-1b'],
    privateSubnetIds: ['subnet-0123456789abcdef0', 'subnet-0fedcba9876543210'],
    privateSubnetRouteTableIds: ['rtb-0123456789abcdef0', 'rtb-0fedcba9876543210'],
  });
  const group = (id: string): ec2.SecurityGroup =>
    new ec2.SecurityGroup(stack, id, { vpc, description: 'A database', allowAllOutbound: false });
  const siteA = new PostgresSite(stack, 'SiteA', {
    siteName: 'SITEA', host: 'a.example.internal', databaseName: 'shop', schema: 'shop', applicationUser: 'shop_app',
    secret: login(stack, 'LoginA', 'a.example.internal'), securityGroups: [group('DatabaseA')],
  });
  new TwoWayReplication(stack, 'TwoWay', { vpc, siteA, siteB: siteB(stack, group('DatabaseB')), ...props });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return Template.fromStack(stack);
}

function login(stack: Stack, id: string, host: string): Secret {
  const secret = new DmsSecret(stack, id, { host, username: 'dms' });
  Validations.of(secret).acknowledge({ id: `${NAG}-SMG4`, reason: 'rotated in a planned stop' });
  return secret;
}

describe('between two sites of PostgreSQL', () => {
  let template: Template;
  beforeAll(() => {
    template = synthesized((stack, group) => new PostgresSite(stack, 'SiteB', {
      siteName: 'SITEB', host: 'b.example.internal', databaseName: 'shop', schema: 'shop', applicationUser: 'shop_app',
      secret: login(stack, 'LoginB', 'b.example.internal'), securityGroups: [group],
    }));
  });

  test('has no finding of our own rules, not even a warning, and names no partition', () => {
    expect(checkTemplate(template.toJSON())).toEqual([]);
    expect(JSON.stringify(template.toJSON())).not.toContain('arn:aws:');
  });

  test('opens each database to the instance and to the function of the switch, and to nothing else', () => {
    const rules = Object.values(template.findResources('AWS::EC2::SecurityGroupIngress'))
      .map(({ Properties: rule }: { Properties?: Record<string, unknown> }) => JSON.stringify(rule?.['GroupId']));
    ['DatabaseA', 'DatabaseB'].forEach((database) => {
      expect(rules.filter((group) => group.includes(database))).toHaveLength(2);
    });
    expect(rules).toHaveLength(4);
  });

  test('keeps its logical ids: another one is another task, which loads everything', () => {
    const idsOf = (type: string): string[] => Object.keys(template.findResources(type)).sort();
    expect({
  tasks: idsOf('AWS::DMS::ReplicationTask'), endpoints: idsOf('AWS::DMS::Endpoint'),
  map: idsOf('AWS::DynamoDB::Table')
}).toMatchInlineSnapshot(`
{
  "endpoints": [
    "SiteASourceEndpoint937085CD",
    "SiteATargetEndpoint4A0E74C3",
    "SiteBSourceEndpointF09BFCB0",
    "SiteBTargetEndpointFA67A2C1",
  ],
  "map": [
    "TwoWaySiteMapTable8113CC9E",
  ],
  "tasks": [
    "TwoWayBackward71AF4BC2",
    "TwoWayForward3759E0C6",
  ],
}
`);
  });
});

test('from PostgreSQL to MySQL it is valid, too', () => {
  const template = synthesized((stack, group) => new MySqlSite(stack, 'SiteB', {
    siteName: 'SITEB', host: 'b.example.internal', databaseName: 'shop', applicationUser: 'shop_app',
    replicationUser: 'dms', secret: login(stack, 'LoginB', 'b.example.internal'), securityGroups: [group],
    unencrypted: true,
  }));
  expect(checkTemplate(template.toJSON()).filter(({ severity }) => severity === 'error')).toEqual([]);
});

test('the example is valid, and our own rules find nothing in it', () => {
  const stack = new ShopTwoWayStack(strictApp(), 'Shop', { env: { account: '111111111111', region: 'eu-west-1' } });
  expect(checkTemplate(Template.fromStack(stack).toJSON())).toEqual([]);
});

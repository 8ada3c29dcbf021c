import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { App, CfnResource, Stack } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { letReplicatorIn } from '../../../lib/private/network';
import { ACCOUNT, existingVpc, FEATURE_FLAGS, REGION } from '../make-stack';

interface Place {
  readonly data: Stack;
  readonly replication: Stack;
  readonly database: ec2.Connections;
  readonly instance: ec2.Connections;
}

function place(oneStack: boolean, allowAllOutbound = true): Place {
  const app = new App({ context: FEATURE_FLAGS });
  const stackOf = (id: string): Stack => new Stack(app, id, { env: { account: ACCOUNT, region: REGION } });
  const data = stackOf('Data');
  const replication = oneStack ? data : stackOf('Replication');
  const vpc = existingVpc(data);
  const database = new ec2.Connections({
    defaultPort: ec2.Port.tcp(5433), securityGroups: [new ec2.SecurityGroup(data, 'Database', { vpc })],
  });
  const instance = new ec2.Connections({
    securityGroups: [new ec2.SecurityGroup(replication, 'Instance', { vpc, allowAllOutbound })],
  });
  return { data, replication, database, instance };
}

/** The network rules among what a deployment waits for. */
const rulesIn = (waited: readonly unknown[]): string[] => (waited as IConstruct[])
  .flatMap((construct) => construct.node.findAll())
  .filter((node): node is CfnResource => CfnResource.isCfnResource(node))
  .filter(({ cfnResourceType }) => cfnResourceType === 'AWS::EC2::SecurityGroupIngress')
  .map((rule) => rule.node.path);

describe('letting an instance into a database', () => {
  test.each<[string, boolean]>([['of its own stack', true], ['of another stack', false]])('%s', (_, oneStack) => {
    const { data, replication, database, instance } = place(oneStack);
    const waited = letReplicatorIn(database, instance);
    expect(rulesIn(waited)).toHaveLength(1);
    // Again, for another task: nothing is added, and there is the same to wait for.
    expect(rulesIn(letReplicatorIn(database, instance))).toEqual(rulesIn(waited));
    Template.fromStack(replication).resourcePropertiesCountIs('AWS::EC2::SecurityGroupIngress', {
      FromPort: 5433, ToPort: 5433, IpProtocol: 'tcp', Description: 'DMS replication',
      SourceSecurityGroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Instance'), 'GroupId'] },
    }, 1);
    expect(data.dependencies).toEqual([]);
    expect(Annotations.fromStack(replication).findWarning('*', Match.anyValue())).toEqual([]);
  });

  test.each([true, false])('lets it out of its own group as well, where that is closed (one stack: %s)', (oneStack) => {
    const { data, replication, database, instance } = place(oneStack, false);
    letReplicatorIn(database, instance);
    Template.fromStack(replication).resourcePropertiesCountIs('AWS::EC2::SecurityGroupEgress', {
      FromPort: 5433, GroupId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Instance'), 'GroupId'] },
    }, 1);
    expect(data.dependencies).toEqual([]);
  });

  test('changes nothing in a template of one stack: rules keep their logical ids', () => {
    const [helped, byHand] = [place(true), place(true)];
    letReplicatorIn(helped.database, helped.instance);
    byHand.database.connections.allowDefaultPortFrom(byHand.instance, 'DMS replication');
    expect(Template.fromStack(helped.data).toJSON()).toEqual(Template.fromStack(byHand.data).toJSON());
  });

  test('leaves a network alone whose groups are not known', () => {
    const { replication, instance } = place(false);
    expect(letReplicatorIn(new ec2.Connections({ defaultPort: ec2.Port.tcp(5432) }), instance)).toEqual([]);
    Template.fromStack(replication).resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  });
});

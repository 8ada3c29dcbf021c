import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Stack } from 'aws-cdk-lib/core';
import type { IDependable } from 'constructs';

const DESCRIPTION = 'DMS replication';

/**
 * Opens what a replication instance connects to, on its default port, and returns what has to be deployed before it is
 * open.
 *
 * In one stack the rule stands with the security group that it opens. An instance of another stack needs the rule in
 * *its* stack: its task refers to the endpoint, so that stack already waits for the one of the database, and a rule
 * over there that named the instance's group would make the two wait for each other.
 */
export function letReplicatorIn(opened: ec2.IConnectable, replicator: ec2.IConnectable): IDependable[] {
  const port = opened.connections.defaultPort;
  const groups = opened.connections.securityGroups;
  const across = groups.flatMap((group) => replicator.connections.securityGroups
    .filter((client) => Stack.of(client) !== Stack.of(group))
    .map((client) => ({ group, client })));
  if (port === undefined || across.length === 0) {
    opened.connections.allowDefaultPortFrom(replicator, DESCRIPTION);
    return groups;
  }
  for (const group of groups) {
    for (const client of replicator.connections.securityGroups) {
      group.addIngressRule(client, port, DESCRIPTION, true);
      if (!client.allowAllOutbound) client.addEgressRule(group, port, DESCRIPTION);
    }
  }
  return [...groups, ...across.flatMap(({ group, client }) => rulesFor(group, client))];
}

/** The rules that open `group` and stand with `client`. */
function rulesFor(group: ec2.ISecurityGroup, client: ec2.ISecurityGroup): IDependable[] {
  return client.node.children.filter((child) =>
    ec2.CfnSecurityGroupIngress.isCfnSecurityGroupIngress(child) && child.groupId === group.securityGroupId);
}

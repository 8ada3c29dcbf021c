import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { RemovalPolicy, type Size } from 'aws-cdk-lib/core';
import { PostgresSite, SiteMap, TwoWayReplication } from '../../../lib';
import { type Assembly, existingVpc, NETWORK, synthesized } from './pipeline-app';

/** Two databases of one server. */
export interface TwoWaySites {
  readonly host: string;
  readonly port: number;
  /** Of site A and of site B. */
  readonly databaseNames: readonly [string, string];
  readonly secretArns: readonly [string, string];
}

/** What differs between two deployments. */
export interface TwoWayChoices {
  readonly applicationUser?: string;
  readonly lobMaxSize?: Size;
}

/** Synthesizes a stack with one two-way replication, with a map that goes with the stack. */
export function twoWayApp(outdir: string, sites: TwoWaySites, choices: TwoWayChoices = {}): Assembly {
  const { applicationUser = 'shop_app', lobMaxSize } = choices;
  return synthesized(outdir, (stack) => {
    const securityGroups = NETWORK.securityGroups.map((id) => ec2.SecurityGroup.fromSecurityGroupId(stack, 'Access', id));
    const [siteA, siteB] = (['SITEA', 'SITEB'] as const).map((siteName, index) => new PostgresSite(stack, siteName, {
      siteName, securityGroups, applicationUser,
      secret: Secret.fromSecretCompleteArn(stack, `${siteName}Login`, sites.secretArns[index]!),
      host: sites.host,
      port: sites.port,
      databaseName: sites.databaseNames[index]!,
    })) as [PostgresSite, PostgresSite];
    new TwoWayReplication(stack, 'TwoWay', {
      vpc: existingVpc(stack), siteA, siteB, lobMaxSize,
      siteMap: new SiteMap(stack, 'SiteMap', { deletionProtection: false, removalPolicy: RemovalPolicy.DESTROY }),
    });
  });
}

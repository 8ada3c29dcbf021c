import { ServicePrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { type ISiteMap, SiteMap } from '../../../lib';
import type { SiteItem } from '../../../lib/two-way/switch/site-map';
import { siteItem } from '../../../lib/two-way/two-way-configuration';
import { makeStack } from '../make-stack';
import { oracleSite, postgresSite } from './two-way-stack';

const READING = ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan'];

function granted(create: (stack: ReturnType<typeof makeStack>) => ISiteMap): Template {
  const stack = makeStack();
  create(stack).grantRead(new Role(stack, 'Application', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') }));
  return Template.fromStack(stack);
}

test('an application may read the map and nothing else', () => {
  const template = granted((stack) => new SiteMap(stack, 'Map'));
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: [{
        Action: READING, Effect: 'Allow', Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('MapTable'), 'Arn'] },
      }],
    },
  });
});

test('with a key of its own it also may decrypt', () => {
  const template = granted((stack) => new SiteMap(stack, 'Map', { encryptionKey: new Key(stack, 'Key') }));
  template.hasResourceProperties('AWS::DynamoDB::Table', { SSESpecification: { SSEEnabled: true, SSEType: 'KMS' } });
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action: 'kms:Decrypt' })]) },
  });
});

test('the map of another stack is read by its name', () => {
  granted((stack) => SiteMap.fromTableName(stack, 'Map', 'appmap')).hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: { Statement: [Match.objectLike({ Action: READING })] },
  });
});

test('a map for a test may go with its stack', () => {
  const stack = makeStack();
  new SiteMap(stack, 'Map', { deletionProtection: false, removalPolicy: RemovalPolicy.DESTROY });
  Template.fromStack(stack).hasResource('AWS::DynamoDB::Table', {
    DeletionPolicy: 'Delete', Properties: Match.objectLike({ DeletionProtectionEnabled: false }),
  });
});

test('the items of the sites have the shape of the original, all of them text', () => {
  const stack = makeStack();
  expect([oracleSite(stack, 'SITEA'), postgresSite(stack, 'SITEB', { port: 5433 })].map(siteItem)).toEqual<SiteItem[]>([
    {
      site: 'SITEA', dbengine: 'oracle', username: 'SHOP_APP', endpoint: 'sitea.example.internal', port: '1521',
      dbname: 'ORCL',
    },
    {
      site: 'SITEB', dbengine: 'postgresql', username: 'shop_app', endpoint: 'siteb.example.internal', port: '5433',
      dbname: 'shop',
    },
  ]);
});

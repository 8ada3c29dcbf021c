import { checkTemplate } from '../../../lib/rules';
import { goodTemplate, Json, mutated, Template } from './cases/good-template';

const brief = (template: Template): string[] => checkTemplate(template).map(({ rule, message }) => `${rule}: ${message}`);
const changed = (change: (resources: Template['Resources']) => void): string[] => {
  const template = goodTemplate();
  change(template.Resources);
  return brief(template);
};
const trusting = (role: string, Service: unknown): string[] =>
  brief(mutated(`${role}.AssumeRolePolicyDocument.Statement.0.Principal`, { Service }));

test.each<[string, boolean]>([
  ['dms.amazonaws.com', true], ['dms.amazonaws.com.cn', true], ['xdms.amazonaws.com', false], ['dms.amazonaws.com.x', false],
  ['dms.eu-west-1.amazonaws.com', false],
])('a role to write with that trusts %s: %j', (service, isRight) => {
  expect(trusting('LakeRole', service))
    .toEqual(isRight ? [] : [`roles/trust: LakeRole trusts ${service}: it has to trust dms.amazonaws.com`]);
});

test.each<[string, boolean]>([
  ['dms.eu-west-1.amazonaws.com', true], ['dms.cn-north-1.amazonaws.com.cn', true], ['dms-fips.us-east-1.amazonaws.com', true],
  ['xdms.eu-west-1.amazonaws.com', false], ['dms.eu-west-1.amazonaws.com.x', false], ['dms.amazonaws.com', false],
])('a role to read a secret with that trusts %s: %j', (service, isRight) => {
  expect(trusting('SecretRole', service))
    .toEqual(isRight ? [] : [`roles/secret-trust: SecretRole trusts ${service}: it has to trust dms.<region>.amazonaws.com`]);
});

test('all services that a role trusts are named', () => {
  expect(trusting('LakeRole', ['a.com', 'b.com'])).toEqual(['roles/trust: LakeRole trusts a.com, b.com: it has to trust dms.amazonaws.com']);
  expect(trusting('VpcRole', ['a.com', 'b.com']))
    .toEqual(['roles/service-role-trust: dms-vpc-role trusts a.com, b.com: it has to trust dms.amazonaws.com']);
  expect(trusting('VpcRole', [])).toEqual(['roles/service-role-trust: dms-vpc-role trusts no service: it has to trust dms.amazonaws.com']);
  expect(trusting('VpcRole', 'dms.amazonaws.com.cn')).toEqual([]);
});

const lakeRole = { 'Fn::GetAtt': ['LakeRole', 'Arn'] };
/** Who is granted something by the policy of a bucket, and whether that may be the role. */
const GRANTS: readonly [Json, boolean][] = [
  [{ Effect: 'Allow', Principal: { AWS: lakeRole } }, true], [{ Effect: 'Allow', Principal: '*' }, true],
  [{ Effect: 'Allow', Principal: { AWS: ['arn', '*'] } }, true], [{ Effect: 'Allow', Principal: { Ref: 'Somebody' } }, true],
  [{ Effect: 'Allow', Principal: { AWS: 'arn' } }, false], [{ Effect: 'Deny', Principal: { AWS: lakeRole } }, false],
  [{ Effect: 'Deny', Principal: '*' }, false], [{ Effect: 'Allow', Principal: { Service: 'dms.amazonaws.com' } }, false],
  [{ Effect: 'Allow', Principal: { AWS: { 'Fn::GetAtt': ['VpcRole', 'Arn'] } } }, false],
];

test.each(GRANTS)('a policy of a bucket with %j may grant what the role lacks: %j', (statement, may) => {
  expect(changed((resources) => {
    (resources.LakePolicy!.Properties.PolicyDocument as { Statement: Json[] }).Statement.shift();
    resources.BucketPolicy = { Type: 'AWS::S3::BucketPolicy', Properties: { PolicyDocument: { Statement: [statement] } } };
  })).toEqual(may ? [] : [
    'roles/s3-permission: LakeRole is not allowed s3:PutObject on the objects or s3:DeleteObject on the objects',
  ]);
});

test.each<[unknown, boolean]>([[{ 'Fn::GetAtt': ['SecretRole', 'Arn'] }, true], ['arn', false]])(
  'a policy of a secret for %j may grant what the role lacks: %j', (AWS, may) => {
    expect(changed((resources) => {
      resources.SecretRole!.Properties.Policies = [];
      resources.SecretPolicy = {
        Type: 'AWS::SecretsManager::ResourcePolicy',
        Properties: { ResourcePolicy: { Statement: [{ Effect: 'Allow', Principal: { AWS } }] } },
      };
    })).toEqual(may ? [] : ['roles/secret-permission: SecretRole is not allowed secretsmanager:GetSecretValue']);
  });

test.each<[string, string]>([
  ['AWS::IAM::Policy', 'Roles'], ['AWS::IAM::ManagedPolicy', 'Roles'], ['AWS::IAM::RolePolicy', 'RoleName'],
])('a subnet group may wait for the %s of the role of DMS', (Type, key) => {
  const waiting = (role: string): string[] => changed((resources) => {
    const Ref = { Ref: role };
    resources.Attached = { Type, Properties: { [key]: key === 'Roles' ? [Ref] : Ref, PolicyDocument: {} } };
    resources.Subnets!.DependsOn = ['Attached'];
  });
  expect(waiting('VpcRole')).toEqual([]);
  expect(waiting('LogsRole')).toEqual(['roles/service-role-order: AWS::DMS::ReplicationSubnetGroup does not wait for dms-vpc-role, '
    + 'which VpcRole creates']);
});

test.each<[Json, boolean]>([
  [{ ManagedPolicyArns: { Ref: 'Arns' } }, true], [{ ManagedPolicyArns: [{ Ref: 'Arn' }] }, true],
  [{ ManagedPolicyArns: [], Policies: [] }, true], [{ ManagedPolicyArns: [] }, false], [{ ManagedPolicyArns: ['arn:a/B'] }, false],
  [{ ManagedPolicyArns: [{ 'Fn::Sub': 'arn:${AWS::Partition}:iam::aws:policy/service-role/Other' }] }, false],
])('dms-vpc-role with %j may have its policy: %j', (properties, may) => {
  expect(changed(({ VpcRole }) => void Object.assign(VpcRole!.Properties, properties)))
    .toEqual(may ? [] : ['roles/service-role-policy: dms-vpc-role lacks service-role/AmazonDMSVPCManagementRole']);
});

import { checkTemplate, Finding } from '../../../../lib/rules';
import { goodTemplate, Json, mutated, Template } from './good-template';
import { RuleCase } from './rule-case';

const check = (path: string, value: unknown): Finding[] => checkTemplate(mutated(path, value));
const attribute = (logicalId: string, name: string): Json => ({ 'Fn::GetAtt': [logicalId, name] });
const changed = (change: (resources: Template['Resources']) => void): Finding[] => {
  const template = goodTemplate();
  change(template.Resources);
  return checkTemplate(template);
};

const statement = (role: string): string => `${role}.AssumeRolePolicyDocument.Statement.0`;
const trusting = (role: string, ...services: unknown[]): Finding[] =>
  check(`${statement(role)}.Principal`, { Service: services });
const writes = (Resource: unknown): Finding[] => check('LakePolicy.PolicyDocument.Statement.0.Resource', Resource);
const lists = (Resource: unknown): Finding[] => check('LakePolicy.PolicyDocument.Statement.1.Resource', Resource);
/** The lake in a bucket of another stack, of which the name is known. */
const named = (...resources: string[]): Finding[] => changed(({ Target, LakePolicy }) => {
  (Target!.Properties.S3Settings as Json).BucketName = 'lake';
  const statements = (LakePolicy!.Properties.PolicyDocument as { Statement: Json[] }).Statement;
  resources.forEach((Resource, index) => Object.assign(statements[index]!, { Resource }));
});

const SETTINGS = 'Resources.Target.Properties.S3Settings';
const ROLE = `${SETTINGS}.ServiceAccessRoleArn`;
const SECRET_ROLE = 'Resources.Source.Properties.PostgreSqlSettings.SecretsManagerAccessRoleArn';

const ENDPOINT_ROLES: RuleCase[] = [
  {
    rule: 'roles/trust',
    broken: () => trusting('LakeRole', 'dms.amazon.com'),
    path: ROLE,
    message: 'LakeRole trusts dms.amazon.com: it has to trust dms.amazonaws.com',
    passing: () => trusting('LakeRole', 'redshift.amazonaws.com', 'dms.amazonaws.com'),
  },
  {
    rule: 'roles/trust',
    when: 'it may be tagged and not assumed',
    broken: () => check(`${statement('LakeRole')}.Action`, 'sts:TagSession'),
    path: ROLE,
    message: 'LakeRole trusts no service: it has to trust dms.amazonaws.com',
    passing: () => check(`${statement('LakeRole')}.Action`, ['sts:TagSession', 'sts:AssumeRole']),
  },
  {
    rule: 'roles/trust',
    when: 'it is denied',
    broken: () => check(`${statement('LakeRole')}.Effect`, 'Deny'),
    path: ROLE,
    message: 'LakeRole trusts no service: it has to trust dms.amazonaws.com',
    passing: () => trusting('LakeRole', { 'Fn::Sub': 'dms.${AWS::URLSuffix}' }),
  },
  {
    rule: 'roles/trust',
    when: 'only accounts are named',
    broken: () => check(`${statement('LakeRole')}.Principal`, { AWS: '111111111111' }),
    path: ROLE,
    message: 'LakeRole trusts no service: it has to trust dms.amazonaws.com',
    passing: () => check(`${statement('LakeRole')}.Principal`, '*'),
  },
  {
    rule: 'roles/secret-trust',
    broken: () => trusting('SecretRole', 'dms.amazonaws.com'),
    path: SECRET_ROLE,
    message: 'SecretRole trusts dms.amazonaws.com: it has to trust dms.<region>.amazonaws.com',
    passing: () => trusting('SecretRole', 'dms.eu-west-1.amazonaws.com'),
  },
  {
    rule: 'roles/secret-trust',
    when: 'the parts are joined',
    broken: () => trusting('SecretRole', { 'Fn::Join': ['.', ['rds', { Ref: 'AWS::Region' }, { Ref: 'AWS::URLSuffix' }]] }),
    path: SECRET_ROLE,
    message: 'SecretRole trusts rds.region.amazonaws.com: it has to trust dms.<region>.amazonaws.com',
    passing: () => trusting('SecretRole', { 'Fn::Join': ['.', ['dms', { Ref: 'AWS::Region' }, { Ref: 'AWS::URLSuffix' }]] }),
  },
  {
    rule: 'roles/secret-permission',
    broken: () => check('SecretRole.Policies', []),
    path: SECRET_ROLE,
    message: 'SecretRole is not allowed secretsmanager:GetSecretValue',
    passing: () => changed(({ SecretRole }) => {
      delete SecretRole!.Properties.Policies;
      SecretRole!.Properties.ManagedPolicyArns = ['arn:aws:iam::aws:policy/SecretsManagerReadWrite'];
    }),
  },
  {
    rule: 'roles/key-permission',
    broken: () => check('LakePolicy.PolicyDocument.Statement.2.Action', ['kms:Decrypt', 'kms:Encrypt']),
    path: `${SETTINGS}.ServerSideEncryptionKmsKeyId`,
    message: 'LakeRole is not allowed kms:GenerateDataKey on LakeKey',
    passing: () => changed(({ LakePolicy, LakeKey }) => {
      (LakePolicy!.Properties.PolicyDocument as { Statement: Json[] }).Statement.pop();
      (LakeKey!.Properties.KeyPolicy as { Statement: Json[] }).Statement.push({
        Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: '*', Principal: { AWS: attribute('LakeRole', 'Arn') },
      });
    }),
  },
];

const missing = (action: string, passing: () => Finding[], broken: () => Finding[], when: string): RuleCase =>
  ({ rule: 'roles/s3-permission', when, broken, path: ROLE, message: `LakeRole is not allowed ${action}`, passing });
const DELETE_OR_PUT = 's3:PutObject on the objects or s3:DeleteObject on the objects';
const LIST = 's3:ListBucket on the bucket';

const BUCKETS: RuleCase[] = [
  missing('s3:DeleteObject on the objects',
    () => check('LakePolicy.PolicyDocument.Statement.0.Action', ['s3:Put*', 'S3:deleteobject']),
    () => check('LakePolicy.PolicyDocument.Statement.0.Action', ['s3:PutObject']), 'an action is not there'),
  missing(DELETE_OR_PUT,
    () => check('LakePolicy.PolicyDocument.Statement.0.Effect', 'Allow'),
    () => check('LakePolicy.PolicyDocument.Statement.0.Effect', 'Deny'), 'it is denied'),
  missing(DELETE_OR_PUT, () => writes({ 'Fn::Sub': '${Bucket.Arn}/orders/*' }), () => writes(attribute('Bucket', 'Arn')), 'on the bucket'),
  missing(DELETE_OR_PUT, () => writes([{ 'Fn::Sub': '${OtherBucket.Arn}/*' }, '*']),
    () => writes([{ 'Fn::Sub': '${OtherBucket.Arn}/*' }]), 'in another bucket'),
  missing(DELETE_OR_PUT, () => writes({ 'Fn::Sub': ['${Lake}/*', { Lake: attribute('Bucket', 'Arn') }] }),
    () => writes({ 'Fn::Sub': ['${Lake}/*', { Lake: attribute('OtherBucket', 'Arn') }] }), 'by a variable'),
  missing(LIST, () => lists({ 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${Bucket}' }),
    () => lists({ 'Fn::Sub': 'arn:${AWS::Partition}:s3:::${Bucket}/*' }), 'on the objects'),
  missing(LIST, () => lists({ Ref: 'Parameter' }), () => lists(attribute('OtherBucket', 'Arn')), 'on another bucket'),
  missing(DELETE_OR_PUT, () => named('arn:aws:s3:::lake/*', 'arn:aws:s3:::la?e'), () => named('arn:aws:s3:::pond/*', 'arn:aws:s3:::lake'),
    'a bucket by its name'),
  missing(LIST, () => named('arn:aws:s3:::*', '*'), () => named('arn:aws:s3:::lake/*', 'arn:aws:s3:::lakes'), 'a bucket by a name like it'),
  missing('s3:PutObjectAcl on the objects', () => changed(({ Target, LakePolicy }) => {
    (Target!.Properties.S3Settings as Json).CannedAclForObjects = 'private';
    (LakePolicy!.Properties.PolicyDocument as { Statement: Json[] }).Statement[0]!.Action = 's3:*';
  }), () => check('Target.S3Settings.CannedAclForObjects', 'private'), 'with an access control list'),
  missing(`${LIST}, ${DELETE_OR_PUT}`, () => check('LakeRole.Policies', { Ref: 'Policies' }), () => changed(({ LakePolicy }) => {
    const { Statement: statements } = LakePolicy!.Properties.PolicyDocument as { Statement: Json[] };
    statements.splice(0, 2);
  }), 'nothing is'),
];

const SERVICE_ROLES: RuleCase[] = [
  {
    rule: 'roles/service-role-name',
    broken: () => check('LogsRole.RoleName', 'dms-logs-role'),
    path: 'Resources.LogsRole.Properties.RoleName',
    message: 'the role of AmazonDMSCloudWatchLogsRole is named "dms-logs-role": DMS looks for dms-cloudwatch-logs-role',
    passing: () => check('LogsRole.RoleName', { Ref: 'Name' }),
  },
  {
    rule: 'roles/service-role-name',
    when: 'there is none',
    broken: () => check('VpcRole.RoleName', undefined),
    path: 'Resources.VpcRole.Properties.RoleName',
    message: 'the role of AmazonDMSVPCManagementRole is without a name: DMS looks for dms-vpc-role',
    passing: () => check('VpcRole.RoleName', 'dms-vpc-role'),
  },
  {
    rule: 'roles/service-role-policy',
    broken: () => check('VpcRole.ManagedPolicyArns', ['arn:aws:iam::aws:policy/service-role/AmazonDMSCloudWatchLogsRole']),
    path: 'Resources.VpcRole.Properties.ManagedPolicyArns',
    message: 'dms-vpc-role lacks service-role/AmazonDMSVPCManagementRole',
    passing: () => check('VpcRole.ManagedPolicyArns', ['arn:aws:iam::aws:policy/service-role/AmazonDMSVPCManagementRole']),
  },
  {
    rule: 'roles/service-role-trust',
    broken: () => trusting('VpcRole', 'dms.eu-west-1.amazonaws.com'),
    path: 'Resources.VpcRole.Properties.AssumeRolePolicyDocument',
    message: 'dms-vpc-role trusts dms.eu-west-1.amazonaws.com: it has to trust dms.amazonaws.com',
    passing: () => trusting('VpcRole', { Ref: 'Service' }),
  },
  {
    rule: 'roles/service-role-trust',
    when: 'of the role for Redshift',
    broken: () => changed((resources) => void (resources.StagingRole = stagingRole('dms.amazonaws.com'))),
    path: 'Resources.StagingRole.Properties.AssumeRolePolicyDocument',
    message: 'dms-access-for-endpoint trusts dms.amazonaws.com: it has to trust redshift.amazonaws.com',
    passing: () => changed((resources) => void (resources.StagingRole = stagingRole('dms.amazonaws.com', 'redshift.amazonaws.com'))),
  },
  {
    rule: 'roles/service-role-condition',
    broken: () => check(`${statement('LogsRole')}.Condition`, { StringEquals: { 'aws:SourceAccount': '1' } }),
    path: 'Resources.LogsRole.Properties.AssumeRolePolicyDocument',
    message: 'the trust of dms-cloudwatch-logs-role has a condition',
    passing: () => check(`${statement('VpcRole')}.Condition`, { StringEquals: { 'aws:SourceAccount': '1' } }),
  },
  {
    rule: 'roles/service-role-order',
    broken: () => check('Subnets.DependsOn', ['LogsRole']),
    path: 'Resources.Subnets',
    message: 'AWS::DMS::ReplicationSubnetGroup does not wait for dms-vpc-role, which VpcRole creates',
    passing: () => changed((resources) => {
      resources.Attached = { Type: 'AWS::IAM::Policy', Properties: { Roles: [{ Ref: 'VpcRole' }] } };
      resources.Subnets!.DependsOn = ['Attached'];
    }),
  },
  {
    rule: 'roles/service-role-order',
    when: 'of an instance in subnets of another stack',
    broken: () => check('Instance.ReplicationSubnetGroupIdentifier', 'subnets'),
    path: 'Resources.Instance',
    message: 'AWS::DMS::ReplicationInstance does not wait for dms-vpc-role, which VpcRole creates',
    passing: () => changed((resources) => {
      resources.Instance!.Properties.ReplicationSubnetGroupIdentifier = 'subnets';
      resources.Instance!.DependsOn = ['VpcRole'];
    }),
  },
];

function stagingRole(...services: string[]): Template['Resources'][string] {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: 'dms-access-for-endpoint',
      ManagedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AmazonDMSRedshiftS3Role'],
      AssumeRolePolicyDocument: {
        Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: services } },
      },
    },
  };
}

export const ROLE_CASES: RuleCase[] = [...ENDPOINT_ROLES, ...BUCKETS, ...SERVICE_ROLES];

import { missingBucketActions } from '../../../lib/rules/bucket-access';
import { listed, matches, mayAllow, RolePolicies, servicesOf, statementsOf } from '../../../lib/rules/policy';
import { TemplateResources } from '../../../lib/rules/resources';
import { trustedServices } from '../../../lib/rules/roles';

type Json = Record<string, unknown>;

const ALLOW = { Effect: 'Allow', Action: 's3:PutObject' };

test.each<[unknown, unknown]>([
  [{ Statement: [ALLOW, ALLOW] }, [ALLOW, ALLOW]], [{ Statement: ALLOW }, [ALLOW]], [{}, []], [undefined, []],
  [{ Statement: [ALLOW, { Ref: 'More' }] }, undefined], [{ Statement: [ALLOW, 'more'] }, undefined],
  [{ Statement: { Ref: 'All' } }, undefined], [{ Ref: 'Document' }, undefined], ['text', undefined],
  ['${Token[TOKEN.1]}', undefined],
])('the statements of %j are %j', (document, statements) => {
  expect(statementsOf(document)).toEqual(statements);
});

test.each<[Json, boolean]>([
  [{ Action: 's3:PutObject' }, true], [{ Effect: 'Allow', Action: ['s3:GetObject', 'S3:putobject'] }, true],
  [{ Action: 's3:*' }, true], [{ Action: '*' }, true], [{ Action: 's3:Put?bject' }, true], [{ NotAction: 's3:*' }, true],
  [{ Action: { Ref: 'Actions' } }, true], [{ Action: ['s3:GetObject', { Ref: 'Action' }] }, true],
  [{ Action: 's3:Put' }, false], [{ Action: 'xs3:PutObject' }, false], [{ Action: ['s3:GetObject'] }, false], [{ Action: [] }, false],
  [{ Effect: 'Deny', Action: '*' }, false],
])('%j may allow s3:PutObject: %j', (statement, allows) => {
  expect(mayAllow(statement, 's3:PutObject')).toBe(allows);
});

test.each<[unknown, unknown]>([
  [{ Service: 'dms.amazonaws.com' }, ['dms.amazonaws.com']], [{ Service: ['a', 'b'] }, ['a', 'b']],
  [{ Service: { 'Fn::Sub': 'dms.${AWS::Region}.${AWS::URLSuffix}' } }, ['dms.region.amazonaws.com']],
  [{ Service: { 'Fn::Join': ['', ['dms.', { Ref: 'AWS::URLSuffix' }]] } }, ['dms.amazonaws.com']],
  [{ AWS: 'arn' }, []], [{}, []], [{ AWS: ['arn', '*'] }, undefined], [{ AWS: '*', Service: 'a' }, undefined],
  ['*', undefined], [undefined, undefined], [{ Ref: 'Principal' }, undefined], [{ Service: { Ref: 'Service' } }, undefined],
  [{ Service: ['a', { Ref: 'Service' }] }, undefined], [{ Service: { 'Fn::Sub': '${Name}.amazonaws.com' } }, undefined],
])('the principal %j names %j', (Principal, services) => {
  expect(servicesOf({ Principal })).toEqual(services);
});

test.each<[unknown, unknown[]]>([
  [undefined, []], [null, []], ['a', ['a']], [['a', 'b'], ['a', 'b']], [[], []], [0, [0]],
])('%j as a list is %j', (value, list) => {
  expect(listed(value)).toEqual(list);
});

test.each<[string, string, boolean]>([
  ['a*', 'a', true], ['a*', 'abc', true], ['a*', 'ba', false], ['*a', 'bca', true], ['*a', 'ab', false], ['a?c', 'abc', true],
  ['a?c', 'ac', false], ['a.c', 'abc', false], ['a.c', 'a.c', true], ['a+', 'aa', false], ['(a)', '(a)', true],
  ['[a]', 'a', false], ['[a]', '[a]', true], ['{a}|^$\\', '{a}|^$\\', true], ['*', 'a\nb', true], ['**', '', true],
])('%j stands for %j: %j', (pattern, text, expected) => {
  expect(matches(pattern, text)).toBe(expected);
});

const document = (Action: string): Json => ({ Statement: [{ Effect: 'Allow', Action }] });
const actions = (resources: Json, role: Json = {}): unknown => {
  const all = new TemplateResources({ Role: { Type: 'AWS::IAM::Role', Properties: role }, ...resources });
  return new RolePolicies(all).statementsOf(all.direct({ Ref: 'Role' })!.resource)?.map(({ Action }) => Action);
};
const policy = (Properties: Json, Type = 'AWS::IAM::Policy'): Json => ({ Type, Properties });

test.each<[string, Json, Json, unknown]>([
  ['none', {}, {}, []],
  ['of its own', {}, { Policies: [{ PolicyDocument: document('a') }, { PolicyDocument: document('b') }] }, ['a', 'b']],
  ['of its own, of which one is not known', {}, { Policies: [{ PolicyDocument: document('a') }, { Ref: 'P' }] }, undefined],
  ['of its own, not known', {}, { Policies: { Ref: 'P' } }, undefined],
  ['managed by AWS', {}, { ManagedPolicyArns: ['arn:aws:iam::aws:policy/A'] }, undefined],
  ['managed, not known', {}, { ManagedPolicyArns: { Ref: 'P' } }, undefined],
  ['managed by the template', { M: policy({ PolicyDocument: document('a') }, 'AWS::IAM::ManagedPolicy') },
    { ManagedPolicyArns: [{ Ref: 'M' }] }, ['a']],
  ['managed by something that is no policy', { M: policy({ PolicyDocument: document('a') }, 'AWS::S3::BucketPolicy') },
    { ManagedPolicyArns: [{ Ref: 'M' }] }, undefined],
  ['attached', {
    A: policy({ Roles: [{ Ref: 'Role' }], PolicyDocument: document('a') }),
    B: policy({ Roles: ['other', { Ref: 'Role' }], PolicyDocument: document('b') }, 'AWS::IAM::ManagedPolicy'),
    C: policy({ RoleName: { Ref: 'Role' }, PolicyDocument: document('c') }, 'AWS::IAM::RolePolicy'),
    D: policy({ Roles: ['other'], PolicyDocument: document('d') }),
    E: policy({ Roles: [{ Ref: 'Role' }], PolicyDocument: document('e') }, 'AWS::IAM::UserPolicy'),
  }, {}, ['a', 'b', 'c']],
  ['attached by name', { A: policy({ Roles: ['name'], PolicyDocument: document('a') }) }, { RoleName: 'name' }, ['a']],
  ['attached to somebody', { A: policy({ Roles: [{ 'Fn::ImportValue': 'role' }], PolicyDocument: document('a') }) }, {}, ['a']],
  ['attached and not known', { A: policy({ Roles: [{ Ref: 'Role' }], PolicyDocument: { Ref: 'D' } }) }, {}, undefined],
])('policies of a role: %s', (_what, resources, role, expected) => {
  expect(actions(resources, role)).toEqual(expected);
});

const trust = (...statements: Json[]): Json => ({ AssumeRolePolicyDocument: { Statement: statements } });

test.each<[string, Json, unknown]>([
  ['none', trust(), []],
  ['some', trust({ Action: 'sts:AssumeRole', Principal: { Service: 'a' } }, { Action: 'sts:*', Principal: { Service: 'b' } }), ['a', 'b']],
  ['not to assume', trust({ Action: 'sts:TagSession', Principal: { Service: 'a' } }), []],
  ['of which one is not known', trust({ Action: '*', Principal: { Service: 'a' } }, { Action: '*', Principal: '*' }), undefined],
  ['not known', { AssumeRolePolicyDocument: { Ref: 'D' } }, undefined],
])('services that a role trusts: %s', (_what, properties, expected) => {
  expect(trustedServices({ logicalId: 'Role', type: 'AWS::IAM::Role', properties })).toEqual(expected);
});

const lake = (): TemplateResources => new TemplateResources({
  Bucket: { Type: 'AWS::S3::Bucket', Properties: {} },
  Named: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'lake' } },
  Param: { Type: 'AWS::S3::Bucket', Properties: { BucketName: { Ref: 'Name' } } },
  Topic: { Type: 'AWS::SNS::Topic', Properties: {} },
});
const LISTS = 's3:ListBucket on the bucket';
const PUTS = 's3:PutObject on the objects';
const missing = (BucketName: unknown, ...resources: unknown[]): string[] => missingBucketActions(
  [{ Effect: 'Allow', Action: ['s3:ListBucket', 's3:PutObject', 's3:DeleteObject'], Resource: resources }],
  { EndpointType: 'target', S3Settings: { BucketName } }, lake()).filter((action) => !action.startsWith('s3:Delete'));
const arn = (id: string): Json => ({ 'Fn::GetAtt': [id, 'Arn'] });
const inside = (id: string): Json => ({ 'Fn::Sub': `\${${id}.Arn}/*` });

test.each<[string, unknown, unknown[], string[]]>([
  ['the bucket and its objects', { Ref: 'Bucket' }, [arn('Bucket'), inside('Bucket')], []],
  ['the bucket alone', { Ref: 'Bucket' }, [arn('Bucket')], [PUTS]],
  ['the objects alone', { Ref: 'Bucket' }, [inside('Bucket')], [LISTS]],
  ['nothing', { Ref: 'Bucket' }, [], [LISTS, PUTS]],
  ['everything', { Ref: 'Bucket' }, ['*'], []],
  ['every bucket', { Ref: 'Bucket' }, ['arn:aws:s3:::*'], []],
  ['another bucket', { Ref: 'Bucket' }, [arn('Named'), inside('Named')], [LISTS, PUTS]],
  ['another kind of resource, which may be anything', { Ref: 'Bucket' }, [{ Ref: 'Topic' }], []],
  ['a bucket by its name', 'lake', ['arn:aws:s3:::lake', 'arn:aws-cn:s3:::lake/*'], []],
  ['a bucket by a pattern', 'lake', ['arn:aws:s3:::la?e', 'arn:aws:s3:::la*/*'], []],
  ['a bucket by the start of its name', 'lake', ['arn:aws:s3:::lak', 'arn:aws:s3:::lak/*'], [LISTS, PUTS]],
  ['a bucket of the template by its name', 'lake', [arn('Named'), inside('Named')], []],
  ['a bucket of the template of another name', 'pond', [arn('Named'), inside('Named')], [LISTS, PUTS]],
  ['a bucket of the template whose name is not known', 'pond', [arn('Param'), inside('Param')], []],
  ['a bucket of the template without a name', 'pond', [arn('Bucket'), inside('Bucket')], [LISTS, PUTS]],
  ['a name for a bucket of the template', { Ref: 'Named' }, ['arn:aws:s3:::lake', 'arn:aws:s3:::lake/*'], []],
  ['another name for a bucket of the template', { Ref: 'Named' }, ['arn:aws:s3:::pond', 'arn:aws:s3:::pond/*'], [LISTS, PUTS]],
  ['a name for a bucket of the template without one', { Ref: 'Bucket' }, ['arn:aws:s3:::pond', 'arn:aws:s3:::pond/*'], []],
  ['some bucket for one that is not known', { Ref: 'Name' }, ['arn:aws:s3:::pond', 'arn:aws:s3:::pond/*'], []],
  ['a value that is filled in', 'lake', [{ Ref: 'Resource' }], []],
  ['a value that is filled in before a path', 'lake', [{ 'Fn::Sub': '${Resource}/*' }], [LISTS]],
])('a statement on %s', (_what, bucket, resources, expected) => {
  expect(missing(bucket, ...resources)).toEqual(expected);
});

test('a source needs to read, a target to write, with an access control list more', () => {
  const needs = (endpoint: Json): string[] => missingBucketActions([], endpoint, lake());
  const write = ['s3:ListBucket on the bucket', 's3:PutObject on the objects', 's3:DeleteObject on the objects'];
  expect(needs({ EndpointType: 'source' })).toEqual(['s3:ListBucket on the bucket', 's3:GetObject on the objects']);
  expect(needs({ EndpointType: 'target' })).toEqual(write);
  expect(needs({ EndpointType: 'target', S3Settings: { CannedAclForObjects: 'none' } })).toEqual(write);
  expect(needs({ EndpointType: 'target', S3Settings: { CannedAclForObjects: 'PRIVATE' } }))
    .toEqual([...write, 's3:PutObjectAcl on the objects']);
});

test('a statement without resources is on all of them', () => {
  const statements = [{ Effect: 'Allow', Action: 's3:*', NotResource: 'arn:aws:s3:::pond' }];
  expect(missingBucketActions(statements, { EndpointType: 'target', S3Settings: { BucketName: 'lake' } }, lake())).toEqual([]);
});

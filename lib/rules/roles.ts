import { isRecord, Json } from '../private/json';
import { missingBucketActions } from './bucket-access';
import { at, defineRules, Finding, finding } from './finding';
import { listed, mayAllow, RolePolicies, servicesOf, statementsOf } from './policy';
import { pathOf, ResourceDefinition, TemplateResources } from './resources';
import { isUnresolved, oneOf, section } from './values';

const GUIDE = 'https://docs.aws.amazon.com/dms/latest/userguide/';

/** The rules for the roles that endpoints are given. */
export const ROLE_RULES = defineRules('roles', `${GUIDE}security-iam.html`, {
  trust: {
    reason: 'DMS can only assume a role whose trust policy names it.',
    fix: 'let the service dms.amazonaws.com assume the role',
  },
  'secret-trust': {
    reason: 'Secrets are read by the DMS of the Region, which has a principal of its own.',
    fix: 'let the service dms.<region>.amazonaws.com assume the role',
    source: `${GUIDE}security_iam_secretsmanager.html`,
  },
  'secret-permission': {
    reason: 'DMS reads the login of an endpoint from its secret.',
    fix: 'allow secretsmanager:GetSecretValue on the secret',
    source: `${GUIDE}security_iam_secretsmanager.html`,
  },
  's3-permission': {
    reason: 'DMS lists the bucket, and writes and deletes objects in it; an action on objects is not one on the bucket.',
    fix: 'allow s3:ListBucket on the bucket, and s3:PutObject and s3:DeleteObject on its objects (bucket ARN and /*)',
    source: `${GUIDE}CHAP_Target.S3.html`,
  },
  'key-permission': {
    reason: 'Objects are encrypted by whoever writes them, which is the role.',
    fix: 'allow kms:GenerateDataKey on the key to the role, in its policy or in the key\'s',
    source: `${GUIDE}CHAP_Target.S3.html`,
  },
});

const GLOBAL_PRINCIPAL = /^dms\.amazonaws\.com(\.cn)?$/;
const REGIONAL_PRINCIPAL = /^dms(-fips)?\.[a-z0-9-]+\.amazonaws\.com(\.cn)?$/;

/** Checks the roles that endpoints are given, where the template holds them. */
export function checkEndpointRoles(
  endpoints: readonly ResourceDefinition[], resources: TemplateResources, policies: RolePolicies,
): Finding[] {
  return endpoints.flatMap((endpoint) => Object.entries(endpoint.properties)
    .filter((entry): entry is [string, Json] => entry[0].endsWith('Settings') && isRecord(entry[1]))
    .flatMap(([key, settings]) => {
      const path = at(pathOf(endpoint), key);
      const roleAt = (name: string): ResourceDefinition | undefined => roleOf(settings[name], resources);
      const writer = roleAt('ServiceAccessRoleArn');
      const reader = roleAt('SecretsManagerAccessRoleArn');
      return [
        ...(writer ? checkTrust(writer, 'trust', at(path, 'ServiceAccessRoleArn')) : []),
        ...(writer && key === 'S3Settings' ? checkBucketAccess(endpoint, writer, resources, policies) : []),
        ...(writer && (key === 'S3Settings' || key === 'RedshiftSettings')
          ? checkKeyAccess(settings, writer, at(path, 'ServerSideEncryptionKmsKeyId'), resources, policies)
          : []),
        ...(reader ? checkTrust(reader, 'secret-trust', at(path, 'SecretsManagerAccessRoleArn')) : []),
        ...(reader ? checkSecretAccess(reader, at(path, 'SecretsManagerAccessRoleArn'), resources, policies) : []),
      ];
    }));
}

function roleOf(value: unknown, resources: TemplateResources): ResourceDefinition | undefined {
  const found = resources.direct(value)?.resource;
  return found?.type === 'AWS::IAM::Role' ? found : undefined;
}

function checkTrust(role: ResourceDefinition, rule: 'trust' | 'secret-trust', path: string): Finding[] {
  const [principal, example] = rule === 'trust'
    ? [GLOBAL_PRINCIPAL, 'dms.amazonaws.com']
    : [REGIONAL_PRINCIPAL, 'dms.<region>.amazonaws.com'];
  const services = trustedServices(role);
  if (services === undefined || services.some((service) => principal.test(service))) return [];
  const trusted = services.length === 0 ? 'no service' : services.join(', ');
  return [finding(ROLE_RULES[rule], path, `${role.logicalId} trusts ${trusted}: it has to trust ${example}`)];
}

/** The services that may assume a role; `undefined` when not all are known. */
export function trustedServices(role: ResourceDefinition): string[] | undefined {
  const services = statementsOf(role.properties.AssumeRolePolicyDocument)
    ?.filter((statement) => mayAllow(statement, 'sts:AssumeRole')).map(servicesOf);
  return services?.every((known) => known !== undefined) ? services.flat() : undefined;
}

function checkSecretAccess(
  role: ResourceDefinition, path: string, resources: TemplateResources, policies: RolePolicies,
): Finding[] {
  const granted = policies.statementsOf(role)?.some((statement) => mayAllow(statement, 'secretsmanager:GetSecretValue'));
  if (granted !== false || namesRole(resources.ofType('AWS::SecretsManager::ResourcePolicy'), role, resources)) return [];
  return [finding(ROLE_RULES['secret-permission'], path,
    `${role.logicalId} is not allowed secretsmanager:GetSecretValue`)];
}

function checkBucketAccess(
  endpoint: ResourceDefinition, role: ResourceDefinition, resources: TemplateResources, policies: RolePolicies,
): Finding[] {
  const statements = policies.statementsOf(role);
  if (!statements || namesRole(resources.ofType('AWS::S3::BucketPolicy'), role, resources)) return [];
  const missing = missingBucketActions(statements, endpoint.properties, resources);
  return missing.length === 0 ? [] : [finding(ROLE_RULES['s3-permission'],
    at(pathOf(endpoint), 'S3Settings.ServiceAccessRoleArn'), `${role.logicalId} is not allowed ${oneOf(missing)}`)];
}

function checkKeyAccess(
  settings: Json, role: ResourceDefinition, path: string, resources: TemplateResources, policies: RolePolicies,
): Finding[] {
  const key = resources.referenced(settings.ServerSideEncryptionKmsKeyId, ['AWS::KMS::Key']);
  const statements = policies.statementsOf(role);
  if (!key || !statements || namesRole([key], role, resources)) return [];
  return statements.some((statement) => mayAllow(statement, 'kms:GenerateDataKey')) ? [] : [finding(
    ROLE_RULES['key-permission'], path, `${role.logicalId} is not allowed kms:GenerateDataKey on ${key.logicalId}`)];
}

/** Whether a policy of a bucket, key or secret grants something to the role itself or to anybody, or may do so. */
function namesRole(
  owners: readonly ResourceDefinition[], role: ResourceDefinition, resources: TemplateResources,
): boolean {
  return owners.some(({ properties }) => {
    const statements = statementsOf(properties.PolicyDocument ?? properties.ResourcePolicy ?? properties.KeyPolicy);
    return statements === undefined || statements.some(({ Effect, Principal: principal }) => Effect !== 'Deny' && (
      principal === '*' || isUnresolved(principal) || listed(section(principal).AWS).includes('*')
      || resources.allReferenced(principal, ['AWS::IAM::Role']).includes(role)));
  });
}

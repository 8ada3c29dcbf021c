import { at, defineRules, Finding, finding } from './finding';
import { listed, statementsOf } from './policy';
import { referencesIn, textOf } from './references';
import { pathOf, ResourceDefinition, TemplateResources } from './resources';
import { trustedServices } from './roles';
import { asText, isLeftOut, isUnresolved, oneOf, shown } from './values';

const GUIDE = 'https://docs.aws.amazon.com/dms/latest/userguide/';

/** The rules for the roles that DMS finds in an account by their names. */
export const SERVICE_ROLE_RULES = defineRules('roles', `${GUIDE}security-iam.html`, {
  'service-role-name': {
    reason: 'DMS looks for its service roles by fixed names, and for no others.',
    fix: 'give the role the name that belongs to its policy',
  },
  'service-role-policy': {
    reason: 'Each service role has the policy that DMS made for it; without it DMS may do nothing.',
    fix: 'attach the managed policy',
  },
  'service-role-trust': {
    reason: 'DMS can only assume a role whose trust policy names it.',
    fix: 'let the service dms.amazonaws.com assume the role, and for dms-access-for-endpoint redshift.amazonaws.com too',
  },
  'service-role-condition': {
    severity: 'warning',
    reason: 'DMS writes no logs when the trust of its logs role has a condition.',
    fix: 'remove the condition from the trust policy',
  },
  'service-role-order': {
    reason: 'DMS assumes dms-vpc-role while it creates a subnet group or an instance, and fails when it is not there.',
    fix: 'add the role to DependsOn',
  },
});

interface ServiceRole {
  readonly name: string;
  readonly policy: string;
  readonly services: readonly string[];
}

const VPC_ROLE = 'dms-vpc-role';
const LOGS_ROLE = 'dms-cloudwatch-logs-role';
const SERVICE_ROLES: readonly ServiceRole[] = [
  { name: VPC_ROLE, policy: 'AmazonDMSVPCManagementRole', services: ['dms'] },
  { name: LOGS_ROLE, policy: 'AmazonDMSCloudWatchLogsRole', services: ['dms'] },
  { name: 'dms-access-for-endpoint', policy: 'AmazonDMSRedshiftS3Role', services: ['dms', 'redshift'] },
];

/** Checks the service roles of a template, and that what needs one waits for it. */
export function checkServiceRoles(resources: TemplateResources): Finding[] {
  const roles = resources.ofType('AWS::IAM::Role');
  return [
    ...roles.flatMap(checkServiceRole),
    ...roles.filter(({ properties }) => properties.RoleName === VPC_ROLE)
      .flatMap((role) => checkOrder(role, resources)),
  ];
}

/** Recognised by its name or by its policy: one of the two may be wrong. */
function checkServiceRole(role: ResourceDefinition): Finding[] {
  const { RoleName, ManagedPolicyArns, Policies } = role.properties;
  const policies = listed(ManagedPolicyArns).map(textOf);
  const has = ({ policy }: ServiceRole): boolean => policies.some((arn) => arn.endsWith(`/${policy}`));
  const named = SERVICE_ROLES.find(({ name }) => name === RoleName);
  const meant = named ?? SERVICE_ROLES.find(has);
  if (!meant) return [];
  const path = pathOf(role);
  const unknown = isUnresolved(ManagedPolicyArns) || !isLeftOut(Policies)
    || listed(ManagedPolicyArns).some((arn, index) => isUnresolved(arn) && !/\/\w+$/.test(policies[index]!));
  return [
    ...(named || (isUnresolved(RoleName)) ? [] : [finding(SERVICE_ROLE_RULES['service-role-name'], at(path, 'RoleName'),
      `the role of ${meant.policy} is ${isLeftOut(RoleName) ? 'without a name' : `named ${shown(RoleName)}`}: `
      + `DMS looks for ${meant.name}`)]),
    ...(has(meant) || unknown ? [] : [finding(SERVICE_ROLE_RULES['service-role-policy'], at(path, 'ManagedPolicyArns'),
      `${meant.name} lacks service-role/${meant.policy}`)]),
    ...checkTrust(role, meant, at(path, 'AssumeRolePolicyDocument')),
    ...(meant.name === LOGS_ROLE && statementsOf(role.properties.AssumeRolePolicyDocument)
      ?.some(({ Condition }) => !isLeftOut(Condition))
      ? [finding(SERVICE_ROLE_RULES['service-role-condition'], at(path, 'AssumeRolePolicyDocument'), `the trust of ${LOGS_ROLE} has a condition`)]
      : []),
  ];
}

function checkTrust(role: ResourceDefinition, { name, services }: ServiceRole, path: string): Finding[] {
  const trusted = trustedServices(role);
  const missing = services.filter((service) =>
    !trusted?.some((text) => text === `${service}.amazonaws.com` || text === `${service}.amazonaws.com.cn`));
  return trusted === undefined || missing.length === 0 ? [] : [finding(SERVICE_ROLE_RULES['service-role-trust'], path,
    `${name} trusts ${trusted.length === 0 ? 'no service' : trusted.join(', ')}: it has to trust `
    + oneOf(missing.map((service) => `${service}.amazonaws.com`)))];
}

/** The policy may be attached by a resource of its own, which then is what to wait for. */
function checkOrder(role: ResourceDefinition, resources: TemplateResources): Finding[] {
  const attachments = resources.ofType('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy')
    .filter(({ properties }) => referencesIn([properties.Roles, properties.RoleName]).includes(role.logicalId));
  const awaited = [role, ...attachments].map(({ logicalId }) => logicalId);
  const waits = ({ dependsOn = [], properties }: ResourceDefinition): boolean =>
    [...dependsOn, ...referencesIn(properties)].some((id) => awaited.includes(id));
  return resources.ofType('AWS::DMS::ReplicationSubnetGroup', 'AWS::DMS::ReplicationInstance')
    // An instance waits for its subnet group, and that for the role.
    .filter((resource) => !waits(resource) && !isUnresolved(resource.properties.ReplicationSubnetGroupIdentifier))
    .map(({ logicalId, type }) => finding(SERVICE_ROLE_RULES['service-role-order'], `Resources.${logicalId}`,
      `${type} does not wait for ${asText(role.properties.RoleName)!}, which ${role.logicalId} creates`));
}

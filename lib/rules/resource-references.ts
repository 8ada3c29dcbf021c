import { isRecord } from '../private/json';
import { at, Finding, finding } from './finding';
import { TEMPLATE_RULES } from './resource-shape';
import { pathOf, ResourceDefinition, TemplateResources } from './resources';
import { oneOf } from './values';

/** What a property refers to. */
interface Target {
  readonly types: readonly string[];
  /** Whether `Ref` or the attribute `Arn` is what it takes, where the two differ. */
  readonly by?: 'Ref' | 'Arn';
}

const ENDPOINT: Target = { types: ['AWS::DMS::Endpoint'] };
const INSTANCE: Target = { types: ['AWS::DMS::ReplicationInstance'] };
const SUBNET_GROUP: Target = { types: ['AWS::DMS::ReplicationSubnetGroup'] };
const SECURITY_GROUP: Target = { types: ['AWS::EC2::SecurityGroup', 'AWS::EC2::VPC'] };
const SUBNET: Target = { types: ['AWS::EC2::Subnet', 'AWS::EC2::VPC'] };
const KEY: Target = { types: ['AWS::KMS::Key', 'AWS::KMS::ReplicaKey', 'AWS::KMS::Alias'] };
const BUCKET: Target = { types: ['AWS::S3::Bucket'], by: 'Ref' };
const ROLE: Target = { types: ['AWS::IAM::Role'], by: 'Arn' };
const SECRET: Target = {
  types: [
    'AWS::SecretsManager::Secret', 'AWS::SecretsManager::SecretTargetAttachment', 'AWS::RDS::DBInstance',
    'AWS::RDS::DBCluster',
  ],
};

/** Names of properties, at any depth of a resource of AWS DMS, that refer to one kind of resource. */
const REFERENCES: Readonly<Record<string, Target>> = {
  SourceEndpointArn: ENDPOINT,
  TargetEndpointArn: ENDPOINT,
  ReplicationInstanceArn: INSTANCE,
  ReplicationSubnetGroupIdentifier: SUBNET_GROUP,
  ReplicationSubnetGroupId: SUBNET_GROUP,
  VpcSecurityGroupIds: SECURITY_GROUP,
  SubnetIds: SUBNET,
  CertificateArn: { types: ['AWS::DMS::Certificate'] },
  SnsTopicArn: { types: ['AWS::SNS::Topic'] },
  KmsKeyId: KEY,
  ServerSideEncryptionKmsKeyId: KEY,
  BucketName: BUCKET,
  S3BucketName: BUCKET,
  ServiceAccessRoleArn: ROLE,
  SecretsManagerAccessRoleArn: ROLE,
  SecretsManagerOracleAsmAccessRoleArn: ROLE,
  SecretsManagerSecretId: SECRET,
  SecretsManagerOracleAsmSecretId: SECRET,
};

/** Resources whose attributes are whatever their author makes of them. */
const ANYTHING = /^(Custom::|AWS::CloudFormation::|AWS::SSM::|AWS::Lambda::)/;

/** Checks that a resource of AWS DMS refers to resources of the kinds it needs. */
export function checkReferences(resource: ResourceDefinition, resources: TemplateResources): Finding[] {
  return resource.type.startsWith('AWS::DMS::') ? within(resource.properties, pathOf(resource), resources) : [];
}

function within(value: unknown, path: string, resources: TemplateResources): Finding[] {
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const target = Object.hasOwn(REFERENCES, key) ? REFERENCES[key] : undefined;
    if (!target) return key.endsWith('Settings') || key === 'ComputeConfig' ? within(inner, at(path, key), resources) : [];
    return Array.isArray(inner)
      ? (inner as unknown[]).flatMap((item, index) => checkReference(item, target, at(at(path, key), `[${index}]`), resources))
      : checkReference(inner, target, at(path, key), resources);
  });
}

function checkReference(value: unknown, { types, by }: Target, path: string, resources: TemplateResources): Finding[] {
  const found = resources.direct(value);
  if (!found || ANYTHING.test(found.resource.type)) return [];
  const { resource: { logicalId, type }, reference: { attribute } } = found;
  if (!types.includes(type)) {
    return [finding(TEMPLATE_RULES['wrong-reference'], path,
      `${logicalId} is an ${type}: here it has to be ${oneOf(types.map((name) => `an ${name}`))}`)];
  }
  const wrong = (by === 'Arn' && attribute === undefined) || (by === 'Ref' && attribute !== undefined);
  return wrong ? [finding(TEMPLATE_RULES['wrong-attribute'], path, by === 'Arn'
    ? `Ref of ${logicalId} is its name: here it has to be its ARN`
    : `${attribute} of ${logicalId} is given: here it has to be its name`)] : [];
}

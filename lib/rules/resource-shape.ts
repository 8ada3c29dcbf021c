import { any, booleanOrText, choice, integerOrText, JsonMembers, list, object, scalar, text } from '../private/json-shape';
import { at, defineRules, Finding, finding } from './finding';
import { pathOf, ResourceDefinition } from './resources';
import { checkMembers } from './shape';
import { asText, isLeftOut, shown } from './values';

/** The rules for how resources of AWS DMS are written down and how they refer to one another. */
export const TEMPLATE_RULES = defineRules('template',
  'https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_DMS.html', {
    'missing-property': {
      reason: 'CloudFormation does not create a resource that lacks a required property.',
      fix: 'add the property',
    },
    'wrong-type': {
      reason: 'CloudFormation refuses a value of another type than the documented one.',
      fix: 'write the value as documented',
    },
    'unknown-value': {
      reason: 'CloudFormation refuses a value that is not one of the documented ones.',
      fix: 'use one of the documented values',
    },
    'out-of-range': {
      reason: 'CloudFormation refuses numbers outside of the documented range.',
      fix: 'use a number in the range',
    },
    'unknown-key': {
      severity: 'warning',
      reason: 'CloudFormation refuses a property that it does not know.',
      fix: 'correct the spelling, or remove the property',
    },
    identifier: {
      reason: 'Identifiers are letters, digits and single hyphens, with a letter first and no hyphen last.',
      fix: 'choose another identifier, or leave it out and DMS makes one',
    },
    'wrong-reference': {
      reason: 'Deployment stops where a property names a resource of another kind than it needs.',
      fix: 'refer to the resource that is meant',
    },
    'wrong-attribute': {
      reason: 'Ref gives the name of a role and of a bucket, and the attribute Arn the ARN; DMS wants the one or the other.',
      fix: 'use what the property asks for: Fn::GetAtt with Arn for an ARN, Ref for a name',
    },
  });

const tags = list(object({ Key: text, Value: scalar }));

interface ResourceShape {
  readonly required: readonly string[];
  /** Longest text of each property that is an identifier. */
  readonly identifiers: Readonly<Record<string, number>>;
  readonly members: JsonMembers;
}

const LONGEST_ARN_SUFFIX = 31;

/** Properties as documented. The settings of engines are left to the engines' families. */
const SHAPES: Readonly<Record<string, ResourceShape>> = {
  'AWS::DMS::Certificate': {
    required: [],
    identifiers: { CertificateIdentifier: 255 },
    members: { CertificateIdentifier: text, CertificatePem: text, CertificateWallet: text },
  },
  'AWS::DMS::Endpoint': {
    required: ['EndpointType', 'EngineName'],
    identifiers: { EndpointIdentifier: 255, ResourceIdentifier: LONGEST_ARN_SUFFIX },
    members: {
      CertificateArn: text, DatabaseName: text, EndpointIdentifier: text, EndpointType: text, EngineName: text,
      ExtraConnectionAttributes: text, KmsKeyId: text, Password: scalar, Port: integerOrText(0, 65_535),
      ResourceIdentifier: text, ServerName: text, SslMode: text, Tags: tags, Username: text,
      ...Object.fromEntries([
        'DocDbSettings', 'DynamoDbSettings', 'ElasticsearchSettings', 'GcpMySQLSettings', 'IbmDb2Settings',
        'KafkaSettings', 'KinesisSettings', 'MicrosoftSqlServerSettings', 'MongoDbSettings', 'MySqlSettings',
        'NeptuneSettings', 'OracleSettings', 'PostgreSqlSettings', 'RedisSettings', 'RedshiftSettings', 'S3Settings',
        'SybaseSettings',
      ].map((key) => [key, any])),
    },
  },
  'AWS::DMS::EventSubscription': {
    required: ['SnsTopicArn'],
    identifiers: { SubscriptionName: 255 },
    members: {
      Enabled: booleanOrText, EventCategories: list(text), SnsTopicArn: text, SourceIds: list(text), SourceType: text,
      SubscriptionName: text, Tags: tags,
    },
  },
  'AWS::DMS::ReplicationConfig': {
    required: [
      'ComputeConfig', 'ReplicationConfigIdentifier', 'ReplicationType', 'SourceEndpointArn', 'TableMappings',
      'TargetEndpointArn',
    ],
    identifiers: { ReplicationConfigIdentifier: 255, ResourceIdentifier: LONGEST_ARN_SUFFIX },
    members: {
      ComputeConfig: object({
        AvailabilityZone: text, DnsNameServers: text, KmsKeyId: text, MaxCapacityUnits: scalar,
        MinCapacityUnits: scalar, MultiAZ: booleanOrText, PreferredMaintenanceWindow: text,
        ReplicationSubnetGroupId: text, VpcSecurityGroupIds: list(text),
      }),
      ReplicationConfigIdentifier: text, ReplicationSettings: any, ReplicationType: text, ResourceIdentifier: text,
      SourceEndpointArn: text, SupplementalSettings: any, TableMappings: any, Tags: tags, TargetEndpointArn: text,
    },
  },
  'AWS::DMS::ReplicationInstance': {
    required: ['ReplicationInstanceClass'],
    identifiers: { ReplicationInstanceIdentifier: 63, ResourceIdentifier: LONGEST_ARN_SUFFIX },
    members: {
      AllocatedStorage: scalar, AllowMajorVersionUpgrade: booleanOrText, AutoMinorVersionUpgrade: booleanOrText,
      AvailabilityZone: text, DnsNameServers: text, EngineVersion: text, KmsKeyId: text, MultiAZ: booleanOrText,
      NetworkType: choice(['IPV4', 'DUAL']), PreferredMaintenanceWindow: text, PubliclyAccessible: booleanOrText,
      ReplicationInstanceClass: text, ReplicationInstanceIdentifier: text, ReplicationSubnetGroupIdentifier: text,
      ResourceIdentifier: text, Tags: tags, VpcSecurityGroupIds: list(text),
    },
  },
  'AWS::DMS::ReplicationSubnetGroup': {
    required: ['ReplicationSubnetGroupDescription', 'SubnetIds'],
    identifiers: {},
    members: {
      ReplicationSubnetGroupDescription: text, ReplicationSubnetGroupIdentifier: text, SubnetIds: list(text),
      Tags: tags,
    },
  },
  'AWS::DMS::ReplicationTask': {
    required: ['MigrationType', 'ReplicationInstanceArn', 'SourceEndpointArn', 'TableMappings', 'TargetEndpointArn'],
    identifiers: { ReplicationTaskIdentifier: 255, ResourceIdentifier: LONGEST_ARN_SUFFIX },
    members: {
      CdcStartPosition: text, CdcStartTime: scalar, CdcStopPosition: text, MigrationType: text,
      ReplicationInstanceArn: text, ReplicationTaskIdentifier: text, ReplicationTaskSettings: text,
      ResourceIdentifier: text, SourceEndpointArn: text, TableMappings: text, Tags: tags, TargetEndpointArn: text,
      TaskData: text,
    },
  },
};

/** Checks that a resource of AWS DMS has the properties that it may and must have. */
export function checkResourceShape({ logicalId, type, properties }: ResourceDefinition): Finding[] {
  const shape = Object.hasOwn(SHAPES, type) ? SHAPES[type] : undefined;
  if (!shape) return [];
  const path = pathOf({ logicalId });
  return [
    ...shape.required.filter((key) => isLeftOut(properties[key])).map((key) =>
      finding(TEMPLATE_RULES['missing-property'], path, `there is no ${key}: ${type} needs one`)),
    ...checkMembers(properties, shape.members, path, TEMPLATE_RULES),
    ...Object.entries(shape.identifiers).flatMap(([key, longest]) =>
      checkIdentifier(asText(properties[key]), longest, at(path, key))),
  ];
}

function checkIdentifier(identifier: string | undefined, longest: number, path: string): Finding[] {
  if (identifier === undefined) return [];
  if (identifier.length > longest) {
    return [finding(TEMPLATE_RULES.identifier, path,
      `${shown(identifier)} has ${identifier.length} characters: it has at most ${longest}`)];
  }
  return /^[A-Za-z](-?[A-Za-z0-9])*$/.test(identifier) ? [] : [finding(TEMPLATE_RULES.identifier, path,
    `${shown(identifier)} is given: it is letters, digits and single hyphens, with a letter first`)];
}

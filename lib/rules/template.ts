import { isRecord, Json } from '../private/json';
import { CfnProperties, isLeftOut, isUnresolved } from './values';

/** A resource of a template. */
export interface ResourceDefinition {
  readonly logicalId: string;
  readonly type: string;
  readonly properties: CfnProperties;
}

/** A replication task or serverless replication, and the resources of the template that it works with. */
export interface TaskDefinition {
  readonly logicalId: string;
  /** As in the template. */
  readonly properties: CfnProperties;
  readonly source?: ResourceDefinition;
  readonly target?: ResourceDefinition;
  /** The RDS instance or cluster behind the source endpoint. */
  readonly sourceDatabase?: ResourceDefinition;
  /** The parameter group of that database. */
  readonly sourceParameterGroup?: ResourceDefinition;
  /** The bucket behind an S3 target endpoint, or the one in which files for Redshift are staged. */
  readonly targetBucket?: ResourceDefinition;
}

/** What DMS does in a template. */
export interface TemplateDefinitions {
  /** `AWS::DMS::ReplicationTask`. */
  readonly tasks: TaskDefinition[];
  /** `AWS::DMS::ReplicationConfig`, the serverless kind. */
  readonly serverlessReplications: TaskDefinition[];
  /** `AWS::DMS::Endpoint`. */
  readonly endpoints: ResourceDefinition[];
}

const PARAMETER_GROUP_TYPES = ['AWS::RDS::DBParameterGroup', 'AWS::RDS::DBClusterParameterGroup'];
const DATABASE_TYPES = ['AWS::RDS::DBInstance', 'AWS::RDS::DBCluster'];
const SECRET_TYPES = ['AWS::SecretsManager::Secret', 'AWS::SecretsManager::SecretTargetAttachment'];

/**
 * Reads the DMS tasks of a CloudFormation template and follows their references.
 *
 * @param template a parsed template
 * @throws when it is no template: there is no object of resources
 */
export function readTemplate(template: unknown): TemplateDefinitions {
  if (!isRecord(template) || !isRecord(template.Resources)) {
    throw new Error('this is no CloudFormation template: there is no object "Resources" in it');
  }
  const reader = new TemplateReader(template.Resources);
  return {
    tasks: reader.ofType('AWS::DMS::ReplicationTask').map((task) => reader.task(task)),
    serverlessReplications: reader.ofType('AWS::DMS::ReplicationConfig').map((task) => reader.task(task)),
    endpoints: reader.ofType('AWS::DMS::Endpoint'),
  };
}

/**
 * The JSON in a property such as `TableMappings`: text, or an object where the property is one. Text that
 * CloudFormation joins is read too; what it fills in becomes a CDK-style token, which no check compares.
 *
 * @returns `undefined` when the property is left out or not known before deployment
 * @throws when the text is not JSON
 */
export function parseJsonProperty(value: unknown): unknown {
  if (isLeftOut(value)) return undefined;
  const text = typeof value === 'string' ? value : joinedText(value);
  if (text === undefined) return isUnresolved(value) ? undefined : value;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // A token outside of quotes, as for a number, leaves text that is no JSON before deployment.
    if (text.includes('${Token[')) return undefined;
    throw new Error(`this is not JSON: ${(error as Error).message}`);
  }
}

function joinedText(value: unknown): string | undefined {
  const join = isRecord(value) ? value['Fn::Join'] : undefined;
  if (!Array.isArray(join) || typeof join[0] !== 'string' || !Array.isArray(join[1])) return undefined;
  const parts = join[1] as unknown[];
  return parts
    .map((part, index) => (typeof part === 'string' ? part : `\${Token[${referencesIn(part)[0] ?? index}]}`))
    .join(join[0]);
}

class TemplateReader {
  private readonly resources: ReadonlyMap<string, ResourceDefinition>;

  public constructor(resources: Json) {
    this.resources = new Map(Object.entries(resources).flatMap(([logicalId, resource]) => {
      if (!isRecord(resource) || typeof resource.Type !== 'string') return [];
      const properties = isRecord(resource.Properties) ? resource.Properties : {};
      return [[logicalId, { logicalId, type: resource.Type, properties }] as const];
    }));
  }

  public ofType(...types: string[]): ResourceDefinition[] {
    return [...this.resources.values()].filter(({ type }) => types.includes(type));
  }

  public task({ logicalId, properties }: ResourceDefinition): TaskDefinition {
    const source = this.referenced(properties.SourceEndpointArn, ['AWS::DMS::Endpoint']);
    const target = this.referenced(properties.TargetEndpointArn, ['AWS::DMS::Endpoint']);
    const sourceDatabase = source && this.databaseOf(source);
    return {
      logicalId,
      properties,
      source,
      target,
      sourceDatabase,
      sourceParameterGroup: source && this.parameterGroupOf(source, sourceDatabase),
      targetBucket: target && this.bucketOf(target),
    };
  }

  private bucketOf({ properties }: ResourceDefinition): ResourceDefinition | undefined {
    return [properties.S3Settings, properties.RedshiftSettings].filter(isRecord)
      .map(({ BucketName }) => this.referenced(BucketName, ['AWS::S3::Bucket']))
      .find((bucket) => bucket !== undefined);
  }

  /** By the host name, or by the secret: what it is attached to, or whose address it holds. */
  private databaseOf(endpoint: ResourceDefinition): ResourceDefinition | undefined {
    const direct = this.referenced(endpoint.properties, DATABASE_TYPES);
    if (direct) return direct;
    const secrets = this.allReferenced(endpoint.properties, SECRET_TYPES);
    const attachments = this.ofType('AWS::SecretsManager::SecretTargetAttachment').filter(({ properties }) =>
      referencesIn(properties.SecretId).some((id) => secrets.some((secret) => secret.logicalId === id)));
    return [...secrets, ...attachments]
      .map(({ properties }) => this.referenced(properties, DATABASE_TYPES))
      .find((database) => database !== undefined);
  }

  private parameterGroupOf(
    endpoint: ResourceDefinition, database: ResourceDefinition | undefined,
  ): ResourceDefinition | undefined {
    if (!isPostgres(endpoint)) return undefined;
    const groups = this.ofType(...PARAMETER_GROUP_TYPES)
      .filter(({ properties }) => isPostgresFamily(properties.Family));
    if (!database) return groups.length === 1 ? groups[0] : undefined;
    const { DBParameterGroupName, DBClusterParameterGroupName, DBClusterIdentifier } = database.properties;
    const cluster = this.referenced(DBClusterIdentifier, ['AWS::RDS::DBCluster']);
    // Logical replication of a cluster is set for the whole of it, never for one of its instances.
    const name = cluster?.properties.DBClusterParameterGroupName ?? DBClusterParameterGroupName ?? DBParameterGroupName;
    return this.referenced(name, PARAMETER_GROUP_TYPES);
  }

  private referenced(value: unknown, types: string[]): ResourceDefinition | undefined {
    return this.allReferenced(value, types)[0];
  }

  private allReferenced(value: unknown, types: string[]): ResourceDefinition[] {
    return referencesIn(value)
      .map((id) => this.resources.get(id))
      .filter((resource) => resource !== undefined && types.includes(resource.type)) as ResourceDefinition[];
  }
}

/** Engine names of PostgreSQL endpoints. */
export function isPostgres({ properties }: Pick<ResourceDefinition, 'properties'>): boolean {
  return ['postgres', 'aurora-postgresql', 'aurora-postgresql-serverless'].includes(String(properties.EngineName));
}

const isPostgresFamily = (family: unknown): boolean =>
  typeof family === 'string' && /^(aurora-)?postgres/.test(family);

/** Logical ids that `value` refers to, at any depth, in order. */
function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref' && typeof inner === 'string') return [inner];
    if (key === 'Fn::GetAtt') return [String(Array.isArray(inner) ? inner[0] : inner).split('.')[0]!];
    if (key === 'Fn::Sub') return [...referencesInSub(inner), ...referencesIn(inner)];
    return referencesIn(inner);
  });
}

function referencesInSub(sub: unknown): string[] {
  const text = Array.isArray(sub) ? sub[0] as unknown : sub;
  return typeof text === 'string' ? [...text.matchAll(/\$\{([A-Za-z0-9]+)[.}]/g)].map((match) => match[1]!) : [];
}

import { isRecord } from '../private/json';
import { joinOf, referencesIn } from './references';
import { ResourceDefinition, TemplateResources } from './resources';
import { CfnProperties, isLeftOut, isUnresolved } from './values';

export { type ResourceDefinition } from './resources';

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
  /** What a task runs on; a serverless replication has none. */
  readonly replicationInstance?: ResourceDefinition;
}

/** What DMS does in a template. */
export interface TemplateDefinitions {
  /** `AWS::DMS::ReplicationTask`. */
  readonly tasks: TaskDefinition[];
  /** `AWS::DMS::ReplicationConfig`, the serverless kind. */
  readonly serverlessReplications: TaskDefinition[];
  /** `AWS::DMS::Endpoint`. */
  readonly endpoints: ResourceDefinition[];
  /** All there is, whether DMS's own or not. */
  readonly resources: TemplateResources;
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
  const resources = new TemplateResources(template.Resources);
  const reader = new TaskReader(resources);
  return {
    tasks: resources.ofType('AWS::DMS::ReplicationTask').map((task) => reader.task(task)),
    serverlessReplications: resources.ofType('AWS::DMS::ReplicationConfig').map((task) => reader.task(task)),
    endpoints: resources.ofType('AWS::DMS::Endpoint'),
    resources,
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
  const join = joinOf(value);
  return join?.parts
    .map((part, index) => (typeof part === 'string' ? part : `\${Token[${referencesIn(part)[0] ?? index}]}`))
    .join(join.separator);
}

/** Follows what a task refers to. */
class TaskReader {
  public constructor(private readonly resources: TemplateResources) {}

  public task({ logicalId, properties }: ResourceDefinition): TaskDefinition {
    const source = this.resources.referenced(properties.SourceEndpointArn, ['AWS::DMS::Endpoint']);
    const target = this.resources.referenced(properties.TargetEndpointArn, ['AWS::DMS::Endpoint']);
    const sourceDatabase = source && this.databaseOf(source);
    return {
      logicalId,
      properties,
      source,
      target,
      sourceDatabase,
      sourceParameterGroup: source && this.parameterGroupOf(source, sourceDatabase),
      targetBucket: target && this.bucketOf(target),
      replicationInstance: this.resources.referenced(
        properties.ReplicationInstanceArn, ['AWS::DMS::ReplicationInstance']),
    };
  }

  private bucketOf({ properties }: ResourceDefinition): ResourceDefinition | undefined {
    return [properties.S3Settings, properties.RedshiftSettings].filter(isRecord)
      .map(({ BucketName }) => this.resources.referenced(BucketName, ['AWS::S3::Bucket']))
      .find((bucket) => bucket !== undefined);
  }

  /** By the host name, or by the secret: what it is attached to, or whose address it holds. */
  private databaseOf(endpoint: ResourceDefinition): ResourceDefinition | undefined {
    const direct = this.resources.referenced(endpoint.properties, DATABASE_TYPES);
    if (direct) return direct;
    const secrets = this.resources.allReferenced(endpoint.properties, SECRET_TYPES);
    const attachments = this.resources.ofType('AWS::SecretsManager::SecretTargetAttachment').filter(({ properties }) =>
      referencesIn(properties.SecretId).some((id) => secrets.some((secret) => secret.logicalId === id)));
    return [...secrets, ...attachments]
      .map(({ properties }) => this.resources.referenced(properties, DATABASE_TYPES))
      .find((database) => database !== undefined);
  }

  private parameterGroupOf(
    endpoint: ResourceDefinition, database: ResourceDefinition | undefined,
  ): ResourceDefinition | undefined {
    if (!isPostgres(endpoint)) return undefined;
    const groups = this.resources.ofType(...PARAMETER_GROUP_TYPES)
      .filter(({ properties }) => isPostgresFamily(properties.Family));
    if (!database) return groups.length === 1 ? groups[0] : undefined;
    const { DBParameterGroupName, DBClusterParameterGroupName, DBClusterIdentifier } = database.properties;
    const cluster = this.resources.referenced(DBClusterIdentifier, ['AWS::RDS::DBCluster']);
    // Logical replication of a cluster is set for the whole of it, never for one of its instances.
    const name = cluster?.properties.DBClusterParameterGroupName ?? DBClusterParameterGroupName ?? DBParameterGroupName;
    return this.resources.referenced(name, PARAMETER_GROUP_TYPES);
  }
}

/** Engine names of PostgreSQL endpoints. */
export function isPostgres({ properties }: Pick<ResourceDefinition, 'properties'>): boolean {
  return ['postgres', 'aurora-postgresql', 'aurora-postgresql-serverless'].includes(String(properties.EngineName));
}

const isPostgresFamily = (family: unknown): boolean =>
  typeof family === 'string' && /^(aurora-)?postgres/.test(family);

import { createHash } from 'node:crypto';
import { CfnReplicationInstance, CfnReplicationTask } from 'aws-cdk-lib/aws-dms';
import { Fn, Names, Stack, Token } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';
import { fail, renderedProperties } from '../private/validation';
import type { IReplicationInstance } from '../replication/replication-instance';
import type { ReplicationTask } from '../replication/replication-task';

/** What CloudFormation replaces an instance for. A new instance needs a new identifier: the old one is still there. */
const REPLACING_PROPERTIES = [
  'KmsKeyId', 'ReplicationSubnetGroupIdentifier', 'PubliclyAccessible', 'DnsNameServers', 'ResourceIdentifier',
];

/** An identifier has at most 63 characters: this, two hyphens, and twice the eight of a hash. */
const NAME_LENGTH = 40;
const HASH_LENGTH = 8;

/**
 * The resource id of a task or an instance: what its ARN ends with.
 *
 * It is what CloudWatch's dimensions and the names of log streams hold, whatever the resource is called.
 */
export function resourceIdOf(arn: string): string {
  return Fn.select(6, Fn.split(':', arn));
}

/**
 * The identifier of a replication instance as CloudWatch has it in dimensions and log group names.
 *
 * CloudFormation makes one up when it is given none and never tells which. An instance of this app is therefore given
 * one: the construct path for people, a hash of what replaces the instance, and a part of the stack's id, so that
 * neither a replacement nor a second life of a deleted stack meets a name that is taken.
 */
export function identifierOf(scope: IConstruct, instance: IReplicationInstance, given?: string): string {
  const resource = instance.node.defaultChild;
  if (!CfnReplicationInstance.isCfnReplicationInstance(resource)) {
    return lowerCase(given ?? fail(scope, `the identifier of ${instance.node.path} is not known, as it was not `
      + 'created in this app: pass replicationInstanceIdentifier'));
  }
  const own = resource.replicationInstanceIdentifier;
  if (given !== undefined && own !== undefined && given !== own) {
    fail(scope, `replicationInstanceIdentifier is '${given}' and that of ${instance.node.path} is '${own}': leave it `
      + 'out, it is read from the instance');
  }
  resource.replicationInstanceIdentifier = own ?? given ?? generatedIdentifier(resource);
  return lowerCase(resource.replicationInstanceIdentifier);
}

/** Refuses a task of another instance, whose metrics would be looked for where they are not. */
export function refuseOtherInstance(scope: IConstruct, task: ReplicationTask, instance: IReplicationInstance): void {
  const resolved = (value: unknown): string => JSON.stringify(Stack.of(task).resolve(value));
  const arn = taskResource(task)?.replicationInstanceArn;
  if (arn !== undefined && resolved(arn) !== resolved(instance.replicationInstanceArn)) {
    fail(scope, `${task.node.path} does not run on ${instance.node.path}: give each replication instance a `
      + 'PipelineMonitoring of its own');
  }
}

/** The L1 of a task. */
export function taskResource(task: ReplicationTask): CfnReplicationTask | undefined {
  const resource = task.node.defaultChild;
  return CfnReplicationTask.isCfnReplicationTask(resource) ? resource : undefined;
}

function generatedIdentifier(resource: CfnReplicationInstance): string {
  const name = Names.uniqueResourceName(resource, { maxLength: NAME_LENGTH, separator: '-' }).toLowerCase();
  const properties = renderedProperties(resource);
  const hash = createHash('sha256')
    .update(JSON.stringify(REPLACING_PROPERTIES.map((key) => properties[key] ?? null)))
    .digest('hex')
    .slice(0, HASH_LENGTH);
  // arn:<partition>:cloudformation:<region>:<account>:stack/<name>/<8 hex digits>-…
  const stack = Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Stack.of(resource).stackId))));
  return `${name}-${hash}-${stack}`;
}

/** DMS keeps identifiers in lower case. */
function lowerCase(identifier: string): string {
  return Token.isUnresolved(identifier) ? identifier : identifier.toLowerCase();
}

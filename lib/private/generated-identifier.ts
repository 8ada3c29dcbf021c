import { createHash } from 'node:crypto';
import { type CfnResource, Fn, Names, Stack } from 'aws-cdk-lib/core';
import { renderedProperties } from './validation';

/** DMS takes 63 characters: this, two hyphens, and twice the eight of a hash. */
const NAME_LENGTH = 40;
const HASH_LENGTH = 8;

/**
 * An identifier for a resource of DMS whose name has to be known: CloudFormation makes one up when it is given none,
 * and never tells which.
 *
 * It is the construct path for people, a hash of what replaces the resource, and a part of the stack's id, so that
 * neither a replacement nor a second life of a deleted stack meets a name that is taken.
 *
 * @param replacingProperties what CloudFormation replaces the resource for
 */
export function generatedIdentifier(resource: CfnResource, replacingProperties: readonly string[]): string {
  const name = Names.uniqueResourceName(resource, { maxLength: NAME_LENGTH, separator: '-' }).toLowerCase();
  const properties = renderedProperties(resource);
  const hash = createHash('sha256')
    .update(JSON.stringify(replacingProperties.map((key) => properties[key] ?? null)))
    .digest('hex')
    .slice(0, HASH_LENGTH);
  return `${name}-${hash}-${stackPart(resource)}`;
}

/**
 * The end of the ARN of a resource of DMS: another one makes CloudFormation replace the resource.
 *
 * @param identity what the resource cannot be changed in
 */
export function generatedResourceId(resource: CfnResource, identity: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify([resource.node.addr, identity])).digest('hex');
  // DMS takes 31 characters, and a letter first.
  return `r${hash.slice(0, 2 * HASH_LENGTH)}-${stackPart(resource)}`;
}

/** `arn:<partition>:cloudformation:<region>:<account>:stack/<name>/<8 hex digits>-…`: another one for each stack. */
const stackPart = (resource: CfnResource): string =>
  Fn.select(0, Fn.split('-', Fn.select(2, Fn.split('/', Stack.of(resource).stackId))));

import { Json } from '../private/json';
import { listed, matches, mayAllow } from './policy';
import { textOf } from './references';
import { TemplateResources } from './resources';
import { s3Settings } from './s3-target';
import { asText, CfnProperties, isUnresolved } from './values';

/** What DMS does to a bucket, and whether it does it to the objects in it. */
type BucketAction = readonly [action: string, on: 'bucket' | 'objects'];

const READS: readonly BucketAction[] = [['s3:ListBucket', 'bucket'], ['s3:GetObject', 'objects']];
const WRITES: readonly BucketAction[] = [
  ['s3:ListBucket', 'bucket'], ['s3:PutObject', 'objects'], ['s3:DeleteObject', 'objects'],
];

/**
 * What an S3 endpoint does to its bucket and none of `statements` allows, such as `s3:PutObject on the objects`. An
 * action on a resource that is not known counts as allowed.
 */
export function missingBucketActions(
  statements: readonly Json[], endpoint: CfnProperties, resources: TemplateResources,
): string[] {
  const settings = s3Settings(endpoint);
  const acl = asText(settings.CannedAclForObjects) ?? 'none';
  const writes = acl === 'none' ? WRITES : [...WRITES, ['s3:PutObjectAcl', 'objects'] as const];
  return (endpoint.EndpointType === 'source' ? READS : writes)
    .filter(([action, on]) => !statements.some((statement) => mayAllow(statement, action)
      && patternsOf(statement).some((pattern) => covers(pattern, settings.BucketName, on, resources))))
    .map(([action, on]) => `${action} on the ${on}`);
}

/** The resources of a statement. What is not known, or only what it does not cover, may be anything. */
function patternsOf({ Resource: value }: Json): string[] {
  return value === undefined ? ['*'] : listed(value).map(textOf);
}

/** Whether a resource of a statement is the bucket (or objects in it), or may be. */
function covers(
  pattern: string, bucketName: unknown, on: BucketAction[1], resources: TemplateResources,
): boolean {
  const [name, ...path] = pattern.replace(/^arn:[^:]*:s3:::/, '').split('/') as [string, ...string[]];
  const bucket = bucketIn(name, resources);
  // What is filled in at the end may be anything, with a slash in it or not.
  const open = name.endsWith('*') || (name.endsWith('>') && bucket === undefined && path.length === 0);
  const reaches = open || (path.length > 0) === (on === 'objects');
  return reaches && mayBeNamed(name, bucket, bucketName, resources);
}

/** The logical id of the bucket whose name or ARN a text is. */
function bucketIn(text: string, resources: TemplateResources): string | undefined {
  const [, logicalId] = /^<([^.>]*)(?:\.Arn)?>$/.exec(text) ?? [];
  return resources.direct({ Ref: logicalId })?.resource.type === 'AWS::S3::Bucket' ? logicalId : undefined;
}

function mayBeNamed(
  pattern: string, bucket: string | undefined, bucketName: unknown, resources: TemplateResources,
): boolean {
  const target = resources.direct(bucketName)?.resource;
  if (bucket !== undefined && target) return target.logicalId === bucket;
  const name = asText(target ? target.properties.BucketName : bucketName);
  if (name === undefined) return true;
  if (bucket === undefined) return pattern.includes('<') || matches(pattern, name);
  const own = resources.direct({ Ref: bucket })!.resource.properties.BucketName;
  return own === name || isUnresolved(own);
}

import { createHash } from 'node:crypto';
import { isRecord, type Json } from './json';
import { directReference } from '../rules/references';

/** A replication and what it works with, as the template shows them. An imported endpoint has no properties. */
export interface LifecycleSubject {
  /** Of a task, or of the configuration of a serverless replication. */
  readonly task: Json;
  readonly source?: Json;
  readonly target?: Json;
  readonly instance?: Json;
}

/** A digest that does not depend on the order of keys. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(sorted(value)) ?? '').digest('hex').slice(0, 32);
}

/**
 * What a replication cannot be changed in: CloudFormation replaces it. It would change a serverless one, which DMS
 * refuses once that has run: `ServerlessReplication` therefore gives it another `ResourceIdentifier`.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-dms-replicationtask.html
 */
export function identityOf({ task }: LifecycleSubject): Json {
  return pick(task, [
    'MigrationType', 'ReplicationType', 'ReplicationInstanceArn', 'SourceEndpointArn', 'TargetEndpointArn',
    'ResourceIdentifier',
  ]);
}

/**
 * What decides which rows lie in the target, in which shape and where. When it changes, only a new load makes the
 * target what the definition says.
 *
 * Ids, names and the order of rules do not count, as long as the same rule comes first; nor does how the load is done
 * (its order, its parallel parts), nor what is written beside the rows (object tags) or checked (validation).
 */
export function loadOf({ task, source, target }: LifecycleSubject): Json {
  return {
    mappings: mappingsOf(parsed(task['TableMappings'])),
    settings: settingsOf(parsed(task['ReplicationTaskSettings'] ?? task['ReplicationSettings'])),
    source: placeOf(source),
    target: placeOf(target),
  };
}

/**
 * Every `Ref` and `Fn::GetAtt` in a piece of template that does not lead to one of `except`, each once.
 *
 * Values that change without the template showing it (the address of a database that is replaced) still make
 * CloudFormation change an endpoint.
 */
export function referencesIn(value: unknown, except: ReadonlySet<string>): Json[] {
  const found = new Map<string, Json>();
  const visit = (node: unknown): void => {
    const target = directReference(node)?.logicalId;
    if (target !== undefined) {
      if (!except.has(target) && !target.startsWith('AWS::')) found.set(JSON.stringify(node), node as Json);
    } else if (Array.isArray(node)) {
      node.forEach(visit);
    } else if (isRecord(node)) {
      Object.values(node).forEach(visit);
    }
  };
  visit(value);
  return [...found.keys()].sort().map((key) => found.get(key) ?? {});
}

const SETTINGS_OF_ROWS: Readonly<Record<string, string[]>> = {
  FullLoadSettings: ['TargetTablePrepMode'],
  TargetMetadata: [
    'TargetSchema', 'SupportLobs', 'FullLobMode', 'LimitedSizeLobMode', 'LobMaxSize', 'InlineLobMaxSize',
  ],
  CharacterSetSettings: ['CharacterReplacements', 'CharacterSetSupport'],
};

const PLACE = ['DatabaseName', 'ServerName'];
const PLACE_IN_S3 = [
  'BucketName', 'BucketFolder', 'DataFormat', 'IncludeOpForFullLoad', 'TimestampColumnName',
  'ParquetTimestampInMillisecond', 'AddColumnName',
];

/** Text that holds references is no JSON: then every change of it counts. */
function parsed(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function mappingsOf(document: unknown): unknown {
  const rules: unknown = isRecord(document) ? document['rules'] : undefined;
  if (!Array.isArray(rules)) return document;
  return rules
    .filter(isRecord)
    .sort((one, other) => Number(one['rule-id']) - Number(other['rule-id']))
    .map(ruleOf)
    .filter((rule) => rule !== undefined);
}

function ruleOf(rule: Json): Json | undefined {
  const what = without(rule, ['rule-id', 'rule-name']);
  switch (rule['rule-type']) {
    case 'post-processing':
    case 'validation': return undefined;
    case 'selection': return without(what, ['load-order']);
    case 'table-settings': return 'lob-settings' in what ? without(what, ['parallel-load']) : undefined;
    default: return what;
  }
}

function settingsOf(settings: unknown): unknown {
  if (!isRecord(settings)) return settings;
  return Object.fromEntries(Object.entries(SETTINGS_OF_ROWS).map(([group, keys]) => {
    const given = settings[group];
    return [group, isRecord(given) ? pick(given, keys) : given ?? {}];
  }));
}

function placeOf(endpoint: Json | undefined): Json {
  if (endpoint === undefined) return {};
  const s3 = endpoint['S3Settings'];
  return { ...pick(endpoint, PLACE), ...(isRecord(s3) ? { s3: pick(s3, PLACE_IN_S3) } : {}) };
}

const pick = (from: Json, keys: readonly string[]): Json =>
  Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));

const without = (from: Json, keys: readonly string[]): Json =>
  Object.fromEntries(Object.entries(from).filter(([key]) => !keys.includes(key)));

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]));
}

import { isRecord, Json } from '../private/json';
import { endpointSettings } from './connection-attributes';
import { TaskSubject } from './task-kind';
import { parseJsonProperty } from './template';
import { asText, CfnProperties, isLeftOut, isUnresolved, section } from './values';

/** A task as the rules for two ways see it. */
export interface Leg extends TaskSubject {
  /** Where its properties stand. */
  readonly path: string;
  /** Its key of settings. */
  readonly settingsKey: string;
  /** `undefined` when not known. */
  readonly settings?: Json;
  /** The rules of its mapping; `undefined` when not known. */
  readonly rules?: readonly Json[];
}

/** Two tasks between the same two databases, one there and one back. */
export type Pair = readonly [Leg, Leg];

/** A task with its documents read. What is no JSON is told of elsewhere. */
export function legOf(task: TaskSubject, path: string): Leg {
  const settingsKey = 'ReplicationSettings' in task.properties ? 'ReplicationSettings' : 'ReplicationTaskSettings';
  const given = task.properties[settingsKey];
  const settings = isLeftOut(given) ? {} : parsed(given);
  const mappings = parsed(task.properties.TableMappings);
  const rules = isRecord(mappings) ? mappings.rules : undefined;
  return {
    ...task,
    path,
    settingsKey,
    settings: isRecord(settings) && !isUnresolved(settings) ? settings : undefined,
    rules: Array.isArray(rules) ? (rules as unknown[]).map((rule) => section(rule)) : undefined,
  };
}

/** What cannot be read, and what is known at deployment only, is `undefined`. */
function parsed(value: unknown): unknown {
  try {
    return parseJsonProperty(value);
  } catch {
    return undefined;
  }
}

/** Every two of `legs` of which one goes there and the other back, each two once. */
export function pairsOf(legs: readonly Leg[]): Pair[] {
  return legs.flatMap((leg, index) => legs.slice(index + 1)
    .filter((other) => isWayBack(leg, other))
    .map((other): Pair => [leg, other]));
}

function isWayBack(one: Leg, other: Leg): boolean {
  return isSameDatabase(one.source, other.target) && isSameDatabase(one.target, other.source)
    && !isSameDatabase(one.source, one.target);
}

/** Sections of settings that can hold a secret. */
const SECTIONS = ['PostgreSqlSettings', 'OracleSettings', 'MySqlSettings', 'MicrosoftSqlServerSettings'];

/** The secret of an endpoint, as the template refers to it. */
export function secretOf(endpoint: CfnProperties | undefined): unknown {
  return SECTIONS.map((name) => section(endpoint?.[name]).SecretsManagerSecretId).find((secret) => !isLeftOut(secret));
}

/** By server, or by secret: as far as a template tells. Databases are told apart where one server has several. */
function isSameDatabase(one: CfnProperties | undefined, other: CfnProperties | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  if (familyOf(one) !== familyOf(other)) return false;
  if (!isSame(one.DatabaseName, other.DatabaseName)) return false;
  const secret = secretOf(one);
  return isLeftOut(secret)
    ? !isLeftOut(one.ServerName) && isSame(one.ServerName, other.ServerName) && isSame(one.Port, other.Port)
    : isSame(secret, secretOf(other));
}

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Aurora speaks the language of its engine. */
const FAMILIES: Readonly<Record<string, string>> = {
  aurora: 'mysql', 'aurora-serverless': 'mysql', 'aurora-postgresql': 'postgres', 'aurora-postgresql-serverless': 'postgres',
};

function familyOf({ EngineName }: CfnProperties): string | undefined {
  const engine = asText(EngineName);
  return engine === undefined ? undefined : FAMILIES[engine] ?? engine;
}

/** Whether a leg marks what it writes and leaves out what is marked; `undefined` when not known. */
export function preventsLoops({ settings }: Leg): boolean | undefined {
  if (settings === undefined) return undefined;
  const loopback = settings.LoopbackPreventionSettings;
  const enabled = section(loopback).EnableLoopbackPrevention;
  return isUnresolved(loopback) || isUnresolved(enabled) ? undefined : enabled === true;
}

/** Whether DDL of the source reaches the target; `undefined` when not known. */
export function carriesDdl({ source, settings }: Leg): boolean | undefined {
  const capture = endpointSettings(source ?? {}, 'PostgreSqlSettings', ['CaptureDdls']).CaptureDdls;
  if (capture === false || capture === 'false') return false;
  const policy = settings?.ChangeProcessingDdlHandlingPolicy;
  if (settings === undefined || isUnresolved(policy)) return undefined;
  const values = ['HandleSourceTableDropped', 'HandleSourceTableTruncated', 'HandleSourceTableAltered']
    .map((key) => section(policy)[key]);
  if (values.some((value) => isLeftOut(value) || value === true)) return true;
  return values.some((value) => value !== false) ? undefined : false;
}


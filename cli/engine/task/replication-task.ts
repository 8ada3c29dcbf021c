import { createHash } from 'node:crypto';
import { checkTableMappings, checkTaskSettings } from '../../../lib/rules';
import type { Finding } from '../../../lib/rules/finding';
import type { TaskDefinition } from '../../../lib/rules/template';
import { parseJsonProperty } from '../../../lib/rules/template';
import type { TableMappingDocument } from '../../../lib/table-mappings/document';
import { UsageError } from '../../errors';
import type { TypeOptions } from '../columns/postgres-types';
import type { TablePlan } from '../plan/table-plan';
import { tableFolder } from '../target/layout';
import type { LakeSettings } from '../target/s3-settings';
import { readS3Settings } from '../target/s3-settings';
import type { DatabaseSettings } from './database-settings';
import { readDatabaseSettings } from './database-settings';
import type { GivenStart } from './given-start';
import { givenStart } from './given-start';
import type { SettingsInEffect } from './task-settings';
import { readTaskSettings } from './task-settings';
import { refuseUnsupportedMappings } from './supported-mappings';

const MIGRATION_TYPES = ['full-load', 'cdc', 'full-load-and-cdc'] as const;

export type MigrationType = (typeof MIGRATION_TYPES)[number];

/** A DMS task, read from a template, as the engine runs it: into files of a lake or into tables of a database. */
export type ReplicationTask = LakeTask | DatabaseTask;

export interface LakeTask extends AnyTask {
  readonly lake: LakeSettings;
}

export interface DatabaseTask extends AnyTask {
  readonly database: DatabaseSettings;
}

interface AnyTask extends SettingsInEffect {
  /** The logical id in the template. */
  readonly id: string;
  readonly migrationType: MigrationType;
  readonly mappings: TableMappingDocument;
  readonly types: TypeOptions;
  /** `SlotName` of the source endpoint and `CdcStartPosition` of a task that begins there. */
  readonly start: GivenStart | undefined;
  /** `CaptureDdls` of the source endpoint: without it DMS sees no change of a table's definition. */
  readonly captureDdls: boolean;
  /** `FailTasksOnLobTruncation` of the source endpoint. */
  readonly failOnLobTruncation: boolean;
  /** Changes when anything changes that decides what the lake contains. */
  readonly fingerprint: string;
}

/** Whether the rows of a task go into files. */
export function isLakeTask(task: ReplicationTask): task is LakeTask {
  return 'lake' in task;
}

/** The folders of a lake that a task writes to. */
export function foldersOf(task: LakeTask, plans: readonly TablePlan[]): string[] {
  const { transactions } = task.lake;
  return [...plans.map((plan) => folderOf(task, plan)), ...(transactions === undefined ? [] : [transactions.folder])];
}

/** The folder of a table's files in the lake of a task. */
export function folderOf(task: LakeTask, plan: TablePlan): string {
  return tableFolder(task.lake.bucketFolder, plan.schema, plan.name);
}

/** Settings of a PostgreSQL source that change nothing of what a local run reads. */
const SOURCE_WITHOUT_EFFECT = [
  'AfterConnectScript', 'CaptureDdls', 'DdlArtifactsSchema', 'ExecuteTimeout', 'FailTasksOnLobTruncation',
  'HeartbeatEnable', 'HeartbeatFrequency', 'HeartbeatSchema', 'MapBooleanAsBoolean', 'MaxFileSize', 'PluginName',
  'SecretsManagerAccessRoleArn', 'SecretsManagerSecretId', 'SlotName',
];

/** Engines of target endpoints that are PostgreSQL. */
const POSTGRES = ['postgres', 'aurora-postgresql'];

/**
 * Reads a task of a template.
 *
 * @param intoDatabase whether its rows go into a database whatever its target endpoint is
 * @throws {UsageError} when it uses something that the local engine does not have, naming the key
 */
export function readReplicationTask(definition: TaskDefinition, intoDatabase = false): ReplicationTask {
  const { logicalId: id, properties } = definition;
  const refuse = (what: string): never => {
    throw new UsageError(`task ${id}: ${what}`);
  };
  const migrationType = MIGRATION_TYPES.find((type) => type === properties.MigrationType)
    ?? refuse(`MigrationType is ${JSON.stringify(properties.MigrationType)}: it must be one of ${MIGRATION_TYPES.join(', ')}`);
  const source = definition.source ?? refuse('its source endpoint is not in the template');
  const target = definition.target ?? refuse('its target endpoint is not in the template');
  if (!POSTGRES.includes(String(source.properties.EngineName))) {
    refuse(`source engine ${JSON.stringify(source.properties.EngineName)} is not supported by the local engine; it has postgres and aurora-postgresql`);
  }
  const hasPostgres = POSTGRES.includes(String(target.properties.EngineName));
  const usesDatabase = intoDatabase || hasPostgres;
  if (!usesDatabase && target.properties.EngineName !== 's3') {
    refuse(`target engine ${JSON.stringify(target.properties.EngineName)} is not supported by the local engine; it has s3, postgres and aurora-postgresql`);
  }
  const postgres = record(source.properties.PostgreSqlSettings);
  refuseExtraAttributes(id, source.properties.ExtraConnectionAttributes, 'source');
  refuseExtraAttributes(id, target.properties.ExtraConnectionAttributes, 'target');
  const unknown = Object.keys(postgres).find((key) => !SOURCE_WITHOUT_EFFECT.includes(key));
  if (unknown !== undefined) refuse(`PostgreSqlSettings.${unknown} is not supported by the local engine`);

  const mappings = parse(id, 'TableMappings', properties.TableMappings) as TableMappingDocument | undefined
    ?? refuse('TableMappings are not known before deployment: they refer to other resources');
  refuseBroken(id, checkTableMappings(mappings, 'TableMappings'));
  refuseUnsupportedMappings(id, mappings, migrationType, usesDatabase);
  const settingsDocument = parse(id, 'ReplicationTaskSettings', properties.ReplicationTaskSettings) ?? {};
  refuseBroken(id, checkTaskSettings(settingsDocument, 'ReplicationTaskSettings'));
  const settings = readTaskSettings(id, settingsDocument, usesDatabase);
  const lake = usesDatabase ? undefined : readS3Settings(id, record(target.properties.S3Settings));
  const ofTarget = usesDatabase ? record(target.properties.PostgreSqlSettings) : record(target.properties.S3Settings);

  const task: AnyTask = {
    ...settings,
    // Other tasks have nothing to stop before.
    stopAfter: migrationType === 'full-load-and-cdc' ? settings.stopAfter : undefined,
    id,
    migrationType,
    mappings: inTargetSchema(mappings, settings.targetSchema),
    types: {
      timestampsInMilliseconds: lake?.timestampsInMilliseconds ?? false,
      lobMaxBytes: settings.lobMaxBytes,
      supportLobs: settings.supportLobs,
    },
    start: migrationType === 'cdc' ? givenStart(id, postgres.SlotName, properties.CdcStartPosition) : undefined,
    captureDdls: postgres.CaptureDdls !== false,
    failOnLobTruncation: postgres.FailTasksOnLobTruncation === true,
    fingerprint: createHash('sha256')
      .update(JSON.stringify([migrationType, mappings, settingsDocument, usesDatabase ? 'database' : ofTarget, postgres]))
      .digest('hex'),
  };
  return lake === undefined
    ? { ...task, database: readDatabaseSettings(id, settingsDocument, hasPostgres ? ofTarget : {}) }
    : { ...task, lake };
}

/** `TargetSchema` is a rule that every other one precedes: a lower id wins. */
function inTargetSchema(mappings: TableMappingDocument, schema: string): TableMappingDocument {
  if (schema === '') return mappings;
  const id = String(Number.MAX_SAFE_INTEGER);
  return {
    ...mappings,
    rules: [...mappings.rules, {
      'rule-type': 'transformation', 'rule-id': id, 'rule-name': id, 'rule-action': 'rename', 'rule-target': 'schema',
      'object-locator': { 'schema-name': '%' }, value: schema,
    }],
  };
}

function parse(id: string, key: string, value: unknown): unknown {
  try {
    return parseJsonProperty(value);
  } catch (error) {
    throw new UsageError(`task ${id}: ${key}: ${(error as Error).message}`);
  }
}

/** What `dms check` would find is not tried at all. */
function refuseBroken(id: string, findings: readonly Finding[]): void {
  const error = findings.find(({ severity }) => severity === 'error');
  if (error !== undefined) throw new UsageError(`task ${id}: ${error.path}: ${error.message}`);
}

function refuseExtraAttributes(id: string, attributes: unknown, side: string): void {
  if (typeof attributes !== 'string' || attributes === '') return;
  const names = attributes.split(';').map((pair) => pair.split('=')[0]!);
  throw new UsageError(`task ${id}: ExtraConnectionAttributes of the ${side} endpoint (${names.join(', ')}) are not supported by the local engine`);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

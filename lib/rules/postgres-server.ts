import { at, Finding, finding } from './finding';
import { POSTGRES_RULES } from './postgres-source';
import { pathOf, ResourceDefinition, TemplateResources } from './resources';
import { capturesChanges } from './task-kind';
import { isPostgres, TaskDefinition } from './template';
import { asText, isSet } from './values';
import { compareVersions, versionOf } from './versions';

/** The oldest version of DMS that reads a major version of PostgreSQL. */
const OLDEST_DMS: Readonly<Record<number, readonly number[]>> = {
  13: [3, 4, 3], 14: [3, 4, 7], 15: [3, 5, 1], 16: [3, 5, 3], 17: [3, 5, 4], 18: [3, 5, 4],
};

/** Where the pages of DMS name two versions, the later one. */
const SURE_DMS: Readonly<Record<number, readonly number[]>> = { 17: [3, 6, 1] };

/** From this major version on the log of a read replica can be decoded. */
const FIRST_DECODING_REPLICA = 16;

/** Checks the server behind a PostgreSQL source against the task that reads it. */
export function checkPostgresServer(task: TaskDefinition, resources: TemplateResources): Finding[] {
  if (!task.source || !isPostgres(task.source)) return [];
  const major = majorVersion(task, resources);
  return [
    ...checkDmsVersion(task, major),
    ...(capturesChanges(task.properties) ? checkDecoding(task, task.source, major, resources) : []),
  ];
}

/** Of the server as its version or the family of its parameter group tells. */
function majorVersion(task: TaskDefinition, resources: TemplateResources): number | undefined {
  const { sourceDatabase: database, sourceParameterGroup: group } = task;
  const cluster = resources.referenced(database?.properties.DBClusterIdentifier, ['AWS::RDS::DBCluster']);
  const version = asText(database?.properties.EngineVersion) ?? asText(cluster?.properties.EngineVersion);
  const family = /postgres(?:ql)?([0-9]+)$/.exec(asText(group?.properties.Family) ?? '')?.[1];
  const text = version ?? family;
  return text === undefined ? undefined : versionOf(text.split('.')[0]!)[0];
}

function checkDmsVersion({ replicationInstance: instance }: TaskDefinition, major: number | undefined): Finding[] {
  const text = asText(instance?.properties.EngineVersion) ?? '';
  const version = versionOf(text);
  if (!instance || version.length !== 3 || major === undefined) return [];
  const path = at(pathOf(instance), 'EngineVersion');
  const [oldest, sure] = [OLDEST_DMS[major], SURE_DMS[major]];
  if (oldest && compareVersions(version, oldest) < 0) {
    return [finding(POSTGRES_RULES['dms-version'], path,
      `EngineVersion is ${text} and the source is PostgreSQL ${major}: that takes ${oldest.join('.')} or later`)];
  }
  return sure && compareVersions(version, sure) < 0 ? [finding(POSTGRES_RULES['dms-version-unsure'], path,
    `EngineVersion is ${text} and the source is PostgreSQL ${major}: ${sure.join('.')} is sure to read it`)] : [];
}

function checkDecoding(
  task: TaskDefinition, source: ResourceDefinition, major: number | undefined, resources: TemplateResources,
): Finding[] {
  const path = `Resources.${task.logicalId}.Properties.SourceEndpointArn`;
  const no = (why: string): Finding[] => [finding(POSTGRES_RULES['no-change-capture'], path, why)];
  const proxy = resources.referenced(source.properties.ServerName, ['AWS::RDS::DBProxy', 'AWS::RDS::DBProxyEndpoint']);
  if (proxy) return no(`the source is the proxy ${proxy.logicalId}`);
  const { sourceDatabase: database } = task;
  const original = database?.properties.SourceDBInstanceIdentifier ?? database?.properties.ReplicationSourceIdentifier;
  if (database && isSet(original) && major !== undefined && major < FIRST_DECODING_REPLICA) {
    return no(`the source is the read replica ${database.logicalId} of PostgreSQL ${major}`);
  }
  return database?.properties.EngineMode === 'serverless'
    ? no(`the source is the Aurora Serverless v1 cluster ${database.logicalId}`)
    : [];
}

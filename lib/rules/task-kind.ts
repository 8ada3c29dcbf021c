import { asText, CfnProperties } from './values';

/** A task with its endpoints, as far as they are known. */
export interface TaskSubject {
  /** Of an `AWS::DMS::ReplicationTask` or `AWS::DMS::ReplicationConfig`. */
  readonly properties: CfnProperties;
  /** Of the source endpoint. */
  readonly source?: CfnProperties;
  /** Of the target endpoint. */
  readonly target?: CfnProperties;
}

/** Whether it is a serverless replication: its type has another name. */
export const isServerless = (properties: CfnProperties): boolean => 'ReplicationType' in properties;

/** The kind of migration of a replication task or serverless replication; `undefined` when not known. */
export function migrationType(properties: CfnProperties): string | undefined {
  return asText(properties.MigrationType ?? properties.ReplicationType);
}

/** Whether it captures changes, as far as that is known. */
export function capturesChanges(properties: CfnProperties): boolean {
  return migrationType(properties)?.endsWith('cdc') ?? false;
}

/** Whether it loads what is there, as far as that is known. */
export function loadsTables(properties: CfnProperties): boolean {
  return migrationType(properties)?.startsWith('full-load') ?? false;
}

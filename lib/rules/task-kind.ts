import { asText, CfnProperties } from './values';

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

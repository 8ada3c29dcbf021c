import type { DatabaseTask } from './replication-task';
import { readReplicationTask } from './replication-task';

/** A task from PostgreSQL to PostgreSQL, as somebody has it who has no template. */
export interface DatabaseTaskDefinition {
  /** Names the task in checkpoints and in the target's tables of DMS; unique among the tasks of a target. */
  readonly id: string;
  readonly migrationType: 'full-load' | 'cdc' | 'full-load-and-cdc';
  /** The document of table mappings. */
  readonly mappings: object;
  /** The document of task settings. @default - DMS's own settings */
  readonly settings?: object;
}

/** @throws {UsageError} when it uses something that the local engine does not have, naming the key */
export function databaseTask({ id, migrationType, mappings, settings = {} }: DatabaseTaskDefinition): DatabaseTask {
  const endpoint = { logicalId: 'Endpoint', type: 'AWS::DMS::Endpoint', properties: { EngineName: 'postgres' } };
  return readReplicationTask({
    logicalId: id,
    properties: {
      MigrationType: migrationType,
      TableMappings: JSON.stringify(mappings),
      ReplicationTaskSettings: JSON.stringify(settings),
    },
    source: endpoint,
    target: endpoint,
  }) as DatabaseTask;
}

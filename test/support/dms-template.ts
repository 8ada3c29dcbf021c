import { readReplicationTask, type LakeTask } from '../../cli/engine/task/replication-task';
import { readTemplate } from '../../lib/rules/template';

/** The parts of a task that a test wants otherwise than the smallest task has them. */
export interface TemplateOptions {
  readonly rules?: readonly object[];
  readonly s3?: Readonly<Record<string, unknown>>;
  readonly settings?: object;
  readonly source?: Readonly<Record<string, unknown>>;
  readonly migrationType?: string;
}

export const EVERYTHING = selection('%', '%');

/** A selection rule. */
export function selection(schema: string, table: string, rest: object = {}): object {
  return {
    'rule-type': 'selection', 'rule-id': '1', 'rule-name': '1', 'rule-action': 'include',
    'object-locator': { 'schema-name': schema, 'table-name': table }, ...rest,
  };
}

/** A transformation rule for all tables, unless the locator says otherwise. */
export function transformation(id: number, action: string, target: string, locator: object, rest: object = {}): object {
  return {
    'rule-type': 'transformation', 'rule-id': String(id), 'rule-name': String(id), 'rule-action': action,
    'rule-target': target, 'object-locator': { 'schema-name': '%', 'table-name': '%', ...locator }, ...rest,
  };
}

/** A template with one task `Task` from PostgreSQL to Parquet files, everything with an `Op` column. */
export function template(options: TemplateOptions = {}): object {
  return {
    Resources: {
      Source: {
        Type: 'AWS::DMS::Endpoint',
        Properties: { EndpointType: 'source', EngineName: 'postgres', PostgreSqlSettings: options.source ?? {} },
      },
      Target: {
        Type: 'AWS::DMS::Endpoint',
        Properties: {
          EndpointType: 'target', EngineName: 's3',
          S3Settings: {
            BucketName: 'lake', ServiceAccessRoleArn: 'role', DataFormat: 'parquet', IncludeOpForFullLoad: true, ...options.s3,
          },
        },
      },
      Task: {
        Type: 'AWS::DMS::ReplicationTask',
        Properties: {
          MigrationType: options.migrationType ?? 'full-load-and-cdc',
          SourceEndpointArn: { Ref: 'Source' },
          TargetEndpointArn: { Ref: 'Target' },
          TableMappings: JSON.stringify({ rules: options.rules ?? [EVERYTHING] }),
          ReplicationTaskSettings: JSON.stringify(options.settings ?? {}),
        },
      },
    },
  };
}

/** The task of `template(options)`, as the engine reads it. */
export function taskOf(options: TemplateOptions = {}): LakeTask {
  return readReplicationTask(readTemplate(template(options)).tasks[0]!) as LakeTask;
}

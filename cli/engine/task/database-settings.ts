import { TaskSettings } from '../../../lib/task-settings';
import { UsageError } from '../../errors';
import type { RecordErrorPolicy } from './error-policy';

/** What is done about a row that the target does not take as it is. */
export interface ApplyPolicies {
  /** `INSERT_RECORD`: a row with that key is there, and is updated. */
  readonly insert: RecordErrorPolicy | 'INSERT_RECORD';
  /** `UPDATE_RECORD`: there is no row with that key, and it is inserted. */
  readonly update: RecordErrorPolicy | 'UPDATE_RECORD';
  readonly delete: RecordErrorPolicy;
  /** What so many errors of one table come to; with 0 nothing. */
  readonly escalation: { readonly count: number; readonly policy: RecordErrorPolicy };
}

/** `LoopbackPreventionSettings`: transactions that another task has applied are told by a row that they write. */
export interface Loopback {
  readonly sourceSchema: string;
  readonly targetSchema: string;
}

/** What a task with a database as its target has beside the settings of every task. */
export interface DatabaseSettings {
  readonly apply: ApplyPolicies;
  /** `ControlSchema`: where `awsdms_apply_exceptions` and the position are kept. */
  readonly controlSchema: string;
  readonly loopback: Loopback | undefined;
  /** `AfterConnectScript` of the target endpoint. */
  readonly afterConnect: string | undefined;
}

/** Settings of a PostgreSQL target that change nothing of what a local run writes. */
const WITHOUT_EFFECT = [
  'AfterConnectScript', 'ExecuteTimeout', 'MapBooleanAsBoolean', 'MaxFileSize', 'SecretsManagerAccessRoleArn',
  'SecretsManagerSecretId',
];

type Section = Readonly<Record<string, unknown>>;

/**
 * Reads what `document`, the task settings, and the target endpoint's `PostgreSqlSettings` say of a database.
 *
 * @throws {UsageError} for a key that the local engine does not have
 */
export function readDatabaseSettings(task: string, document: unknown, endpoint: Section): DatabaseSettings {
  const unknown = Object.keys(endpoint).find((key) => !WITHOUT_EFFECT.includes(key));
  if (unknown !== undefined) {
    throw new UsageError(`task ${task}: PostgreSqlSettings.${unknown} of the target endpoint is not supported by the local engine`);
  }
  const effective = TaskSettings.fromJson(document).effective() as Readonly<Record<string, Section | null | undefined>>;
  const of = (section: string, key: string): unknown => effective[section]?.[key];
  const text = (section: string, key: string): string => (of(section, key) as string | null | undefined) ?? '';
  const loopback = of('LoopbackPreventionSettings', 'EnableLoopbackPrevention') === true;
  const script = endpoint.AfterConnectScript;
  return {
    apply: {
      insert: of('ErrorBehavior', 'ApplyErrorInsertPolicy') as ApplyPolicies['insert'],
      update: of('ErrorBehavior', 'ApplyErrorUpdatePolicy') as ApplyPolicies['update'],
      delete: of('ErrorBehavior', 'ApplyErrorDeletePolicy') as ApplyPolicies['delete'],
      escalation: {
        count: Number(of('ErrorBehavior', 'ApplyErrorEscalationCount')),
        policy: of('ErrorBehavior', 'ApplyErrorEscalationPolicy') as RecordErrorPolicy,
      },
    },
    controlSchema: text('ControlTablesSettings', 'ControlSchema') || 'public',
    loopback: loopback
      ? {
        sourceSchema: text('LoopbackPreventionSettings', 'SourceSchema'),
        targetSchema: text('LoopbackPreventionSettings', 'TargetSchema'),
      }
      : undefined,
    afterConnect: typeof script === 'string' && script !== '' ? script : undefined,
  };
}

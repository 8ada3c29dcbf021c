import { LogComponentId, LogSeverity, TargetTablePrepMode, TaskSettings } from '../task-settings';

/** What the logs need to show to explain a load and a change that did not arrive. AWS Config looks for the same. */
const LOGGED_COMPONENTS = [
  LogComponentId.SOURCE_UNLOAD,
  LogComponentId.TARGET_LOAD,
  LogComponentId.SOURCE_CAPTURE,
  LogComponentId.TARGET_APPLY,
  LogComponentId.TASK_MANAGER,
];

/**
 * The settings of a task before source, target and user have their say.
 *
 * - The preparation of target tables is explicit: left out, DMS *drops* the tables that it finds.
 * - Logging is on, with capture and apply: it is off at DMS, and a task cannot be explained afterwards.
 *
 * Everything else is left to DMS.
 */
function defaultTaskSettings(): TaskSettings {
  return TaskSettings.of({
    fullLoadSettings: { targetTablePrepMode: TargetTablePrepMode.DO_NOTHING },
    logging: {
      enableLogging: true,
      logComponents: LOGGED_COMPONENTS.map((id) => ({ id, severity: LogSeverity.DEFAULT })),
    },
  });
}

/** The settings of a replication: the defaults, then those of its source, of its target and of the user. */
export function combinedTaskSettings(...ranked: (TaskSettings | undefined)[]): TaskSettings {
  return ranked.reduce<TaskSettings>(
    (settings, other) => (other === undefined ? settings : settings.merge(other)),
    defaultTaskSettings(),
  );
}

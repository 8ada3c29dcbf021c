import { TaskSettings } from '../task-settings';

/** What the logs need to show to explain a load and a change that did not arrive. AWS Config looks for the same. */
const LOGGED_COMPONENTS = ['SOURCE_UNLOAD', 'TARGET_LOAD', 'SOURCE_CAPTURE', 'TARGET_APPLY', 'TASK_MANAGER'];

/**
 * The settings of a task before source, target and user have their say.
 *
 * - The preparation of target tables is explicit: left out, DMS *drops* the tables that it finds.
 * - Logging is on, with capture and apply: it is off at DMS, and a task cannot be explained afterwards.
 *
 * Everything else is left to DMS.
 */
export function defaultTaskSettings(): TaskSettings {
  return TaskSettings.fromJson({
    FullLoadSettings: { TargetTablePrepMode: 'DO_NOTHING' },
    Logging: {
      EnableLogging: true,
      LogComponents: LOGGED_COMPONENTS.map((Id) => ({ Id, Severity: 'LOGGER_SEVERITY_DEFAULT' })),
    },
  });
}

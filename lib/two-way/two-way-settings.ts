import {
  ApplyEscalationPolicy, ApplyInsertErrorPolicy, ApplyUpdateErrorPolicy, DataErrorPolicy, type ErrorBehavior,
  TableErrorPolicy, TargetTablePrepMode, TaskSettings,
} from '../task-settings';
import { ApplyConflicts } from './two-way-mode';
import type { ITwoWaySite } from './two-way-site';

/** What the settings of a leg depend on. */
export interface LegSettingsOptions {
  readonly conflicts: ApplyConflicts;
  /** Kilobytes. */
  readonly lobMaxSize: number;
}

type Side = Pick<ITwoWaySite, 'schema'>;

/**
 * The settings of one leg; those of the other are the same with the sites swapped.
 *
 * - Tables are never dropped or emptied: they carry the fence, and what applications wrote.
 * - Batch apply is off: it loses the marks by which a leg knows the writes of the other one.
 * - DDL is carried by neither leg: it would go round in circles, and the two sites differ in more than their rows.
 * - Recovery points are kept in the target, so that a leg that was interrupted repeats nothing.
 */
export function legSettings(from: Side, to: Side, { conflicts, lobMaxSize }: LegSettingsOptions): TaskSettings {
  return TaskSettings.of({
    loopbackPreventionSettings: {
      enableLoopbackPrevention: true,
      sourceSchema: from.schema,
      targetSchema: to.schema,
    },
    targetMetadata: {
      batchApplyEnabled: false,
      taskRecoveryTableEnabled: true,
      supportLobs: true,
      fullLobMode: false,
      limitedSizeLobMode: true,
      lobMaxSize,
    },
    fullLoadSettings: { targetTablePrepMode: TargetTablePrepMode.DO_NOTHING },
    changeProcessingDdlHandlingPolicy: {
      handleSourceTableDropped: false,
      handleSourceTableTruncated: false,
      handleSourceTableAltered: false,
    },
    validationSettings: { enableValidation: true },
    // Where DMS keeps its exceptions is where people look for them: beside the tables.
    controlTablesSettings: {
      controlSchema: to.schema,
      statusTableEnabled: true,
      suspendedTablesTableEnabled: true,
    },
    errorBehavior: { failOnNoTablesCaptured: true, ...ERRORS[conflicts] },
  });
}

const ERRORS: Readonly<Record<ApplyConflicts, ErrorBehavior>> = {
  [ApplyConflicts.STOP]: {
    dataErrorPolicy: DataErrorPolicy.STOP_TASK,
    dataTruncationErrorPolicy: DataErrorPolicy.STOP_TASK,
    tableErrorPolicy: TableErrorPolicy.STOP_TASK,
    applyErrorInsertPolicy: ApplyInsertErrorPolicy.STOP_TASK,
    applyErrorUpdatePolicy: ApplyUpdateErrorPolicy.STOP_TASK,
    applyErrorDeletePolicy: DataErrorPolicy.STOP_TASK,
  },
  [ApplyConflicts.LOG]: {
    applyErrorInsertPolicy: ApplyInsertErrorPolicy.LOG_ERROR,
    applyErrorUpdatePolicy: ApplyUpdateErrorPolicy.LOG_ERROR,
    applyErrorDeletePolicy: DataErrorPolicy.LOG_ERROR,
    applyErrorEscalationPolicy: ApplyEscalationPolicy.LOG_ERROR,
  },
  [ApplyConflicts.OVERWRITE]: {
    applyErrorInsertPolicy: ApplyInsertErrorPolicy.INSERT_RECORD,
    applyErrorUpdatePolicy: ApplyUpdateErrorPolicy.UPDATE_RECORD,
    applyErrorDeletePolicy: DataErrorPolicy.IGNORE_RECORD,
  },
};

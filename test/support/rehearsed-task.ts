import type { TaskReport } from '../../cli/engine/run/report';
import { newStatistics, type TableStatistics } from '../../cli/engine/task/statistics';
import type { ProgressSink } from '../../cli/output/progress-sink';
import type { RehearsedTask } from '../../cli/report/page';
import { Recorder } from '../../cli/report/recorder';

const STARTED_AT = Date.UTC(2026, 10, 21, 14);

const SILENT: ProgressSink = {
  message: () => undefined,
  tableStarted: () => undefined,
  tableProgress: () => undefined,
  tableFinished: () => undefined,
  tableFailed: () => undefined,
  capture: () => undefined,
  stop: () => undefined,
};

export function statistics(table: string, figures: Partial<TableStatistics> = {}): TableStatistics {
  return {
    ...newStatistics({ schema: 'public', name: table }),
    state: 'Table completed',
    validationState: 'Validated',
    ...figures,
  };
}

export function taskReport(tables: readonly TableStatistics[], report: Partial<TaskReport> = {}): TaskReport {
  return {
    task: 'Task',
    migrationType: 'full-load-and-cdc',
    state: 'finished',
    stopReason: 'NORMAL',
    tables,
    files: [],
    target: 'lake',
    fullLoadSeconds: 5.56,
    cdcLagSeconds: 0.118,
    checkpoint: '0/7ADCC60',
    differences: [],
    warnings: [],
    ...report,
  };
}

/**
 * A rehearsal as it could have been: each table is loaded evenly for two seconds from the same moment on, then changes
 * come for three seconds, every tenth of a second 10 inserts, 20 updates and 1 delete.
 */
export function rehearsedTask(tables: readonly TableStatistics[], report: Partial<TaskReport> = {}): RehearsedTask {
  let now = STARTED_AT;
  const recorder = new Recorder(SILENT, () => now);
  recorder.message('starting');
  now += 1000;
  const names = tables.map(({ schema, table }) => `${schema}.${table}`);
  tables.forEach(({ fullLoadRows }, i) => recorder.tableStarted(names[i]!, fullLoadRows));
  for (let step = 1; step <= 20; step++) {
    now += 100;
    tables.forEach(({ fullLoadRows }, i) => recorder.tableProgress(names[i]!, Math.round(fullLoadRows * step / 20), 0));
  }
  tables.forEach(({ fullLoadRows }, i) => recorder.tableFinished(names[i]!, fullLoadRows, 2));
  for (let step = 1; step <= 30; step++) {
    now += 100;
    recorder.capture({ inserts: 10 * step, updates: 20 * step, deletes: step, lagSeconds: step === 10 ? 2 : 0.5 });
  }
  return { report: taskReport(tables, report), recording: recorder.recording };
}

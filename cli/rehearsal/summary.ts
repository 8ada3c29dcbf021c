import { differenceText, type TaskReport } from '../engine/run/report';
import { isDatabaseUrl } from '../engine/target/target-location';
import type { TableStatistics } from '../engine/task/statistics';
import { counted, grouped, seconds } from '../output/numbers';
import { table, type TableColumn } from '../output/table';

const COLUMNS: readonly TableColumn[] = [
  { title: 'Table' },
  { title: 'State' },
  { title: 'Full load rows', align: 'right' },
  { title: 'Inserts', align: 'right' },
  { title: 'Updates', align: 'right' },
  { title: 'Deletes', align: 'right' },
  { title: 'DDLs', align: 'right' },
  { title: 'Validation' },
];

/** What a person wants to know of a finished run: DMS's table statistics, and where the files are. */
export function summary(report: TaskReport): string {
  const bytes = report.files.reduce((sum, file) => sum + file.bytes, 0);
  const lag = report.cdcLagSeconds === undefined ? '' : `, lag at the end ${seconds(report.cdcLagSeconds)}`;
  return [
    `Task ${report.task} (${report.migrationType}): ${stateOf(report)}`,
    '',
    table(COLUMNS, report.tables.map(cells)),
    '',
    `Full load in ${seconds(report.fullLoadSeconds)}${lag}, checkpoint ${report.checkpoint}`,
    isDatabaseUrl(report.target) ? `Tables in ${report.target}`
      : `${counted(report.files.length, 'file')}, ${(bytes / 1e6).toFixed(1)} MB, in ${report.target}`,
    ...report.differences.flatMap(({ schema, table: name, examples }) =>
      examples.map((example) => `differs: ${schema}.${name}: ${differenceText(example)}`)),
    ...report.warnings.map((warning) => `warning: ${warning}`),
  ].join('\n');
}

/** Why it stopped, when nobody interrupted it. */
function stateOf({ state, stopReason }: TaskReport): string {
  return state === 'stopped' && stopReason !== 'NORMAL' ? `${state} (${stopReason})` : state;
}

function cells(statistics: TableStatistics): string[] {
  const { schema, table: name, state, fullLoadRows, inserts, updates, deletes, ddls, validationState } = statistics;
  const failed = statistics.validationFailed === 0 ? '' : ` (${grouped(statistics.validationFailed)})`;
  return [
    `${schema}.${name}`,
    state,
    ...[fullLoadRows, inserts, updates, deletes, ddls].map(grouped),
    validationState + failed,
  ];
}

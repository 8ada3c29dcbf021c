import type { TableStatistics } from '../engine/task/statistics';
import { counted } from '../output/numbers';
import { badge, dataTable, folded, type Cell, type Column } from './blocks';
import { duration } from './format';
import { html, type Html } from './html';
import type { TableLoad } from './recording';

/** With more tables than these, only those that need attention are shown at once. */
const MOST_SHOWN = 60;

const COLUMNS: readonly Column[] = [
  { title: 'Table' },
  { title: 'State', kind: 'word' },
  { title: 'Load time', kind: 'number' },
  { title: 'Full load rows', kind: 'number' },
  { title: 'Inserts', kind: 'number' },
  { title: 'Updates', kind: 'number' },
  { title: 'Deletes', kind: 'number' },
  { title: 'DDLs', kind: 'number' },
  { title: 'Validation', kind: 'word' },
  { title: 'Rows that differ', kind: 'number' },
];

const COUNTERS = ['fullLoadRows', 'inserts', 'updates', 'deletes', 'ddls'] as const;

/** What DMS's own table statistics say, table by table. */
export function tableStatistics(tables: readonly TableStatistics[], loads: readonly TableLoad[]): Html {
  const seconds = new Map(loads.map((load) => [load.table, load.seconds]));
  const section = (caption: string, shown: readonly TableStatistics[], totals?: readonly Cell[]): Html => {
    const rows = shown.map((table) => row(table, seconds.get(titleOf(table))));
    return dataTable({ caption, columns: COLUMNS, rows, totals });
  };
  const all = section('Table statistics', tables, tables.length > 1 ? totalsOf(tables) : undefined);
  if (tables.length <= MOST_SHOWN) return all;
  const attention = tables.filter(needsAttention);
  return html`${attention.length === 0 ? undefined : section('Tables that need attention', attention)}
${folded(`Statistics of all ${counted(tables.length, 'table')}`, all)}`;
}

/** As in the command's own output. */
export function titleOf({ schema, table }: TableStatistics): string {
  return `${schema}.${table}`;
}

function row(table: TableStatistics, loadSeconds: number | undefined): Cell[] {
  const { state, validationState, validationFailed } = table;
  return [
    titleOf(table),
    state === 'Table error' ? badge('error', state) : state,
    loadSeconds === undefined ? undefined : duration(loadSeconds),
    ...COUNTERS.map((counter) => table[counter]),
    validation(validationState),
    validationFailed,
  ];
}

function validation(state: TableStatistics['validationState']): Cell {
  if (state === 'Validated') return badge('ok', state);
  if (state === 'Mismatched records') return badge('error', state);
  return state === 'Not enabled' ? state : badge('warning', state);
}

function needsAttention({ state, validationState }: TableStatistics): boolean {
  return state === 'Table error' || !(validationState === 'Validated' || validationState === 'Not enabled');
}

function totalsOf(tables: readonly TableStatistics[]): Cell[] {
  const sum = (counter: (typeof COUNTERS)[number] | 'validationFailed'): number =>
    tables.reduce((total, table) => total + table[counter], 0);
  return [counted(tables.length, 'table'), undefined, undefined, ...COUNTERS.map(sum), undefined, sum('validationFailed')];
}

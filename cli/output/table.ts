import Table from 'cli-table3';
import { paintFor } from './style';

export interface TableColumn {
  readonly title: string;
  /** @default 'left' */
  readonly align?: 'left' | 'right';
}

const GAP = '  ';
const NO_BORDERS = {
  top: '', 'top-mid': '', 'top-left': '', 'top-right': '',
  bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: GAP,
};

/** Aligned columns without borders, as wide as what they hold: for eyes, and for `awk` as well. */
export function table(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  stream: NodeJS.WritableStream = process.stdout,
): string {
  const paint = paintFor(stream);
  const lines = new Table({
    head: columns.map(({ title }) => paint('bold', title)),
    colAligns: columns.map(({ align }) => align ?? 'left'),
    chars: NO_BORDERS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  lines.push(...rows.map((row) => [...row]));
  return lines.toString().split('\n').map((line) => line.trimEnd()).join('\n');
}

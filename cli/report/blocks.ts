import { grouped } from '../output/numbers';
import { html, type Content, type Html } from './html';

export interface Column {
  readonly title: string;
  /** Numbers are right-aligned, words are not broken over lines. @default 'text' */
  readonly kind?: 'text' | 'number' | 'word';
}

/** A cell in words or, grouped by thousands, in figures. */
export type Cell = string | number | Html | undefined;

export interface DataTable {
  /** Said to those who do not see what stands above it. */
  readonly caption: string;
  readonly columns: readonly Column[];
  /** The first cell of each names it. */
  readonly rows: readonly (readonly Cell[])[];
  /** The sums, with an empty cell where there is none. */
  readonly totals?: readonly Cell[];
}

/** A table that scrolls sideways where it is wider than the screen. */
export function dataTable({ caption, columns, rows, totals }: DataTable): Html {
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${columns.map(({ title, kind }) => html`<th scope="col"${classOf(kind)}>${title}</th>`)}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${tableRow(columns, row)}</tr>
`)}</tbody>
${totals === undefined ? undefined : html`<tfoot><tr>${tableRow(columns, totals)}</tr></tfoot>
`}</table></div>
`;
}

function tableRow(columns: readonly Column[], cells: readonly Cell[]): Html[] {
  return cells.map((cell, i) => {
    const text = typeof cell === 'number' ? grouped(cell) : cell;
    const kind = classOf(columns[i]?.kind);
    return i === 0 ? html`<th scope="row"${kind}>${text}</th>` : html`<td${kind}>${text}</td>`;
  });
}

function classOf(kind: Column['kind'] = 'text'): Html | undefined {
  return kind === 'text' ? undefined : html` class="${kind}"`;
}

/** Something long, closed until somebody wants to see it. */
export function folded(summary: string, content: Content): Html {
  return html`<details><summary>${summary}</summary>
${content}</details>
`;
}

/** Shown at once while it is short. */
export function foldedIf(isLong: boolean, summary: string, content: Content): Content {
  return isLong ? folded(summary, content) : content;
}

/** `ok`, `warning` and `error` look different, and never only by their colour. */
export type Tone = 'ok' | 'warning' | 'error';

export function badge(tone: Tone, text: string): Html {
  return html`<span class="badge ${tone}">${text}</span>`;
}

import { position, type Axis } from './axis';
import { tickLabel } from './format';
import { html, type Html } from './html';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly name: string;
  /** What the legend says besides the name: a total, a peak. */
  readonly note: string;
  /** In the order of x. */
  readonly points: readonly Point[];
  /** Where the line ends when it is drawn on, flat, to the end of the axis: there it gets a dot. */
  readonly end?: Point;
}

export interface LineChart {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** What there is to see, for those who do not see it. */
  readonly description: string;
  readonly x: Axis;
  readonly y: Axis;
  /** Each with a colour and a label of its own. */
  readonly lines: readonly Line[];
  /** Drawn behind them in grey: what the others are like. */
  readonly others?: readonly Line[];
}

/** How many lines can be told apart by their colours; the styles have as many. */
export const COLOURS = 6;

/** The drawing is stretched to its place: its units are shares of a thousand. Text would stretch and is not drawn. */
const SIZE = 1000;
/** The height of a label beside the drawing, in percent of the drawing's. */
const LABEL_HEIGHT = 8;

/** A chart as wide as the page, with its text in the page's size at any width. */
export function lineChart(chart: LineChart): Html {
  const { id, title, description, x, y, lines, others = [] } = chart;
  return html`
<figure class="chart">
<figcaption>${title}</figcaption>
${legend(lines, others)}
<p class="unit" aria-hidden="true">${y.title}</p>
<div class="drawing">
<div class="ticks-y" aria-hidden="true">${ticks(y, 'bottom')}</div>
<svg viewBox="0 0 ${SIZE} ${SIZE}" preserveAspectRatio="none" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title>
<desc id="${id}-desc">${description}</desc>
<path class="grid" d="${y.ticks.map((tick) => `M0 ${vertical(y, tick)}H${SIZE}`).join('')}"/>
${others.map((line) => drawnLine(chart, line, 'other'))}
${lines.map((line, i) => drawnLine(chart, line, `colour-${i + 1}`))}
</svg>
<ul class="labels" aria-hidden="true">${labels(chart)}</ul>
<div class="ticks-x" aria-hidden="true">${ticks(x, 'left')}</div>
</div>
<p class="unit x" aria-hidden="true">${x.title}</p>
</figure>
`;
}

function drawnLine(chart: LineChart, { name, points, end }: Line, colour: string): Html {
  const dot = end === undefined || colour === 'other'
    ? undefined
    : html`<path class="dot ${colour}" d="${pathOf(chart, [end])}h0"/>`;
  return html`<path class="line ${colour}" d="${pathOf(chart, points)}"><title>${name}</title></path>${dot}
`;
}

function ticks(axis: Axis, side: 'left' | 'bottom'): Html[] {
  return axis.ticks.map((tick) => html`<span style="${side}:${percent(axis, tick)}%">${tickLabel(tick)}</span>`);
}

function legend(lines: readonly Line[], others: readonly Line[]): Html {
  const grey = others.length === 0 ? undefined : html`<li><i class="other"></i>${others.length} more tables</li>`;
  return html`<ul class="legend">${lines.map(({ name, note }, i) =>
    html`<li><i class="colour-${i + 1}"></i><span class="name" title="${name}">${name}</span> <b>${note}</b></li>`)}${grey}</ul>`;
}

/** The names of the lines beside their ends, moved apart as far as they need. */
function labels({ lines, y }: LineChart): Html[] {
  const ends = lines
    .map(({ name, points }, i) => ({ name, colour: i + 1, top: 100 - percent(y, points.at(-1)?.y ?? 0) }))
    .sort((a, b) => a.top - b.top);
  const tops = movedApart(ends.map(({ top }) => top), LABEL_HEIGHT);
  return ends.map(({ name, colour }, i) =>
    html`<li class="colour-${colour}" style="top:${rounded(tops[i]!)}%" title="${name}">${name}</li>`);
}

/** Down until none touches the one above it, and up again where that led out of the drawing. */
function movedApart(tops: readonly number[], gap: number): number[] {
  const moved: number[] = [];
  for (const top of tops) moved.push(Math.max(top, (moved.at(-1) ?? -Infinity) + gap));
  for (let i = moved.length - 1, limit = 100; i >= 0; i--, limit = moved[i + 1]! - gap) {
    moved[i] = Math.min(moved[i]!, limit);
  }
  return moved;
}

/** Whole units are finer than a screen; what lies on the line between its neighbours is left out. */
function pathOf({ x, y }: LineChart, points: readonly Point[]): string {
  const drawn: [number, number][] = [];
  for (const point of points) {
    const next: [number, number] = [Math.round(position(x, point.x) * SIZE), vertical(y, point.y)];
    const last = drawn.at(-1);
    const previous = drawn.at(-2);
    if (last !== undefined && previous !== undefined && isStraight(previous, last, next)) drawn.pop();
    drawn.push(next);
  }
  return drawn.map(([left, top], i) => `${i === 0 ? 'M' : 'L'}${left} ${top}`).join('');
}

/** Whether the way is flat, or upright and never back. */
function isStraight(a: readonly [number, number], b: readonly [number, number], c: readonly [number, number]): boolean {
  if (a[1] === b[1] && b[1] === c[1]) return true;
  return a[0] === b[0] && b[0] === c[0] && (b[1] - a[1]) * (c[1] - b[1]) >= 0;
}

function vertical(axis: Axis, value: number): number {
  return Math.round((1 - position(axis, value)) * SIZE);
}

function percent(axis: Axis, value: number): number {
  return rounded(position(axis, value) * 100);
}

function rounded(value: number): number {
  return Number(value.toFixed(2));
}

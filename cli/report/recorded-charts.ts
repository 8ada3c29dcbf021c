import { grouped } from '../output/numbers';
import { axisBetween, axisFromZero, timeUnit, type Axis, type TimeUnit } from './axis';
import { COLOURS, type Line, type LineChart, type Point } from './chart';
import { duration, rate, tickLabel } from './format';
import type { CaptureSample, Recording, TableLoad } from './recording';

/** More grey lines than these cannot be told from each other. */
const MOST_OTHERS = 40;
/** Rates are means over intervals: the shortest of these, in seconds, with which there are not too many. */
const INTERVALS = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
const MOST_INTERVALS = 120;

const CHANGES = ['inserts', 'updates', 'deletes'] as const;
type ChangeKind = (typeof CHANGES)[number];

/** The charts of what was recorded; none for what did not happen. */
export function recordedCharts(id: string, { loads, captures }: Recording): LineChart[] {
  return [
    ...(loads.length === 0 ? [] : [loadChart(`${id}-load`, loads)]),
    ...(captures.length === 0 ? [] : [changesChart(`${id}-changes`, captures)]),
    ...(captures.some(({ lagSeconds }) => lagSeconds !== undefined) ? [lagChart(`${id}-lag`, captures)] : []),
  ];
}

function loadChart(id: string, loads: readonly TableLoad[]): LineChart {
  const time = timeAxis(loads.flatMap(({ samples }) => samples));
  const largest = [...loads].sort((a, b) => rowsOf(b) - rowsOf(a));
  const shown = largest.slice(0, COLOURS + MOST_OTHERS);
  const lines = shown.map((load) => loadLine(load, time));
  const total = loads.reduce((sum, load) => sum + rowsOf(load), 0);
  const left = loads.length > shown.length ? `, the ${shown.length} largest of ${grouped(loads.length)} tables` : '';
  return {
    id,
    title: `Rows loaded${left}`,
    description: `${grouped(total)} rows of ${grouped(loads.length)} tables. The largest: ` +
      lines.slice(0, COLOURS).map(({ name, note }) => `${name} ${note}`).join('; '),
    x: time.axis,
    y: axisFromZero('rows', rowsOf(largest[0]!), 1),
    lines: lines.slice(0, COLOURS),
    others: lines.slice(COLOURS),
  };
}

function loadLine(load: TableLoad, { unit, axis }: Time): Line {
  const points = load.samples.map(({ at, rows }): Point => ({ x: at / unit.seconds, y: rows }));
  const end = points.at(-1);
  const note = `${grouped(rowsOf(load))} rows ${load.seconds === undefined ? '(unfinished)' : `in ${duration(load.seconds)}`}`;
  // What is loaded stays loaded: the line goes on to the axis' end, where its label is.
  return { name: load.table, note, points: end === undefined ? points : [...points, { ...end, x: axis.max }], end };
}

function rowsOf({ samples }: TableLoad): number {
  return samples.at(-1)?.rows ?? 0;
}

function changesChart(id: string, captures: readonly CaptureSample[]): LineChart {
  const { unit, axis } = timeAxis(captures);
  const edges = intervalEdges(captures);
  const last = captures.at(-1)!;
  const lines = CHANGES.map((kind) => {
    const steps = rates(captures, edges, kind);
    const peak = Math.max(...steps.map(({ perSecond }) => perSecond));
    return {
      name: kind,
      note: `${grouped(last[kind])}, up to ${rate(peak)}/s`,
      peak,
      points: steps.flatMap(({ from, to, perSecond }): Point[] => [
        { x: from / unit.seconds, y: perSecond },
        { x: to / unit.seconds, y: perSecond },
      ]),
    };
  });
  return {
    id,
    title: `Changes applied per second, mean of each ${tickLabel(edges[1]! - edges[0]!)} s`,
    description: lines.map(({ name, note }) => `${name}: ${note}`).join('; '),
    x: axis,
    y: axisFromZero('changes per second', Math.max(...lines.map(({ peak }) => peak))),
    lines,
  };
}

interface Step {
  readonly from: number;
  readonly to: number;
  readonly perSecond: number;
}

/** The last interval is as long as what is left, and joined to the one before when that is little. */
function intervalEdges(captures: readonly CaptureSample[]): number[] {
  const begin = captures[0]!.at;
  const end = Math.max(captures.at(-1)!.at, begin + 0.001);
  const span = end - begin;
  const length = INTERVALS.find((interval) => span / interval <= MOST_INTERVALS) ?? span / MOST_INTERVALS;
  const whole = Math.max(1, Math.round(span / length));
  return [...Array.from({ length: whole }, (_, i) => begin + i * length), end];
}

function rates(captures: readonly CaptureSample[], edges: readonly number[], kind: ChangeKind): Step[] {
  const counts = countsAt(captures, edges, kind);
  return edges.slice(1).map((to, i) => {
    const from = edges[i]!;
    return { from, to, perSecond: (counts[i + 1]! - counts[i]!) / (to - from) };
  });
}

/** The count at each of the moments, which ascend; between two samples it is taken to have grown evenly. */
function countsAt(captures: readonly CaptureSample[], moments: readonly number[], kind: ChangeKind): number[] {
  let next = 0;
  return moments.map((moment) => {
    while (next < captures.length && captures[next]!.at <= moment) next++;
    const before = captures[Math.max(0, next - 1)]!;
    const after = captures[next];
    if (after === undefined) return before[kind];
    return before[kind] + (after[kind] - before[kind]) * (moment - before.at) / (after.at - before.at);
  });
}

function lagChart(id: string, captures: readonly CaptureSample[]): LineChart {
  const { unit, axis } = timeAxis(captures);
  const lags = captures.flatMap(({ at, lagSeconds }) => (lagSeconds === undefined ? [] : [{ at, lagSeconds }]));
  const longest = Math.max(...lags.map(({ lagSeconds }) => lagSeconds));
  const lagUnit = timeUnit(longest);
  const note = `at most ${duration(longest)}, at the end ${duration(lags.at(-1)!.lagSeconds)}`;
  return {
    id,
    title: 'Lag from commit to capture',
    description: `The lag was ${note}.`,
    x: axis,
    y: axisFromZero(lagUnit.name, longest / lagUnit.seconds),
    lines: [{
      name: 'lag',
      note,
      points: lags.map(({ at, lagSeconds }) => ({ x: at / unit.seconds, y: lagSeconds / lagUnit.seconds })),
    }],
  };
}

interface Time {
  readonly unit: TimeUnit;
  readonly axis: Axis;
}

/** From the first to the last of the samples, on the clock of the messages. */
function timeAxis(samples: readonly { readonly at: number }[]): Time {
  const moments = samples.map(({ at }) => at);
  const [min, max] = [moments.reduce((a, b) => Math.min(a, b)), moments.reduce((a, b) => Math.max(a, b))];
  const unit = timeUnit(max - min);
  return { unit, axis: axisBetween(`${unit.name} since the rehearsal began`, min / unit.seconds, max / unit.seconds) };
}

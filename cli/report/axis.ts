/** What part of an axis is shown, and where it is marked. */
export interface Axis {
  /** What is measured, with its unit: `rows`, `minutes`. */
  readonly title: string;
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
}

export interface TimeUnit {
  readonly name: string;
  readonly seconds: number;
}

const SECONDS: TimeUnit = { name: 'seconds', seconds: 1 };
/** The largest first, with the number of seconds from which on it reads best. */
const LONGER_UNITS: readonly (TimeUnit & { readonly from: number })[] = [
  { name: 'hours', seconds: 3600, from: 3 * 3600 },
  { name: 'minutes', seconds: 60, from: 3 * 60 },
];

/** The most steps of an axis; there may be half as many. */
const STEPS = 8;
/** An axis needs some length, also when everything happened at once. */
const SHORTEST = 0.01;

/** From zero to the first mark that nothing exceeds. */
export function axisFromZero(title: string, max: number, smallestStep = 0): Axis {
  const step = Math.max(smallestStep, niceStep(Math.max(max, SHORTEST) / STEPS));
  const count = Math.max(1, Math.ceil(max / step - 1e-9));
  const ticks = multiples(step, 0, count);
  return { title, min: 0, max: ticks.at(-1)!, ticks };
}

/** Just what is between two values, marked where a round number lies in it. */
export function axisBetween(title: string, min: number, max: number): Axis {
  const end = Math.max(max, min + SHORTEST);
  const step = niceStep((end - min) / STEPS);
  return { title, min, max: end, ticks: multiples(step, Math.ceil(min / step - 1e-9), Math.floor(end / step + 1e-9)) };
}

/** The unit in which a time of this length reads best. */
export function timeUnit(seconds: number): TimeUnit {
  return LONGER_UNITS.find(({ from }) => seconds >= from) ?? SECONDS;
}

/** Where a value lies, as a share of the axis. */
export function position({ min, max }: Axis, value: number): number {
  return (value - min) / (max - min);
}

/** The next larger of 1, 2, 5, 10, 20, 50 … */
function niceStep(atLeast: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(atLeast));
  const factor = [1, 2, 5].find((candidate) => candidate * magnitude >= atLeast * (1 - 1e-9)) ?? 10;
  return factor * magnitude;
}

/** Through a decimal text, so that three steps of 0.1 are 0.3. */
function multiples(step: number, first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

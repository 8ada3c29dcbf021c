/** How a sequence counts and where it stands. Numbers of PostgreSQL and Oracle are larger than those of JavaScript. */
export interface SequencePosition {
  /** The number that it gives next. */
  readonly coming: bigint;
  /** Below zero for one that counts down. */
  readonly increment: bigint;
  /** By how much it was counted up before it was interleaved: a program may take so many numbers at once. */
  readonly step: bigint;
}

/**
 * The number from which a sequence has to go on so that it comes after `taken`, a number that its twin has given, and
 * `gap` more; `undefined` when it does already. It stays in its own class of numbers.
 */
export function raisedNumber(
  { coming, increment, step }: SequencePosition, taken: bigint, gap: bigint,
): bigint | undefined {
  const sign = increment < 0n ? -1n : 1n;
  const missing = taken * sign + magnitude(step) + gap - coming * sign;
  if (missing <= 0n) return undefined;
  const width = magnitude(increment);
  const turns = (missing + width - 1n) / width;
  return coming + turns * increment;
}

/** The one of two numbers that a sequence with this increment reaches later. */
export const further = (increment: bigint, one: bigint, other: bigint): bigint =>
  ((increment < 0n) === (one < other) ? one : other);

/** Whether site `position` (1 for the first) of `sites` gives only numbers of its own. */
export function isInterleaved({ coming, increment, step }: SequencePosition, position: number, sites: number): boolean {
  const sign = step < 0n ? -1n : 1n;
  const width = magnitude(step) * BigInt(sites);
  if (increment !== step * BigInt(sites)) return false;
  return (1n + BigInt(position - 1) * magnitude(step) - coming * sign) % width === 0n;
}

const magnitude = (number: bigint): bigint => (number < 0n ? -number : number);

import { grouped } from './numbers';
import type { CaptureState } from './progress-sink';

const COUNT_WIDTH = 9;

/** Fixed width, so that the numbers stay in their places while they grow. */
export function captureLine({ inserts, updates, deletes, lagSeconds }: CaptureState): string {
  const count = (value: number): string => grouped(value).padStart(COUNT_WIDTH);
  const lag = lagSeconds === undefined ? '' : `  lag ${lagSeconds.toFixed(1).padStart(6)} s`;
  return `changes ${count(inserts)} inserts ${count(updates)} updates ${count(deletes)} deletes${lag}`;
}

import { compact, grouped } from './numbers';
import type { CaptureState } from './progress-sink';

const COUNT_WIDTH = 9;

/** One line of at most 80 columns and of fixed width, so that the numbers stay in their places while they grow. */
export function captureLine({ inserts, updates, deletes, lagSeconds }: CaptureState, perSecond?: number): string {
  const count = (value: number): string => grouped(value).padStart(COUNT_WIDTH);
  const rate = perSecond === undefined ? '' : compact(perSecond);
  const lag = lagSeconds === undefined ? '' : `  lag ${lagSeconds.toFixed(1).padStart(6)} s`;
  return `changes ${count(inserts)} I ${count(updates)} U ${count(deletes)} D  ${rate.padStart(5)} changes/s${lag}`;
}

/** The same for logs, where nothing moves. */
export function captureText({ inserts, updates, deletes, lagSeconds }: CaptureState, perSecond?: number): string {
  return [
    `changes: ${grouped(inserts)} inserts, ${grouped(updates)} updates, ${grouped(deletes)} deletes`,
    ...(perSecond === undefined ? [] : [`${compact(perSecond)} changes/s`]),
    ...(lagSeconds === undefined ? [] : [`lag ${lagSeconds.toFixed(1)} s`]),
  ].join(', ');
}

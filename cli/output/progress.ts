import type { WriteStream } from 'node:tty';
import { BarProgress } from './progress-bars';
import { LineProgress } from './progress-lines';
import type { ProgressSink } from './progress-sink';

export type { CaptureState, ProgressSink } from './progress-sink';

/**
 * Bars on a terminal, plain lines elsewhere and with `--json`: always on stderr, stdout is for results.
 */
export function createProgress(json: boolean, stream: NodeJS.WritableStream = process.stderr): ProgressSink {
  const isTerminal = (stream as Partial<WriteStream>).isTTY === true;
  return isTerminal && !json ? new BarProgress(stream) : new LineProgress(stream);
}

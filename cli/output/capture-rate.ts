import type { CaptureState } from './progress-sink';

/** A speed is that of the last seconds: long enough to be read, short enough to be news. */
const WINDOW_MS = 5_000;

interface Heard {
  readonly at: number;
  readonly changes: number;
}

/** How many changes a second were captured lately. */
export class CaptureRate {
  private heard: Heard[] = [];

  /** @param now milliseconds */
  public hear({ inserts, updates, deletes }: CaptureState, now: number): void {
    const changes = inserts + updates + deletes;
    const newest = this.heard.at(-1);
    // The stream reports far more often than anybody looks.
    if (newest !== undefined && this.heard.length > 1 && now - this.heard.at(-2)!.at < WINDOW_MS / 50) this.heard.pop();
    this.heard.push({ at: now, changes });
    // One moment before the window stays: the speed is that since then.
    while (this.heard.length > 2 && now - this.heard[1]!.at >= WINDOW_MS) this.heard.shift();
  }

  /** `undefined` before a moment has passed. */
  public get perSecond(): number | undefined {
    const [first, last] = [this.heard[0], this.heard.at(-1)];
    if (first === undefined || last === undefined || last.at === first.at) return undefined;
    return (last.changes - first.changes) * 1000 / (last.at - first.at);
  }
}

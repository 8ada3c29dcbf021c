import type { Clock } from '../../client/src';

/** Time that passes only when everybody waits. */
export class VirtualTime implements Clock {
  private time = 0;
  private readonly waiting: { readonly at: number; readonly go: () => void }[] = [];

  public constructor(private readonly origin = Date.parse('2026-11-25T12:00:00Z')) {}

  public readonly elapsed = (): number => this.time;
  public readonly now = (): Date => new Date(this.origin + this.time);
  public readonly sleep = (milliseconds: number): Promise<void> => new Promise((go) => {
    this.waiting.push({ at: this.time + milliseconds, go });
  });

  /** ISO 8601 */
  public at(milliseconds: number): string {
    return new Date(this.origin + milliseconds).toISOString();
  }

  /** Lets time pass until the work is done. */
  public async until<T>(work: Promise<T>): Promise<T> {
    let isDone = false;
    const done = (): void => { isDone = true; };
    work.then(done, done);
    for (;;) {
      // Everything that does not wait for time comes first.
      await new Promise(setImmediate);
      if (isDone) return work;
      const [next] = this.waiting.sort((one, other) => one.at - other.at).splice(0, 1);
      if (next === undefined) throw new Error('somebody waits for something other than time');
      this.time = Math.max(this.time, next.at);
      next.go();
    }
  }
}

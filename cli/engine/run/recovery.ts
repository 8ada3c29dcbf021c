import { setTimeout as sleep } from 'node:timers/promises';
import { UsageError, messageOf } from '../../errors';
import { counted } from '../../output/numbers';
import { isLostConnection } from '../source/lost-connection';
import type { RetryPolicy } from '../task/task-settings';
import type { Checkpoint } from './checkpoint';

/** DMS tries for ever, unattended; here somebody waits, and nothing is lost by going on later. */
const PATIENCE_SECONDS = 120;

/** Waits for a source that went away, as `RecoverableError…` of the task's settings say. */
export class Recovery {
  private begun = false;
  /** Tries since the run last got on. */
  private tries = 0;
  private waited = 0;
  private reached = '';

  public constructor(
    private readonly policy: RetryPolicy,
    private readonly signal: AbortSignal,
    private readonly tell: (text: string) => void,
  ) {}

  /** The source was reached: that it cannot be reached any more is not a mistake of who called. */
  public runBegins(): void {
    this.begun = true;
  }

  /**
   * Waits before the next try.
   *
   * @param checkpoint how far the run had come; `undefined` when it had not begun
   * @throws the error itself when it is not that of a lost connection
   * @throws {UsageError} when there is to be no further try
   */
  public async wait(error: unknown, checkpoint: Checkpoint | undefined): Promise<void> {
    if (checkpoint === undefined || !this.begun || !isLostConnection(error)) throw error;
    const reached = `${checkpoint.phase} ${checkpoint.lsn}`;
    if (reached !== this.reached) this.tries = this.waited = 0;
    this.reached = reached;
    const seconds = this.nextInterval();
    if (seconds === undefined || this.signal.aborted) throw this.givenUp(error);
    this.tries++;
    this.waited += seconds;
    this.tell(`the connection to the source was lost (${messageOf(error)}): trying again in ${seconds} s`);
    await sleep(seconds * 1000, undefined, { signal: this.signal }).catch(() => {
      throw this.givenUp(error);
    });
  }

  private nextInterval(): number | undefined {
    const { count, intervalSeconds, throttling, longestIntervalSeconds, stopsAtLongestInterval } = this.policy;
    if (count >= 0 && this.tries >= count) return undefined;
    const wanted = throttling ? intervalSeconds * 2 ** this.tries : intervalSeconds;
    if (throttling && wanted > longestIntervalSeconds && stopsAtLongestInterval) return undefined;
    const seconds = throttling ? Math.min(wanted, longestIntervalSeconds) : wanted;
    return count < 0 && this.waited + seconds > PATIENCE_SECONDS ? undefined : seconds;
  }

  private givenUp(error: unknown): UsageError {
    const tried = this.tries === 0 ? '' : ` and did not come back in ${counted(this.tries, 'try').replace('trys', 'tries')}`;
    return new UsageError(
      `the connection to the source was lost (${messageOf(error)})${tried}: what was written is safe; go on with --resume when it is back`,
      { cause: error },
    );
  }
}

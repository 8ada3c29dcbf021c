import type { Lsn } from '../source/lsn';
import { ReplicationConnection } from '../source/replication';
import { rehearsalName } from './beginning';
import type { RehearsalOptions } from './run';

/**
 * The moment of `caught-up`: a temporary slot names a position and a snapshot that agree to the transaction, so that
 * the comparison is exact while others go on writing.
 */
export class EndMarker {
  /** Known once the moment is fixed. */
  public lsn: Lsn | undefined;
  /** What the source held at that position; valid until `close`. */
  public snapshot: string | undefined;
  private readonly failed = new AbortController();
  private readonly fixed: Promise<void>;

  private constructor(
    private readonly connection: ReplicationConnection | undefined,
    signal: AbortSignal,
    after: Promise<void> | undefined,
  ) {
    this.fixed = after === undefined ? Promise.resolve() : this.fix(signal, after);
    // Whoever waits for the end is stopped by it and then asks for the reason.
    this.fixed.catch(() => this.failed.abort());
  }

  /** @param after the moment is fixed when this has happened; never without */
  public static async open(options: RehearsalOptions, after: Promise<void> | undefined): Promise<EndMarker> {
    const connection = after === undefined ? undefined : await ReplicationConnection.open(options.sourceUrl);
    return new EndMarker(connection, options.signal, after);
  }

  /** Aborted when the moment cannot be fixed any more. */
  public get signal(): AbortSignal {
    return this.failed.signal;
  }

  /** @throws why the moment could not be fixed */
  public async throwIfFailed(): Promise<void> {
    if (this.failed.signal.aborted) await this.fixed;
  }

  public async close(): Promise<void> {
    await this.connection?.close();
  }

  private async fix(signal: AbortSignal, after: Promise<void>): Promise<void> {
    await Promise.race([after, aborted(signal)]);
    if (signal.aborted) return;
    const { lsn, snapshot } = await this.connection!.createSlot(rehearsalName(), { temporary: true });
    this.snapshot = snapshot;
    this.lsn = lsn;
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

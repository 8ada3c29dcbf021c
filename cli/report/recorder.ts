import type { CaptureState, ProgressSink } from '../output/progress-sink';
import type { CaptureSample, LoadSample, Message, Recording } from './recording';
import { Series } from './series';

const MESSAGE_LIMIT = 500;

interface RecordedLoad {
  readonly rows: Series<LoadSample>;
  seconds: number | undefined;
}

/** Passes on what a rehearsal tells and remembers it as series over time: one recorder for each task. */
export class Recorder implements ProgressSink {
  private readonly startedAt: number;
  private readonly loads = new Map<string, RecordedLoad>();
  private readonly captures = new Series<CaptureSample>(longestLag);
  private readonly messages: Message[] = [];
  private forgottenMessages = 0;
  /** When something was last heard, in seconds. */
  private heardAt = 0;

  /**
   * @param sink what shows the progress
   * @param now milliseconds; a parameter so that tests need not wait
   */
  public constructor(private readonly sink: ProgressSink, private readonly now: () => number = Date.now) {
    this.startedAt = now();
  }

  /** What was heard so far. */
  public get recording(): Recording {
    return {
      startedAt: new Date(this.startedAt),
      loads: [...this.loads].map(([table, { rows, seconds }]) => ({ table, samples: rows.samples, seconds })),
      captures: this.captures.samples,
      messages: [...this.messages],
      forgottenMessages: this.forgottenMessages,
    };
  }

  public message(text: string): void {
    this.messages.push({ at: this.listen(), text });
    if (this.messages.length > MESSAGE_LIMIT) {
      this.messages.shift();
      this.forgottenMessages++;
    }
    this.sink.message(text);
  }

  public tableStarted(table: string, estimatedRows: number): void {
    const rows = new Series<LoadSample>((_, later) => later);
    rows.add({ at: this.listen(), rows: 0 });
    this.loads.set(table, { rows, seconds: undefined });
    this.sink.tableStarted(table, estimatedRows);
  }

  public tableProgress(table: string, rows: number, bytes: number): void {
    this.loads.get(table)?.rows.add({ at: this.listen(), rows });
    this.sink.tableProgress(table, rows, bytes);
  }

  public tableFinished(table: string, rows: number, seconds: number): void {
    const load = this.loads.get(table);
    if (load !== undefined) {
      load.rows.add({ at: this.listen(), rows });
      load.seconds = seconds;
    }
    this.sink.tableFinished(table, rows, seconds);
  }

  public tableFailed(table: string): void {
    this.listen();
    this.sink.tableFailed(table);
  }

  public capture(state: CaptureState): void {
    // The first state has changes already: they have come since something else was last heard.
    if (this.captures.samples.length === 0) {
      this.captures.add({ at: this.heardAt, inserts: 0, updates: 0, deletes: 0, lagSeconds: undefined });
    }
    const { inserts, updates, deletes, lagSeconds } = state;
    this.captures.add({ at: this.listen(), inserts, updates, deletes, lagSeconds });
    this.sink.capture(state);
  }

  public stop(): void {
    this.sink.stop();
  }

  private listen(): number {
    this.heardAt = (this.now() - this.startedAt) / 1000;
    return this.heardAt;
  }
}

/** Counts only grow, so the later ones say it all; a short peak of the lag must not get lost. */
function longestLag(earlier: CaptureSample, later: CaptureSample): CaptureSample {
  const lags = [earlier.lagSeconds, later.lagSeconds].filter((lag) => lag !== undefined);
  return { ...later, lagSeconds: lags.length === 0 ? undefined : Math.max(...lags) };
}

import { captureText } from './capture-line';
import { CaptureRate } from './capture-rate';
import { compact, grouped, roughDuration, seconds, volume } from './numbers';
import type { CaptureState, ProgressSink } from './progress-sink';
import { Transfer } from './transfer';

const INTERVAL_MS = 5_000;

interface LoadedTable {
  readonly estimatedRows: number;
  readonly transfer: Transfer;
}

/** One line per event, for logs: news of the same table come every few seconds at most. */
export class LineProgress implements ProgressSink {
  private readonly tables = new Map<string, LoadedTable>();
  private readonly lastLine = new Map<string, number>();
  private readonly rate = new CaptureRate();
  private unwritten?: CaptureState;

  /** @param now milliseconds; a parameter so that the interval can be tested */
  public constructor(
    private readonly stream: NodeJS.WritableStream,
    private readonly now: () => number = Date.now,
  ) {}

  public message(text: string): void {
    this.writeCapture();
    this.write(text);
  }

  public tableStarted(table: string, estimatedRows: number): void {
    this.tables.set(table, { estimatedRows, transfer: new Transfer(estimatedRows, this.now()) });
    this.lastLine.set(table, this.now());
    this.message(estimatedRows > 0 ? `${table}: loading about ${grouped(estimatedRows)} rows` : `${table}: loading`);
  }

  public tableProgress(table: string, rows: number, bytes: number): void {
    const loaded = this.tables.get(table);
    if (loaded === undefined) return;
    const { estimatedRows, transfer } = loaded;
    transfer.hear(rows, this.now());
    if (!this.isDue(table)) return;
    const expected = estimatedRows > rows ? ` of about ${grouped(estimatedRows)}` : '';
    const { rowsPerSecond, secondsLeft } = transfer;
    this.message([
      `${table}: ${grouped(rows)}${expected} rows`,
      volume(bytes),
      ...(rowsPerSecond === undefined ? [] : [`${compact(rowsPerSecond)} rows/s`]),
      ...(secondsLeft === undefined ? [] : [`${roughDuration(secondsLeft)} left`]),
    ].join(', '));
  }

  public tableFinished(table: string, rows: number, duration: number): void {
    this.tables.delete(table);
    this.message(`${table}: ${grouped(rows)} rows in ${seconds(duration)}`);
  }

  public tableFailed(table: string): void {
    this.tables.delete(table);
  }

  public capture(state: CaptureState): void {
    this.rate.hear(state, this.now());
    this.unwritten = state;
    if (this.isDue('')) {
      this.writeCapture();
    }
  }

  public stop(): void {
    this.writeCapture();
  }

  private writeCapture(): void {
    if (this.unwritten !== undefined) {
      this.write(captureText(this.unwritten, this.rate.perSecond));
      this.unwritten = undefined;
    }
  }

  private write(line: string): void {
    this.stream.write(`${line}\n`);
  }

  private isDue(subject: string): boolean {
    const due = this.now() - (this.lastLine.get(subject) ?? -Infinity) >= INTERVAL_MS;
    if (due) {
      this.lastLine.set(subject, this.now());
    }
    return due;
  }
}

import { captureLine } from './capture-line';
import { grouped, seconds } from './numbers';
import type { CaptureState, ProgressSink } from './progress-sink';

const INTERVAL_MS = 5_000;

/** One line per event, for logs: news of the same table come every few seconds at most. */
export class LineProgress implements ProgressSink {
  private readonly estimates = new Map<string, number>();
  private readonly lastLine = new Map<string, number>();
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
    this.estimates.set(table, estimatedRows);
    this.lastLine.set(table, this.now());
    this.message(estimatedRows > 0 ? `${table}: loading about ${grouped(estimatedRows)} rows` : `${table}: loading`);
  }

  public tableProgress(table: string, rows: number): void {
    if (this.isDue(table)) {
      const estimate = this.estimates.get(table) ?? 0;
      this.message(`${table}: ${grouped(rows)}${estimate > 0 ? ` of about ${grouped(estimate)}` : ''} rows`);
    }
  }

  public tableFinished(table: string, rows: number, duration: number): void {
    this.message(`${table}: ${grouped(rows)} rows in ${seconds(duration)}`);
  }

  public capture(state: CaptureState): void {
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
      this.write(captureLine(this.unwritten).replace(/ +/g, ' '));
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

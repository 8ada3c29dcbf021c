import { MultiBar, type SingleBar } from 'cli-progress';
import { captureLine } from './capture-line';
import { CaptureRate } from './capture-rate';
import { compact, grouped, roughDuration, seconds, volume } from './numbers';
import type { CaptureState, ProgressSink } from './progress-sink';
import { Transfer } from './transfer';

const NARROW = 80;
const NAME_WIDTH = 18;
const WIDEST_NAME = 60;
const COUNT_WIDTH = 10;
const FORMAT = '{name} [{bar}] {share} {rows} rows  {speed} {volume}  {remaining}';
const SHARE_WIDTH = 4;
const SPEED_WIDTH = 7;
const VOLUME_WIDTH = 8;
/** The messages above the bars wrap, whereas a bar that is too long is cut. What was there before is cleared. */
const WRAP = '\x1b[?7h';
const NO_WRAP = '\x1b[?7l';
const CLEAR_REST = '\x1b[K';

interface TableBar {
  readonly bar: SingleBar;
  readonly transfer: Transfer;
  /** What the statistics say; 0 when they say nothing. */
  readonly estimate: number;
}

/**
 * One bar for each table that is being loaded and one line for the changes, redrawn in place. What is said, and the
 * tables that are done, stay above them.
 */
export class BarProgress implements ProgressSink {
  private readonly bars: MultiBar;
  private readonly tables = new Map<string, TableBar>();
  private readonly rate = new CaptureRate();
  private captureBar?: SingleBar;
  /** From the first bar until the end. */
  private drawing = false;

  public constructor(private readonly stream: NodeJS.WritableStream & { readonly columns?: number }) {
    this.bars = new MultiBar({
      stream,
      format: FORMAT,
      barsize: 8,
      barCompleteChar: '=',
      barIncompleteChar: ' ',
      autopadding: true,
      hideCursor: true,
      fps: 10,
      emptyOnZero: true,
      // What is logged moves the bars, also those that have not changed.
      forceRedraw: true,
      // The command decides what Ctrl-C does.
      gracefulExit: false,
    });
  }

  public message(text: string): void {
    // The bars write what is logged when they are drawn next, which before the first bar is never.
    if (this.drawing) this.bars.log(`${WRAP}${text}${CLEAR_REST}\n${NO_WRAP}`);
    else this.stream.write(`${text}\n`);
  }

  public tableStarted(table: string, estimatedRows: number): void {
    this.drawing = true;
    // A load that was interrupted begins again.
    this.tableFailed(table);
    const estimate = Math.max(0, estimatedRows);
    const transfer = new Transfer(estimate, Date.now());
    const bar = this.bars.create(estimate, 0, { name: this.fit(table), ...figures(0, 0, estimate, transfer) });
    this.tables.set(table, { bar, transfer, estimate });
  }

  public tableProgress(table: string, rows: number, bytes: number): void {
    const loading = this.tables.get(table);
    if (loading === undefined) return;
    const { bar, transfer, estimate } = loading;
    transfer.hear(rows, Date.now());
    bar.update(Math.min(rows, estimate), figures(rows, bytes, estimate, transfer));
  }

  public tableFinished(table: string, rows: number, duration: number): void {
    const loaded = this.tables.get(table);
    if (loaded === undefined) return;
    this.message(`${this.fit(table)} ${count(rows)} rows in ${seconds(duration)}`);
    this.tableFailed(table);
  }

  public tableFailed(table: string): void {
    const shown = this.tables.get(table);
    if (shown === undefined) return;
    this.bars.remove(shown.bar);
    this.tables.delete(table);
  }

  public capture(state: CaptureState): void {
    this.rate.hear(state, Date.now());
    const line = captureLine(state, this.rate.perSecond);
    if (this.captureBar === undefined) {
      this.drawing = true;
      this.captureBar = this.bars.create(1, 0, { line }, { format: '{line}' });
    } else {
      this.captureBar.update({ line });
    }
  }

  public stop(): void {
    if (!this.drawing) return;
    this.drawing = false;
    // What was logged last is not written by stopping.
    this.bars.update();
    this.bars.stop();
  }

  /** A wide terminal has room for long names. */
  private fit(name: string): string {
    const spare = Math.max(0, (this.stream.columns ?? NARROW) - NARROW);
    const width = Math.min(WIDEST_NAME, NAME_WIDTH + spare);
    return name.length > width ? `${name.slice(0, width - 1)}…` : name.padEnd(width);
  }
}

function figures(rows: number, bytes: number, estimate: number, transfer: Transfer): Record<string, string> {
  const { rowsPerSecond, secondsLeft } = transfer;
  // Statistics are estimates: a table that has more rows than they knew of is not done.
  const share = rows < estimate ? `${Math.floor(100 * rows / estimate)}%` : '?';
  const speed = rowsPerSecond === undefined ? '' : `${compact(rowsPerSecond)}/s`;
  return {
    share: share.padStart(SHARE_WIDTH),
    rows: count(rows),
    speed: speed.padStart(SPEED_WIDTH),
    volume: volume(bytes).padStart(VOLUME_WIDTH),
    remaining: secondsLeft === undefined ? '' : `${roughDuration(secondsLeft)} left`,
  };
}

function count(rows: number): string {
  return grouped(rows).padStart(COUNT_WIDTH);
}

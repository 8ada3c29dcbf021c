import { MultiBar, type SingleBar } from 'cli-progress';
import { captureLine } from './capture-line';
import { grouped, seconds } from './numbers';
import type { CaptureState, ProgressSink } from './progress-sink';

const NAME_WIDTH = 26;
const COUNT_WIDTH = 11;
const FORMAT = '{name} [{bar}] {percentage}% {rows} rows  {remark}';

interface TableBar {
  readonly bar: SingleBar;
  total: number;
}

/** One bar per table and one line for the changes, redrawn in place. */
export class BarProgress implements ProgressSink {
  private readonly bars: MultiBar;
  private readonly tables = new Map<string, TableBar>();
  private captureBar?: SingleBar;

  public constructor(private readonly stream: NodeJS.WritableStream) {
    this.bars = new MultiBar({
      stream,
      format: FORMAT,
      barsize: 20,
      barCompleteChar: '=',
      barIncompleteChar: ' ',
      autopadding: true,
      hideCursor: true,
      fps: 10,
      emptyOnZero: true,
      // The command decides what Ctrl-C does.
      gracefulExit: false,
    });
  }

  public message(text: string): void {
    // The bars write what is logged when they are drawn next, which without a bar is never.
    if (this.tables.size === 0 && this.captureBar === undefined) {
      this.stream.write(`${text}\n`);
    } else {
      this.bars.log(`${text}\n`);
    }
  }

  public tableStarted(table: string, estimatedRows: number): void {
    const total = Math.max(0, estimatedRows);
    const bar = this.bars.create(total, 0, { name: fit(table), rows: count(0), remark: '' });
    this.tables.set(table, { bar, total });
  }

  public tableProgress(table: string, rows: number): void {
    const shown = this.tables.get(table);
    if (shown !== undefined) {
      // Statistics are estimates: a bar is full when the table is finished, not before.
      if (rows >= shown.total) {
        shown.total = Math.ceil(rows * 1.05) + 1;
        shown.bar.setTotal(shown.total);
      }
      shown.bar.update(rows, { rows: count(rows) });
    }
  }

  public tableFinished(table: string, rows: number, duration: number): void {
    const shown = this.tables.get(table);
    shown?.bar.setTotal(Math.max(1, rows));
    shown?.bar.update(Math.max(1, rows), { rows: count(rows), remark: seconds(duration) });
  }

  public capture(state: CaptureState): void {
    const line = captureLine(state);
    if (this.captureBar === undefined) {
      this.captureBar = this.bars.create(1, 0, { line }, { format: '{line}' });
    } else {
      this.captureBar.update({ line });
    }
  }

  public stop(): void {
    this.bars.stop();
  }
}

function fit(name: string): string {
  return name.length > NAME_WIDTH ? `${name.slice(0, NAME_WIDTH - 1)}…` : name.padEnd(NAME_WIDTH);
}

function count(rows: number): string {
  return grouped(rows).padStart(COUNT_WIDTH);
}

/** Before that, a speed says more about the connection than about the table. */
const SETTLED_MS = 1_000;

/** How the transfer of one table goes. Moments are milliseconds. */
export class Transfer {
  private rows = 0;
  private heardAt: number;

  /** @param estimatedRows what the source's statistics say; 0 when they say nothing */
  public constructor(private readonly estimatedRows: number, private readonly startedAt: number) {
    this.heardAt = startedAt;
  }

  public hear(rows: number, now: number): void {
    this.rows = rows;
    this.heardAt = now;
  }

  /** `undefined` as long as nobody can tell. */
  public get rowsPerSecond(): number | undefined {
    return this.isSettled ? this.rows / this.seconds : undefined;
  }

  /**
   * When it goes on as it went so far. `undefined` when the statistics say nothing, or said too little: then there are
   * more rows than they knew of, and nobody knows how many.
   */
  public get secondsLeft(): number | undefined {
    if (!this.isSettled || this.rows === 0 || this.rows >= this.estimatedRows) return undefined;
    return (this.estimatedRows - this.rows) * this.seconds / this.rows;
  }

  private get seconds(): number {
    return (this.heardAt - this.startedAt) / 1000;
  }

  private get isSettled(): boolean {
    return this.heardAt - this.startedAt >= SETTLED_MS;
  }
}

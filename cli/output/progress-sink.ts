/** Changes applied so far, and how far behind the source they are. */
export interface CaptureState {
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
  /** Undefined until the first change has arrived. */
  readonly lagSeconds: number | undefined;
}

/** What a long run tells about itself, whoever listens. */
export interface ProgressSink {
  message(text: string): void;
  /** @param estimatedRows what the source's statistics say; 0 when they say nothing */
  tableStarted(table: string, estimatedRows: number): void;
  /**
   * @param rows rows so far, not since the last call
   * @param bytes as they came from (or went to) the database, so far
   */
  tableProgress(table: string, rows: number, bytes: number): void;
  tableFinished(table: string, rows: number, seconds: number): void;
  /** The table is given up; the others go on. */
  tableFailed(table: string): void;
  capture(state: CaptureState): void;
  /** Ends the display; has to be called, also after a failure. */
  stop(): void;
}

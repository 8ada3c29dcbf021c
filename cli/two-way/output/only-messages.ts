import type { ProgressSink } from '../../output/progress-sink';

/** A replication runs for days: it says what happens to it, not every change that it carries. */
export const onlyMessages = (tell: (text: string) => void): ProgressSink => ({
  message: tell,
  tableStarted: () => undefined,
  tableProgress: () => undefined,
  tableFinished: (table, rows) => tell(`${table}: loaded ${rows} rows`),
  tableFailed: () => undefined,
  capture: () => undefined,
  stop: () => undefined,
});

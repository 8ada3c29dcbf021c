import type { Sample } from './series';

/** Rows of a table that were loaded by then. */
export interface LoadSample extends Sample {
  readonly rows: number;
}

/** The full load of one table. */
export interface TableLoad {
  /** `schema.table`. */
  readonly table: string;
  readonly samples: readonly LoadSample[];
  /** How long it took; `undefined` when it did not come to its end. */
  readonly seconds: number | undefined;
}

/** Changes applied by then. */
export interface CaptureSample extends Sample {
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
  /** The longest since the sample before; `undefined` until the first change has arrived. */
  readonly lagSeconds: number | undefined;
}

export interface Message extends Sample {
  readonly text: string;
}

/** How the rehearsal of a task went on. Moments are seconds after `startedAt`. */
export interface Recording {
  readonly startedAt: Date;
  /** In the order in which they began. */
  readonly loads: readonly TableLoad[];
  /** Empty when nothing was captured; begins with zero changes otherwise. */
  readonly captures: readonly CaptureSample[];
  /** The newest ones. */
  readonly messages: readonly Message[];
  /** How many were said before those. */
  readonly forgottenMessages: number;
}

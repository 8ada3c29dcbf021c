/**
 * What travels from step to step of a switch: plain data, the state of a Step Functions execution as well as of the
 * local driver. Every step gets the whole of it and returns it with what it found out added.
 */
export interface SwitchRun {
  /** Names this switch everywhere: in the map, in the marker rows, in the history. At most 80 characters. */
  readonly id: string;
  readonly action: SwitchAction;
  /** The site that is written to as the switch begins. */
  readonly from: string;
  /** The site that shall be written to at its end. */
  readonly to: string;
  readonly mode: TwoWayMode;
  /** Only plan and gates, and nothing is changed. */
  readonly dryRun: boolean;
  /** How long no site may be writable, in seconds; the fence of the old side lapses by itself at its end. */
  readonly pauseLimitSeconds: number;
  /**
   * The term of this switch: one more than the map had. Whichever side is writable at its end, and only that one, is
   * writable in this term.
   */
  readonly epoch: number;
  /** ISO 8601 */
  readonly startedAt: string;
  /** Every gate that was looked at, those that hold too. */
  readonly gates: readonly Gate[];
  /** Whether every gate holds; set by the last check. */
  readonly gatesHold?: boolean;
  /** Whether a person has to agree before anything is fenced; set by the plan. */
  readonly needsApproval?: boolean;
  /** Set when that person has agreed. */
  readonly approved?: boolean;
  /** Set by `Release` when this was a dry run whose gates hold. */
  readonly planned?: boolean;
  /** Set by the fence. */
  readonly fence?: Fence;
  /** Where the changes of `to` begin that the return leg has to carry: an LSN, an SCN or a binary log position. */
  readonly position?: string;
  /** Whether this run made the slot that holds `position`. */
  readonly createdSlot?: boolean;
  /**
   * Whether the return leg has ever run, as a rollback finds it. One that has goes on from its slot at the next switch;
   * only when it has not, a rollback drops a slot that its run has made.
   */
  readonly returnLegRan?: boolean;
  /** Set at the end: how long no site was writable. */
  readonly pauseSeconds?: number;
  /** Whether a step that polls has seen what it waits for. */
  readonly done?: boolean;
  /** The last step that succeeded. */
  readonly lastStep?: string;
  /** Why it went wrong, in the words of Step Functions: set by whoever runs the steps. */
  readonly failure?: { readonly Error: string; readonly Cause: string };
  /** For `Decide`: what the databases say. */
  readonly decision?: 'forward' | 'back';
}

/** `switch` also means `reverse`: it is the same, the other way. `recover` ends what somebody left in the middle. */
export type SwitchAction = 'switch' | 'complete' | 'recover';

/**
 * `prepared`: one leg at a time; the return leg starts when the switch happens. `hot`: both legs run all the time, and
 * loopback prevention keeps them from feeding each other.
 */
export type TwoWayMode = 'prepared' | 'hot';

export interface Fence {
  /** ISO 8601, by the clock of the old side's database. */
  readonly since: string;
  /** When the old side is writable again unless the fence is kept: ISO 8601, by the same clock. */
  readonly lapsesAt: string;
}

/** A condition of a switch. */
export interface Gate {
  /** Stable, such as `lag`. */
  readonly id: string;
  readonly site?: string;
  readonly holds: boolean;
  /** What was seen, and when it does not hold: what to do. */
  readonly reason: string;
}

/** Replication in one direction. */
export interface Leg {
  readonly from: string;
  readonly to: string;
}

import type { Authority, HistoryItem, SiteItem } from '../../lib/two-way/switch/site-map';
import type { Leg } from '../../lib/two-way/switch/switch-run';
import type { TwoWayConfiguration } from '../../lib/two-way/two-way-api';

/** The site map, wherever it is kept: a DynamoDB table, or files on this machine. */
export interface SiteMap {
  /** The authority as it is now, never an older one. `undefined` before the map was begun. */
  authority(): Promise<Authority | undefined>;

  /**
   * Replaces the authority if it still is the one of `previous` (by its version; `undefined` = there is none yet), and
   * adds the item of the history in the same step.
   *
   * @throws {MapChanged} when somebody else was faster
   */
  replace(previous: Authority | undefined, next: Authority, history?: HistoryItem): Promise<void>;

  sites(): Promise<readonly SiteItem[]>;
  /** The newest first. */
  history(limit: number): Promise<readonly HistoryItem[]>;
}

/** Somebody else has changed the map since it was read. */
export class MapChanged extends Error {
  public override readonly name = 'MapChanged';
}

export type LegState = 'never-started' | 'starting' | 'running' | 'stopping' | 'stopped' | 'failed';

export interface LegStatus {
  readonly state: LegState;
  /** Whether the full load of a leg that has one is done; true for a leg without. */
  readonly loaded: boolean;
  /** `undefined` when nobody measured it lately. */
  readonly lagSeconds?: number;
  /** Why it stopped or failed, in its own words. */
  readonly reason?: string;
}

/** What a validation has found in the tables of a leg. */
export interface LegValidation {
  readonly enabled: boolean;
  readonly pendingRecords: number;
  readonly failedRecords: number;
  readonly suspendedRecords: number;
  /** Tables in a state in which DMS does not replicate them, as `schema.table`. */
  readonly tablesInError: readonly string[];
  /** When the oldest table was last looked at: ISO 8601. */
  readonly asOf?: string;
}

/** Replication in both directions: DMS, or the engine on this machine. */
export interface Legs {
  status(leg: Leg): Promise<LegStatus>;
  validation(leg: Leg): Promise<LegValidation>;
  /** Asks for a start, at `position` when the leg has never run. Does nothing when it runs or starts already. */
  start(leg: Leg, position: string | undefined): Promise<void>;
  /**
   * Begins what has to be done before a start and takes a while, so that it is done before anybody has to wait for it.
   *
   * @returns what is in the way of a start for the moment; nothing when nothing is
   */
  prepare?(leg: Leg): Promise<string | undefined>;
  /** Asks for a stop. Does nothing when it is stopped, stopping or was never started. */
  stop(leg: Leg): Promise<void>;
}

/** What the control steps work with. */
export interface ControlContext {
  readonly configuration: TwoWayConfiguration;
  readonly map: SiteMap;
  readonly legs: Legs;
  readonly now: () => Date;
  /** One line of a log. */
  readonly log: (text: string) => void;
}


import type { Gate } from '../../lib/two-way/switch/switch-run';
import type { SiteConfiguration, TwoWayConfiguration } from '../../lib/two-way/two-way-api';

/** The fence as the database has it, with the database's own clock. */
export interface FenceState {
  /** Whether applications may write at this moment; a lapsed fence lets them. */
  readonly writable: boolean;
  /** Whether the fence stays until somebody opens it: it does not lapse. */
  readonly kept: boolean;
  readonly epoch: number;
  /** Whether the other site may have been opened in this epoch: only it can give the right to write back. */
  readonly passedOn: boolean;
  /** ISO 8601; absent for a fence that does not lapse and for an open one. */
  readonly lapsesAt?: string;
  /** ISO 8601 */
  readonly now: string;
}

/**
 * One site, as the switch needs it. Every method can be called again after a failure, with the same effect. Methods
 * that change something say for which epoch, and refuse to act for an older one than the database has seen.
 */
export interface SiteDatabase {
  readonly site: SiteConfiguration;

  fenceState(): Promise<FenceState>;

  /**
   * Lets nobody write from now on, except replication: waits for the transactions that have written, and lapses by
   * itself after `limitSeconds`. When it is there already for this epoch, it stays as it is.
   *
   * @throws {WritersRemain} when transactions do not end in time: then nothing is fenced
   */
  fence(epoch: number, limitSeconds: number): Promise<FenceState>;

  /** Makes the fence of this epoch last. @throws {FenceLapsed} when it has lapsed: somebody may have written */
  keepFence(epoch: number): Promise<void>;

  /**
   * Notes, before the other site is opened, that it may be open from now on. Whoever wants to reopen this one later
   * finds the note, however little it knows about what became of the other site.
   *
   * @throws {FenceLapsed} when the fence of this epoch is not kept: then nobody may open the other site
   */
  passOn(epoch: number): Promise<void>;

  /**
   * Says which way an interrupted switch goes, and makes it so, in one step: a fence that was kept is passed on
   * (`forward`); else the site is opened (`back`), and whoever still wants to keep the fence fails.
   */
  decide(epoch: number): Promise<'forward' | 'back'>;

  /** Lets applications write, in this epoch: the new side. */
  open(epoch: number): Promise<void>;

  /** Lets applications write again: the old side. @throws {SitePassedOn} when the new side may be open */
  reopen(epoch: number): Promise<void>;

  /** Keeps switches of other epochs from fencing or opening this site while `work` goes on. @throws {StaleEpoch} */
  holding(epoch: number, work: () => Promise<void>): Promise<void>;

  /** Writes the site's heartbeat row. Replication carries it like any other row. */
  writeMarker(marker: string, epoch: number): Promise<void>;

  /** The marker of another site's heartbeat row, as this database has it. */
  readMarker(site: string): Promise<string | undefined>;

  /** Where changes made from now on begin; the slot that holds them is made when it is not there. */
  capturePosition(epoch: number): Promise<{ readonly position: string; readonly createdSlot: boolean }>;

  /** Drops the slot. Fine when it is gone. */
  dropPosition(): Promise<void>;

  /**
   * Raises this site's sequences above those that `other` has now, as the strategy says.
   *
   * @throws {StaleEpoch} when this site is written to: then somebody takes numbers
   */
  raiseSequences(other: SiteDatabase, epoch: number): Promise<void>;

  /**
   * The last numbers of the sequences of the replicated tables, by name in lower case: `table.column` for those that
   * belong to a column, so that engines that name them differently mean the same.
   */
  sequences(): Promise<ReadonlyMap<string, bigint>>;

  /** Triggers and foreign keys as a site needs them that applications write to. Nothing where sessions decide. */
  armTriggers(): Promise<void>;
  /** The same for a site that only replication writes to. */
  disarmTriggers(): Promise<void>;

  /** Gates that only the database can tell. @param role which side of the switch it is */
  gates(role: 'from' | 'to', limits: TwoWayConfiguration['gates']): Promise<readonly Gate[]>;

  close(): Promise<void>;
}

/** The new side was not reached: it is certainly not open. The name is `NOT_SENT` of the steps. */
export class SiteNotReached extends Error {
  public override readonly name = 'SiteNotReached';
}

export class WritersRemain extends Error {
  public override readonly name = 'WritersRemain';
}

export class FenceLapsed extends Error {
  public override readonly name = 'FenceLapsed';
}

/** The database has seen a newer switch, or this one has gone past the step: what is late must not act any more. */
export class StaleEpoch extends Error {
  public override readonly name = 'StaleEpoch';
}

/** The new side may be open, so the old one stays closed. */
export class SitePassedOn extends Error {
  public override readonly name = 'SitePassedOn';
}

/** What the database steps work with. */
export interface DatabaseContext {
  readonly configuration: TwoWayConfiguration;
  /** Opens a site. @throws {SiteNotReached} when it cannot be reached */
  readonly open: (site: string) => Promise<SiteDatabase>;
  readonly now: () => Date;
  readonly log: (text: string) => void;
}

/** Which side a site is as the replication begins: the active one is written to. */
export type Role = 'active' | 'passive';

/** A site that can make everything that a switch needs: heartbeat, fence, triggers, sequences. */
export interface PreparableSite {
  /** Can be called again: after a failure, and for new tables. The row of a fence that is there stays as it is. */
  prepare(role: Role): Promise<void>;
}

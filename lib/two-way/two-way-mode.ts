/** How many legs of a two-way replication run at a time. */
export enum TwoWayReplicationMode {
  /** One leg: the way back starts when the switch happens. Nobody can cause a conflict. */
  PREPARED = 'prepared',

  /** Both legs, from the first switch on: a later switch stops nothing, so its pause is shorter. */
  HOT = 'hot',
}

/** What a leg does with a change that its target cannot take as it is, because the row there is another one. */
export enum ApplyConflicts {
  /** The leg stops in front of the change, and goes on from there when the row was corrected. Nothing is left out. */
  STOP = 'STOP',

  /** The change goes into `awsdms_apply_exceptions` of the target and the leg goes on. The two sides differ then. */
  LOG = 'LOG',

  /**
   * The change wins: an insert replaces the row that is there, an update of a missing row inserts it. Who writes the
   * same row on both sides at once swaps its values, and no exception tells of it.
   */
  OVERWRITE = 'OVERWRITE',
}

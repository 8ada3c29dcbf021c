/** What a replication task moves. Changing it replaces the task, and with it loads every table again. */
export enum MigrationType {
  /** The rows that are there. */
  FULL_LOAD = 'full-load',

  /** Changes only. */
  CDC = 'cdc',

  /** The rows that are there, then every change since the load began. */
  FULL_LOAD_AND_CDC = 'full-load-and-cdc',
}

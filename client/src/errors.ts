/** No site could be written to for as long as one was willing to wait. Nothing was begun. */
export class NoWritableSite extends Error {
  public override readonly name = 'NoWritableSite';
}

/** The site map could not be read, and what was read last is older than the lease. Nothing was begun. */
export class MapUnreadable extends Error {
  public override readonly name = 'MapUnreadable';
}

/**
 * The connection was lost while a transaction was committed: it may have been or not. Look whether its rows are there
 * before you write them again; they are on the site that is written to, whichever that is by now.
 */
export class CommitUnknown extends Error {
  public override readonly name = 'CommitUnknown';
}

/** What a site says to a writer that it refuses: its fence raises these errors, and clients know them. */

/** SQLSTATE of a write to a fenced site: that of a read-only transaction, which drivers know. */
export const FENCED = '25006';

/** SQLSTATE of a write with the epoch of a switch that is over. */
export const STALE = 'DMS01';

/** The same as numbers of Oracle, in the range that it leaves to applications. */
export const ORACLE_FENCED = 20_501;
export const ORACLE_STALE = 20_502;

/** Where a session declares its epoch: a parameter of PostgreSQL, a variable of MySQL, the identifier of Oracle. */
export const EPOCH_PARAMETER = 'dms.epoch';
export const EPOCH_VARIABLE = '@dms_epoch';
export const EPOCH_IDENTIFIER = 'dms.epoch=';

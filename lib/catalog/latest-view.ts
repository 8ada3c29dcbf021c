/** A column of a view. */
export interface ViewColumn {
  readonly name: string;
  /** As Glue writes it down. */
  readonly glue: string;
  /** As Athena calls it. */
  readonly athena: string;
}

/** What the latest state of a table is taken from. */
export interface LatestState {
  /** The table with every row of load and changes. */
  readonly table: string;
  readonly columns: readonly string[];
  readonly primaryKey: readonly string[];
  readonly timestampColumn: string;
  /** Column that grows with every change, where there is one. */
  readonly sequenceColumn?: string;
  /** Whether rows have the column `Op`. */
  readonly opColumn: boolean;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const listed = (names: readonly string[]): string => names.map(quoted).join(', ');

/**
 * The last state of every key that was not deleted.
 *
 * Rows are ordered by the commit time. Changes of one transaction have the same: the sequence tells them apart, without
 * one a delete counts as the last, and then an update. Files of a load without `Op` hold nothing but inserts.
 */
export function latestStateSql(state: LatestState): string {
  const operation = "coalesce(\"op\", 'I')";
  const order = [
    `${quoted(state.timestampColumn)} DESC NULLS LAST`,
    ...(state.sequenceColumn === undefined ? [] : [`${quoted(state.sequenceColumn)} DESC NULLS LAST`]),
    ...(state.opColumn ? [`CASE ${operation} WHEN 'D' THEN 2 WHEN 'U' THEN 1 ELSE 0 END DESC`] : []),
  ].join(', ');
  const rank = `row_number() OVER (PARTITION BY ${listed(state.primaryKey)} ORDER BY ${order})`;
  const from = `SELECT *, ${rank} AS "dms_rank" FROM ${quoted(state.table)}`;
  const alive = state.opColumn ? ` AND ${operation} <> 'D'` : '';
  return `SELECT ${listed(state.columns)} FROM (${from}) AS ranked WHERE "dms_rank" = 1${alive}`;
}

/** The text of a Glue table that Athena reads as a view. */
export function viewText(sql: string, databaseName: string, columns: readonly ViewColumn[]): string {
  const view = {
    originalSql: sql,
    catalog: 'awsdatacatalog',
    schema: databaseName,
    columns: columns.map(({ name, athena }) => ({ name, type: athena })),
  };
  return `/* Presto View: ${Buffer.from(JSON.stringify(view), 'utf8').toString('base64')} */`;
}

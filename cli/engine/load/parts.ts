import { escapeIdentifier } from 'pg';
import { literalSql } from '../plan/filter';
import type { ParallelLoad } from '../plan/parallel-load';
import type { TablePlan } from '../plan/table-plan';
import { plainColumns } from '../plan/table-plan';
import type { Segment } from '../target/layout';
import { loadFileName } from '../target/layout';

/** A share of a table's rows that one connection loads. Plain data: it travels to threads. */
export interface LoadPart {
  /** SQL that chooses its rows; `undefined` for all of the table. */
  readonly condition: string | undefined;
  /** The segment of `parallel-load` that it is. */
  readonly segment: Segment | undefined;
  /** Of several parts whose files are counted together, which one it is, from 0 … */
  readonly index: number;
  /** … and how many there are. */
  readonly of: number;
}

/** How large a table is on the source's disk. */
export interface TableSize {
  /** With TOAST. */
  readonly bytes: number;
  /** Of the table itself: `ctid` counts them. 0 for a view. */
  readonly pages: number;
}

/**
 * The n-th file, from 0, of a part: `LOAD00000001.parquet`. The parts of a table count in turns, so that each has names
 * of its own without knowing how many files the others write.
 */
export function partFileName({ segment, index, of }: LoadPart, n: number, extension: string): string {
  return loadFileName(index + 1 + n * of, extension, segment);
}

/**
 * Cuts a table into parts that load side by side: the segments of its `parallel-load` rule, or ranges of pages when it
 * is large. All parts are read in one snapshot, so each row is in exactly one of them.
 *
 * @param most never more ranges of pages than this
 * @param partBytes a range is not smaller than this
 */
export function partsOf(plan: TablePlan, { bytes, pages }: TableSize, most: number, partBytes: number): LoadPart[] {
  if (plan.parallelLoad !== undefined) return segmentsOf(plan, plan.parallelLoad);
  const of = Math.max(1, Math.min(most, pages, Math.ceil(bytes / partBytes)));
  const place = (index: number): string => `'(${Math.floor((pages * index) / of)},0)'`;
  return Array.from({ length: of }, (_, index) => {
    const conditions = [
      ...(index > 0 ? [`ctid >= ${place(index)}`] : []),
      // Without an end: the table may have grown since.
      ...(index < of - 1 ? [`ctid < ${place(index + 1)}`] : []),
    ];
    return { condition: conditions.join(' AND ') || undefined, segment: undefined, index, of };
  });
}

/** Each boundary is the last value of its segment; rows with null in one of the columns are in none, as documented. */
function segmentsOf(plan: TablePlan, { columns, boundaries, segmentNames }: ParallelLoad): LoadPart[] {
  const plain = plainColumns(plan);
  const sql = columns.map((column) => {
    const { kind, sql: asSeen } = plain(column);
    return asSeen(escapeIdentifier(column)) + (kind === 'text' ? ' COLLATE "C"' : '');
  });
  const row = `ROW(${sql.join(', ')})`;
  const place = (values: readonly string[]): string =>
    `ROW(${values.map((value, i) => literalSql(plain(columns[i]!).kind, value)).join(', ')})`;
  const present = columns.map((column) => `${escapeIdentifier(column)} IS NOT NULL`);
  return Array.from({ length: boundaries.length + 1 }, (_, i) => ({
    condition: [
      ...present,
      ...(i > 0 ? [`${row} > ${place(boundaries[i - 1]!)}`] : []),
      ...(i < boundaries.length ? [`${row} <= ${place(boundaries[i]!)}`] : []),
    ].join(' AND '),
    segment: { index: i + 1, name: segmentNames?.[i] },
    index: 0,
    of: 1,
  }));
}

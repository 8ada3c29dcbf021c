import type { TableName } from '../source/names';
import type { ValidationState } from '../validation/compare';

/** The states of a table, in DMS's own words. @see https://docs.aws.amazon.com/dms/latest/APIReference/API_TableStatistics.html */
export type TableState = 'Before load' | 'Full load' | 'Table completed' | 'Table error';

/** One table's figures; the names follow DescribeTableStatistics. */
export interface TableStatistics {
  readonly schema: string;
  readonly table: string;
  state: TableState;
  fullLoadRows: number;
  /** When its load began and ended, as ISO 8601; `undefined` before. */
  fullLoadStartTime?: string;
  fullLoadEndTime?: string;
  inserts: number;
  updates: number;
  deletes: number;
  ddls: number;
  /** What the target took, where it can refuse: a row that an update did not find counts as captured only. */
  appliedInserts?: number;
  appliedUpdates?: number;
  appliedDeletes?: number;
  /** Changes that the target did not take as they were. */
  applyErrors?: number;
  validationState: ValidationState;
  /** Rows that differ between source and target. */
  validationFailed: number;
}

export function newStatistics({ schema, name }: TableName): TableStatistics {
  return {
    schema,
    table: name,
    state: 'Before load',
    fullLoadRows: 0,
    inserts: 0,
    updates: 0,
    deletes: 0,
    ddls: 0,
    validationState: 'Not enabled',
    validationFailed: 0,
  };
}

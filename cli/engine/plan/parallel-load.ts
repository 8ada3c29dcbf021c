import type { ParallelLoadDefinition, TableMappingDocument } from '../../../lib/table-mappings/document';
import { UsageError } from '../../errors';
import type { ColumnType } from '../columns/postgres-types';
import { unusableText } from './filter';
import { titleOf } from '../source/names';
import type { TableName } from '../source/names';
import { namesTable, rulesOf } from './rules';

/** `parallel-load` of the type `ranges`: how a table is cut into segments that load side by side. */
export interface ParallelLoad {
  /** Source columns; rows with null in one of them are not loaded, as documented. */
  readonly columns: readonly string[];
  /** Each has a value for each column and ends a segment; one more segment follows the last. */
  readonly boundaries: readonly (readonly string[])[];
  /** One for each segment; they are folders of the target. */
  readonly segmentNames: readonly string[] | undefined;
}

const CUTTING_NO_TABLE = ['REAL4', 'REAL8', 'BLOB', 'CLOB', 'NCLOB'];

/**
 * The segments that a table-settings rule wants for a table.
 *
 * @param types the DMS type of every source column
 * @throws {UsageError} when the table cannot be cut like this
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.SelectionTransformation.Tablesettings.html
 */
export function parallelLoadOf(
  mappings: TableMappingDocument,
  table: TableName,
  types: ReadonlyMap<string, ColumnType>,
): ParallelLoad | undefined {
  const rule = rulesOf(mappings, 'table-settings').find((candidate) =>
    candidate['parallel-load'] !== undefined && namesTable(candidate['object-locator'], table));
  const load = rule?.['parallel-load'];
  if (rule === undefined || load?.type !== 'ranges') return undefined;
  const problem = problemOf(load, types);
  if (problem !== undefined) throw new UsageError(`rule ${rule['rule-id']}: parallel-load of ${titleOf(table)}: ${problem}`);
  return {
    columns: load.columns!,
    boundaries: load.boundaries!.map((values) => values.map(String)),
    segmentNames: load['segment-names'],
  };
}

/** How many columns there are and how many values a boundary has is checked with the whole document. */
function problemOf(load: ParallelLoadDefinition, types: ReadonlyMap<string, ColumnType>): string | undefined {
  const { columns = [], boundaries = [], 'segment-names': names } = load;
  for (const [i, column] of columns.entries()) {
    const type = types.get(column);
    if (type === undefined) return `there is no column "${column}"; there are ${[...types.keys()].join(', ')}`;
    if (CUTTING_NO_TABLE.includes(type.dms)) {
      return `the column "${column}" is ${type.dms}: DMS cuts by other types than ${CUTTING_NO_TABLE.join(', ')}`;
    }
    const unusable = boundaries.map((values) => unusableText(type.plain, String(values[i]))).find(Boolean);
    if (unusable !== undefined) return `a boundary of the column "${column}": ${unusable}`;
  }
  if (names === undefined) return undefined;
  if (names.length !== boundaries.length + 1) {
    return `there are ${names.length} segment-names for ${boundaries.length + 1} segments: each boundary ends one, and one more follows`;
  }
  const twin = names.find((name, i) => names.indexOf(name) !== i);
  return twin === undefined ? undefined : `two segments are called "${twin}"`;
}

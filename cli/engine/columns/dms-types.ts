import type { DataTypeDefinition } from '../../../lib/table-mappings/document';
import { UsageError } from '../../errors';
import type { Column } from './column';
import { DecimalColumn } from './decimal';
import { BigIntColumn, FloatColumn, IntegerColumn } from './numbers';
import { BytesColumn, StringColumn } from './strings';
import { DateColumn, TimeColumn, TimestampColumn } from './temporal';
import type { TypeOptions } from './postgres-types';

/** The types an added column may have here, each with the column that holds it. */
const TYPES: Readonly<Record<string, (definition: DataTypeDefinition, options: TypeOptions) => Column>> = {
  int1: () => IntegerColumn.int1(),
  int2: () => IntegerColumn.int2(),
  int4: () => IntegerColumn.int4(),
  int8: () => new BigIntColumn(),
  real4: () => FloatColumn.real4(),
  real8: () => FloatColumn.real8(),
  numeric: ({ precision, scale }) => new DecimalColumn(count(precision) ?? 38, count(scale) ?? 0),
  string: ({ length }) => new StringColumn(count(length)),
  wstring: ({ length }) => new StringColumn(count(length)),
  clob: (_, { lobMaxBytes }) => new StringColumn(lobMaxBytes),
  nclob: (_, { lobMaxBytes }) => new StringColumn(Math.floor(lobMaxBytes / 2)),
  bytes: ({ length }) => new BytesColumn(count(length)),
  blob: (_, { lobMaxBytes }) => new BytesColumn(lobMaxBytes),
  date: () => new DateColumn(),
  time: () => new TimeColumn(),
  datetime: (_, { timestampsInMilliseconds }) => new TimestampColumn(timestampsInMilliseconds),
};

/**
 * A function that makes the columns of an added column.
 *
 * @throws {UsageError} when the local engine has no such type
 */
export function addedColumnType(definition: DataTypeDefinition, options: TypeOptions, where: string): () => Column {
  const make = TYPES[definition.type];
  if (make === undefined) {
    throw new UsageError(
      `${where}: data-type "${definition.type}" is not supported by the local engine; it has ${Object.keys(TYPES).join(', ')}`,
    );
  }
  return () => make(definition, options);
}

/** Lengths come as numbers, as text and as "" in documented mappings. */
function count(value: string | number | undefined): number | undefined {
  return value === undefined || value === '' ? undefined : Number(value);
}

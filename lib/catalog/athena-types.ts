import type { ColumnDataType } from '../table-mappings';

/** A type as Glue writes it down, and as Athena calls it in the definition of a view. */
export interface AthenaType {
  readonly glue: string;
  readonly athena: string;
}

const same = (name: string): AthenaType => ({ glue: name, athena: name });
const TEXT: AthenaType = { glue: 'string', athena: 'varchar' };
const BINARY: AthenaType = { glue: 'binary', athena: 'varbinary' };
const INTEGER: AthenaType = { glue: 'int', athena: 'integer' };
const LARGEST_PRECISION = 38;

/** What Athena reads the Parquet types as that DMS writes for its own. */
const TYPES: Readonly<Record<string, AthenaType>> = {
  boolean: same('boolean'),
  int1: same('tinyint'),
  int2: same('smallint'),
  int4: INTEGER,
  int8: same('bigint'),
  uint1: INTEGER,
  uint2: INTEGER,
  real4: { glue: 'float', athena: 'real' },
  real8: same('double'),
  date: same('date'),
  datetime: { glue: 'timestamp', athena: 'timestamp(3)' },
  string: TEXT,
  wstring: TEXT,
  clob: TEXT,
  nclob: TEXT,
  bytes: BINARY,
  blob: BINARY,
};

const REASONS: Readonly<Record<string, string>> = {
  time: 'Athena does not read Parquet times',
  uint4: 'Athena reads the upper half of its values as negative numbers',
  uint8: 'Athena reads the upper half of its values as negative numbers',
};

/**
 * The type of a column in Glue and Athena.
 *
 * @throws when Athena cannot read what DMS writes for it
 */
export function athenaType(type: ColumnDataType): AthenaType {
  const { type: name, precision, scale } = type.toJson() as { type: string; precision?: number; scale?: number };
  if (name === 'numeric' && precision !== undefined && precision <= LARGEST_PRECISION) {
    return same(`decimal(${precision},${scale ?? 0})`);
  }
  const known = Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
  if (known !== undefined) return known;
  const reason = name === 'numeric'
    ? `Athena's numbers have a precision of 1 to ${LARGEST_PRECISION}, this one has ${precision ?? 'none'}`
    : REASONS[name] ?? 'DMS does not write it to Parquet';
  throw new Error(`${name} cannot be read: ${reason}; change it on the way with Transformation.changeDataType`);
}

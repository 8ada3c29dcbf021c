import type { DataTypeDefinition } from '../../../lib/table-mappings/document';
import { UsageError } from '../../errors';
import { BooleanColumn } from './booleans';
import type { Column } from './column';
import { DecimalColumn } from './decimal';
import { BigIntColumn, FloatColumn, IntegerColumn } from './numbers';
import type { TypeOptions } from './postgres-types';
import { BytesColumn, StringColumn } from './strings';
import { DateColumn, TimeColumn, TimestampColumn } from './temporal';
import { BigUnsignedColumn, UnsignedColumn } from './unsigned';

/** A type that a rule gives to a column. */
export type DmsType = IntegerType | NumericType | FloatType | TextType | BytesType | PlainType;

interface Named {
  /** As DMS writes it, such as `WSTRING`. */
  readonly dms: string;
  readonly create: () => Column;
}

export interface IntegerType extends Named {
  readonly family: 'integer';
  readonly min: bigint;
  readonly max: bigint;
}

export interface NumericType extends Named {
  readonly family: 'numeric';
  readonly precision: number;
  readonly scale: number;
}

export interface FloatType extends Named {
  readonly family: 'float';
  /** The greatest number that does not become infinite. */
  readonly max: number;
}

export interface TextType extends Named {
  readonly family: 'text';
  /** Characters; longer values are cut. */
  readonly length: number | undefined;
}

export interface BytesType extends Named {
  readonly family: 'bytes';
  readonly length: number | undefined;
}

export interface PlainType extends Named {
  readonly family: 'boolean' | 'date' | 'time' | 'datetime';
}

type Maker = (definition: Sizes, options: TypeOptions) => DistributiveOmit<DmsType, 'dms'>;
type DistributiveOmit<T, K extends string> = T extends unknown ? Omit<T, K> : never;

interface Sizes {
  readonly length: number | undefined;
  readonly precision: number | undefined;
  readonly scale: number | undefined;
}

const integer = (bits: number, create: () => Column): Maker => () =>
  ({ family: 'integer', min: -(1n << BigInt(bits - 1)), max: (1n << BigInt(bits - 1)) - 1n, create });
const unsigned = (bits: number, create: () => Column): Maker => () =>
  ({ family: 'integer', min: 0n, max: (1n << BigInt(bits)) - 1n, create });
const text = (length: number | undefined): ReturnType<Maker> =>
  ({ family: 'text', length, create: () => new StringColumn(length) });
const bytes = (length: number | undefined): ReturnType<Maker> =>
  ({ family: 'bytes', length, create: () => new BytesColumn(length) });

/** Without a precision, a NUMERIC is what DMS takes PostgreSQL's for. */
const UNBOUNDED = { precision: 28, scale: 6 };
const MAX_PRECISION = 38;
const MAX_REAL4 = 3.4028234663852886e38;

const TYPES: Readonly<Record<string, Maker>> = {
  int1: integer(8, () => IntegerColumn.int1()),
  int2: integer(16, () => IntegerColumn.int2()),
  int4: integer(32, () => IntegerColumn.int4()),
  int8: integer(64, () => new BigIntColumn()),
  uint1: unsigned(8, () => UnsignedColumn.uint1()),
  uint2: unsigned(16, () => UnsignedColumn.uint2()),
  uint4: unsigned(32, () => UnsignedColumn.uint4()),
  uint8: unsigned(64, () => new BigUnsignedColumn()),
  real4: () => ({ family: 'float', max: MAX_REAL4, create: () => FloatColumn.real4() }),
  real8: () => ({ family: 'float', max: Number.MAX_VALUE, create: () => FloatColumn.real8() }),
  numeric: (sizes) => {
    const { precision, scale } = sizes.precision === undefined
      ? { ...UNBOUNDED, ...(sizes.scale === undefined ? {} : { scale: sizes.scale }) }
      : { precision: sizes.precision, scale: sizes.scale ?? 0 };
    return { family: 'numeric', precision, scale, create: () => new DecimalColumn(precision, scale) };
  },
  boolean: () => ({ family: 'boolean', create: () => new BooleanColumn() }),
  string: ({ length }) => text(length),
  wstring: ({ length }) => text(length),
  clob: (_, { lobMaxBytes }) => text(lobMaxBytes),
  nclob: (_, { lobMaxBytes }) => text(Math.floor(lobMaxBytes / 2)),
  bytes: ({ length }) => bytes(length),
  blob: (_, { lobMaxBytes }) => bytes(lobMaxBytes),
  date: () => ({ family: 'date', create: () => new DateColumn() }),
  time: () => ({ family: 'time', create: () => new TimeColumn() }),
  datetime: (_, { timestampsInMilliseconds }) =>
    ({ family: 'datetime', create: () => new TimestampColumn(timestampsInMilliseconds) }),
};

/**
 * The type that a rule's `data-type` names.
 *
 * @throws {UsageError} when it is a type of Cassandra's collections, or its length, precision or scale is impossible
 */
export function dmsType(definition: DataTypeDefinition, options: TypeOptions, where: string): DmsType {
  const make = TYPES[definition.type];
  if (make === undefined) {
    throw new UsageError(`${where}: data-type "${definition.type}" is for Cassandra targets; S3 has ${Object.keys(TYPES).join(', ')}`);
  }
  const size = (key: 'length' | 'precision' | 'scale', least: number): number | undefined => {
    const given = definition[key];
    // Documented examples leave them empty.
    if (given === undefined || given === '') return undefined;
    if (Number.isInteger(Number(given)) && Number(given) >= least) return Number(given);
    throw new UsageError(`${where}: data-type.${key} is ${JSON.stringify(given)}: give a whole number from ${least} on`);
  };
  const type = make({ length: size('length', 1), precision: size('precision', 1), scale: size('scale', 0) }, options);
  if (type.family === 'numeric' && (type.precision > MAX_PRECISION || type.scale > type.precision)) {
    throw new UsageError(
      `${where}: data-type numeric(${type.precision},${type.scale}): the precision is ${MAX_PRECISION} at most, the scale the precision at most`,
    );
  }
  return { dms: definition.type.toUpperCase(), ...type };
}

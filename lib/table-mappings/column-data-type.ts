import { DataTypeDefinition } from './document';
import { DATA_TYPES } from './vocabulary';

/**
 * A DMS data type: what a column is while it travels, and what change-data-type and add-column ask for.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Reference.DataTypes.html
 */
export class ColumnDataType {
  /** A calendar date. */
  public static readonly DATE = new ColumnDataType({ type: 'date' });
  /** A time of day. */
  public static readonly TIME = new ColumnDataType({ type: 'time' });
  /** One byte, signed. */
  public static readonly INT1 = new ColumnDataType({ type: 'int1' });
  /** Two bytes, signed. */
  public static readonly INT2 = new ColumnDataType({ type: 'int2' });
  /** Four bytes, signed. */
  public static readonly INT4 = new ColumnDataType({ type: 'int4' });
  /** Eight bytes, signed. */
  public static readonly INT8 = new ColumnDataType({ type: 'int8' });
  /** One byte, unsigned. */
  public static readonly UINT1 = new ColumnDataType({ type: 'uint1' });
  /** Two bytes, unsigned. */
  public static readonly UINT2 = new ColumnDataType({ type: 'uint2' });
  /** Four bytes, unsigned. */
  public static readonly UINT4 = new ColumnDataType({ type: 'uint4' });
  /** Eight bytes, unsigned. */
  public static readonly UINT8 = new ColumnDataType({ type: 'uint8' });
  /** Four-byte floating point. */
  public static readonly REAL4 = new ColumnDataType({ type: 'real4' });
  /** Eight-byte floating point. */
  public static readonly REAL8 = new ColumnDataType({ type: 'real8' });
  /** Large binary object. */
  public static readonly BLOB = new ColumnDataType({ type: 'blob' });
  /** Large text. */
  public static readonly CLOB = new ColumnDataType({ type: 'clob' });
  /** Large text of national characters. */
  public static readonly NCLOB = new ColumnDataType({ type: 'nclob' });
  /** True or false. */
  public static readonly BOOLEAN = new ColumnDataType({ type: 'boolean' });

  /** A date and time, with `precision` digits (0 to 9) of a second. */
  public static datetime(precision: number): ColumnDataType {
    return new ColumnDataType({ type: 'datetime', precision: wholeNumber('datetime precision', precision, 0, 9) });
  }

  /** An exact number with `precision` digits, `scale` of them after the point. */
  public static numeric(precision: number, scale: number): ColumnDataType {
    wholeNumber('numeric precision', precision, 1, Number.MAX_SAFE_INTEGER);
    return new ColumnDataType({ type: 'numeric', precision, scale: wholeNumber('numeric scale', scale, 0, precision) });
  }

  /**
   * Text of at most `length` bytes.
   *
   * @jsii suppress JSII5018 the type's name in DMS
   */
  public static string(length: number): ColumnDataType {
    return new ColumnDataType({ type: 'string', length: lengthOf('string', length) });
  }

  /** Text of at most `length` national characters. */
  public static wstring(length: number): ColumnDataType {
    return new ColumnDataType({ type: 'wstring', length: lengthOf('wstring', length) });
  }

  /** At most `length` bytes. */
  public static bytes(length: number): ColumnDataType {
    return new ColumnDataType({ type: 'bytes', length: lengthOf('bytes', length) });
  }

  /**
   * A type by its DMS name, for the ones that have no member here.
   *
   * @throws when DMS has no such type
   */
  public static of(typeName: string): ColumnDataType {
    if (!DATA_TYPES.includes(typeName)) {
      throw new Error(`${JSON.stringify(typeName)} is not a DMS data type: it is one of ${DATA_TYPES.join(', ')}`);
    }
    return new ColumnDataType({ type: typeName });
  }

  private constructor(private readonly definition: DataTypeDefinition) {}

  /** The type's DMS name, for example `int8`. */
  public get typeName(): string {
    return this.definition.type;
  }

  /** The type as it stands in the document. */
  public toJson(): unknown {
    return { ...this.definition };
  }
}

const lengthOf = (type: string, length: number): number =>
  wholeNumber(`${type} length`, length, 1, Number.MAX_SAFE_INTEGER);

function wholeNumber(what: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    const allowed = max === Number.MAX_SAFE_INTEGER ? `a whole number of at least ${min}` : `from ${min} to ${max}`;
    throw new Error(`${what} ${value} is out of range: it is ${allowed}`);
  }
  return value;
}

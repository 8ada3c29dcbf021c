/**
 * Where the values of one field are, row by row: `[starts[row], ends[row])` of the block, or -1 for null. The column
 * that takes them may narrow them.
 */
export interface FieldPlaces {
  starts: Int32Array;
  ends: Int32Array;
  /** How many rows of the block have null. */
  nulls: number;
}

/**
 * Rows of `COPY … (FORMAT binary)` as they came: the bytes, and where each value is. The block is the reader's own and
 * changes with the next one. `view` goes on for some bytes behind the last value, so that whole words can be read.
 */
export interface CopyBlock {
  readonly view: DataView;
  readonly bytes: Buffer;
  readonly rows: number;
  /** Bytes of the rows, as they came. */
  readonly size: number;
  readonly fields: readonly FieldPlaces[];
}

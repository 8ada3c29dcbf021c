/** How Parquet pages are compressed. DMS offers no other codec. */
export enum ParquetCompression {
  /** Not compressed. */
  NONE = 'none',

  /** Compressed with gzip. */
  GZIP = 'gzip',
}

/** Version of the Parquet format. */
export enum ParquetVersion {
  /** Parquet 1.0, which every reader understands. */
  PARQUET_1_0 = 'parquet-1-0',

  /** Parquet 2.0. */
  PARQUET_2_0 = 'parquet-2-0',
}

/** How values are encoded in Parquet files. */
export enum ParquetEncoding {
  /** Values as they are. */
  PLAIN = 'plain',

  /** A dictionary for each column chunk; Parquet 1.0's form. */
  PLAIN_DICTIONARY = 'plain-dictionary',

  /** A dictionary whose references are run-length encoded. */
  RLE_DICTIONARY = 'rle-dictionary',
}

/** By what the folders of change files are divided. */
export enum DatePartitionSequence {
  /** Year, month, day. */
  YYYYMMDD = 'YYYYMMDD',

  /** Year, month, day, hour. */
  YYYYMMDDHH = 'YYYYMMDDHH',

  /** Year, month. */
  YYYYMM = 'YYYYMM',

  /** Month, year, day. */
  MMYYYYDD = 'MMYYYYDD',

  /** Day, month, year. */
  DDMMYYYY = 'DDMMYYYY',
}

/** What stands between the parts of a date folder. */
export enum DatePartitionDelimiter {
  /** Folders within folders: `2026/11/21`. */
  SLASH = 'SLASH',

  /** One folder: `2026_11_21`. */
  UNDERSCORE = 'UNDERSCORE',

  /** One folder: `2026-11-21`. */
  DASH = 'DASH',

  /** One folder: `20261121`. */
  NONE = 'NONE',
}

/** Which changes reach the lake. */
export enum CapturedChanges {
  /** Inserts, updates and deletes. */
  ALL = 'all',

  /** Inserts and updates: the lake never learns that a row is gone. */
  INSERTS_AND_UPDATES = 'inserts-and-updates',

  /** Inserts only: for tables that are only ever appended to. */
  INSERTS_ONLY = 'inserts-only',
}

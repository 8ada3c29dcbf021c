import type { CsvOptions } from '../csv/encoder';
import type { WriterOptions } from '../parquet/file-writer';

/** `DataFormat`, with the keys of `S3Settings` that belong to it. */
export type FileFormat = ParquetFormat | CsvFormat;

export interface ParquetFormat extends WriterOptions {
  readonly kind: 'parquet';
  /** Rows of a row group. */
  readonly rowGroupLength: number;
}

export interface CsvFormat extends CsvOptions {
  readonly kind: 'csv';
  /** `MaxFileSize` of a full load, before compression. */
  readonly maxFileBytes: number;
}

/** Rows of text that are encoded at once. */
const CSV_BATCH_ROWS = 10_000;

/** Rows that are collected before they are written. */
export function batchRows(format: FileFormat): number {
  return format.kind === 'parquet' ? format.rowGroupLength : CSV_BATCH_ROWS;
}

/** The end of the names of such files, with its dot. */
export function fileExtension(format: Pick<FileFormat, 'kind' | 'gzip'>): string {
  if (format.kind === 'parquet') return '.parquet';
  return format.gzip ? '.csv.gz' : '.csv';
}

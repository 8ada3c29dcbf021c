import type { EncodedRows } from '../csv/encoder';
import { CsvEncoder } from '../csv/encoder';
import { GzipSink } from '../csv/gzip-sink';
import type { ByteSink } from '../parquet/byte-sink';
import { ParquetWriter } from '../parquet/file-writer';
import type { ColumnSchema, ColumnVector } from '../parquet/schema';
import type { CsvFormat, FileFormat, ParquetFormat } from './file-format';
import type { Lake, LakeFile, LakeSink, ObjectTags } from './lake';

/** Writes rows of one table into files of a lake; they are begun with the first rows. */
export interface TableWriter {
  /** The vectors must stay as they are until the next call, or `close`, has resolved. */
  write(vectors: readonly ColumnVector[]): Promise<void>;
  /** Ends the files; they still have to be published. */
  close(): Promise<LakeFile[]>;
  /** Gives the files up; nothing of them stays. */
  abandon(): Promise<void>;
}

/** Where a table's files go. */
export interface FilePlaces {
  readonly lake: Lake;
  /** The path of the n-th file, from 0. Only files that have a largest size come to a second one. */
  readonly pathOf: (n: number) => string;
  readonly tags: ObjectTags;
  /** No file gets longer, before compression, unless a single row is. */
  readonly maxFileBytes: number;
}

/** @param suppliedByDelete names of the columns whose values a delete tells */
export function tableWriter(
  format: FileFormat, places: FilePlaces, columns: readonly ColumnSchema[], suppliedByDelete: ReadonlySet<string>,
): TableWriter {
  return format.kind === 'parquet'
    ? new ParquetTableWriter(format, places, columns)
    : new CsvTableWriter(format, places, new CsvEncoder(columns, format, suppliedByDelete));
}

function finished(path: string, rows: number, bytes: number, { upload }: LakeSink): LakeFile {
  return { path, rows, bytes, ...(upload === undefined ? {} : { upload }) };
}

class ParquetTableWriter implements TableWriter {
  private file: { readonly sink: LakeSink; readonly writer: ParquetWriter } | undefined;

  public constructor(
    private readonly format: ParquetFormat,
    private readonly places: FilePlaces,
    private readonly columns: readonly ColumnSchema[],
  ) {}

  public async write(vectors: readonly ColumnVector[]): Promise<void> {
    if (this.file === undefined) {
      const sink = await this.places.lake.create(this.places.pathOf(0), this.places.tags);
      this.file = { sink, writer: await ParquetWriter.create(sink, this.columns, this.format) };
    }
    await this.file.writer.writeRowGroup(vectors);
  }

  public async close(): Promise<LakeFile[]> {
    if (this.file === undefined) return [];
    const { writer, sink } = this.file;
    await writer.close();
    return [finished(this.places.pathOf(0), writer.rows, writer.bytes, sink)];
  }

  public async abandon(): Promise<void> {
    await this.file?.writer.abandon();
  }
}

class CsvTableWriter implements TableWriter {
  private readonly files: LakeFile[] = [];
  private open: TextFile | undefined;

  public constructor(
    private readonly format: CsvFormat,
    private readonly places: FilePlaces,
    private readonly encoder: CsvEncoder,
  ) {}

  public async write(vectors: readonly ColumnVector[]): Promise<void> {
    const rows = this.encoder.encode(vectors);
    for (let from = 0, to; from < rows.ends.length; from = to) {
      this.open ??= await this.begin();
      to = this.rowsThatFit(rows, from, this.places.maxFileBytes - this.open.textBytes);
      if (to === from && this.open.rows === 0) to++;
      if (to > from) await this.open.write(rows.bytes.subarray(startOf(rows, from), rows.ends[to - 1]), to - from);
      if (to < rows.ends.length) await this.end();
    }
  }

  public async close(): Promise<LakeFile[]> {
    await this.end();
    return this.files;
  }

  public async abandon(): Promise<void> {
    await this.open?.abandon();
    await this.places.lake.discard(this.files);
  }

  private async begin(): Promise<TextFile> {
    const { lake, pathOf, tags } = this.places;
    const file = await TextFile.create(lake, pathOf(this.files.length), this.format.gzip, tags);
    await file.write(this.encoder.header(), 0);
    return file;
  }

  private async end(): Promise<void> {
    if (this.open !== undefined) this.files.push(await this.open.close());
    this.open = undefined;
  }

  /** The end of the rows from `from` on that have room in so many bytes. */
  private rowsThatFit(rows: EncodedRows, from: number, bytes: number): number {
    const start = startOf(rows, from);
    let to = from;
    while (to < rows.ends.length && rows.ends[to]! - start <= bytes) to++;
    return to;
  }
}

const startOf = ({ ends }: EncodedRows, row: number): number => (row === 0 ? 0 : ends[row - 1]!);

/** One file of lines. */
export class TextFile {
  public rows = 0;
  /** Before compression. */
  public textBytes = 0;

  private constructor(
    private readonly path: string,
    private readonly sink: LakeSink,
    private readonly gzip: GzipSink | undefined,
  ) {}

  public static async create(lake: Lake, path: string, gzip: boolean, tags: ObjectTags = {}): Promise<TextFile> {
    const sink = await lake.create(path, tags);
    return new TextFile(path, sink, gzip ? new GzipSink(sink) : undefined);
  }

  public async write(text: Buffer, rows: number): Promise<void> {
    if (text.length > 0) await this.out.write([text]);
    this.textBytes += text.length;
    this.rows += rows;
  }

  public async close(): Promise<LakeFile> {
    await this.out.close();
    return finished(this.path, this.rows, this.gzip?.bytes ?? this.textBytes, this.sink);
  }

  public async abandon(): Promise<void> {
    await this.out.abandon();
  }

  private get out(): ByteSink {
    return this.gzip ?? this.sink;
  }
}

import type { ByteSink } from './byte-sink';
import { FileSink } from './byte-sink';
import type { ChunkOptions, EncodedChunk } from './column-chunk';
import { encodeChunk } from './column-chunk';
import type { WrittenChunk } from './footer';
import { fileMetadata, rowGroupEntry } from './footer';
import { Codec, Encoding, MAGIC } from './format';
import type { PageFormat, WrittenPage } from './page';
import { writtenPage } from './page';
import type { ColumnSchema, ColumnVector } from './schema';

export type WriterOptions = ChunkOptions & PageFormat;

/**
 * Writes a Parquet file, one row group after the other, to a path or to any other sink. While a row group is
 * compressed and written the caller can make the next one; there are never more than these two in memory. The file is
 * whole only after `close`.
 *
 * @see https://parquet.apache.org/docs/file-format/
 */
export class ParquetWriter {
  /** Rows taken in. */
  public rows = 0;
  /** Bytes that the sink has taken. */
  public bytes = 0;
  private readonly rowGroups: Buffer[] = [];
  private writing: Promise<void> = Promise.resolve();

  private constructor(
    private readonly sink: ByteSink,
    private readonly columns: readonly ColumnSchema[],
    private readonly options: WriterOptions,
  ) {}

  public static async create(
    target: string | ByteSink, columns: readonly ColumnSchema[], options: WriterOptions,
  ): Promise<ParquetWriter> {
    if (columns.length === 0) throw new Error('a Parquet file needs a column at least');
    const sink = typeof target === 'string' ? await FileSink.create(target) : target;
    const writer = new ParquetWriter(sink, columns, options);
    writer.next(() => writer.put([MAGIC]));
    return writer;
  }

  /**
   * Writes one row group. Resolves when the one before it is written; the vectors of this one must stay as they are
   * until the next call, or `close`, has resolved.
   *
   * @throws {Error} what went wrong while the row group before this one was written
   */
  public async writeRowGroup(vectors: readonly ColumnVector[]): Promise<void> {
    const rows = this.rowsOf(vectors);
    const before = this.writing;
    // Encoded at once: the thread pool can compress it while the sink is still busy with the row group before it.
    const chunks = this.columns.map(({ type }, i) => encodeChunk(vectors[i]!, type, this.options));
    const pages = Promise.all(chunks.map((chunk) => this.pagesOf(chunk)));
    pages.catch(ignore);
    this.rows += rows;
    this.next(async () => this.putRowGroup(chunks, await pages, rows));
    await before;
  }

  /** Ends the file and waits until the sink says that it is safe. */
  public async close(): Promise<void> {
    try {
      await this.writing;
      const metadata = fileMetadata(this.columns, this.rowGroups, this.rows, this.options.version2);
      const length = Buffer.allocUnsafe(4);
      length.writeUInt32LE(metadata.length);
      await this.put([metadata, length, MAGIC]);
    } catch (error) {
      await this.sink.abandon();
      throw error;
    }
    await this.sink.close();
  }

  /** Gives the file up; what was written of it is of no use. */
  public async abandon(): Promise<void> {
    await this.writing.catch(ignore);
    await this.sink.abandon();
  }

  private next(write: () => Promise<void>): void {
    this.writing = this.writing.then(write);
    // Whoever writes or closes next gets the failure; until then it must not count as unhandled.
    this.writing.catch(ignore);
  }

  private async putRowGroup(chunks: readonly EncodedChunk[], pages: WrittenPage[][], rows: number): Promise<void> {
    const written: WrittenChunk[] = [];
    let offset = this.bytes;
    chunks.forEach((chunk, i) => {
      written.push(this.described(chunk, pages[i]!, this.columns[i]!, offset));
      offset += written[i]!.size;
    });
    await this.put(pages.flat().flatMap(({ parts }) => parts));
    this.rowGroups.push(rowGroupEntry(written, rows, this.rowGroups.length));
  }

  private pagesOf(chunk: EncodedChunk): Promise<WrittenPage[]> {
    return Promise.all(chunk.pages.map((page) => writtenPage(page, this.options)));
  }

  private described(
    chunk: EncodedChunk, pages: readonly WrittenPage[], column: ColumnSchema, offset: number,
  ): WrittenChunk {
    const hasDictionary = chunk.pages[0]?.kind === 'dictionary';
    return {
      column,
      codec: this.options.gzip ? Codec.GZIP : Codec.UNCOMPRESSED,
      encodings: [...new Set([Encoding.RLE, ...chunk.pages.map(({ encoding }) => encoding)])],
      rows: chunk.rows,
      plainSize: pages.reduce((sum, { plainSize }) => sum + plainSize, 0),
      size: pages.reduce((sum, { size }) => sum + size, 0),
      dictionaryOffset: hasDictionary ? offset : undefined,
      dataOffset: hasDictionary ? offset + pages[0]!.size : offset,
      statistics: chunk.statistics,
    };
  }

  private async put(parts: readonly Uint8Array[]): Promise<void> {
    await this.sink.write(parts);
    this.bytes += parts.reduce((sum, { length }) => sum + length, 0);
  }

  private rowsOf(vectors: readonly ColumnVector[]): number {
    if (vectors.length !== this.columns.length) {
      throw new Error(`a row group has ${vectors.length} columns, its file has ${this.columns.length}`);
    }
    const rows = vectors[0]!.length;
    vectors.forEach(({ length }, i) => {
      if (length === rows) return;
      throw new Error(`column ${this.columns[i]!.name} has ${length} rows, ${this.columns[0]!.name} has ${rows}`);
    });
    return rows;
  }
}

function ignore(): void {
  // The failure is thrown where it is awaited.
}

import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { RecordBatch } from 'apache-arrow';
import { Table as ArrowTable, tableToIPC } from 'apache-arrow';
import {
  Compression,
  EnabledStatistics,
  Encoding,
  Table,
  WriterPropertiesBuilder,
  WriterVersion,
  transformParquetStream,
} from 'parquet-wasm';
import type { RecordBatch as WasmRecordBatch, WriterProperties } from 'parquet-wasm';

/** The Parquet keys of `S3Settings`, with DMS's defaults filled in. */
export interface ParquetOptions {
  readonly gzip: boolean;
  readonly version2: boolean;
  readonly encoding: 'plain' | 'plain-dictionary' | 'rle-dictionary';
  readonly rowGroupLength: number;
  readonly dataPageSize: number;
  readonly dictPageSizeLimit: number;
  readonly statistics: boolean;
}

/**
 * A Parquet file that is written a row group at a time, by Arrow's own writer: each batch of columns becomes one row
 * group, so memory does not grow with the file. The file is whole and on the disk only after `close`.
 */
export class ParquetFile {
  public rows = 0;
  public bytes = 0;

  private constructor(
    private readonly handle: FileHandle,
    private readonly batches: BatchQueue,
    private readonly written: Promise<void>,
  ) {}

  public static async create(path: string, options: ParquetOptions): Promise<ParquetFile> {
    const handle = await open(path, 'w');
    const batches = new BatchQueue();
    const copying: { file?: ParquetFile } = {};
    const written = (async (): Promise<void> => {
      const stream = await transformParquetStream(batches.stream(), properties(options));
      for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
        await handle.appendFile(chunk);
        copying.file!.bytes += chunk.length;
      }
    })();
    // A failure is thrown by whoever writes or closes next; until then it must not count as unhandled.
    written.catch((error: unknown) => batches.fail(error));
    copying.file = new ParquetFile(handle, batches, written);
    return copying.file;
  }

  public async write(batch: RecordBatch): Promise<void> {
    const ipc = tableToIPC(new ArrowTable([batch]), 'stream');
    for (const part of Table.fromIPCStream(ipc).recordBatches()) await this.batches.push(part);
    this.rows += batch.numRows;
  }

  /** Ends the file and waits until the disk has it. */
  public async close(): Promise<void> {
    try {
      this.batches.end();
      await this.written;
      await this.handle.sync();
    } finally {
      await this.handle.close();
    }
  }

  /** Gives the file up; what was written of it is of no use. */
  public async abandon(): Promise<void> {
    this.batches.end();
    await this.written.catch(() => undefined);
    await this.handle.close();
  }
}

/** Hands batches to the encoder one at a time, so that the producer waits for it. */
class BatchQueue {
  private waiting: WasmRecordBatch | undefined;
  private wakeProducer: (() => void) | undefined;
  private wakeConsumer: (() => void) | undefined;
  private ended = false;
  private failure: unknown;

  public stream(): ReadableStream {
    return new ReadableStream({
      pull: async (controller) => {
        while (this.waiting === undefined && !this.ended) {
          await new Promise<void>((resolve) => (this.wakeConsumer = resolve));
        }
        if (this.waiting !== undefined) controller.enqueue(this.waiting);
        else controller.close();
        this.waiting = undefined;
        this.wakeProducer?.();
      },
    }, { highWaterMark: 0 });
  }

  public async push(batch: WasmRecordBatch): Promise<void> {
    while (this.waiting !== undefined && this.failure === undefined) {
      await new Promise<void>((resolve) => (this.wakeProducer = resolve));
    }
    if (this.failure !== undefined) throw this.failure as Error;
    this.waiting = batch;
    this.wakeConsumer?.();
  }

  public end(): void {
    this.ended = true;
    this.wakeConsumer?.();
  }

  public fail(error: unknown): void {
    this.failure = error;
    this.wakeProducer?.();
  }
}

function properties(options: ParquetOptions): WriterProperties {
  const dictionary = options.encoding !== 'plain';
  const builder = new WriterPropertiesBuilder()
    .setCreatedBy('cdk-dms-pipelines')
    .setCompression(options.gzip ? Compression.GZIP : Compression.UNCOMPRESSED)
    .setWriterVersion(options.version2 ? WriterVersion.V2 : WriterVersion.V1)
    .setMaxRowGroupSize(options.rowGroupLength)
    .setDataPageSizeLimit(options.dataPageSize)
    .setDictionaryEnabled(dictionary)
    .setDictionaryPageSizeLimit(options.dictPageSizeLimit)
    .setStatisticsEnabled(options.statistics ? EnabledStatistics.Chunk : EnabledStatistics.None);
  return (dictionary ? builder : builder.setEncoding(Encoding.PLAIN)).build();
}


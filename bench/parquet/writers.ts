import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Compression, Encoding, Table, WriterPropertiesBuilder, transformParquetStream } from 'parquet-wasm';
import { ParquetWriter } from '../../cli/engine/parquet/file-writer';
import type { ColumnVector } from '../../cli/engine/parquet/schema';
import { arrowStream } from '../../test/support/arrow-stream';
import { COLUMNS } from './example-table';

export interface WriterRun {
  readonly path: string;
  readonly rowGroups: Iterable<ColumnVector[]>;
  readonly rowGroupLength: number;
  readonly gzip: boolean;
  readonly dictionary: boolean;
  /** Where packages are that this project does not depend on. */
  readonly packages: string | undefined;
}

/** Ways to write whole columns, by name. */
export const WRITERS: Readonly<Record<string, (run: WriterRun) => Promise<void>>> = {
  own: writeOwn,
  'parquet-wasm': writeWasm,
  'nodejs-polars': writePolars,
};

async function writeOwn({ path, rowGroups, gzip, dictionary }: WriterRun): Promise<void> {
  const writer = await ParquetWriter.create(path, COLUMNS, {
    gzip,
    version2: false,
    encoding: dictionary ? 'rle-dictionary' : 'plain',
    dataPageSize: 1024 * 1024,
    dictPageSizeLimit: 1024 * 1024,
    statistics: true,
  });
  for (const vectors of rowGroups) await writer.writeRowGroup(vectors);
  await writer.close();
}

async function writeWasm({ path, rowGroups, rowGroupLength, gzip, dictionary }: WriterRun): Promise<void> {
  const builder = new WriterPropertiesBuilder()
    .setCompression(gzip ? Compression.GZIP : Compression.UNCOMPRESSED)
    .setMaxRowGroupSize(rowGroupLength)
    .setDictionaryEnabled(dictionary);
  const properties = (dictionary ? builder : builder.setEncoding(Encoding.PLAIN)).build();
  const groups = rowGroups[Symbol.iterator]();
  const batches = new ReadableStream({
    pull(controller) {
      const next = groups.next();
      if (next.done === true) {
        controller.close();
        return;
      }
      const table = Table.fromIPCStream(arrowStream(COLUMNS, [next.value]));
      table.recordBatches().forEach((batch) => controller.enqueue(batch));
    },
  }, { highWaterMark: 0 });
  const file = await open(path, 'w');
  const stream = await transformParquetStream(batches, properties);
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) await file.appendFile(chunk);
  await file.sync();
  await file.close();
}

interface Polars {
  readIPCStream(stream: Buffer): { writeParquet(path: string, options: object): void };
}

/** Takes a table at a time, not a row group: its memory grows with the file. */
async function writePolars({ path, rowGroups, rowGroupLength, gzip, packages }: WriterRun): Promise<void> {
  if (packages === undefined) throw new Error('nodejs-polars is not a dependency: name a folder that has it with --packages');
  const polars = createRequire(join(packages, 'package.json'))('nodejs-polars') as Polars;
  const stream = Buffer.from(arrowStream(COLUMNS, [...rowGroups]));
  polars.readIPCStream(stream).writeParquet(path, { compression: gzip ? 'gzip' : 'uncompressed', rowGroupSize: rowGroupLength });
  await Promise.resolve();
}

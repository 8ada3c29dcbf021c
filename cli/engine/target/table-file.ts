import type { TablePlan } from '../plan/table-plan';
import type { Tuple } from '../source/pgoutput';
import type { FileFormat } from './file-format';
import { batchRows } from './file-format';
import type { Lake, LakeFile } from './lake';
import type { ChangeOrigin, MetadataColumns, Operation, TupleFields } from './table-batch';
import { TableBatch } from './table-batch';
import type { TableWriter } from './table-writer';
import { tableWriter } from './table-writer';

/** A batch is written out early when its columns take this much memory. */
export const BATCH_BYTES = 32 * 1024 * 1024;

/** Where changes of one table go. */
export interface ChangeSink {
  /** Bytes of rows taken in, before encoding: what `CdcMinFileSize` counts. */
  readonly byteLength: number;
  /** Whether a batch is full and `writeOut` should be awaited before more rows come. */
  readonly isFull: boolean;
  appendChange(
    op: Operation, row: Tuple, before: Tuple | undefined, fields: TupleFields, origin: ChangeOrigin,
  ): void;
  writeOut(): Promise<void>;
}

export interface TableFileOptions {
  readonly lake: Lake;
  /** The path of the n-th file, from 0. */
  readonly pathOf: (n: number) => string;
  readonly format: FileFormat;
  readonly metadata: MetadataColumns;
  /** No file gets longer, where the format has such a limit. */
  readonly maxFileBytes?: number | undefined;
}

/**
 * A file of one table while it is filled, or several when the first gets too long. It is opened with the first rows: an
 * empty table leaves no file, as with DMS.
 */
export class TableFile implements ChangeSink {
  public readonly batch: TableBatch;
  private readonly writer: TableWriter;
  private readonly batchRows: number;
  private writtenBytes = 0;

  public constructor(plan: TablePlan, { lake, pathOf, format, metadata, maxFileBytes = Infinity }: TableFileOptions) {
    this.batch = new TableBatch(plan, metadata);
    this.batchRows = batchRows(format);
    const tags = Object.fromEntries(plan.tags.map(({ key, value }) => [key, value]));
    this.writer = tableWriter(
      format, { lake, pathOf, tags, maxFileBytes }, this.batch.schema, suppliedByDelete(plan, this.batch));
  }

  public get byteLength(): number {
    return this.writtenBytes + this.batch.byteLength;
  }

  /** Rows that the batch can still take. */
  public get room(): number {
    return this.batchRows - this.batch.rows;
  }

  public get isFull(): boolean {
    return this.batch.rows >= this.batchRows || this.batch.received >= BATCH_BYTES;
  }

  public appendChange(
    op: Operation, row: Tuple, before: Tuple | undefined, fields: TupleFields, origin: ChangeOrigin,
  ): void {
    this.batch.appendChange(op, row, before, fields, origin);
  }

  public async writeOut(): Promise<void> {
    if (this.batch.rows === 0) return;
    this.writtenBytes += this.batch.byteLength;
    await this.writer.write(this.batch.take());
  }

  /** Ends the files; they still have to be published. None when there were no rows. */
  public async close(): Promise<LakeFile[]> {
    await this.writeOut();
    return this.writer.close();
  }

  /** Gives the files up; nothing of them stays. */
  public async abandon(): Promise<void> {
    await this.writer.abandon();
  }
}

/** With full replica identity a delete tells the whole row, otherwise only the source's key. */
export function suppliedByDelete(plan: TablePlan, batch: TableBatch): ReadonlySet<string> {
  const { key, fullIdentity } = plan.source;
  const missing = fullIdentity ? [] : plan.copied.filter(({ source }) => !key.includes(source)).map(({ name }) => name);
  return new Set(batch.schema.map(({ name }) => name).filter((name) => !missing.includes(name)));
}

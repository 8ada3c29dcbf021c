import { ParquetWriter } from '../parquet/file-writer';
import type { TablePlan } from '../plan/table-plan';
import type { LakeFolder } from './lake-folder';
import type { ParquetOptions } from './s3-settings';
import type { MetadataColumns } from './table-batch';
import { TableBatch } from './table-batch';

/** A finished file, as the checkpoint and the report know it. */
export interface LakeFile {
  /** Relative to the lake, with `/`. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** A row group is written out early when its columns take this much memory. */
const BATCH_BYTES = 32 * 1024 * 1024;

/**
 * One file of one table while it is filled. It is opened with the first rows: an empty table leaves no file, as with
 * DMS.
 */
export class TableFile {
  public readonly batch: TableBatch;
  private file: ParquetWriter | undefined;
  private writtenBytes = 0;

  public constructor(
    private readonly path: string,
    private readonly lake: LakeFolder,
    private readonly parquet: ParquetOptions,
    plan: TablePlan,
    metadata: MetadataColumns,
  ) {
    this.batch = new TableBatch(plan, metadata);
  }

  /** Bytes of rows taken in, before encoding: what `CdcMinFileSize` counts. */
  public get byteLength(): number {
    return this.writtenBytes + this.batch.byteLength;
  }

  /** Whether a row group is full and `writeOut` should be awaited before more rows come. */
  public get isFull(): boolean {
    return this.batch.rows >= this.parquet.rowGroupLength || this.batch.received >= BATCH_BYTES;
  }

  public async writeOut(): Promise<void> {
    if (this.batch.rows === 0) return;
    this.file ??= await ParquetWriter.create(await this.lake.startFile(this.path), this.batch.schema, this.parquet);
    this.writtenBytes += this.batch.byteLength;
    await this.file.writeRowGroup(this.batch.take());
  }

  /** Ends the file; it still has to be published. `undefined` when it had no rows. */
  public async close(): Promise<LakeFile | undefined> {
    await this.writeOut();
    if (this.file === undefined) return undefined;
    await this.file.close();
    return { path: this.path, rows: this.file.rows, bytes: this.file.bytes };
  }

  /** Gives the file up; nothing of it stays. */
  public async abandon(): Promise<void> {
    if (this.file === undefined) return;
    await this.file.abandon();
    await this.lake.discard(this.path);
  }
}

import type { TablePlan } from '../plan/table-plan';
import { fileExtension } from '../target/file-format';
import { changeFileName, datePartitionFolder, tableFolder, transactionFileName } from '../target/layout';
import type { Lake, LakeFile } from '../target/lake';
import type { LakeSettings } from '../target/s3-settings';
import type { Loss } from '../target/table-batch';
import type { ChangeSink } from '../target/table-file';
import { TableFile } from '../target/table-file';
import { TransactionFile } from '../target/transaction-file';

interface OpenFile {
  readonly plan: TablePlan;
  readonly file: TableFile;
}

interface FinishedFile {
  readonly plan: TablePlan;
  readonly file: LakeFile;
}

/**
 * The open files of changes: one for each table and each date partition that has changes waiting, or one for all of
 * them when the order of transactions is preserved.
 */
export class ChangeFiles {
  private readonly open = new Map<string, OpenFile>();
  private transactions: TransactionFile | undefined;
  /** Whole, but not handed over yet. */
  private finished: FinishedFile[] = [];
  private readonly names: Set<string>;
  private since: number | undefined;
  private partition = { minute: NaN, folder: '' };

  /**
   * @param taken paths of the lake that no new file may have
   * @param accepts told what did not arrive whole in a file; without its consent the file is given up
   */
  public constructor(
    private readonly lake: Lake,
    private readonly settings: LakeSettings,
    taken: Iterable<string>,
    private readonly accepts: (plan: TablePlan, losses: readonly Loss[]) => boolean,
  ) {
    this.names = new Set(taken);
  }

  /**
   * Whether the files are due: `CdcMaxBatchInterval` after the first waiting change, or at `CdcMinFileSize`.
   *
   * @param grown the files that rows have come into since this was asked last
   */
  public isDue(now: number, grown: readonly ChangeSink[]): boolean {
    if (this.since === undefined) return false;
    if (now - this.since >= this.settings.maxBatchSeconds * 1000) return true;
    return grown.some((file) => file.byteLength >= this.settings.minFileBytes);
  }

  /** Whether no change waits. */
  public get isEmpty(): boolean {
    return this.open.size === 0 && this.finished.length === 0 && this.transactions === undefined;
  }

  /** The file that a change of this table, committed at this moment, belongs into. */
  public fileFor(plan: TablePlan, committed: Date): ChangeSink {
    const { format, changeColumns: metadata, transactions } = this.settings;
    this.since ??= Date.now();
    if (transactions !== undefined) {
      this.transactions ??= new TransactionFile(
        this.freePath(transactions.folder, transactionFileName, fileExtension(transactions.format)),
        this.lake, transactions.format, metadata.timestampColumn);
      return this.transactions.sinkFor(plan);
    }
    const folder = tableFolder(this.settings.bucketFolder, plan.schema, plan.name) + this.partitionOf(committed);
    const found = this.open.get(folder);
    if (found !== undefined) return found.file;
    const path = this.freePath(folder, changeFileName, fileExtension(format));
    const file = new TableFile(plan, { lake: this.lake, format, metadata, pathOf: () => path });
    this.open.set(folder, { plan, file });
    return file;
  }

  /** Ends the files of one table: its later changes go into others. */
  public async finish(plan: TablePlan): Promise<void> {
    for (const [folder, { plan: owner, file }] of [...this.open]) {
      if (!isSameTable(owner, plan)) continue;
      const accepted = this.accepts(owner, file.batch.losses());
      this.open.delete(folder);
      if (!accepted) {
        await file.abandon();
        continue;
      }
      this.finished.push(...(await file.close()).map((written) => ({ plan: owner, file: written })));
    }
  }

  /** Ends all files and hands them over. They are whole then, but still to be published. */
  public async close(): Promise<LakeFile[]> {
    for (const { plan } of [...this.open.values()]) await this.finish(plan);
    const files = this.finished.map(({ file }) => file);
    this.finished = [];
    this.since = undefined;
    return [...files, ...await this.closeTransactions()];
  }

  private async closeTransactions(): Promise<LakeFile[]> {
    const file = this.transactions;
    // The rows of a table that is suspended for them are among those of others.
    file?.losses().forEach(([plan, losses]) => this.accepts(plan, losses));
    this.transactions = undefined;
    const written = await file?.close();
    return written === undefined ? [] : [written];
  }

  /** Gives up what is waiting for one table, or all of it. What is in a file with other tables' changes stays there. */
  public async abandon(plan?: TablePlan): Promise<void> {
    for (const [folder, { plan: owner, file }] of [...this.open]) {
      if (plan !== undefined && !isSameTable(owner, plan)) continue;
      this.open.delete(folder);
      await file.abandon();
    }
    const given = this.finished.filter(({ plan: owner }) => plan === undefined || isSameTable(owner, plan));
    this.finished = this.finished.filter((file) => !given.includes(file));
    await this.lake.discard(given.map(({ file }) => file));
    if (plan !== undefined) return;
    await this.transactions?.abandon();
    this.transactions = undefined;
  }

  /** No partition begins within a minute, and most transactions are of the same one as the transaction before. */
  private partitionOf(committed: Date): string {
    const { datePartition } = this.settings;
    if (datePartition === undefined) return '';
    const minute = Math.floor(committed.getTime() / 60_000);
    if (minute !== this.partition.minute) {
      this.partition = { minute, folder: `/${datePartitionFolder(committed, datePartition)}` };
    }
    return this.partition.folder;
  }

  /** The name is the moment the file is begun; when a millisecond has two, the later one moves on by one. */
  private freePath(folder: string, nameOf: typeof changeFileName, extension: string): string {
    for (let moment = Date.now(); ; moment++) {
      const path = `${folder}/${nameOf(new Date(moment), extension, this.settings.datePartition?.timeZone)}`;
      if (this.names.has(path)) continue;
      this.names.add(path);
      return path;
    }
  }
}

/** A table's plan is another one after its definition has changed. */
function isSameTable(one: TablePlan, other: TablePlan): boolean {
  return one.source.oid === other.source.oid;
}

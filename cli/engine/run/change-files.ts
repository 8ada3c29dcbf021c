import type { TablePlan } from '../plan/table-plan';
import { changeFileName, datePartitionFolder, tableFolder } from '../target/layout';
import type { LakeFolder } from '../target/lake-folder';
import type { LakeSettings } from '../target/s3-settings';
import type { Loss } from '../target/table-batch';
import type { LakeFile } from '../target/table-file';
import { TableFile } from '../target/table-file';

interface OpenFile {
  readonly plan: TablePlan;
  readonly file: TableFile;
}

interface FinishedFile {
  readonly plan: TablePlan;
  readonly file: LakeFile;
}

/** The open files of changes: one for each table and each date partition that has changes waiting. */
export class ChangeFiles {
  private readonly open = new Map<string, OpenFile>();
  /** Whole, but not handed over yet. */
  private finished: FinishedFile[] = [];
  private readonly names: Set<string>;
  private since: number | undefined;

  /** @param taken paths of the lake that no new file may have */
  public constructor(
    private readonly lake: LakeFolder,
    private readonly settings: LakeSettings,
    taken: Iterable<string>,
    private readonly onLosses: (plan: TablePlan, losses: readonly Loss[]) => void,
  ) {
    this.names = new Set(taken);
  }

  /** Whether a file is due: `CdcMaxBatchInterval` after the first waiting change, or at `CdcMinFileSize`. */
  public isDue(now: number): boolean {
    if (this.since === undefined) return false;
    if (now - this.since >= this.settings.maxBatchSeconds * 1000) return true;
    return [...this.open.values()].some(({ file }) => file.byteLength >= this.settings.minFileBytes);
  }

  /** Whether no change waits. */
  public get isEmpty(): boolean {
    return this.open.size === 0 && this.finished.length === 0;
  }

  /** The file that a change of this table, committed at this moment, belongs into. */
  public fileFor(plan: TablePlan, committed: Date): TableFile {
    const partition = this.settings.datePartition;
    const folder = [
      tableFolder(this.settings.bucketFolder, plan.schema, plan.name),
      ...(partition === undefined ? [] : [datePartitionFolder(committed, partition)]),
    ].join('/');
    const found = this.open.get(folder);
    if (found !== undefined) return found.file;
    const { parquet, changeColumns } = this.settings;
    const file = new TableFile(this.freePath(folder), this.lake, parquet, plan, changeColumns);
    this.open.set(folder, { plan, file });
    this.since ??= Date.now();
    return file;
  }

  /** Ends the files of one table: its later changes go into others. */
  public async finish(plan: TablePlan): Promise<void> {
    for (const [folder, { plan: owner, file }] of [...this.open]) {
      if (!isSameTable(owner, plan)) continue;
      this.open.delete(folder);
      this.onLosses(owner, file.batch.losses());
      const written = await file.close();
      if (written !== undefined) this.finished.push({ plan: owner, file: written });
    }
  }

  /** Ends all files and hands them over. They are whole then, but still to be published. */
  public async close(): Promise<LakeFile[]> {
    for (const { plan } of [...this.open.values()]) await this.finish(plan);
    const files = this.finished.map(({ file }) => file);
    this.finished = [];
    this.since = undefined;
    return files;
  }

  /** Gives up what is waiting for one table, or all of it. */
  public async abandon(plan?: TablePlan): Promise<void> {
    for (const [folder, { plan: owner, file }] of [...this.open]) {
      if (plan !== undefined && !isSameTable(owner, plan)) continue;
      this.open.delete(folder);
      await file.abandon();
    }
    const given = this.finished.filter(({ plan: owner }) => plan === undefined || isSameTable(owner, plan));
    this.finished = this.finished.filter((file) => !given.includes(file));
    for (const { file } of given) await this.lake.discard(file.path);
  }

  /** The name is the moment the file is begun; when a millisecond has two, the later one moves on by one. */
  private freePath(folder: string): string {
    for (let moment = Date.now(); ; moment++) {
      const path = `${folder}/${changeFileName(new Date(moment), this.settings.datePartition?.timeZone)}`;
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

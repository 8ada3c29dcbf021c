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

/** The open files of changes: one for each table and each date partition that has changes waiting. */
export class ChangeFiles {
  private readonly open = new Map<string, OpenFile>();
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

  /** Whether `CdcMaxBatchInterval` has passed since the first waiting change, or a file has reached `CdcMinFileSize`. */
  public isDue(now: number): boolean {
    if (this.since === undefined) return false;
    if (now - this.since >= this.settings.maxBatchSeconds * 1000) return true;
    return [...this.open.values()].some(({ file }) => file.byteLength >= this.settings.minFileBytes);
  }

  /** Whether no change waits. */
  public get isEmpty(): boolean {
    return this.open.size === 0;
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

  /** Ends the files of one table, or all. They are whole then, but still to be published. */
  public async close(plan?: TablePlan): Promise<LakeFile[]> {
    const closed: LakeFile[] = [];
    for (const [folder, { plan: owner, file }] of [...this.open]) {
      if (plan !== undefined && owner !== plan) continue;
      this.onLosses(owner, file.batch.losses());
      const written = await file.close();
      if (written !== undefined) closed.push(written);
      this.open.delete(folder);
    }
    if (plan === undefined) this.since = undefined;
    return closed;
  }

  /** Gives up what is waiting for one table, or all of it. */
  public async abandon(plan?: TablePlan): Promise<void> {
    for (const [folder, { plan: owner, file }] of [...this.open]) {
      if (plan !== undefined && owner !== plan) continue;
      await file.abandon();
      this.open.delete(folder);
    }
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

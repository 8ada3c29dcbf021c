import type { TablePlan } from '../plan/table-plan';
import type { Lsn } from '../source/lsn';
import type { RowChange } from '../source/pgoutput';
import type { Lake, LakeFile } from '../target/lake';
import type { LakeSettings } from '../target/s3-settings';
import type { Loss, Operation } from '../target/table-batch';
import type { ChangeSink } from '../target/table-file';
import { ChangeFiles } from './change-files';
import type { ChangeWriter } from './change-writer';
import type { Transaction } from './transaction';

/** Makes everything up to a position durable: the new files, the tables whose files go, and the position. */
type Commit = (
  lsn: Lsn, added: readonly LakeFile[], emptied: readonly TablePlan[], changes: number,
) => Promise<void>;

/** Changes as rows of files: every change is a row more, and a TRUNCATE takes files away. */
export class LakeChanges implements ChangeWriter {
  public readonly inPlace = false;
  private readonly files: ChangeFiles;
  private emptied: TablePlan[] = [];

  public constructor(
    lake: Lake, private readonly settings: LakeSettings, taken: Iterable<string>,
    accepts: (plan: TablePlan, losses: readonly Loss[]) => boolean, private readonly commit: Commit,
  ) {
    this.files = new ChangeFiles(lake, settings, taken, accepts);
  }

  public get isEmpty(): boolean {
    return this.files.isEmpty && this.emptied.length === 0;
  }

  public takes(kind: RowChange['kind'], op: Operation): boolean {
    const { insertsOnly, insertsAndUpdates } = this.settings;
    return !(insertsOnly && kind !== 'insert') && !(insertsAndUpdates && op === 'D');
  }

  public sinkFor(plan: TablePlan, { committed }: Transaction): ChangeSink {
    return this.files.fileFor(plan, committed);
  }

  public isDue(now: number): boolean {
    return this.files.isDue(now, []);
  }

  public isDueAfter(now: number, grown: readonly ChangeSink[]): boolean {
    return this.files.isDue(now, grown);
  }

  public redefine(before: TablePlan): Promise<void> {
    return this.files.finish(before);
  }

  public async truncate(plan: TablePlan): Promise<void> {
    await this.files.abandon(plan);
    this.emptied.push(plan);
  }

  public abandon(plan: TablePlan): Promise<void> {
    return this.files.abandon(plan);
  }

  public dropTransaction(): Promise<void> {
    throw new Error('rows of a file cannot be taken back');
  }

  public endTransaction(): void {
    // Files know only whole transactions: nothing becomes durable before.
  }

  public async flush(position: Lsn, changes: number): Promise<void> {
    const added = await this.files.close();
    const emptied = this.emptied;
    this.emptied = [];
    await this.commit(position, added, emptied, changes);
  }

  public close(): Promise<void> {
    return this.files.abandon();
  }
}

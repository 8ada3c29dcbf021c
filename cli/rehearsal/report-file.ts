import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Finding } from '../../lib/rules';
import { messageOf, UsageError } from '../errors';
import { reportPage, type RehearsedTask } from '../report/page';

/** The page of `--report`, opened before the rehearsal: that it cannot be written is not said after an hour's work. */
export class ReportFile {
  private written = false;

  private constructor(private readonly path: string, private readonly handle: FileHandle) {}

  /** @throws {UsageError} when the file cannot be written */
  public static async open(path: string): Promise<ReportFile> {
    try {
      return new ReportFile(path, await open(path, 'w'));
    } catch (error) {
      throw new UsageError(`cannot write the report ${path}: ${messageOf(error)}`, { cause: error });
    }
  }

  public async write(tasks: readonly RehearsedTask[], findings: readonly Finding[]): Promise<void> {
    const names = tasks.map(({ report }) => report.task).join(', ');
    await this.handle.writeFile(reportPage({ title: `Rehearsal of ${names}`, generatedAt: new Date(), tasks, findings }));
    this.written = true;
  }

  /** Leaves no empty page behind. */
  public async close(): Promise<void> {
    await this.handle.close();
    if (!this.written) await rm(this.path, { force: true });
  }
}

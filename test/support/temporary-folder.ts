import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Temporary folders for one test file, removed together. */
export class TemporaryFolders {
  private readonly made: string[] = [];

  public create(): string {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'dms-test-'));
    this.made.push(folder);
    return folder;
  }

  public removeAll(): void {
    this.made.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  }
}

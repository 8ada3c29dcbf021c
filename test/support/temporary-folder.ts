import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Temporary folders of a test file, or of the `describe` that makes them: removed after its last test. */
export class TemporaryFolders {
  private readonly made: string[] = [];

  public constructor() {
    afterAll(() => this.removeAll());
  }

  public create(): string {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'dms-test-'));
    this.made.push(folder);
    return folder;
  }

  private removeAll(): void {
    this.made.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  }
}

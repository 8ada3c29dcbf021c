import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Temporary folders of a test file, or of the `describe` that makes them: removed after its last test. */
export class TemporaryFolders {
  private readonly made: string[] = [];
  private readonly users: (() => unknown)[] = [];

  public constructor() {
    afterAll(() => this.removeAll());
  }

  /**
   * Ends a server or browser that works in one of the folders before they are removed. An `afterAll` of its own may
   * come too late: jest runs them in the order in which a file registers them.
   */
  public endFirst(end: () => unknown): void {
    this.users.push(end);
  }

  public create(): string {
    const folder = mkdtempSync(join(realpathSync(tmpdir()), 'dms-test-'));
    this.made.push(folder);
    return folder;
  }

  private async removeAll(): Promise<void> {
    for (const end of this.users.splice(0)) await end();
    this.made.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  }
}

import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { UsageError, codeOf, messageOf } from '../../errors';

const IN_PROGRESS = '.inprogress';

/**
 * A folder that stands for the bucket. A file gets its name only when it is whole: it is written beside its place,
 * synced, recorded in the checkpoint and then published by a rename. A reader never sees half a file, and after a
 * crash the checkpoint tells which finished files still have to be published.
 */
export class LakeFolder {
  private constructor(public readonly root: string) {}

  /** @throws {UsageError} when nothing can be written there */
  public static async open(path: string): Promise<LakeFolder> {
    const lake = new LakeFolder(resolve(path));
    const probe = join(lake.root, `probe${IN_PROGRESS}`);
    try {
      await mkdir(lake.root, { recursive: true });
      await (await open(probe, 'w')).close();
      await rm(probe);
    } catch (error) {
      throw new UsageError(`cannot write to the target folder ${lake.root}: ${reason(error)}; give another one with --target`);
    }
    return lake;
  }

  /** Where a file with this path in the lake is written before it is published. */
  public async startFile(path: string): Promise<string> {
    const place = this.inProgress(path);
    await mkdir(dirname(place), { recursive: true });
    return place;
  }

  /** Removes a file that is not to be published. */
  public async discard(path: string): Promise<void> {
    await rm(this.inProgress(path), { force: true });
  }

  /** Gives finished files their names. Does nothing for those that have them already. */
  public async publish(paths: readonly string[]): Promise<void> {
    const folders = new Set<string>();
    for (const path of paths) {
      try {
        await rename(this.inProgress(path), join(this.root, path));
        folders.add(dirname(join(this.root, path)));
      } catch (error) {
        if (codeOf(error) !== 'ENOENT' || !(await this.has(path))) throw error;
      }
    }
    await Promise.all([...folders].map(syncFolder));
  }

  public async has(path: string): Promise<boolean> {
    return stat(join(this.root, path)).then(() => true, () => false);
  }

  public async remove(paths: readonly string[]): Promise<void> {
    for (const path of paths) await rm(join(this.root, path), { force: true });
  }

  /** Removes unfinished files below the folders of tables: what a run that was killed left behind. */
  public async sweep(folders: readonly string[]): Promise<void> {
    for (const folder of folders) {
      for (const path of await this.list(folder)) {
        if (path.endsWith(IN_PROGRESS)) await rm(join(this.root, path), { force: true });
      }
    }
  }

  /** The paths of all files below a folder of the lake, sorted; none when there is no such folder. */
  public async list(folder: string): Promise<string[]> {
    try {
      const entries = await readdir(join(this.root, folder), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(this.root.length + 1))
        .sort();
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw error;
    }
  }

  private inProgress(path: string): string {
    return join(this.root, path + IN_PROGRESS);
  }
}

/** Makes renames in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function reason(error: unknown): string {
  const reasons: Record<string, string> = {
    EACCES: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOTDIR: 'a part of the path is a file',
    EEXIST: 'it is a file',
    ENOSPC: 'the disk is full',
  };
  return reasons[codeOf(error) ?? ''] ?? messageOf(error);
}

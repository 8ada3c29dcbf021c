import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { UsageError, codeOf, messageOf } from '../../errors';
import { FileSink } from '../parquet/byte-sink';
import type { Lake, LakeFile, LakeSink } from './lake';
import { missingFiles } from './lake';
import type { FolderLocation } from './location';

const IN_PROGRESS = '.inprogress';

/**
 * A folder on this machine. A file is written beside its place, synced, and published by a rename.
 */
export class FolderLake implements Lake {
  private readonly root: string;

  public constructor(public readonly location: FolderLocation) {
    this.root = location.path;
  }

  public async check(): Promise<void> {
    const probe = join(this.root, `probe${IN_PROGRESS}`);
    try {
      await mkdir(this.root, { recursive: true });
      await (await open(probe, 'w')).close();
      await rm(probe);
    } catch (error) {
      throw new UsageError(`cannot write to the target folder ${this.root}: ${reason(error)}; give another one with --target`);
    }
  }

  public async create(path: string): Promise<LakeSink> {
    const place = this.inProgress(path);
    await mkdir(dirname(place), { recursive: true });
    return new NewFile(await FileSink.create(place), place);
  }

  public async publish(files: readonly LakeFile[]): Promise<void> {
    const folders = new Set<string>();
    for (const { path } of files) {
      try {
        await rename(this.inProgress(path), join(this.root, path));
        folders.add(dirname(join(this.root, path)));
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') throw error;
        if (!(await this.has(path))) throw missingFiles(this.location, [path]);
      }
    }
    await Promise.all([...folders].map(syncFolder));
  }

  public async discard(files: readonly LakeFile[]): Promise<void> {
    for (const { path } of files) await rm(this.inProgress(path), { force: true });
  }

  public async remove(paths: readonly string[]): Promise<void> {
    for (const path of paths) await rm(join(this.root, path), { force: true });
  }

  public async sweep(folders: readonly string[]): Promise<void> {
    for (const folder of folders) {
      for (const path of await this.everyFile(folder)) {
        if (path.endsWith(IN_PROGRESS)) await rm(join(this.root, path), { force: true });
      }
    }
  }

  public async list(folder: string): Promise<string[]> {
    return (await this.everyFile(folder)).filter((path) => !path.endsWith(IN_PROGRESS));
  }

  public async localFiles(paths: readonly string[]): Promise<string[]> {
    return Promise.resolve(paths.map((path) => join(this.root, path)));
  }

  private async has(path: string): Promise<boolean> {
    return stat(join(this.root, path)).then(() => true, () => false);
  }

  /** Published or not, sorted. */
  private async everyFile(folder: string): Promise<string[]> {
    try {
      const entries = await readdir(join(this.root, folder), { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => relative(this.root, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
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

/** A file on its way, beside its place. */
class NewFile implements LakeSink {
  public readonly upload = undefined;

  public constructor(private readonly file: FileSink, private readonly place: string) {}

  public write(parts: readonly Uint8Array[]): Promise<void> {
    return this.file.write(parts);
  }

  public close(): Promise<void> {
    return this.file.close();
  }

  public async abandon(): Promise<void> {
    await this.file.abandon();
    await rm(this.place, { force: true });
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

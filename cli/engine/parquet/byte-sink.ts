import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';

/** Takes the bytes of a file in their order. */
export interface ByteSink {
  /** Resolves when the sink can take more and no longer needs the parts. */
  write(parts: readonly Uint8Array[]): Promise<void>;
  /** Resolves when the file is whole and safe. */
  close(): Promise<void>;
  /** Gives the file up; what there is of it may stay behind. */
  abandon(): Promise<void>;
}

/** A file on the disk. */
export class FileSink implements ByteSink {
  private constructor(private readonly handle: FileHandle) {}

  /** Replaces the file when there is one. */
  public static async create(path: string): Promise<FileSink> {
    return new FileSink(await open(path, 'w'));
  }

  public async write(parts: readonly Uint8Array[]): Promise<void> {
    let rest = parts.filter(({ length }) => length > 0);
    while (rest.length > 0) {
      const { bytesWritten } = await this.handle.writev(rest);
      rest = partsAfter(rest, bytesWritten);
    }
  }

  public async close(): Promise<void> {
    try {
      await this.handle.sync();
    } finally {
      await this.handle.close();
    }
  }

  public async abandon(): Promise<void> {
    await this.handle.close();
  }
}

/** The system may take a part of what it is given only. */
function partsAfter(parts: readonly Uint8Array[], written: number): Uint8Array[] {
  let first = 0;
  while (first < parts.length && written >= parts[first]!.length) written -= parts[first++]!.length;
  const rest = parts.slice(first);
  if (rest.length > 0) rest[0] = rest[0]!.subarray(written);
  return rest;
}

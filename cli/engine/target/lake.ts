import { UsageError } from '../../errors';
import { counted } from '../../output/numbers';
import type { ByteSink } from '../parquet/byte-sink';
import type { LakeLocation } from './location';
import { titleOfLake } from './location';

/** Somebody took away what the run had written: the files of before are the beginning of the tables. */
export function missingFiles(location: LakeLocation, paths: readonly string[]): UsageError {
  return new UsageError(
    `${titleOfLake(location)} lacks ${counted(paths.length, 'file')} that the rehearsal wrote, such as ${paths[0]}: ` +
    'put back what was removed, or give the rehearsal up with --clean',
  );
}

/** What is left to do for a file that was sent to an object store but does not exist there yet. */
export interface Upload {
  readonly id: string;
  /** ETags of its parts in their order. */
  readonly parts: readonly string[];
}

/** A finished file, as the checkpoint and the report know it. */
export interface LakeFile {
  /** Relative to the lake, with `/`. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  /** Only as long as the file is not published, and only where publishing needs it. */
  upload?: Upload;
}

/** Tags of the objects of a bucket; a folder has none. */
export type ObjectTags = Readonly<Record<string, string>>;

/** Takes the bytes of one file. What it was given stays invisible until the lake publishes the file. */
export interface LakeSink extends ByteSink {
  /** What publishing the file needs; known after `close`. */
  readonly upload: Upload | undefined;
  /** Gives the file up; nothing of it stays behind. */
  abandon(): Promise<void>;
}

/**
 * Where files of tables go. A file becomes visible only when it is whole and the checkpoint names it: it is written
 * with `create`, closed, recorded in the checkpoint, and then published. A reader never sees half a file, and after a
 * crash the checkpoint tells which finished files still have to be published. Paths are relative, with `/`.
 */
export interface Lake {
  readonly location: LakeLocation;

  /** @throws {UsageError} when nothing can be written there */
  check(): Promise<void>;

  /** Begins a file that nobody sees before it is published. It replaces the one that has this path. */
  create(path: string, tags?: ObjectTags): Promise<LakeSink>;

  /**
   * Makes finished files visible. Does nothing for those that are visible already.
   *
   * @throws {UsageError} when a file is gone
   */
  publish(files: readonly LakeFile[]): Promise<void>;

  /** Removes finished files that are not to be published; those that were published already stay. */
  discard(files: readonly LakeFile[]): Promise<void>;

  /** Removes published files; does nothing for those that are not there. */
  remove(paths: readonly string[]): Promise<void>;

  /** The paths of all published files below a folder, sorted; none when there is no such folder. */
  list(folder: string): Promise<string[]>;

  /** Removes what a run that was killed left unfinished below folders of tables. */
  sweep(folders: readonly string[]): Promise<void>;

  /**
   * Files on this machine with the content of published ones, for who reads them: in the same order.
   *
   * @param scratch a folder for copies, where they are needed; the caller removes it
   */
  localFiles(paths: readonly string[], scratch: string): Promise<string[]>;
}

import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf, messageOf, UsageError } from '../errors';
import { syncFolder } from '../engine/target/folder-lake';

/** A file of this name beside the one that it becomes: on the same file system, and of no other writer. */
export const unfinishedName = (path: string): string =>
  join(dirname(path), `.${process.pid}-${randomBytes(6).toString('hex')}.unfinished`);

/**
 * Writes a file that is there as a whole or not at all, whenever this process or the machine ends.
 *
 * @param publish gives the finished file its name
 */
export async function writeWhole(
  path: string, content: unknown, publish: (from: string, to: string) => Promise<void> = rename, mode = 0o644,
): Promise<void> {
  const unfinished = unfinishedName(path);
  try {
    const handle = await open(unfinished, 'wx', mode);
    try {
      await handle.writeFile(`${JSON.stringify(content, undefined, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await publish(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
  await syncFolder(dirname(path));
}

/**
 * Says something that is not worth a wait for the disk: after a crash of the machine it may be an older version.
 */
export async function writeNews(path: string, content: unknown): Promise<void> {
  const unfinished = unfinishedName(path);
  const handle = await open(unfinished, 'wx');
  try {
    await handle.writeFile(JSON.stringify(content));
  } finally {
    await handle.close();
  }
  await rename(unfinished, path);
}

/**
 * What is in a file that `writeWhole` wrote; `undefined` when there is none.
 *
 * @throws {UsageError} when somebody has changed it
 */
export async function readWhole<T>(path: string): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new UsageError(`${path} is damaged: ${messageOf(error)}; put it back, or give another folder`, { cause: error });
  }
}

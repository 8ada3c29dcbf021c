import { mkdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { join } from 'node:path';
import { codeOf, messageOf, UsageError } from '../../errors';
import { beginOf, isAlive } from '../../server/processes';

/**
 * One engine at a time works in a work folder: two would publish, sweep and drop each other's files and slots.
 *
 * The lock is a symbolic link whose text names the process that holds it, by id and by the moment it began. A link
 * comes into being with its text, at once or not at all, and that of a process that was killed is known as such.
 */
export class WorkFolderLock {
  private constructor(private readonly path: string) {}

  /**
   * Makes the folder when it is missing.
   *
   * @throws {UsageError} when another engine works there, or the folder cannot be written
   */
  public static async acquire(workdir: string): Promise<WorkFolderLock> {
    const path = join(workdir, 'lock');
    try {
      await mkdir(workdir, { recursive: true });
      const holder = await take(path);
      if (holder !== undefined) {
        throw new UsageError(
          `another dms (process ${pidOf(holder)}) works in ${workdir}: wait for its end, stop it with Ctrl-C, or give another --workdir`,
        );
      }
      return new WorkFolderLock(path);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      throw new UsageError(
        `cannot write to the work folder ${workdir}: ${messageOf(error)}; give another one with --workdir`,
        { cause: error },
      );
    }
  }

  public async release(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

const nameOf = (pid: number): string => `${pid} since ${beginOf(pid) ?? 'never'}`;
const pidOf = (name: string): number => Number(name.split(' ')[0]);
const lives = (name: string): boolean => isAlive(pidOf(name)) && name === nameOf(pidOf(name));

/**
 * Makes the link, or takes the place of one whose process is gone; otherwise returns the living holder's name.
 *
 * The right to replace a dead link is a lock of its own, beside it. The link cannot change while somebody has that
 * right, and becomes the new one in a single step: of several that find it dead, one gets it.
 */
async function take(path: string): Promise<string | undefined> {
  for (;;) {
    if (await made(path)) return undefined;
    const holder = await readIfThere(path);
    if (holder === undefined) continue;
    if (lives(holder)) return holder;
    const right = `${path}.next`;
    if (await take(right) !== undefined) {
      await setImmediate();
    } else if (await readIfThere(path) === holder) {
      await rename(right, path);
      return undefined;
    } else {
      await rm(right);
    }
  }
}

async function made(path: string): Promise<boolean> {
  try {
    await symlink(nameOf(process.pid), path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** The process that works in a folder at this moment; none when nobody does. */
export async function livingHolder(workdir: string): Promise<number | undefined> {
  const holder = await readIfThere(join(workdir, 'lock'));
  return holder !== undefined && lives(holder) ? pidOf(holder) : undefined;
}
